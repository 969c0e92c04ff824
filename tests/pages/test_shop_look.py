"""A vendor gives its shop words, a colour, a logo and a cover."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage

from shared.trade.vendors.models import Vendor
from tests.support.filled import filled
from tests.support.photos import photo
from tests.support.portal import signed_in
from tests.support.storefront import Browser, words

pytestmark = pytest.mark.usefixtures("database")
AT = "/vendor/admin/shop/look"


async def test_words_colour_and_pictures_come_into_the_shop(client: Any) -> None:
    """And stay when only words are saved."""
    portal = await signed_in(client)
    form = filled(await portal.get(AT), AT) | {
        "tagline": "Cups, by hand",
        "brand_color": "#7C2D12",
        "city": "Vianden",
    }
    files = {
        "logo": FileStorage(BytesIO(photo(400, 400)), filename="logo.jpg"),
        "cover": FileStorage(BytesIO(photo(1500, 500)), filename="cover.jpg"),
    }
    answer = await client.post(AT, form=form, files=files)
    assert answer.status_code == 303
    row = await Vendor.get(id=portal.vendor_id)
    assert (row.tagline, row.brand_color, row.city) == (
        "Cups, by hand",
        "#7c2d12",
        "Vianden",
    )
    page = await Browser(client).get(f"/shops/{row.slug}")
    assert f"/{row.logo}/" in page
    assert f"/{row.cover}/" in page
    for picture, widths in ((row.logo, (320, 400)), (row.cover, (320, 640, 960, 1440))):
        offered = ", ".join(f"/{picture}/{width}.webp {width}w" for width in widths)
        assert f'srcset="{offered}"' in page
    assert "7c2d12.css" in page

    form = filled(await portal.get(AT), AT) | {"tagline": "Cups"}
    assert (await portal.post(AT, form)).status_code == 303
    assert (await Vendor.get(id=portal.vendor_id)).logo == row.logo


@pytest.mark.parametrize(
    ("typed", "file", "said"),
    [
        ({"brand_color": "red"}, None, "Choose a colour."),
        ({"tagline": "x" * 161}, None, "longer than 160"),
        ({}, b"<svg/>", "logo.jpg is not a picture"),
    ],
)
async def test_what_cannot_be_is_said_and_kept(
    client: Any, typed: dict[str, str], file: bytes | None, said: str
) -> None:
    """Nothing of it is saved."""
    portal = await signed_in(client)
    form = filled(await portal.get(AT), AT) | {"city": "Vianden"} | typed
    files = {"logo": FileStorage(BytesIO(file), filename="logo.jpg")} if file else {}
    answer = await client.post(AT, form=form, files=files)
    page = str(await answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert said in words(page)
    assert filled(page, AT)["city"] == "Vianden"
    assert (await Vendor.get(id=portal.vendor_id)).city != "Vianden"

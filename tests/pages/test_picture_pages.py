"""Pictures on pages: brought by their vendor, shown in the right size, kept by browsers."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage

from shared.entrypoints.web.bodies import MAX_UPLOAD
from shared.trade.catalogue.gallery import gallery_of
from shared.trade.catalogue.models import Product
from shared.trade.pictures.rules import MOST_BYTES
from tests.support.factories import make_product, make_ready_vendor
from tests.support.filled import filled
from tests.support.photos import opened, photo
from tests.support.portal import Portal, csrf_token, signed_in
from tests.support.storefront import Browser, words

pytestmark = pytest.mark.usefixtures("database")


async def brought(portal: Portal, product: Product, *files: tuple[str, bytes]) -> Any:
    """Upload files to a product, as the form does."""
    at = f"/vendor/admin/products/{product.id}/pictures"
    token = await csrf_token(portal.client, at)
    given = [FileStorage(BytesIO(content), filename=name) for name, content in files]
    return await portal.client.post(
        at, form={"csrf_token": token}, files={"picture": given[0]}
    )


async def shop(client: Any) -> tuple[Portal, Product]:
    portal = await signed_in(client)
    vendor = await portal.vendor()
    vendor.slug = "lux"
    await vendor.save()
    return portal, await make_product(vendor, slug="cup", name="Cup")


class TestUpload:
    async def test_a_picture_comes_into_the_shop_and_can_be_described(
        self, client: Any
    ) -> None:
        """Its words are its alternative text."""
        portal, product = await shop(client)
        answer = await brought(portal, product, ("me.gif", photo()))
        assert answer.status_code == 303
        (one,) = await gallery_of(product.id)
        at = f"/vendor/admin/products/{product.id}/pictures"
        form = filled(await portal.get(at), f"{at}/texts")
        form |= {f"text_{one.id}": "A cup on a table"}
        assert (await portal.post(f"{at}/texts", form)).status_code == 303
        page = await Browser(client).get("/shops/lux/cup")
        assert 'alt="A cup on a table"' in page
        assert "gallery" not in page  # there is nothing to go through

        await brought(portal, product, ("two.png", photo(600, 600, kind="PNG")))
        page = await Browser(client).get("/shops/lux/cup")
        assert 'alt="A cup on a table"' in page
        assert 'href="#picture-2"' in page
        shown = await portal.get(f"/vendor/admin/products/{product.id}")
        assert "picker-radio" not in shown  # the gallery says what is shown

    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            ("evil.jpg", b"<script>alert(1)</script>", "evil.jpg is not a picture"),
            ("<b>.png", photo(100, 100), "<b>.png is too small"),
            ("", b"", "Choose a picture."),
        ],
    )
    async def test_what_is_no_picture_is_said_by_name(
        self, client: Any, name: str, content: bytes, said: str
    ) -> None:
        """In a sentence; nothing of it is kept."""
        portal, product = await shop(client)
        answer = await brought(portal, product, (name, content))
        assert answer.status_code == 422
        assert said in words(str(await answer.get_data(as_text=True)))
        assert await gallery_of(product.id) == ()

    async def test_another_vendors_pictures_are_not_there(self, client: Any) -> None:
        """For looking, bringing, describing, moving."""
        portal, _ = await shop(client)
        theirs = await make_product(await make_ready_vendor())
        at = f"/vendor/admin/products/{theirs.id}/pictures"
        assert (await client.get(at)).status_code == 404
        for part in ("", "/texts", "/1/away", "/1/front"):
            assert (await portal.post(at + part, {})).status_code == 404

    async def test_order_and_taking_away_are_buttons(self, client: Any) -> None:
        """Which work without a script."""
        portal, product = await shop(client)
        await brought(portal, product, ("a.jpg", photo()))
        await brought(portal, product, ("b.jpg", photo(900, 900)))
        first, second = await gallery_of(product.id)
        at = f"/vendor/admin/products/{product.id}/pictures"
        answer = await portal.post(f"{at}/{first.id}/nonsense", {})
        assert answer.status_code == 404
        assert [one.id for one in await gallery_of(product.id)] == [first.id, second.id]
        await portal.post(f"{at}/{second.id}/front", {})
        assert [one.id for one in await gallery_of(product.id)] == [second.id, first.id]
        await portal.post(f"{at}/{second.id}/away", {})
        assert [one.id for one in await gallery_of(product.id)] == [first.id]

    @pytest.mark.parametrize("page", ["products/{id}/pictures", "shop/look"])
    async def test_too_large_is_said_of_pictures(self, client: Any, page: str) -> None:
        """Of what nothing is read at all: by the limits that these pages have."""
        _portal, product = await shop(client)
        at = f"/vendor/admin/{page.format(id=product.id)}"
        file = FileStorage(BytesIO(b"\0" * MAX_UPLOAD), filename="large.jpg")
        answer = await client.post(
            at,
            form={"csrf_token": await csrf_token(client, at)},
            files={"picture": file},
        )
        said = words(str(await answer.get_data(as_text=True)))
        assert answer.status_code == 413
        assert (
            "These pictures are too large: one may have 10 MB, all together 12 MB."
            in said
        )
        assert (MOST_BYTES, MAX_UPLOAD) == (10 * 1024**2, 12 * 1024**2)


class TestServing:
    async def test_the_first_picture_comes_at_once_and_the_others_when_seen(
        self, client: Any
    ) -> None:
        """What is not seen yet takes nothing from what is."""
        portal, product = await shop(client)
        for size in (900, 800, 700):
            await brought(portal, product, ("a.jpg", photo(size, size)))
        page = await Browser(client).get("/shops/lux/cup")
        strip = page[page.index("gallery-strip") : page.index("gallery-links")]
        first, *others = re.findall(r"<img [^>]+>", strip)
        assert 'fetchpriority="high"' in first
        assert "loading=" not in first
        assert len(others) == 2
        for one in others:
            assert 'loading="lazy"' in one
            assert "fetchpriority" not in one

    async def test_pages_offer_every_width_and_browsers_keep_the_files(
        self, client: Any
    ) -> None:
        """WebP first, JPEG for others, width and height beside, so that nothing moves."""
        portal, product = await shop(client)
        await brought(portal, product, ("a.jpg", photo(1600, 1200)))
        page = await Browser(client).get("/shops/lux/cup")
        (webp,) = re.findall(r'type="image/webp" srcset="([^"]+)"', page)
        found = re.search(r'<img src="(/pictures/[^"]+)" srcset="([^"]+)"', page)
        assert found is not None
        assert re.findall(r" (\d+)w", webp) == ["320", "640", "960", "1440"]
        assert 'width="1440"\n    height="1080"' in page
        for address, kind in (
            (found[1], "JPEG"),
            (webp.split(" ")[0], "WEBP"),
        ):
            answer = await client.get(address)
            assert (
                answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
            )
            assert "Set-Cookie" not in answer.headers
            assert opened(await answer.get_data()).format == kind

    @pytest.mark.parametrize(
        "file", ["641.jpg", "640.png", "x.jpg", "640", "99999999.jpg", "640.jpg.svg"]
    )
    async def test_what_there_is_not_is_not_found(self, client: Any, file: str) -> None:
        """Whatever is asked."""
        portal, product = await shop(client)
        await brought(portal, product, ("a.jpg", photo(1600, 1200)))
        (one,) = await gallery_of(product.id)
        assert (await client.get(f"/{one.path}/{file}")).status_code == 404
        assert (await client.get("/pictures/nothing/640.jpg")).status_code == 404

    async def test_lists_show_the_first_one_in_their_size(self, client: Any) -> None:
        """From the column that names it, without asking for more."""
        portal, product = await shop(client)
        await brought(portal, product, ("a.jpg", photo(1600, 1200)))
        page = await portal.get("/vendor/admin/products")
        (one,) = await gallery_of(product.id)
        assert f"/{one.path}/320.webp 320w" in page

"""The marketplace's own name, contact, logo and legal texts: set by the operator, shown everywhere,
kept.
"""

from __future__ import annotations

import json
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from quart.datastructures import FileStorage

from shared.core import clock
from shared.trade.marketplace import mail_sender, presentation
from shared.trade.marketplace.identity import MarketIdentity
from shared.trade.marketplace.legal import LegalKind
from shared.trade.marketplace.models import LegalText, MarketplaceLogo
from shared.trade.orders import terms
from tests.support.portal import Portal, operator_in
from tests.support.posted import post_a_mail
from tests.support.storefront import words

if TYPE_CHECKING:
    from quart import Quart
    from quart.typing import TestClientProtocol

    from shared.infra.jobs import Context

pytestmark = pytest.mark.usefixtures("database")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
FORM = {
    "name": "Hall & Sons",
    "sender": "post@hall.test",
    "contact_email": "hello@hall.test",
    "postal_address": "1, rue du Marché\r\nL-1728 Luxembourg",
    "phone": "+352 20 12 34",
}


async def put_logo(portal: Portal, content: bytes, **fields: str) -> Any:
    """Send the form of the logo."""
    await portal.get("/operator/settings/name")
    if not portal.token:
        await portal.post("/operator/settings/name", {})
    return await portal.client.post(
        "/operator/settings/logo",
        form={"csrf_token": portal.token, **fields},
        files={"logo": FileStorage(BytesIO(content), filename="logo.svg")},
        headers={"Origin": "http://localhost"},
    )


async def test_the_name_is_shown_wherever_the_marketplace_is_named(
    client: TestClientProtocol, app: Quart, context: Context
) -> None:
    """Titles, the logo's place, the footer, the imprint, mails and the API; other processes know it
    a minute later.
    """
    portal = await operator_in(client)
    nobody = "Who runs this marketplace is not told here yet. The shop you bought from"
    assert nobody in await portal.get("/legal/imprint")
    assert (await portal.post("/operator/settings/name", FORM)).status_code == 303
    assert nobody not in await portal.get("/legal/imprint")
    home = await portal.get("/")
    assert "<title>Hall &amp; Sons ·" in home
    assert '<span class="wordmark">Hall &amp; Sons</span>' in home
    assert "hello@hall.test" in home
    assert "L-1728 Luxembourg" in await portal.get("/legal/imprint")
    assert (
        json.loads(await portal.get("/api/v1/openapi.json"))["info"]["title"]
        == "Hall & Sons API"
    )
    assert "Name Markethall → Hall &amp; Sons" in words(
        await portal.get("/operator/settings")
    ).replace("& ", "&amp; ")
    await post_a_mail()
    await mail_sender.send.run(context, {"unique_key": "test:1"})
    (written,) = (context.settings.data_dir / "mail").glob("*.eml")
    text = written.read_text()
    assert "From: Hall & Sons <post@hall.test>" in text
    assert "Reply-To: hello@hall.test" in text
    await presentation.introduce(MarketIdentity(name="Other"), actor="another process")
    later = clock.now() + timedelta(minutes=1)
    with clock.use(lambda: later):
        assert "<title>Other ·" in await portal.get("/")


async def test_what_cannot_be_a_name_keeps_what_was_typed(
    client: TestClientProtocol,
) -> None:
    """At its field; nothing is changed."""
    portal = await operator_in(client)
    answer = await portal.post("/operator/settings/name", {**FORM, "name": "Hall <i>"})
    assert answer.status_code == 422
    text = await answer.get_data(as_text=True)
    assert "without signs such as" in text
    assert 'value="hello@hall.test"' in text
    assert (await presentation.shown()).identity == MarketIdentity()


async def test_a_logo_is_shown_as_what_it_is_and_can_be_taken_away(
    client: TestClientProtocol,
) -> None:
    """A picture by its first bytes, whatever it is called, under a policy that lets nothing run;
    anything else is refused.
    """
    portal = await operator_in(client)
    assert (await put_logo(portal, b"<svg/>")).status_code == 422
    assert (await put_logo(portal, b"")).status_code == 422
    assert not await MarketplaceLogo.exists()
    assert (await put_logo(portal, PNG)).status_code == 303
    address = f"/brand/logo/{(await presentation.shown()).logo}"
    assert f'src="{address}"' in await portal.get("/")
    served = await client.get(address)
    assert await served.get_data() == PNG
    assert served.headers["Content-Type"] == "image/png"
    assert served.headers["X-Content-Type-Options"] == "nosniff"
    assert served.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert (await put_logo(portal, b"", remove="y")).status_code == 303
    assert (await client.get(address)).status_code == 404
    assert (await presentation.shown()).logo == ""


async def test_legal_texts_have_versions_that_stay(client: TestClientProtocol) -> None:
    """The newest holds and is what a checkout accepts; an older one can be read, with a way to the
    newest; nothing is HTML.
    """
    portal = await operator_in(client)
    assert f"Version of {terms.VERSION}" in await portal.get("/legal/terms")
    first = {
        "text": "## Who\r\nWe <script>sell</script>.",
        "returns": "Within 14 days.",
    }
    assert (
        await portal.post("/operator/settings/legal/terms", first)
    ).status_code == 303
    assert (
        await portal.post("/operator/settings/legal/terms", first)
    ).status_code == 303  # the same words again
    assert (
        await portal.post(
            "/operator/settings/legal/terms", {"text": "New.", "returns": "30 days."}
        )
    ).status_code == 303
    newest = await terms.version_now()
    (old, new) = await LegalText.filter(kind=LegalKind.TERMS).order_by("id")
    assert (newest, old.version) == (new.version, newest.replace(".2", ".1"))
    assert "New." in await portal.get("/legal/terms")
    page = await portal.get(f"/legal/terms?version={old.version}")
    assert "<h2>Who</h2>" in page
    assert "We &lt;script&gt;sell&lt;/script&gt;." in page
    assert "It does not hold any more" in page
    assert (await client.get("/legal/terms?version=1999-01-01")).status_code == 404
    assert await terms.returns_of(old.version) == "Within 14 days."
    assert "within 14 days" in await terms.returns_of(terms.VERSION)
    assert terms.version_asked_for(old.version) == old.version
    assert old.version in await portal.get("/operator/settings/legal/terms")
    assert (
        await portal.post(
            "/operator/settings/legal/terms", {"text": "x", "returns": ""}
        )
    ).status_code == 422
    assert (await client.get("/operator/settings/legal/nothing")).status_code == 404

"""What the law wants consumers to be told: on pages before the order, and in its mail after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.infra.mail.models import Email
from shared.trade.marketplace.identity import MarketIdentity
from shared.trade.marketplace.presentation import introduce
from shared.trade.vendors.models import Vendor
from tests.support.app import link_of
from tests.support.market import open_shop
from tests.support.paid_parts import paid_at
from tests.support.purchases import buy_from
from tests.support.storefront import Browser, words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")
SELLER = "Atelier Luxe S.à r.l., 4, rue de l’Eau, L-1449 Luxembourg, Luxembourg, "
SAID = {
    "en": (
        "You may withdraw from the contract within 14 days",
        "I withdraw from the contract that I made about these goods: …",
        "For at least two years from delivery",
    ),
    "de": (
        "Sie können den Vertrag innerhalb von 14 Tagen",
        "Hiermit widerrufe ich den von mir geschlossenen Vertrag",
        "Mindestens zwei Jahre ab der Lieferung",
    ),
    "fr": (
        "Vous pouvez vous rétracter du contrat dans un délai de 14 jours",
        "Je vous notifie ma rétractation du contrat",
        "Pendant au moins deux ans",
    ),
}


@pytest.mark.parametrize("language", SAID)
@pytest.mark.parametrize("shops", [1, 2])
async def test_the_mail_of_an_order_keeps_what_was_told_before_it(
    context: Context, sandbox: RunningSandbox, language: str, shops: int
) -> None:
    """Directive 2011/83/EU, article 8(7): who sells, how to withdraw and with which form, the legal
    guarantee; of one shop and of several.
    """
    made = [await open_shop(context.gateway, sandbox) for _ in range(shops)]
    vendor = await Vendor.get(id=made[0].vendor_id)
    vendor.legal_name = "Atelier Luxe S.à r.l."
    vendor.seller_address = "4, rue de l’Eau\nL-1449 Luxembourg"
    vendor.country = "LU"
    await vendor.save()
    await paid_at(context, sandbox, made, language=language)
    mail = await Email.get(kind__in=["order_confirmed", "purchase_confirmed"])
    country = "Luxemburg" if language == "de" else "Luxembourg"
    sold = SELLER.replace("Luxembourg, Luxembourg", f"Luxembourg, {country}")
    assert f": {sold}{vendor.business_email}" in mail.text.replace("\xa0", " ")
    for sentence in SAID[language]:
        assert sentence in mail.text
    assert mail.text.count("/shop/withdraw\n") == 1


async def test_pages_say_it_before_the_order(client: TestClientProtocol) -> None:
    """Each page leads to the rights, to how lists are ordered and to accessibility."""
    browser = Browser(client)
    home = await browser.get("/")
    for path, said in {
        "/legal/rights": SAID["en"][0],
        "/legal/ranking": "Nobody can pay for a better place",
        "/legal/accessibility": "WCAG 2.2",
    }.items():
        assert f'href="{path}"' in home
        assert said in words(await browser.get(path))
    rights = words(await browser.get("/legal/rights"))
    assert "Every shop here is a business" in rights
    assert SAID["en"][1] in rights
    assert SAID["en"][2] in rights


async def test_who_is_responsible_is_told_once_the_operator_said_it(
    client: TestClientProtocol,
) -> None:
    """In the privacy notice and as point of contact, of what stands in the settings."""
    us = MarketIdentity(
        name="Halle", contact_email="we@example.test", postal_address="Weg 1\nKöln"
    )
    await introduce(us, actor="test")
    browser = Browser(client)
    privacy = words(await browser.get("/legal/privacy"))
    assert "Halle, Weg 1, Köln, we@example.test" in privacy
    assert "data protection authority" in privacy
    assert "point of contact" in words(await browser.get("/legal/imprint"))


async def test_what_is_ordered_stands_open_where_it_is_ordered(
    client: TestClientProtocol, context: Context, sandbox: RunningSandbox
) -> None:
    """Article 8(2): on a phone, too, above the button that orders."""
    shop = await open_shop(context.gateway, sandbox)
    purchase = await buy_from([shop])
    page = await Browser(client).get(f"/shop/checkout/{link_of(purchase.token)}")
    assert '<details class="summary-fold" open>' in page
    assert page.index("summary-fold") < page.index("pay-button")

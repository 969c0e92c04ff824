"""In which language a visitor is spoken to: chosen, asked for by the browser, or English; and a
purchase in each.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from portal.payment_settings.forms import PayoutForm
from shared.core import locales
from shared.entrypoints.cli.translations import read
from shared.infra.mail.models import Email
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.shipping import mark_as_shipped
from shared.trade.people.models import Customer
from shared.trade.vendors.models import Vendor
from tests.support.market import confirm, open_shop
from tests.support.storefront import ADDRESS, Browser, words
from tests.support.visitor import Visitor, sign_in_as

if TYPE_CHECKING:
    from quart import Quart

pytestmark = pytest.mark.one_engine

ASKED = [
    ("de", "de"),
    ("fr-CA, en;q=0.5", "fr"),
    ("de-AT, en;q=0.8", "de"),  # better than an exact tag that is liked less
    ("es, fr;q=0.5, en;q=0.4", "fr"),
    ("de;q=0, fr", "fr"),
    ("es", "en"),
    ("*", "en"),
    ("-, ;q=1", "en"),
    ("", "en"),
]
NOT_OURS = ["es", "", "de-AT", "../de"]
FIRST_DAY = {"en": "Monday", "de": "Montag", "fr": "lundi"}
# A sentence of each step, as the walk below meets them.
SAID = {
    "de": {
        "shop": "In den Warenkorb",
        "basket": "49,90 €",
        "empty": "Geben Sie die Postleitzahl ein.",
        "country": "Österreich",
        "payment": "Zahlungspflichtig bestellen · 49,90 €",
        "paid": "Vielen Dank",
        "order": "Bezahlt, wird vorbereitet",
        "mail": "vielen Dank. Lux hat Ihre Zahlung erhalten",
        "sent": "ist unterwegs",
    },
    "fr": {
        "shop": "Ajouter au panier",
        "basket": "49,90 €",
        "empty": "Saisissez le code postal.",
        "country": "Autriche",
        "payment": "Commander avec obligation de paiement · 49,90 €",
        "paid": "Merci",
        "order": "Payée, en préparation",
        "mail": "Merci. Lux a reçu votre paiement",
        "sent": "est en route",
    },
}


@pytest.fixture
def visitor(app: Quart) -> Visitor:
    """A browser in front of the whole application."""
    return Visitor(app)


def spoken(page: str) -> str:
    """What the document says of itself."""
    found = re.search(r'<html lang="(\w+)">', page)
    assert found is not None, page[:300]
    return found[1]


async def choose(visitor: Visitor, language: str, **fields: str) -> Any:
    return await visitor.request(
        "POST", "/language", form={"language": language, **fields}
    )


async def test_it_is_what_the_browser_likes_best_of_ours(visitor: Visitor) -> None:
    """The page, its header and what caches are told agree, on errors too; and it ends with the
    request.
    """
    for asked, language in ASKED:
        for path in ("/", "/nowhere"):
            answer = await visitor.get(path, headers={"Accept-Language": asked})

            assert (spoken(answer.text), answer.headers["Content-Language"]) == (
                language,
                language,
            ), asked
            assert {"Accept-Language", "Cookie"} <= {
                each.strip() for each in answer.headers["Vary"].split(",")
            }
        assert locales.current() == "en"


async def test_what_was_chosen_stays_whatever_the_browser_likes(
    visitor: Visitor,
) -> None:
    """The form at the foot of a page needs no script and leads back to the page; what we do not
    speak changes nothing.
    """
    footer = (await visitor.get("/pricing?x=1")).text
    assert 'action="/language"' in footer
    assert 'name="next" value="/pricing?x=1"' in footer

    chosen = await choose(visitor, "fr", next="/pricing?x=1")

    assert (chosen.status, chosen.location) == (303, "/pricing?x=1")
    assert (
        spoken((await visitor.get("/", headers={"Accept-Language": "de"})).text) == "fr"
    )
    for language in NOT_OURS:
        answer = await choose(visitor, language, next="//evil.test")
        assert (answer.status, answer.location) == (303, "/")
    assert spoken((await visitor.get("/")).text) == "fr"


async def test_another_site_cannot_choose(visitor: Visitor) -> None:
    """The route carries no token, so the origin is looked at."""
    there = {"Origin": "https://evil.test", "Sec-Fetch-Site": "cross-site"}
    assert (
        await visitor.request(
            "POST", "/language", form={"language": "fr"}, headers=there
        )
    ).status == 403


async def test_what_is_not_translated_is_english_throughout(visitor: Visitor) -> None:
    """No page in two languages; and what programs read follows none."""
    german = {"Accept-Language": "de"}
    for path in ("/vendor/login", "/operator/login", "/api/v1/docs"):
        assert spoken((await visitor.get(path, headers=german)).text) == "en"
    answer = await visitor.get("/api/v1/vendor/payments/config", headers=german)
    assert "Send a vendor's API token" in answer.text
    assert "Content-Language" not in answer.headers


async def test_an_account_remembers_the_choice(app: Quart) -> None:
    """Chosen while signed in, it holds in another browser from the sign-in on."""
    one, other = Visitor(app), Visitor(app)
    await sign_in_as(one, "customer")
    await choose(one, "fr")

    await other.send(
        "/shop/account/login", email="customer@x.test", password="a-long-password"
    )

    assert (await Customer.get()).language == "fr"
    assert (
        spoken(
            (await other.get("/shop/account", headers={"Accept-Language": "de"})).text
        )
        == "fr"
    )


def english(language: str) -> list[str]:
    """Sentences that a page in another language has no reason to show."""
    found = [
        (each.id, each.string) for each in read(language) if isinstance(each.id, str)
    ]
    return [
        said
        for said, told in found
        if len(said) > 12 and "%(" not in said and "<" not in said and said != told
    ]


@pytest.mark.parametrize("language", SAID)
async def test_a_purchase_in_another_language(
    client: Any, gateway: Any, sandbox: Any, language: str
) -> None:
    """From the shop to the mail that says it was sent: nothing is left in English, and mails go on
    in the language.
    """
    shop, browser, said = (
        await open_shop(gateway, sandbox),
        Browser(client),
        SAID[language],
    )
    await (
        (await Vendor.get(id=shop.vendor_id))
        .update_from_dict({"slug": "lux", "name": "Lux"})
        .save()
    )
    await client.post("/language", form={"language": language})

    pages = {"shop": await browser.get("/shops/lux/cup")}
    await browser.add("/shops/lux/cup")
    pages["basket"] = await browser.get("/shop/basket")
    pages["country"] = await browser.get("/shop/checkout")
    refused = await browser.post(
        "/shop/checkout", {**ADDRESS, "postal_code": "", "country": "DE"}
    )
    pages["empty"] = str(await refused.get_data(as_text=True))
    address = await browser.check_out()
    pages["payment"] = await browser.get(address)
    intent = re.search(r'data-client-secret="([^"]+)_secret', pages["payment"])
    assert intent is not None
    await confirm(sandbox, intent[1])
    link = address.rpartition("/")[2]
    pages["paid"] = await browser.get(f"/shop/order-confirmation?order={link}")
    pages["order"] = await browser.get(f"/shop/orders/{link}")
    order = await Order.get()
    await mark_as_shipped(
        vendor_id=shop.vendor_id,
        number=order.number,
        carrier="",
        tracking="",
        actor="member:1",
    )

    for name, page in pages.items():
        text = words(page)
        assert said[name] in text, (name, text)
        assert spoken(page) == language
        assert [sentence for sentence in english(language) if sentence in text] == [], (
            name
        )
    assert (await Checkout.get()).language == language
    assert said["mail"] in (await Email.get(kind="order_confirmed")).text
    assert said["sent"] in (await Email.get(kind="order_shipped")).subject
    assert "you have a new paid order" in (await Email.get(kind="order_sold")).text


@pytest.mark.parametrize("language", FIRST_DAY)
async def test_a_form_offers_its_choices_in_the_language_spoken_then(
    app: Quart,
    language: str,
) -> None:
    """Not in the one that was spoken when the form was declared."""
    async with app.test_request_context("/"):
        with locales.speaking(language):
            form = PayoutForm(meta={"csrf": False, "currency": "EUR"})
            first = next(iter(form.weekday)).label.text

    assert first == FIRST_DAY[language]


async def test_what_is_wrong_is_listed_as_the_language_writes_it(
    visitor: Visitor,
) -> None:
    """French sets a space before a colon."""
    for language, said in (("fr", "Nom complet</a>\u00a0: "), ("de", "Nachname</a>: ")):
        await choose(visitor, language)
        assert said in (await visitor.send("/shop/withdraw")).text

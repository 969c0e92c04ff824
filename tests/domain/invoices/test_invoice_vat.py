"""What invoices and credit notes say of VAT: by rate, to the cent, and in the shopper's words."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from shared.core import clock
from shared.finance.invoices.document import as_pdf
from shared.finance.invoices.models import SalesDocument
from shared.finance.invoices.queries import documents_of
from shared.finance.invoices.service import issue
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import Reach, RefundRequest, RefundState
from shared.trade.commission.rules import RefundPolicy
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.orders.service import place_order
from shared.trade.vat.sales.rules import VatPart, stored_parts, vat_inside
from tests.support import market_acts as acts
from tests.support.codes import take_code
from tests.support.discounts import make_discount
from tests.support.factories import make_order
from tests.support.market import ADA
from tests.support.purchases import basket_of
from tests.support.refunds import (
    WHOLE,
    amount,
    refund,
    set_policy,
    sold_with_delivery,
)

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from tests.support.machine import Market
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


async def taxed(order: Order, *parts: tuple[int, int], **kept: Any) -> None:
    """Let an order have been sold with so much at each rate; its things at the first."""
    found = [VatPart(rate, gross, vat_inside(gross, rate)) for rate, gross in parts]
    rows = stored_parts(found)
    told = {"vat_treatment": "oss", "vat_state": "DE", **kept}
    await Order.filter(id=order.id).update(vat_parts=rows, **told)
    await OrderLine.filter(order_id=order.id).update(
        vat_rate=parts[0][0] if parts else None
    )


async def rows_of(order: Order) -> list[list[tuple[int, int, int]]]:
    """(rate, gross, VAT) of each rate of each document."""
    found = await SalesDocument.filter(order_id=order.id).order_by("id")
    return [
        [(row["rate"], row["gross"], row["vat"]) for row in document.content["vat"]]
        for document in found
    ]


async def test_credit_notes_come_to_the_vat_of_the_invoice(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """A free amount, then delivery, then the rest: each rate goes back to the cent."""
    sale = await sold_with_delivery(gateway, sandbox)
    total = sale.order.total_amount_cents
    await taxed(sale.order, (1900, total - 700), (700, 700))
    for wish in (
        amount(333),
        RefundRequest(Reach.LINES, shipping=True),
        WHOLE,
    ):
        await refund(gateway, sale, wish)
    await issue(sale.order.id)
    invoice, *notes = await rows_of(sale.order)
    assert invoice == [(1900, 3790, 605), (700, 700, 46)]
    for rate, gross, vat in invoice:
        back = [row for rows in notes for row in rows if row[0] == rate]
        assert sum(row[1] for row in back) == gross
        assert sum(row[2] for row in back) == vat
    documents = await SalesDocument.filter(order_id=sale.order.id).order_by("id")
    for document in documents:
        told = document.content
        assert sum(row["gross"] for row in told["vat"]) == told["total"]
        assert all(row["net"] + row["vat"] == row["gross"] for row in told["vat"])


async def test_what_goes_back_for_a_thing_has_its_rate(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Not that of whatever else was in the order; undone, it is the same the other way round."""
    sale = await sold_with_delivery(gateway, sandbox)
    total = sale.order.total_amount_cents
    await taxed(sale.order, (700, total - 700), (1900, 700))
    line = await OrderLine.get(order_id=sale.order.id)
    await refund(gateway, sale, RefundRequest(Reach.LINES, quantities={line.id: 1}))
    await issue(sale.order.id)
    await Refund.all().update(status=RefundState.FAILED)
    await issue(sale.order.id)
    _, credit, reversal = await rows_of(sale.order)
    assert [row[0] for row in credit] == [700]
    assert credit == reversal


async def test_all_of_a_discounted_order_gives_back_all_of_its_vat(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """What the marketplace paid of the price was taxed with it, and comes back in proportion."""
    sale = await sold_with_delivery(gateway, sandbox)
    total = sale.order.total_amount_cents
    await taxed(sale.order, (1900, total + 500))
    await refund(gateway, sale, amount(1000))
    await refund(gateway, sale, WHOLE)
    await issue(sale.order.id)
    _, first, last = await rows_of(sale.order)
    assert first[0][1] > 1000
    assert first[0][1] + last[0][1] == total + 500
    assert first[0][2] + last[0][2] == vat_inside(total + 500, 1900)


@pytest.mark.parametrize("policy", [*RefundPolicy])
async def test_each_credit_note_has_what_the_marketplace_got_back_to_the_cent(
    gateway: Gateway, sandbox: RunningSandbox, policy: RefundPolicy
) -> None:
    """What the document says of it is what the refund says, on every page."""
    await set_policy(policy)
    sale = await sold_with_delivery(gateway, sandbox)
    total = sale.order.total_amount_cents
    await Order.filter(id=sale.order.id).update(
        marketplace_discount=777, discount_amount=777
    )
    await taxed(sale.order, (1900, total + 777))
    for wish in (amount(1001), amount(333), WHOLE):
        await refund(gateway, sale, wish)
    await issue(sale.order.id)
    _, *notes = await rows_of(sale.order)
    made = await Refund.all().order_by("number")
    assert [sum(row[1] for row in rows) for rows in notes] == [
        each.amount + each.discount_part for each in made
    ]
    assert sum(each.discount_part for each in made) == 777


SHARES = {
    "en": ("The marketplace paid €7.77", "The marketplace gets €1.73 back"),
    "de": ("Der Marktplatz hat 7,77 €", "Der Marktplatz bekommt 1,73 € zurück"),
    "fr": ("a payé 7,77 €", "récupère 1,73 €"),
}


@pytest.mark.parametrize("language", SHARES)
async def test_a_credit_note_says_what_the_marketplace_gets_back(
    gateway: Gateway, sandbox: RunningSandbox, pages: list[list[str]], language: str
) -> None:
    """An invoice that it paid it; no document that it paid less than nothing."""
    sale = await sold_with_delivery(gateway, sandbox)
    total = sale.order.total_amount_cents
    both = {"marketplace_discount": 777, "discount_amount": 777}
    await Order.filter(id=sale.order.id).update(**both)
    await taxed(sale.order, (1900, total + 777))
    await Checkout.all().update(language=language)
    await refund(gateway, sale, amount(1001))
    await issue(sale.order.id)
    as_pdf(await documents_of(sale.order.id))
    told = [" ".join(page).replace("\N{NO-BREAK SPACE}", " ") for page in pages]
    invoice, note = SHARES[language]
    assert [invoice in page for page in told] == [True, False]
    assert [note in page for page in told] == [False, True]


async def test_all_of_an_order_for_nothing_gives_back_all_of_its_vat(
    market: Market,
) -> None:
    """The marketplace had paid the price with its VAT: the vendor owes none of it any more."""
    (shop,) = await market.fill("LU")
    await make_discount(code="ALLOFIT", kind="percent", percentage=Decimal(100))
    basket = await basket_of({shop.product_id: 2})
    await take_code(basket, "ALLOFIT")
    token = await place_order(
        basket_token=basket,
        contact=ADA,
        customer_id=None,
        hold_minutes=30,
    )
    order = await Order.get(checkout__token=token)
    await taxed(order, (1900, order.marketplace_discount))
    await issue(order.id)
    await acts.refund(market, order.id, 1.0, now=True)
    await issue(order.id)
    invoice, credit = await rows_of(order)
    assert invoice == credit == [(1900, 3998, 638)]


SAID = {
    "en": ("VAT of Germany", "19%", "Net", "Gross", "one-stop shop (OSS)."),
    "de": ("Umsatzsteuer (Deutschland)", "19 %", "Netto", "Brutto", "Bestimmungsst"),
    "fr": ("TVA (Allemagne)", "19 %", "HT", "TTC", "guichet unique"),
}


@pytest.mark.parametrize("language", SAID)
async def test_the_file_has_a_row_a_rate_in_the_shoppers_language(
    pages: list[list[str]], language: str
) -> None:
    """Net, VAT and gross of each, whose VAT it is, and where it is declared."""
    order = await make_order(paid_at="2026-11-30T12:00:00Z")
    await taxed(order, (1900, order.total_amount_cents))
    await Checkout.all().update(language=language)
    await issue(order.id)
    as_pdf(await documents_of(order.id))
    said = " ".join(pages[0]).replace("\N{NO-BREAK SPACE}", " ")
    assert all(words in said for words in SAID[language])
    assert "7.97" in said or "7,97" in said


REGIONS = {
    "en": "VAT of Portugal (Azores)",
    "de": "Umsatzsteuer (Portugal, Azoren)",
    "fr": "TVA (Portugal, Açores)",
}


@pytest.mark.parametrize("language", REGIONS)
async def test_the_file_names_the_region_whose_own_rate_was_charged(
    pages: list[list[str]], language: str
) -> None:
    """In its shopper's language; a credit note as the invoice."""
    order = await make_order(paid_at="2026-11-30T12:00:00Z")
    await taxed(
        order,
        (1600, order.total_amount_cents),
        vat_state="PT",
        vat_region="azores",
    )
    await Checkout.all().update(language=language)
    await issue(order.id)
    as_pdf(await documents_of(order.id))
    assert REGIONS[language] in " ".join(pages[0])


UNTAXED = (
    ("small", "article 284"),
    ("export", "article 146"),
)


@pytest.mark.parametrize(("treatment", "words"), UNTAXED)
async def test_without_vat_the_file_says_why(
    pages: list[list[str]], treatment: str, words: str
) -> None:
    """And prints no row."""
    order = await make_order(paid_at="2026-11-30T12:00:00Z")
    await taxed(order, vat_treatment=treatment, vat_state="")
    await issue(order.id)
    as_pdf(await documents_of(order.id))
    assert words in " ".join(pages[0])
    assert "Net" not in pages[0]


TO_BUSINESSES = {
    "en": ("exempt supply", "article 138", "Reverse charge", "VAT number LU15027442"),
    "de": (
        "steuerfreie innergemeinschaftliche Lieferung",
        "Artikel 138",
        "Steuerschuldnerschaft des Leistungsempfängers",
        "USt-IdNr. LU15027442",
    ),
    "fr": ("exonérée", "article 138", "Autoliquidation", "LU15027442"),
}


@pytest.mark.parametrize("language", TO_BUSINESSES)
async def test_an_invoice_to_a_business_says_why_no_vat_is_charged_and_both_numbers(
    pages: list[list[str]], language: str
) -> None:
    """In the words that its buyer's language has for it; the business comes first, as it was
    confirmed.
    """
    order = await make_order(paid_at="2026-11-30T12:00:00Z")
    await taxed(
        order,
        (0, order.total_amount_cents),
        vat_treatment="reverse_charge",
        vat_state="",
        vat_taken_off=797,
        buyer_vat_number="DE136695976",
        buyer_vat_name="Acme GmbH",
        buyer_vat_confirmed_at=clock.now(),
        seller_vat_number="LU15027442",
    )
    await Checkout.all().update(language=language)
    await issue(order.id)
    as_pdf(await documents_of(order.id))
    said = " ".join(pages[0]).replace("\N{NO-BREAK SPACE}", " ")
    for words in (*TO_BUSINESSES[language], "Acme GmbH", "DE136695976"):
        assert words in said
    assert said.index("Acme GmbH") < said.index("Ada Lovelace")


async def test_older_orders_print_no_rates(pages: list[list[str]]) -> None:
    """Nothing is known of them, and nothing is claimed."""
    order = await make_order(paid_at="2026-11-30T12:00:00Z")
    await issue(order.id)
    as_pdf(await documents_of(order.id))
    assert "The amounts include VAT as far as it is due." in " ".join(pages[0])
    assert await rows_of(order) == [[]]

"""When what an invoice is about was supplied (article 226, number 7), in its shopper's language."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.finance.invoices.document import as_pdf
from shared.finance.invoices.models import SalesDocument
from shared.finance.invoices.queries import documents_of
from shared.finance.invoices.service import issue
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.rules import TAKEN_FOR_GRANTED
from tests.support.factories import make_order

pytestmark = [pytest.mark.both_engines, pytest.mark.usefixtures("database")]
PAID = datetime(2026, 11, 28, 23, 30, tzinfo=UTC)
SENT = datetime(2026, 11, 29, 12, tzinfo=UTC)
THERE = datetime(2026, 11, 30, 9, tzinfo=UTC)
COLLECTED = {
    "shipping_kind": "pickup",
    "delivered_at": THERE,
    "delivered_by": "shopper",
}

# What is known as it is issued -> what the invoice keeps.
KNOWN: tuple[tuple[dict[str, Any], tuple[str, str]], ...] = (
    ({}, ("paid", "2026-11-28")),
    ({"shipped_at": SENT}, ("sent", "2026-11-29")),
    ({"shipped_at": SENT, "delivered_at": THERE}, ("sent", "2026-11-29")),
    # What waits to be collected is not supplied, nor what only counts as collected.
    ({"shipping_kind": "pickup", "shipped_at": SENT}, ("paid", "2026-11-28")),
    (COLLECTED, ("collected", "2026-11-30")),
    ({**COLLECTED, "delivered_by": TAKEN_FOR_GRANTED}, ("paid", "2026-11-28")),
)


@pytest.mark.parametrize(("columns", "kept"), KNOWN)
async def test_an_invoice_keeps_the_day_that_is_known_as_it_is_issued(
    columns: dict[str, Any], kept: tuple[str, str]
) -> None:
    """And goes on to say it, whatever becomes of the order."""
    order = await make_order(payment_status="paid", paid_at=PAID)
    await Order.filter(id=order.id).update(**columns)
    await issue(order.id)
    await Order.filter(id=order.id).update(shipped_at=THERE)
    await issue(order.id)
    document = await SalesDocument.get(order_id=order.id)
    supply = document.content["supply"]
    assert (supply["fact"], supply["day"]) == kept


SAID = {
    "en": ("Paid before delivery, on", "Goods sent on", "Goods collected on"),
    "de": (
        "Vor der Lieferung bezahlt am",
        "Ware versandt am",
        "Ware abgeholt am",
    ),
    "fr": (
        "Payé avant la livraison, le",
        "Marchandise expédiée le",
        "Marchandise retirée le",
    ),
}


@pytest.mark.parametrize("language", SAID)
async def test_the_file_says_it_in_the_shoppers_language(
    pages: list[list[str]], language: str
) -> None:
    """One of the three; an older invoice says none of them."""
    facts: tuple[dict[str, Any], ...] = ({}, {"shipped_at": SENT}, COLLECTED)
    for columns, said in zip(facts, SAID[language], strict=True):
        order = await make_order(payment_status="paid", paid_at=PAID)
        await Order.filter(id=order.id).update(**columns)
        await Checkout.all().update(language=language)
        await issue(order.id)
        as_pdf(await documents_of(order.id))
        assert [each for each in SAID[language] if each in pages[-1]] == [said]
        document = await SalesDocument.get(order_id=order.id)
        old = {**document.content}
        del old["supply"]
        await SalesDocument.filter(id=document.id).update(content=old)
        as_pdf(await documents_of(order.id))
        assert said not in pages[-1]

"""What invoices and credit notes say: the things by their full names, what the delivery is, and at
the foot of each page whose it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.finance.invoices.document import as_pdf
from shared.finance.invoices.queries import documents_of
from shared.finance.invoices.service import issue
from shared.finance.refunds.rules import Reach, RefundRequest
from shared.trade.orders.models import Checkout, OrderLine
from tests.support.refunds import WHOLE, amount, refund, sold_with_delivery

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")

DELIVERY = 490


SAID = {
    "en": (
        "Delivery: Standard parcel",
        "Amount given back",
        "Issued on",
        "Article number BK-7",
    ),
    "de": (
        "Versand: Standard parcel",
        "Erstatteter Betrag",
        "Ausgestellt am",
        "Artikelnummer BK-7",
    ),
    "fr": (
        "Livraison\N{NO-BREAK SPACE}: Standard parcel",
        "Montant remboursé",
        "Date d’émission",
        "Référence BK-7",
    ),
}


@pytest.mark.parametrize("language", SAID)
async def test_each_row_says_what_was_sold_or_given_back(
    gateway: Gateway,
    sandbox: RunningSandbox,
    pages: list[list[str]],
    language: str,
) -> None:
    """The variant with the thing, and its number; delivery where it was paid or went back, and for
    no free amount of the same size; when it was issued in words that fit an invoice and a credit
    note.
    """
    delivery, given_back, issued, article = SAID[language]
    sale = await sold_with_delivery(gateway, sandbox)
    await OrderLine.filter(order_id=sale.order.id).update(
        choice="Cognac, 20 mm", sku="BK-7"
    )
    await Checkout.all().update(language=language)
    line = await OrderLine.get(order_id=sale.order.id)
    thing = f"{line.name} (Cognac, 20 mm)"
    for wish in (
        amount(DELIVERY),
        RefundRequest(Reach.LINES, shipping=True),
        WHOLE,
    ):
        await refund(gateway, sale, wish)
    await issue(sale.order.id)
    as_pdf(await documents_of(sale.order.id))
    rows = (thing, article, delivery, given_back)
    told = [[row for row in rows if row in page] for page in pages]
    assert told == [
        [thing, article, delivery],
        [given_back],
        [delivery],
        [thing, article],
    ]
    assert all(issued in page for page in pages)


async def test_each_document_has_its_own_number_and_pages_at_its_foot(
    gateway: Gateway, sandbox: RunningSandbox, pages: list[list[str]]
) -> None:
    """However many stand in one file, and however long they are."""
    sale = await sold_with_delivery(gateway, sandbox)
    line = await OrderLine.get(order_id=sale.order.id)
    more = [
        OrderLine(
            order_id=sale.order.id,
            product_id=line.product_id,
            name=f"Cup {n}",
            unit_amount=1,
            quantity=1,
            commission_amount=0,
        )
        for n in range(50)
    ]
    await OrderLine.bulk_create(more)
    await refund(gateway, sale, amount(500))
    await issue(sale.order.id)
    first, second = await documents_of(sale.order.id)
    as_pdf((first, second))
    seller = first.content["seller"]["name"]
    assert first.number != second.number
    assert [page[-2:] for page in pages] == [
        [f"{seller} · {first.number}", "Page 1 of 2"],
        [f"{seller} · {first.number}", "Page 2 of 2"],
        [f"{seller} · {second.number}", "Page 1 of 1"],
    ]

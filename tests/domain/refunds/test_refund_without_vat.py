"""The money of a sale to a business is the same everywhere: paid, split, given back, credited and
told by number in the quarter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from shared.core import clock
from shared.finance.invoices.models import SalesDocument
from shared.finance.invoices.service import issue
from shared.finance.invoices.vat_quarters import as_csv, quarter_of, vat_rows
from shared.finance.refunds.rules import Reach, RefundRequest
from shared.trade.orders.models import OrderLine
from shared.trade.orders.service import place_order
from shared.trade.vendors.models import Vendor
from tests.support.market import open_shop
from tests.support.money import assert_books_agree
from tests.support.net_sales import BEA, GERMAN, LUX, acme
from tests.support.purchases import basket_of
from tests.support.refunds import Sold, fund_platform, paid_for, refund
from tests.support.shipping import BY_STANDARD, send_by
from tests.support.vat import with_number

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


async def _paid(gateway: Gateway, sandbox: RunningSandbox) -> Sold:
    """Two pieces with delivery, bought by a business and paid."""
    shop = await open_shop(gateway, sandbox, price=2000, stock=20)
    vendor = await Vendor.get(id=shop.vendor_id)
    await Vendor.filter(id=vendor.id).update(vat_scheme="oss")
    await with_number(vendor, LUX)
    await send_by(vendor.id)
    await fund_platform(sandbox)
    token = await place_order(
        basket_token=await basket_of({shop.product_id: 2}),
        contact=BEA,
        customer_id=(await acme()).id,
        hold_minutes=30,
        shipping={vendor.id: BY_STANDARD},
    )
    return await paid_for(gateway, sandbox, shop, token)


async def test_what_a_business_paid_goes_back_and_is_told_by_its_number(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """One piece, then all the rest: refunds come to what was paid, documents to nothing."""
    sale = await _paid(gateway, sandbox)
    paid = 2 * 1681 + 412
    assert sale.payment.amount_total == sale.order.total_amount_cents == paid
    await assert_books_agree(sandbox)
    line = await OrderLine.get(order_id=sale.order.id)
    piece = await refund(
        gateway, sale, RefundRequest(Reach.LINES, quantities={line.id: 1})
    )
    assert piece.amount == 1681
    await issue(sale.order.id)
    quarter = quarter_of(clock.now().date())
    zone = ZoneInfo("UTC")
    (row,) = await vat_rows(sale.shop.vendor_id, quarter, zone)
    assert (row.treatment, row.state, row.rate) == ("reverse_charge", "DE", 0)
    assert (row.net.amount, row.vat.amount) == (paid - 1681, 0)
    assert row.customer == GERMAN
    told = as_csv(quarter, (row,)).decode()
    assert f"reverse_charge,DE,0.00,20.93,0.00,20.93,EUR,{GERMAN}" in told
    rest = await refund(gateway, sale)
    assert piece.amount + rest.amount == paid
    await issue(sale.order.id)
    (row,) = await vat_rows(sale.shop.vendor_id, quarter, zone)
    assert row.gross.amount == 0
    documents = await SalesDocument.filter(order_id=sale.order.id)
    buyers = {document.content["buyer"]["vat_number"] for document in documents}
    assert (len(documents), buyers) == (3, {GERMAN})
    await assert_books_agree(sandbox)

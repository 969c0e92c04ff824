"""Of whom the price page is computed: of each kind of shop one is enough."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shared.finance.connect.models import VendorPaymentConfig
from shared.trade.commission.models import FeeRule
from shared.trade.commission.pricing import offer
from shared.trade.commission.queries import active_rules
from shared.trade.vendors.models import Vendor
from shared.trade.vendors.queries import fee_payers
from tests.support.factories import make_ready_vendor

NEW = Decimal("2.50")


async def _shop(percentage: str, currency: str = "EUR", **values: object) -> int:
    vendor = await make_ready_vendor()
    await VendorPaymentConfig.filter(vendor_id=vendor.id).update(
        platform_fee_percentage=Decimal(percentage), currency=currency
    )
    if values:
        await Vendor.filter(id=vendor.id).update(**values)
    return int(vendor.id)


async def _rule(vendor_id: int, *, is_active: bool = True) -> None:
    await FeeRule.create(
        vendor_id=vendor_id,
        percentage=Decimal(4),
        position=vendor_id,
        is_active=is_active,
    )


@pytest.mark.both_engines
@pytest.mark.usefixtures("database")
async def test_one_shop_of_each_kind_pays_for_all_that_pay_alike() -> None:
    """Those with a rule of their own are named each; a rule that is switched off is none, and a
    closed shop pays nothing.
    """
    usual, _, dear, danish = [
        await _shop("2.50"),
        await _shop("2.50"),
        await _shop("3.00"),
        await _shop("3.00", "DKK"),
    ]
    first, second = await _shop("2.50"), await _shop("2.50")
    await _rule(first)
    await _rule(second)
    await _rule(await _shop("2.50"), is_active=False)
    await _shop("9.00", is_open=False)
    found = {(payer.vendor_id, payer.currency) for payer in await fee_payers()}
    own = {(first, "EUR"), (second, "EUR")}
    assert found == {(usual, "EUR"), (dear, "EUR"), (danish, "DKK")} | own
    told = offer(await active_rules(), await fee_payers(), newcomer=NEW, currency="EUR")
    assert [rule.percentage for rule in told.agreed] == [Decimal(3), Decimal(4)]

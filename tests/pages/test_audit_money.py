"""What the audit trail keeps of money is read as money: whatever a vendor or the staff sets."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from shared.core.money import Money
from shared.trade.catalogue.service import ProductValues, save_product
from shared.trade.catalogue.variants import VariantValues, save_variants
from shared.trade.commission.rules import RefundPolicy, Rule
from shared.trade.commission.service import add_rule, set_policy
from shared.trade.discounts.rules import DiscountKind
from shared.trade.discounts.service import (
    DiscountOwner,
    DiscountValues,
    add_discount,
    change_discount,
)
from shared.trade.people.models import Member
from shared.trade.shipping.service import Editor, save_method
from shared.trade.vendors.models import Vendor
from tests.support.factories import make_variants
from tests.support.portal import operator_in, signed_in
from tests.support.shipping import ABROAD, HEAVY, send_by
from tests.support.storefront import words

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

pytestmark = [pytest.mark.both_engines, pytest.mark.usefixtures("database")]
FIVER = DiscountValues(kind=DiscountKind.AMOUNT, amount=500, currency="EUR")


async def test_a_vendor_reads_its_prices(client: TestClientProtocol) -> None:
    """Of things, of their variants, of sending, of codes."""
    portal = await signed_in(client)
    vendor = await Vendor.get(id=portal.vendor_id)
    me = f"member:{(await Member.get(vendor_id=vendor.id)).id}"
    cup = ProductValues("Cup", Money(1900, "EUR"), 3)
    made = await save_product(
        vendor_id=vendor.id,
        product_id=None,
        values=cup,
        actor=me,
    )
    await save_product(
        vendor_id=vendor.id,
        product_id=made,
        values=replace(cup, price=Money(2100, "EUR")),
        actor=me,
    )
    shirt, (small, _) = await make_variants(vendor)
    await save_variants(
        vendor_id=vendor.id,
        product_id=shirt.id,
        values={small.id: VariantValues(Money(2300, "EUR"), None)},
        actor=me,
    )
    await send_by(vendor.id)
    dearer = replace(HEAVY, price=590)
    await save_method(Editor(vendor.id, me), ABROAD.key, dearer)
    owner = DiscountOwner(vendor.id, me)
    code = await add_discount(owner, "FIVER", FIVER)
    await change_discount(owner, code, replace(FIVER, amount=700, least=3000))

    said = words(await portal.get("/vendor/admin/audit"))
    for line in (
        "Price: €19.00 · Name: Cup",
        "Price: €21.00",
        "Variants: S Price €23.00",
        "Price: €5.90",
        "Amount: €5.00",
        "Amount: €7.00 · From an order of: €30.00",
    ):
        assert line in said, line
    for number in ("1900", "2100", "2300", "590", "500", "700", "3000"):
        assert f" {number}" not in said


async def test_the_staff_reads_its_limits(client: TestClientProtocol) -> None:
    """Of rules and of refunds."""
    portal = await operator_in(client)
    rule = Rule(Decimal(9), fixed=30, maximum=5000, currency="EUR")
    await add_rule(rule, actor="test")
    await set_policy(
        refund_policy=RefundPolicy.KEEP,
        refund_approval_limits={"EUR": 12000},
        actor="test",
    )
    said = words(await portal.get("/operator/audit?kind=all"))
    assert "Fixed amount: €0.30 · At most: €50.00" in said
    assert "Refunds that need the marketplace’s consent: nothing → €120.00" in said

"""A form that was opened before its category was renamed is saved after it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shared.trade.catalogue.categories import (
    CategoryValues,
    add_category,
    change_category,
)
from shared.trade.commission.models import FeeRule
from shared.trade.commission.rules import Rule
from shared.trade.commission.service import add_rule, change_rule
from shared.trade.discounts.models import DiscountCode
from shared.trade.discounts.rules import DiscountKind
from shared.trade.discounts.service import (
    DiscountOwner,
    DiscountValues,
    add_discount,
    change_discount,
)

pytestmark = [pytest.mark.both_engines, pytest.mark.usefixtures("database")]
OURS = DiscountOwner(None, "test")


@pytest.mark.parametrize("after", ["Totes", "BAGS"])
async def test_codes_and_rules_say_what_the_category_is_called_now(after: str) -> None:
    """New ones and those that are there; a word that is no category stays as it was typed."""
    bags = await add_category(CategoryValues(name="Bags"), actor="test")
    await add_category(CategoryValues(name="Cups"), actor="test")
    rule = Rule(category="Bags", percentage=Decimal(9))
    code = DiscountValues(
        kind=DiscountKind.PERCENT,
        percentage=Decimal(30),
        categories=("Cups", "Bags"),
    )
    old_rule = await add_rule(
        Rule(category="Cups", percentage=Decimal(8)), actor="test"
    )
    old_code = await add_discount(OURS, "OLD", code)
    await change_category(bags, CategoryValues(name=after), actor="test")
    await add_discount(OURS, "NEW", code)
    await change_discount(OURS, old_code, code)
    await add_rule(rule, actor="test")
    await change_rule(old_rule, rule, actor="test")
    await add_rule(Rule(category="Oddments", percentage=Decimal(7)), actor="test")
    for row in await DiscountCode.all():
        assert row.categories == sorted(["Cups", after])
    rules = await FeeRule.all().order_by("id").values_list("category", flat=True)
    assert rules == [after, after, "Oddments"]

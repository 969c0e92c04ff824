"""A category is renamed at the very moment at which products of it are made or saved: none goes on
to say a name that no category has any more.
"""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from shared.core.money import Money
from shared.infra import unit
from shared.infra.database.raw_sql import fetch
from shared.trade.catalogue import category_names
from shared.trade.catalogue.categories import (
    CategoryValues,
    add_category,
    change_category,
    remove_category,
)
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.options import set_options
from shared.trade.catalogue.rules import Option
from shared.trade.catalogue.service import ProductValues, save_product
from shared.trade.commission.models import FeeRule
from shared.trade.commission.rules import Rule
from shared.trade.commission.service import add_rule
from shared.trade.discounts import service as discounts
from shared.trade.discounts.models import DiscountCode
from shared.trade.discounts.rules import DiscountKind
from shared.trade.discounts.service import DiscountOwner, DiscountValues, add_discount
from tests.support.factories import make_product, make_ready_vendor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterable

    from shared.infra.database.base import Row
    from shared.infra.unit import Transaction

pytestmark = [pytest.mark.postgres_only, pytest.mark.usefixtures("database")]
WAITING = (
    "SELECT count(*) AS number FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


async def waits(work: Coroutine[Any, Any, Any], number: int) -> asyncio.Task[Any]:
    """Work that has begun, once so many statements wait for somebody's lock, or it is done."""
    task = asyncio.ensure_future(work)
    while not task.done() and (await fetch(WAITING))[0]["number"] < number:
        await asyncio.sleep(0.01)
    return task


@asynccontextmanager
async def held(table: type[Row]) -> AsyncIterator[None]:
    """All rows of a table, which somebody else has locked meanwhile."""
    are_locked, may_end = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with unit.transaction() as tx:
            await tx.lock_all(table.all())
            are_locked.set()
            await may_end.wait()

    holding = asyncio.ensure_future(hold())
    await are_locked.wait()
    try:
        yield
    finally:
        may_end.set()
        await holding


async def save(vendor_id: int, product_id: int | None, category: str) -> int:
    """A product of a category is saved."""
    values = ProductValues("A thing", Money(900, "EUR"), 1, category=category)
    return await save_product(
        vendor_id=vendor_id,
        product_id=product_id,
        values=values,
        actor="test",
    )


@pytest.mark.parametrize("goes", [False, True], ids=["renamed", "taken away"])
async def test_whoever_saves_a_product_waits_for_a_rename_and_says_the_new_name(
    goes: bool,
) -> None:
    """A new one, and one that comes from another category."""
    vendor = await make_ready_vendor()
    bags = await add_category(CategoryValues(name="Bags"), actor="test")
    sacks = await add_category(CategoryValues(name="Sacks"), actor="test")
    other = await make_product(vendor, category="Cups")
    third = DiscountValues(kind=DiscountKind.PERCENT, percentage=Decimal(30))
    await add_discount(DiscountOwner(None, "test"), "THIRD", third)
    if goes:
        change = remove_category(bags, sacks, actor="test")
    else:
        change = change_category(bags, CategoryValues(name="Totes"), actor="test")
    async with held(DiscountCode):
        # The rename has written the products, and waits for who changes a code.
        renaming = await waits(change, 1)
        new = await waits(save(vendor.id, None, "Bags"), 2)
        moved = await waits(save(vendor.id, other.id, "Bags"), 3)
    await asyncio.gather(renaming, new, moved)
    said = await Product.all().values_list("category", flat=True)
    assert said == ["Sacks" if goes else "Totes"] * 2


async def test_a_rename_waits_for_who_saves_a_product() -> None:
    """What is written before it follows it."""
    vendor = await make_ready_vendor()
    bags = await add_category(CategoryValues(name="Bags"), actor="test")
    other = await make_product(vendor, category="Cups")
    async with held(Product):
        saving = await waits(save(vendor.id, other.id, "Bags"), 1)
        renamed = CategoryValues(name="Totes")
        renaming = await waits(change_category(bags, renamed, actor="test"), 2)
    await asyncio.gather(saving, renaming)
    assert (await Product.get(id=other.id)).category == "Totes"


async def test_variants_that_are_being_made_follow_a_rename() -> None:
    """It waits for their product, and finds them then."""
    vendor = await make_ready_vendor()
    bags = await add_category(CategoryValues(name="Bags"), actor="test")
    tote = await make_product(vendor, category="Bags")
    may_go_on = asyncio.Event()

    async def look(_there: object) -> None:
        await may_go_on.wait()

    making = asyncio.ensure_future(
        set_options(
            vendor_id=vendor.id,
            product_id=tote.id,
            options=(Option("Size", ("S", "M")),),
            actor="test",
            look=look,
        )
    )
    renamed = CategoryValues(name="Totes")
    renaming = await waits(change_category(bags, renamed, actor="test"), 1)
    may_go_on.set()
    await asyncio.gather(making, renaming)
    said = await Product.all().values_list("category", flat=True)
    assert said == ["Totes"] * 3


async def add_third(*categories: str) -> None:
    """A code of the marketplace's for some categories."""
    third = DiscountValues(
        kind=DiscountKind.PERCENT, percentage=Decimal(30), categories=categories
    )
    await add_discount(DiscountOwner(None, "test"), "THIRD", third)


async def add_rule_for(category: str) -> None:
    """A commission rule for a category."""
    await add_rule(Rule(category=category, percentage=Decimal(9)), actor="test")


async def named() -> list[str]:
    """The categories that codes and rules name."""
    codes = [row.categories for row in await DiscountCode.exclude(code="HELD")]
    rules = await FeeRule.exclude(category="Held").values_list("category", flat=True)
    return [*(name for names in codes for name in names), *map(str, rules)]


WRITERS = pytest.mark.parametrize("write", [add_third, add_rule_for])


@WRITERS
async def test_whoever_saves_a_code_or_a_rule_waits_for_a_rename(
    write: Callable[[str], Coroutine[Any, Any, None]],
) -> None:
    """It says the new name then, with and without other codes and rules."""
    bags = await add_category(CategoryValues(name="Bags"), actor="test")
    await add_rule_for("Held")
    third = DiscountValues(kind=DiscountKind.PERCENT, percentage=Decimal(30))
    await add_discount(DiscountOwner(None, "test"), "HELD", third)
    change = change_category(bags, CategoryValues(name="Totes"), actor="test")
    async with held(DiscountCode):
        renaming = await waits(change, 1)
        writing = await waits(write("Bags"), 2)
        assert not writing.done()
    await asyncio.gather(renaming, writing)
    assert await named() == ["Totes"]


@WRITERS
async def test_a_rename_waits_for_who_saves_a_code_or_a_rule(
    write: Callable[[str], Coroutine[Any, Any, None]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is written before it follows it: also the first of them, which no lock holds."""
    bags = await add_category(CategoryValues(name="Bags"), actor="test")
    is_kept, may_go_on = asyncio.Event(), asyncio.Event()
    kept = category_names.kept_names

    async def keep(tx: Transaction, typed: Iterable[str]) -> list[str]:
        names = await kept(tx, typed)
        is_kept.set()
        await may_go_on.wait()
        return names

    for module in (category_names, discounts):
        monkeypatch.setattr(module, "kept_names", keep)
    writing = asyncio.ensure_future(write("bags" if write is add_rule_for else "Bags"))
    await is_kept.wait()
    renamed = CategoryValues(name="Totes")
    renaming = await waits(change_category(bags, renamed, actor="test"), 1)
    assert not renaming.done()
    may_go_on.set()
    await asyncio.gather(writing, renaming)
    assert await named() == ["Totes"]

"""Pages from memory are never older than what changed: here, in another process, in a transaction
that ended last.
"""

from __future__ import annotations

import asyncio
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tortoise.connection import get_connection

from shared.core.money import Money
from shared.infra import unit
from shared.infra.database import direct
from shared.infra.page_changes.models import PageChange
from shared.infra.page_changes.queries import changes_since, mark_now
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.service import ProductValues, save_product
from shared.trade.commission.basis import CommissionBasis
from shared.trade.commission.rules import Rule
from shared.trade.commission.service import add_rule, set_basis
from shared.trade.marketplace import presentation
from shared.trade.marketplace.identity import MarketIdentity
from shared.trade.marketplace.legal import LegalKind
from shared.trade.vendors.service import close_shop, open_shop
from tests.support.factories import make_product, make_ready_vendor
from tests.support.from_memory import (
    EXAMPLES,
    PAGE,
    ask,
    is_from_memory,
    plain,
    shop_with_a_cup,
)
from tests.support.vat import with_number

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from quart import Quart

    from shared.trade.vendors.models import Vendor

__all__ = ["plain"]  # a fixture

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.usefixtures("database")


async def changed_stock(vendor: Vendor) -> None:
    await Product.filter(vendor_id=vendor.id).update(stock=2)


async def changed_product(vendor: Vendor) -> None:
    product = await Product.get(slug="cup")
    values = ProductValues(name="Mug", price=Money(700, "EUR"), stock=None, slug="cup")
    await save_product(
        vendor_id=vendor.id, product_id=product.id, values=values, actor="test"
    )


async def new_product(vendor: Vendor) -> None:
    await make_product(vendor, slug="pot", name="Pot")


async def closed(vendor: Vendor) -> None:
    await close_shop(vendor_id=vendor.id, actor="test")


async def not_paid(vendor: Vendor) -> None:
    config = await vendor.payment_config
    config.accepts_payments = False
    await config.save()


async def confirmed_number(vendor: Vendor) -> None:
    await with_number(vendor, "LU26375245")


async def renamed(_vendor: Vendor) -> None:
    await presentation.introduce(MarketIdentity(name="Hall & Sons"), actor="test")


async def rule(_vendor: Vendor) -> None:
    await add_rule(Rule(percentage=Decimal(7)), actor="test")


async def commission_basis(_vendor: Vendor) -> None:
    await set_basis(CommissionBasis.GOODS_AND_SHIPPING, actor="test")


async def terms(_vendor: Vendor) -> None:
    await presentation.publish(
        LegalKind.TERMS, text="New terms.", returns="30 days", actor="test"
    )


@pytest.mark.parametrize(
    ("change", "shown_on"),
    [
        (changed_stock, [PAGE]),
        (changed_product, [PAGE, "/shops/lux", "/"]),
        (new_product, [PAGE, "/shops/lux", "/"]),
        (closed, [PAGE, "/shops/lux", "/", "/vendors"]),
        (not_paid, [PAGE, "/", "/vendors"]),
        (confirmed_number, ["/shops/lux"]),
        (renamed, list(EXAMPLES.values())),
        (rule, ["/", "/pricing"]),
        (commission_basis, ["/pricing"]),
        (terms, ["/legal/terms"]),
    ],
)
async def test_a_change_is_shown_at_once_where_it_was_made(
    app: Quart,
    plain: Quart,
    change: Callable[[Vendor], Awaitable[None]],
    shown_on: list[str],
) -> None:
    """By the process that made it; and every page is what the application says."""
    vendor = await shop_with_a_cup()
    before = {path: (await ask(app, path)).same for path in EXAMPLES.values()}
    await change(vendor)
    for path in {*EXAMPLES.values(), *shown_on}:
        now = (await ask(app, path)).same
        assert now == (await ask(plain, path)).same, path
        if path in shown_on and path in before:
            assert now != before[path], path


async def test_one_vendors_change_leaves_the_others_pages(app: Quart) -> None:
    """And a change that is rolled back leaves all of them."""
    vendor = await shop_with_a_cup()
    other = await make_ready_vendor(slug="new", name="New")
    await make_product(other, slug="pot")
    for path in (PAGE, "/shops/new", "/shops/new/pot", "/"):
        await ask(app, path)
    await changed_stock(vendor)
    assert await is_from_memory(app, "/shops/new")
    assert await is_from_memory(app, "/shops/new/pot")
    assert not await is_from_memory(app, PAGE)
    assert not await is_from_memory(app, "/")
    noted = await PageChange.all().count()
    with pytest.raises(RuntimeError):  # noqa: PT012
        async with unit.transaction():
            await changed_stock(other)
            raise RuntimeError
    assert await PageChange.all().count() == noted
    assert await is_from_memory(app, "/shops/new/pot")
    assert await is_from_memory(app)


async def test_a_page_made_while_something_changes_is_not_kept(app: Quart) -> None:
    """What was read before the change stands under no later look, though it is stored after it."""
    vendor = await shop_with_a_cup()

    async def meanwhile() -> None:
        await changed_product(vendor)
        assert "Mug" in (await ask(app)).text  # asked, and kept

    old = await ask(app, PAGE, on_start=meanwhile)
    assert "Cup" in old.text
    assert "Mug" in (await ask(app)).text
    assert await is_from_memory(app)


WRITER = """
import asyncio, sys
from shared.infra.database.lifecycle import close_database, open_database
from shared.trade.catalogue.models import Product
async def main():
    await open_database(sys.argv[1])
    product = await Product.get(slug="cup")
    product.name = "Mug"
    await product.save()
    await close_database()
asyncio.run(main())
"""


@pytest.mark.both_engines
async def test_what_another_process_changed_is_shown_within_a_second(
    app: Quart, database: str
) -> None:
    """It is asked for twice a second."""
    await shop_with_a_cup()
    assert "Cup" in (await ask(app)).text
    command = (sys.executable, "-c", WRITER, database)
    writer = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
    assert await writer.wait() == 0
    until = time.monotonic() + 1.0
    while "Mug" not in (await ask(app)).text:
        assert time.monotonic() < until
        await asyncio.sleep(0.01)


@pytest.mark.postgres_only
async def test_a_transaction_that_began_first_and_ended_last_is_heard_of(
    database: str,
) -> None:
    """Numbers of transactions say when they began: who looked between the two commits hears of
    each, and of each once.
    """
    first, second = await make_ready_vendor(slug="a"), await make_ready_vendor(slug="b")
    touch = "UPDATE vendors SET city = 'x' WHERE id = $1"
    slow, quick = await direct.connect(database), await direct.connect(database)
    mark = await mark_now()
    transaction = slow.transaction()
    await transaction.start()
    await slow.execute(touch, first.id)
    await quick.execute(touch, second.id)
    found = await changes_since(mark)
    assert found.vendors == {second.id}
    await transaction.commit()
    found = await changes_since(found.mark)
    assert found.vendors == {first.id}
    assert not (await changes_since(found.mark)).vendors
    await slow.close()
    await quick.close()


async def test_where_changes_cannot_be_read_the_application_is_asked(
    app: Quart,
) -> None:
    """Nothing is given that might be another by now."""
    await shop_with_a_cup()
    await ask(app)
    rename = "ALTER TABLE {} RENAME TO {}"
    database = get_connection("default")
    await database.execute_script(rename.format("page_changes", "gone"))
    try:
        assert not await is_from_memory(app)
        assert (await ask(app)).status == 200
    finally:
        await database.execute_script(rename.format("gone", "page_changes"))
    assert await is_from_memory(app)


async def test_a_shop_that_opens_again_is_shown(app: Quart) -> None:
    """Closed pages are kept, too, until then."""
    vendor = await shop_with_a_cup()
    await closed(vendor)
    assert "is closed" in (await ask(app)).text
    assert await is_from_memory(app)
    await open_shop(vendor_id=vendor.id, actor="test")
    assert "Add to basket" in (await ask(app)).text

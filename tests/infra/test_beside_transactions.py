"""A query that was asked before a transaction is not asked beside it."""

from __future__ import annotations

import pytest
from tortoise.exceptions import IntegrityError

from shared.infra import unit
from shared.infra.database.announced import BesideTransaction
from shared.infra.database.raw_sql import fetch
from shared.infra.database.written import written
from shared.trade.catalogue.models import Product
from shared.trade.vendors.models import Vendor
from tests.support.factories import make_product, make_vendor

pytestmark = pytest.mark.both_engines


async def test_a_query_of_before_is_refused_inside(database: str) -> None:
    """Nor is it told what was of before, nor does it wait for another connection; made anew, or
    asked after the transaction, it is right.
    """
    vendor = await make_vendor()
    mine = Product.filter(vendor_id=vendor.id)
    assert await mine == []
    async with unit.transaction():
        await make_product(vendor)
        with pytest.raises(BesideTransaction):
            await mine
        with pytest.raises(BesideTransaction):
            await mine.order_by("-id").first()
        assert len(await Product.filter(vendor_id=vendor.id)) == 1
    assert len(await mine) == 1


@pytest.mark.postgres_only
async def test_what_is_locked_is_locked_by_the_transaction(database: str) -> None:
    """Whichever way the query was asked before."""
    row = await make_product(await make_vendor())
    mine = Product.filter(id=row.id)
    for lock in ("lock_all", "lock_first"):
        assert await mine
        async with unit.transaction() as tx:
            await getattr(tx, lock)(mine)
            (held,) = await fetch(
                "SELECT count(*) AS number FROM pg_locks"
                " WHERE relation = 'products'::regclass AND mode = 'RowShareLock'"
                " AND pid = pg_backend_pid()"
            )
        assert held["number"] == 1


@pytest.mark.parametrize("once", [False, True])
async def test_many_rows_at_once_are_all_written_or_none_and_that_is_noted(
    database: str, *, once: bool
) -> None:
    """Without a transaction around them; who keeps in memory what was read looks again."""
    times = written.times
    await Vendor.bulk_create(_vendors("a", "b"), ignore_conflicts=once)
    assert written.times > times
    with pytest.raises(IntegrityError):
        await Vendor.bulk_create(_vendors("c", "b"))
    assert await Vendor.all().count() == 2


def _vendors(*slugs: str) -> list[Vendor]:
    given = {"name": "A", "business_email": "a@shop.test", "country": "LU"}
    return [Vendor(slug=slug, **given) for slug in slugs]

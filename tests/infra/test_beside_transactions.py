"""A query that was asked before a transaction is not asked beside it."""

from __future__ import annotations

import pytest

from shared.infra import unit
from shared.infra.database.announced import BesideTransaction
from shared.infra.database.raw_sql import fetch
from shared.trade.catalogue.models import Product
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

"""Where shops stand in the directory is kept by the database, and always what vendors and their
payment configs say.
"""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import Any

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import BaseORMException
from tortoise.expressions import Case, When

from shared.finance.connect.models import VendorPaymentConfig
from shared.infra import unit
from shared.infra.database.dialect import dialect
from shared.trade.vendors import service
from shared.trade.vendors.models import ShopPlace, Vendor
from shared.trade.vendors.open_shops import open_shops, selling_vendors
from shared.trade.vendors.terms import locked_terms
from tests.support.factories import make_ready_vendor, make_vendor
from tests.support.tamper import sql

pytestmark = [
    pytest.mark.both_engines,  # triggers of each keep them
    pytest.mark.usefixtures("database"),
]
COLUMNS = "id, created_at, updated_at, is_open, is_soon, sorted_by"
OTHER = "id + 1000, created_at, updated_at, is_open, is_soon, sorted_by"


async def kept() -> list[Any]:
    """The places, in order."""
    places = ShopPlace.all().order_by("id")
    return list(await places.values_list("id", "is_open", "is_soon", "sorted_by"))


async def counted() -> list[Any]:
    """What they are to be."""
    vendors = Vendor.all().order_by("id").select_related("payment_config")
    found = []
    for vendor in await vendors:
        config = vendor.payment_config
        sells = config is not None and config.accepts_payments
        found.append((vendor.id, vendor.is_open, not sells, vendor.search[:200]))
    return found


async def some_shops() -> list[Vendor]:
    """One that sells, one that does not yet, one that never connected, one that is closed; and two
    of one name.
    """
    sells = await make_ready_vendor(slug="sells", name="Zebra")
    soon = await make_ready_vendor(slug="soon", name="Étui")
    await _accepts(soon, payments=False)
    never = await make_vendor(slug="never", name="arbre")
    closed = await make_ready_vendor(slug="closed", name="Closed", is_open=False)
    twins = [await make_ready_vendor(slug=f"twin-{n}", name="Élan") for n in "ab"]
    return [sells, soon, never, closed, *twins]


async def _accepts(vendor: Vendor, *, payments: bool) -> None:
    mine = VendorPaymentConfig.filter(vendor_id=vendor.id)
    await mine.update(accepts_payments=payments)


async def test_shops_come_in_the_order_that_the_two_tables_give() -> None:
    """Those that sell first, then by name whatever its accents, then as they came; page after
    page.
    """
    await some_shops()
    sells = Case(When(payment_config__accepts_payments=True, then="a"), default="b")
    asked = Vendor.filter(is_open=True).select_related("payment_config")
    rows = await asked.annotate(sells=sells).order_by("sells", "search", "id")
    ordered = [row.slug for row in rows]
    assert ordered == ["twin-a", "twin-b", "sells", "never", "soon"]

    for size in range(1, 6):
        walked: list[str] = []
        page = await open_shops(size=size)
        while page.next:
            walked += [each.slug for each in page.vendors]
            page = await open_shops(size=size, after=page.next)
        assert [*walked, *(each.slug for each in page.vendors)] == ordered
        assert page.total == len(ordered)
        assert not page.goes_on
    assert [each.slug for each in await selling_vendors(9)] == ordered[:3]
    assert [each.slug for each in await selling_vendors(2)] == ordered[:2]


async def test_a_page_goes_on_behind_any_shop_or_begins() -> None:
    """Behind one that closed meanwhile; and from the first one on behind one that is not there."""
    *_, closed, _, last = await some_shops()
    behind = await open_shops(after=closed.id)
    assert [each.slug for each in behind.vendors] == [
        "twin-a",
        "twin-b",
        "sells",
        "never",
        "soon",
    ]
    assert (await open_shops(after=last.id + 1)).vendors == behind.vendors
    found = await open_shops(search="élan", size=1)
    assert [each.slug for each in found.vendors] == ["twin-a"]
    assert found.total == 2
    found = await open_shops(search="élan", size=1, after=found.next)
    assert [each.slug for each in found.vendors] == ["twin-b"]
    assert found.next == 0


async def test_a_place_follows_whatever_is_written() -> None:
    """By services, by a row that was read long before, in bulk, past everything."""
    sells, soon, never, closed, *_ = await some_shops()
    assert await kept() == await counted()
    stale = await Vendor.get(id=soon.id)
    await _accepts(soon, payments=True)
    stale.name = "Aal"
    await stale.save()
    await service.close_shop(vendor_id=sells.id, actor="member:1")
    assert await kept() == await counted()
    await VendorPaymentConfig.create(vendor_id=never.id, accepts_payments=True)
    await Vendor.filter(is_open=False).update(is_open=True)
    await sql("UPDATE vendors SET search = 'ware ' || search")
    assert await kept() == await counted()
    await VendorPaymentConfig.filter(vendor_id=closed.id).delete()
    await _accepts(sells, payments=False)
    long = {"slug": "long", "name": "ß" * 120, "business_email": "a@b.test"}
    await Vendor.bulk_create([Vendor(**long, country="LU")])
    assert await kept() == await counted()
    await closed.delete()
    assert await kept() == await counted()
    assert len(await kept()) == 6


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE shop_places SET is_soon = NOT is_soon",
        "UPDATE shop_places SET is_open = NOT is_open",
        "UPDATE shop_places SET sorted_by = 'aaa'",
        "UPDATE shop_places SET id = id + 1000",
        "DELETE FROM shop_places",
        f"INSERT INTO shop_places ({COLUMNS}) SELECT {OTHER} FROM shop_places",
    ],
)
async def test_nobody_but_the_database_moves_a_shop(statement: str) -> None:
    """Whoever asks."""
    await some_shops()
    with pytest.raises(BaseORMException, match="where its vendor and its payments"):
        await sql(statement)
    assert await kept() == await counted()


@pytest.mark.postgres_only
async def test_who_moves_a_shop_waits_for_nobody_in_a_circle() -> None:
    """Its look is changed, which locks the vendor and then its payment config, while its account
    stops taking payments: the place is locked last by both.
    """
    vendor = await make_ready_vendor(slug="busy", name="Busy")
    stopped, waits = asyncio.Event(), asyncio.Event()

    async def stops() -> None:
        async with unit.transaction() as tx:
            await locked_terms(tx, vendor.id)
            stopped.set()
            await waits.wait()
            await asyncio.sleep(0.1)
            await _accepts(vendor, payments=False)

    async def looks() -> None:
        async with unit.transaction() as tx:
            row = await tx.lock(Vendor, id=vendor.id)
            await stopped.wait()
            waits.set()
            await locked_terms(tx, vendor.id)
            row.tagline = "Another"
            await row.save(update_fields=["tagline"])

    async with asyncio.timeout(20):
        await asyncio.gather(stops(), looks())
    assert await kept() == await counted()


async def test_shops_of_before_there_were_places_have_theirs() -> None:
    """Migration 0088, and back again."""
    await some_shops()
    before = await kept()
    script = import_module("shared.infra.database.migrations.0088_shop_places")
    name = dialect().upper()
    connection = get_connection("default")

    await connection.execute_script(getattr(script, f"{name}_BACK"))
    await connection.execute_script("DELETE FROM shop_places")
    await connection.execute_script(getattr(script, name))

    assert await kept() == before
    await service.close_shop(vendor_id=before[0][0], actor="member:1")
    assert await kept() == await counted()

"""Any amount of bulk data for trying out and measuring.

It is written straight to the tables in batches, as a marketplace of years would have left it: paid
orders of vendors that are `bulk-...` (bulk_sales.py), with no counterpart at Stripe. The demo goes
through the services instead (demo.py).
"""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any

from shared.core import ids
from shared.entrypoints.cli import bulk_sales
from shared.finance.connect.models import VendorPaymentConfig
from shared.infra import unit
from shared.infra.database.chunks import chunks
from shared.infra.database.columns import numbers_in
from shared.trade.catalogue.models import Product
from shared.trade.vendors.models import Vendor

BATCH = 500


async def fill(vendors: int, products: int, orders: int) -> None:
    """Add so many of each."""
    await _vendors(vendors)
    bulk = Vendor.filter(slug__startswith="bulk-").order_by("id")
    vendor_ids = await numbers_in(bulk, "id") or await _vendors(1)
    await _products(vendor_ids, products)
    await _orders(vendor_ids, orders)


def progress(
    what: str,
    count: int,
    size: int = BATCH,
) -> Iterator[tuple[int, int]]:
    """Slices of `count` in batches, with a bar on a terminal and one line at the end."""
    started = time.monotonic()
    for start in range(0, count, size):
        end = min(start + size, count)
        yield start, end
        if sys.stdout.isatty():
            filled = round(30 * end / count)
            print(
                f"\r  {what:9} {'█' * filled}{'░' * (30 - filled)} {end:,}/{count:,}",
                end="",
                flush=True,
            )
    if count:
        lead = "\r" if sys.stdout.isatty() else ""
        print(
            f"{lead}  {count:,} {what} in {time.monotonic() - started:.1f} s".ljust(70),
            flush=True,
        )


async def _vendors(count: int) -> list[int]:
    first = await Vendor.filter(slug__startswith="bulk-").count()
    made: list[int] = []
    for start, end in progress("vendors", count):
        slugs = [f"bulk-{first + n:06d}" for n in range(start, end)]
        async with unit.transaction():
            await Vendor.bulk_create(
                [
                    Vendor(
                        slug=slug,
                        name=f"Bulk {slug[5:]}",
                        business_email=f"{slug}@example.test",
                        country="LU",
                    )
                    for slug in slugs
                ]
            )
            rows = await numbers_in(Vendor.filter(slug__in=slugs), "id")
            await VendorPaymentConfig.bulk_create(
                [VendorPaymentConfig(vendor_id=i, **_READY) for i in rows]
            )
        made += rows
    return made


_READY: dict[str, Any] = {
    "stripe_account_status": "active",
    "charges_enabled": True,
    "payouts_enabled": True,
    "details_submitted": True,
    "transfers_active": True,
}


async def _products(vendor_ids: list[int], count: int) -> None:
    run = ids.new_token("p")[-6:].lower().replace("_", "x")
    for start, end in progress("products", count):
        async with unit.transaction():
            await Product.bulk_create(
                [
                    Product(
                        vendor_id=vendor_ids[n % len(vendor_ids)],
                        slug=f"thing-{run}-{n}",
                        name=f"Thing number {n}",
                        category=f"Shelf {n % 7}",
                        price_amount=500 + n * 37 % 20_000,
                        currency="EUR",
                        stock=n % 50,
                    )
                    for n in range(start, end)
                ]
            )


async def _orders(vendor_ids: list[int], count: int) -> None:
    if not count:
        return
    goods = {vendor_id async for vendor_id in _with_products(vendor_ids)}
    await _products(
        [i for i in vendor_ids if i not in goods], len(vendor_ids) - len(goods)
    )
    await bulk_sales.make(count, progress("orders", count, bulk_sales.AT_ONCE))


async def _with_products(vendor_ids: list[int]) -> AsyncIterator[int]:
    for some in chunks(vendor_ids):
        mine = Product.filter(vendor_id__in=some).distinct()
        for vendor_id in await numbers_in(mine, "vendor_id"):
            yield vendor_id

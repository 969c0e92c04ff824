"""`seed`: the demo marketplace, or any amount of bulk data for trying out and measuring.

Bulk data is written straight to the tables in batches, as a marketplace of years would have left
it: paid orders of vendors that are `bulk-...`, with no counterpart at Stripe. The demo goes through
the services instead (demo.py).
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import click

from shared.core import clock, ids
from shared.core.settings import Settings
from shared.entrypoints.cli.demo import fill
from shared.entrypoints.cli.demo_filled import is_filled
from shared.entrypoints.cli.opened import opened
from shared.entrypoints.cli.options import CommandFailed, SeedOptions
from shared.entrypoints.cli.settings import read_settings
from shared.entrypoints.cli.stand_in import StandIn, answers
from shared.entrypoints.cli.where import installation, site
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.payments.models import Payment
from shared.infra import unit
from shared.infra.database import migrate as migrations
from shared.trade.catalogue.models import Product
from shared.trade.commission.rules import Rule, share, snapshot
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.vendors.models import Vendor

BATCH = 500


async def seed(settings: Settings, options: SeedOptions) -> int:
    """Fill the demo, or add what was asked for in bulk."""
    if settings.production:
        raise CommandFailed(
            "seed makes made-up data; it does not run with MARKETHALL_ENV=production."
        )
    await migrations.migrate(
        settings.database_url, copies=settings.data_dir / "backups"
    )
    async with opened(settings):
        if options.vendors or options.products or options.orders:
            await _bulk(options.vendors, options.products, options.orders)
        else:
            await _demo(settings, options)
    return 0


async def _demo(settings: Settings, options: SeedOptions) -> None:
    if not settings.stripe.stand_in:
        raise CommandFailed(
            "The demo marketplace is for the Stripe stand-in; a Stripe key is set."
        )
    if await is_filled():
        print("The demo marketplace is there already.")
        return
    if answers(settings.stripe.api_base):  # `run.py sandbox` or a running site
        await fill(settings)
    else:
        with StandIn(settings, options) as stand_in:
            await stand_in.ready()
            await fill(settings)
    print("The demo marketplace is filled.")


async def _bulk(vendors: int, products: int, orders: int) -> None:
    await _vendors(vendors)
    found = (
        await Vendor.filter(slug__startswith="bulk-")
        .order_by("id")
        .values_list("id", flat=True)
    )
    vendor_ids = [int(i) for i in found] or await _vendors(1)  # type: ignore[call-overload]
    await _products(vendor_ids, products)
    await _orders(vendor_ids, orders)


def progress(what: str, count: int) -> Iterator[tuple[int, int]]:
    """Slices of `count` in batches, with a bar on a terminal and one line at the end."""
    started = time.monotonic()
    for start in range(0, count, BATCH):
        end = min(start + BATCH, count)
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
            ids = Vendor.filter(slug__in=slugs).values_list("id", flat=True)
            rows = [int(i) for i in await ids]  # type: ignore[call-overload]
            await VendorPaymentConfig.bulk_create(
                [VendorPaymentConfig(vendor_id=i, **_READY) for i in rows]
            )
        made += rows
    return made


_FEE = Decimal("2.50")
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
    goods = {int(p.vendor_id): p async for p in _first_products(vendor_ids)}
    missing = [i for i in vendor_ids if i not in goods]
    await _products(missing, len(missing))
    goods |= {int(p.vendor_id): p async for p in _first_products(missing)}
    now = clock.now()
    for start, end in progress("orders", count):
        async with unit.transaction():
            await _order_batch(
                [
                    (
                        n,
                        goods[vendor_ids[n % len(vendor_ids)]],
                    )
                    for n in range(start, end)
                ],
                now,
            )


async def _first_products(vendor_ids: list[int]) -> AsyncIterator[Any]:
    seen: set[int] = set()
    for start in range(0, len(vendor_ids), BATCH):
        for product in await Product.filter(
            vendor_id__in=vendor_ids[start : start + BATCH]
        ).order_by("id"):
            if product.vendor_id not in seen:
                seen.add(product.vendor_id)
                yield product


async def _order_batch(
    wanted: list[tuple[int, Any]],
    now: datetime,
) -> None:
    tokens = [ids.new_nonce() for _ in wanted]
    moments = [now - timedelta(minutes=n * 7 % 525_600) for n, _ in wanted]
    await Checkout.bulk_create(
        [
            _checkout(t, p, at)
            for t, (_, p), at in zip(tokens, wanted, moments, strict=True)
        ]
    )
    found = dict(await Checkout.filter(token__in=tokens).values_list("token", "id"))
    orders = [
        _order(found[t], n, p, at)
        for t, (n, p), at in zip(tokens, wanted, moments, strict=True)
    ]
    await Order.bulk_create(orders)
    by_checkout = dict(
        await Order.filter(checkout_id__in=list(found.values())).values_list(
            "checkout_id", "id"
        )
    )
    made = [
        (by_checkout[found[t]], o, p, at)
        for t, o, (_, p), at in zip(tokens, orders, wanted, moments, strict=True)
    ]
    await OrderLine.bulk_create(
        [
            OrderLine(
                order_id=i,
                product_id=p.id,
                name=p.name,
                unit_amount=p.price_amount,
                quantity=1,
                commission_amount=o.platform_fee_amount,
                commission_rule=snapshot(Rule(_FEE)),
                created_at=at,
            )
            for i, o, p, at in made
        ]
    )
    await Payment.bulk_create([_payment(i, o, at) for i, o, _, at in made])


def _checkout(token: str, product: Any, at: datetime) -> Any:
    return Checkout(
        token=token,
        status="completed",
        email="bulk@example.test",
        full_name="Bea Bulk",
        address="1 Long Road",
        city="Luxembourg",
        postal_code="1111",
        country="LU",
        currency=product.currency,
        total_amount=product.price_amount,
        reserved_until=at,
        created_at=at,
    )


def _order(
    checkout_id: int,
    number: int,
    product: Any,
    at: datetime,
) -> Any:
    sent = number % 10 != 0
    return Order(
        number=ids.new_number("BK"),
        checkout_id=checkout_id,
        vendor_id=product.vendor_id,
        status="shipped" if sent else "processing",
        payment_status="paid",
        stock_state="taken",
        total_amount_cents=product.price_amount,
        platform_fee_amount=share(product.price_amount, _FEE, product.currency),
        platform_fee_percentage=_FEE,
        currency=product.currency,
        paid_at=at,
        shipped_at=at if sent else None,
        created_at=at,
    )


def _payment(order_id: int, order: Any, at: datetime) -> Any:
    return Payment(
        vendor_id=order.vendor_id,
        order_id=order_id,
        attempt=1,
        idempotency_key=f"bulk:order:{order_id}:1",
        stripe_account_id="acct_bulk",
        amount_total=order.total_amount_cents,
        amount_vendor=order.total_amount_cents - order.platform_fee_amount,
        amount_platform_fee=order.platform_fee_amount,
        currency=order.currency,
        status="succeeded",
        paid_at=at,
        created_at=at,
    )


@click.command()
@site
@installation
@click.option(
    "--vendors",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="N vendors of bulk data.",
)
@click.option(
    "--products",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="N products of bulk data.",
)
@click.option(
    "--orders",
    type=click.IntRange(min=0),
    default=0,
    metavar="N",
    help="N paid orders of bulk data.",
)
def seed_command(**given: Any) -> int:
    """Fill the demo marketplace, or add bulk data."""
    options = SeedOptions(**given)
    return asyncio.run(seed(read_settings(options), options))

"""Any amount of bulk data for trying out and measuring.

It is written straight to the tables in batches, as a marketplace of years would have left it: paid
orders of vendors that are `bulk-...`, with no counterpart at Stripe. The demo goes through the
services instead (demo.py).
"""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from shared.core import clock, ids
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.payments.models import Payment
from shared.infra import unit
from shared.infra.database.columns import numbers_in
from shared.trade.catalogue.models import Product
from shared.trade.commission.rules import Rule, share, snapshot
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.vendors.models import Vendor

BATCH = 500


async def fill(vendors: int, products: int, orders: int) -> None:
    """Add so many of each."""
    await _vendors(vendors)
    bulk = Vendor.filter(slug__startswith="bulk-").order_by("id")
    vendor_ids = await numbers_in(bulk, "id") or await _vendors(1)
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
            rows = await numbers_in(Vendor.filter(slug__in=slugs), "id")
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
            sales = []
            for number in range(start, end):
                product = goods[vendor_ids[number % len(vendor_ids)]]
                at = now - timedelta(minutes=number * 7 % 525_600)
                sales.append(_Sale(ids.new_nonce(), number, product, at))
            await _order_batch(sales)


async def _first_products(vendor_ids: list[int]) -> AsyncIterator[Any]:
    seen: set[int] = set()
    for start in range(0, len(vendor_ids), BATCH):
        some = Product.filter(vendor_id__in=vendor_ids[start : start + BATCH])
        for product in await some.order_by("id"):
            if product.vendor_id not in seen:
                seen.add(product.vendor_id)
                yield product


@dataclass(frozen=True)
class _Sale:
    """A purchase of one piece."""

    token: str
    number: int
    product: Any
    at: datetime


async def _order_batch(sales: list[_Sale]) -> None:
    tokens = [sale.token for sale in sales]
    await Checkout.bulk_create(map(_checkout, sales))
    made = Checkout.filter(token__in=tokens)
    checkouts = dict(await made.values_list("token", "id"))
    placed = [_order(sale, checkouts[sale.token]) for sale in sales]
    await Order.bulk_create(placed)
    ordered = Order.filter(checkout_id__in=list(checkouts.values()))
    order_ids = dict(await ordered.values_list("checkout_id", "id"))
    lines, payments = [], []
    for sale, order in zip(sales, placed, strict=True):
        order_id = order_ids[order.checkout_id]
        lines.append(_line(sale, order_id, order.platform_fee_amount))
        payments.append(_payment(order_id, order, sale.at))
    await OrderLine.bulk_create(lines)
    await Payment.bulk_create(payments)


def _checkout(sale: _Sale) -> Any:
    return Checkout(
        token=sale.token,
        status="completed",
        email="bulk@example.test",
        full_name="Bea Bulk",
        address="1 Long Road",
        city="Luxembourg",
        postal_code="1111",
        country="LU",
        currency=sale.product.currency,
        total_amount=sale.product.price_amount,
        reserved_until=sale.at,
        created_at=sale.at,
    )


def _order(sale: _Sale, checkout_id: int) -> Any:
    product, at = sale.product, sale.at
    sent = sale.number % 10 != 0
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


def _line(sale: _Sale, order_id: int, commission: int) -> Any:
    return OrderLine(
        order_id=order_id,
        product_id=sale.product.id,
        name=sale.product.name,
        unit_amount=sale.product.price_amount,
        quantity=1,
        commission_amount=commission,
        commission_rule=snapshot(Rule(_FEE)),
        created_at=sale.at,
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

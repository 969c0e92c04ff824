"""Rows for tests, with sensible values for everything that a test does not name.

No services: for tests about tables and queries.

What needs a vendor that can really take payments uses tests.support.market instead.
"""

from __future__ import annotations

import itertools
import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from shared.core import clock, ids
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.disputes.models import Dispute
from shared.finance.payments.models import Payment
from shared.finance.refunds.models import Refund
from shared.trade.baskets.models import Basket
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.options import set_options
from shared.trade.catalogue.product_views import (
    ProductView,
)
from shared.trade.catalogue.rules import Option
from shared.trade.catalogue.variants import (
    variants_of,
)
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.people.models import Customer, Member
from shared.trade.vendors.models import Vendor

if TYPE_CHECKING:
    from pathlib import Path

_numbers = itertools.count(1)


async def make_vendor(**values: Any) -> Vendor:
    """A vendor that has not connected Stripe."""
    n = next(_numbers)
    given = {
        "slug": f"vendor-{n}",
        "name": f"Vendor {n}",
        "business_email": f"v{n}@example.test",
        "country": "LU",
    }
    return await Vendor.create(**{**given, **values})


async def make_ready_vendor(**values: Any) -> Vendor:
    """A vendor whose row says that it takes payments (no account behind it)."""
    vendor = await make_vendor(**values)
    await VendorPaymentConfig.create(
        vendor_id=vendor.id,
        stripe_account_id=f"acct_factory{vendor.id}",
        stripe_account_status="active",
        charges_enabled=True,
        payouts_enabled=True,
        details_submitted=True,
        transfers_active=True,
        accepts_payments=True,
    )
    return vendor


async def make_member(vendor: Vendor | None, **values: Any) -> Member:
    """The vendor's owner, or an operator when there is no vendor.

    Cannot sign in: it has no password.
    """
    given = {
        "email": f"member{next(_numbers)}@example.test",
        "password_hash": "!",
        "full_name": "Mara Member",
        "role": "owner" if vendor else "operator",
        "vendor_id": vendor.id if vendor else None,
    }
    return await Member.create(**{**given, **values})


async def make_customer(**values: Any) -> Customer:
    """A shopper with an account and no password."""
    given = {
        "email": f"shopper{next(_numbers)}@example.test",
        "password_hash": "!",
        "full_name": "Sam Shopper",
    }
    return await Customer.create(**{**given, **values})


async def make_product(vendor: Vendor, **values: Any) -> Product:
    """A published product with ten in stock."""
    n = next(_numbers)
    given = {
        "vendor_id": vendor.id,
        "slug": f"product-{n}",
        "name": f"Product {n}",
        "price_amount": 4990,
        "currency": "EUR",
        "stock": 10,
    }
    return await Product.create(**{**given, **values})


async def make_variants(
    vendor: Vendor,
    *options: Option,
    stock: int = 10,
    **values: Any,
) -> tuple[Product, list[ProductView]]:
    """A product with these options (Size: S and M, without any), and its variants with so many in
    stock of each.
    """
    product = await make_product(vendor, **values)
    await set_options(
        vendor_id=vendor.id,
        product_id=product.id,
        options=options or (Option("Size", ("S", "M")),),
        actor="test",
    )
    await Product.filter(parent_id=product.id).update(stock=stock)
    await product.refresh_from_db()
    return product, list(await variants_of(product.id))


async def make_order(vendor: Any = None, product: Any = None, **values: Any) -> Order:
    """An open order over one piece of one product, in a checkout of its own; without a vendor or
    product, of a new one.
    """
    vendor = vendor or await make_ready_vendor()
    product = product or await make_product(vendor)
    basket = await Basket.create(token_digest=ids.digest(ids.new_token("bsk")))
    checkout = await Checkout.create(
        token=ids.new_token("chk"),
        basket_id=basket.id,
        email="ada@example.test",
        full_name="Ada Lovelace",
        address="12 rue du Marché",
        city="Luxembourg",
        postal_code="1728",
        country="LU",
        currency=product.currency,
        total_amount=product.price_amount,
        reserved_until=clock.now() + timedelta(minutes=30),
    )
    given = {
        "number": ids.new_number(),
        "checkout_id": checkout.id,
        "vendor_id": vendor.id,
        "total_amount_cents": product.price_amount,
        "platform_fee_amount": product.price_amount // 40,
        "platform_fee_percentage": "2.50",
        "currency": product.currency,
    }
    order = await Order.create(**{**given, **values})
    await OrderLine.create(
        order_id=order.id,
        product_id=product.id,
        name=product.name,
        unit_amount=product.price_amount,
        quantity=1,
        commission_amount=min(order.platform_fee_amount, product.price_amount),
    )
    return order


async def make_dispute(order: Order, **values: Any) -> Dispute:
    """An open dispute over a whole order, its money still where it was; a payment of the order is
    made where there is none.
    """
    payment = await Payment.filter(order_id=order.id).first() or await make_payment(
        order, status="succeeded"
    )
    n = next(_numbers)
    given = {
        "stripe_dispute_id": f"du_factory{n}",
        "vendor_id": order.vendor_id,
        "order_id": order.id,
        "payment_id": payment.id,
        "status": "needs_response",
        "reason": "fraudulent",
        "amount": order.total_amount_cents,
        "currency": order.currency,
        "is_inquiry": False,
        "is_charge_refundable": False,
        "due_by": clock.now() + timedelta(days=7),
        "opened_at": clock.now(),
    }
    return await Dispute.create(**{**given, **values})


async def make_payment(order: Order, **values: Any) -> Payment:
    """A payment over the whole order, waiting for a payment method."""
    given = {
        "vendor_id": order.vendor_id,
        "order_id": order.id,
        "attempt": 1,
        "stripe_account_id": f"acct_factory{order.vendor_id}",
        "amount_total": order.total_amount_cents,
        "amount_vendor": order.total_amount_cents - order.platform_fee_amount,
        "amount_platform_fee": order.platform_fee_amount,
        "currency": order.currency,
        "status": "pending",
    }
    given = {**given, **values}
    return await Payment.create(
        idempotency_key=f"order:{order.id}:{given['attempt']}", **given
    )


async def make_refund(payment: Payment, number: int = 1, **values: Any) -> Refund:
    """A refund of 10 minor units that has arrived; the order does not count it."""
    given = {
        "vendor_id": payment.vendor_id,
        "order_id": payment.order_id,
        "payment_id": payment.id,
        "number": number,
        "status": "succeeded",
        "amount": 10,
        "vendor_part": 9,
        "commission_part": 1,
        "currency": payment.currency,
        "policy": "proportional",
        "idempotency_key": f"order:{payment.order_id}:refund:{number}:1",
        "stripe_refund_id": f"re_factory{payment.id}_{number}",
        "requested_by": "member:1",
    }
    return await Refund.create(**{**given, **values})


def insert_one_of_each(path: Path) -> dict[str, int]:
    """Put a row into the first tables of a SQLite file by plain SQL, whatever the models are by
    now: rows per table.
    """
    now = "2026-01-01 00:00:00+00:00"
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA foreign_keys=ON")
        db.execute(
            "INSERT INTO vendors (id, created_at, updated_at, slug, name, tagline, description, "
            "business_email, business_phone,"
            " country, city, brand_color, logo, cover, ships_in_days, is_open)"
            " VALUES (1, ?, ?, 'v', 'V', '', '', 'v@example.test', '', 'LU', '', '#000000', '', "
            "'', 3, 1)",
            (now, now),
        )
        db.execute(
            "INSERT INTO products (id, created_at, updated_at, slug, name, category, description, "
            "price_amount, currency,"
            " stock, reserved, picture, is_published, vendor_id)"
            " VALUES (1, ?, ?, 'p', 'P', '', '', 100, 'EUR', 5, 1, '', 1, 1)",
            (now, now),
        )
        db.execute(
            "INSERT INTO baskets (id, created_at, updated_at, token_digest) VALUES (1, ?, ?, 'a')",
            (now, now),
        )
        db.execute(
            "INSERT INTO basket_lines (created_at, updated_at, quantity, seen_amount, basket_id, "
            "product_id)"
            " VALUES (?, ?, 1, 100, 1, 1)",
            (now, now),
        )
        db.commit()
    return {"vendors": 1, "products": 1, "baskets": 1, "basket_lines": 1}

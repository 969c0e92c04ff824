"""The hot statements of payments, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from operator import attrgetter

from shared.core.errors import NotFound
from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import PaymentState
from shared.infra.database.dialect import dialect
from shared.infra.database.known_ids import next_id
from shared.infra.database.raw_sql import Record, columns, fetch, for_update, row_of
from shared.infra.gateway.restore_check import MAY_MOVE
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.unit import Transaction
from shared.trade.marketplace.models import MarketplaceSettings
from shared.trade.marketplace.queries import SETTINGS_ID
from shared.trade.orders import declines
from shared.trade.orders.decline_statements import STOPS
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.rules import CheckoutStatus, PaymentStatus

_OF_PAYMENT = (
    "payments p JOIN orders o ON o.id = p.order_id"
    " JOIN checkouts c ON c.id = o.checkout_id"
)
# A payment, and those that share its intent.
_WHICH = (
    "p.id = ? OR p.intent_key = (SELECT s.intent_key FROM payments s WHERE s.id = ?)"
)
Locked = tuple[Checkout, Order, Payment]


@frozen
class Slice:
    """What an order has of a payment: the whole of it, or a part of one that several share."""

    order: Order
    payment: Payment


@frozen
class LockedIntent:
    """A purchase and all that its intent pays, by order; locked."""

    checkout: Checkout
    slices: tuple[Slice, ...]

    @property
    def lead(self) -> Slice:
        """The one whose key the intent has."""
        return next(each for each in self.slices if each.payment.leads)

    def of(self, payment_id: int) -> Slice:
        """The slice of one payment."""
        return next(each for each in self.slices if each.payment.id == payment_id)


@cache
def _columns() -> str:
    return ", ".join(
        (columns(Checkout, "c"), columns(Order, "o"), columns(Payment, "p"))
    )


@cache
def _sql() -> str:
    return f"SELECT {_columns()} FROM {_OF_PAYMENT} WHERE {_WHICH} ORDER BY o.id"


# Every order of a purchase with its payments, the latest last.
_OF_PURCHASE = (
    "SELECT k.status AS purchase, o.payment_status, p.status, p.failure_reason,"
    " p.stripe_payment_intent_id FROM checkouts k"
    " JOIN orders o ON o.checkout_id = k.id LEFT JOIN payments p ON p.order_id = o.id"
    " WHERE k.token = ? ORDER BY p.id IS NOT NULL, p.id"
)


@frozen
class OrderPaid:
    """How an order of a purchase stands, and one payment of it; None where there is none."""

    purchase: CheckoutStatus
    order: PaymentStatus
    payment: PaymentState | None
    failure: str | None
    intent_id: str | None


async def of_purchase(token: str) -> tuple[OrderPaid, ...]:
    """Read how the orders of a purchase are paid, each with every payment, the latest last."""
    return tuple(
        OrderPaid(
            CheckoutStatus(record["purchase"]),
            PaymentStatus(record["payment_status"]),
            PaymentState(record["status"]) if record["status"] else None,
            record["failure_reason"],
            record["stripe_payment_intent_id"],
        )
        for record in await fetch(_OF_PURCHASE, token)
    )


@cache
def _by_intent_sql() -> str:
    return (
        f"SELECT {columns(Payment, 'p')} FROM payments p"
        " WHERE p.stripe_payment_intent_id = ? ORDER BY p.id"
    )


async def payments_of(intent_id: str) -> list[Payment]:
    """Read the payments that have an intent; the one that leads was written down first."""
    found = await fetch(_by_intent_sql(), intent_id)
    return [row_of(Payment, "p", record) for record in found]


async def lock_payment(tx: Transaction, payment_id: int) -> Locked:
    """Lock a payment as `lock_intent` does: its checkout, its order and itself."""
    locked = await lock_intent(tx, payment_id)
    mine = locked.of(payment_id)
    return locked.checkout, mine.order, mine.payment


@cache
def _payments_sql() -> str:
    return (
        f"SELECT {columns(Payment, 'p')} FROM {_OF_PAYMENT}"
        f" WHERE {_WHICH} ORDER BY o.id"
    )


async def lock_payments(tx: Transaction, payment_id: int) -> list[Payment]:
    """Lock what `lock_intent` locks, and read the payments alone, by order. Raises NotFound."""
    sql = _payments_sql() + for_update("c", "o", "p")
    found = await fetch(sql, payment_id, payment_id)
    if not found:
        raise NotFound
    payments = [row_of(Payment, "p", record) for record in found]
    tx.took(*sorted(payments, key=attrgetter("id")))
    return payments


async def lock_intent(tx: Transaction, payment_id: int) -> LockedIntent:
    """Lock a payment's checkout, its order and itself, and what shares its intent, in the one order
    of docs/architecture.md.

    A success completes the checkout: locked only then, it would meet somebody who closes the
    checkout coming the other way. Raises NotFound.
    """
    if (held := _held(tx, payment_id)) is not None:
        checkout, order, payment = held
        return LockedIntent(checkout, (Slice(order, payment),))
    found = await fetch(_sql() + for_update("c", "o", "p"), payment_id, payment_id)
    if not found:
        raise NotFound
    return _took(tx, found)


def _held(tx: Transaction, payment_id: int) -> Locked | None:
    """What was locked with the payment's write."""
    payment = tx.held(Payment, payment_id)
    if payment is None or payment.is_slice:  # others belong to it
        return None
    order = tx.held(Order, payment.order_id)
    checkout = tx.held(Checkout, order.checkout_id) if order is not None else None
    if order is None or checkout is None:
        return None
    return checkout, order, payment


def _took(tx: Transaction, found: Sequence[Record]) -> LockedIntent:
    checkout = row_of(Checkout, "c", found[0])
    slices = tuple(
        Slice(row_of(Order, "o", record), row_of(Payment, "p", record))
        for record in found
    )
    payments = sorted((each.payment for each in slices), key=attrgetter("id"))
    tx.took(checkout, *(each.order for each in slices), *payments)
    return LockedIntent(checkout, slices)


@cache
def _write_sql() -> str:
    return (
        f"SELECT {columns(StripeWrite, 'w')}, {_columns()}"
        f" FROM {_OF_PAYMENT} JOIN stripe_writes w ON w.id = ?"
        f" WHERE {_WHICH} ORDER BY o.id"
    )


async def lock_write(
    tx: Transaction,
    write_id: int,
    payment_id: int,
) -> StripeWrite:
    """Lock a write about a payment, and with it what `lock_intent` locks. Raises NotFound."""
    sql = _write_sql() + for_update("w", "c", "o", "p")
    found = await fetch(sql, write_id, payment_id, payment_id)
    if not found:
        raise NotFound
    write = row_of(StripeWrite, "w", found[0])
    tx.took(write)
    _took(tx, found)
    return write


@cache
def _orders_sql() -> str:
    return (
        f"SELECT {columns(Order, 't')} FROM orders t WHERE t.checkout_id ="
        " (SELECT x.checkout_id FROM orders x WHERE x.id = ?) ORDER BY t.id"
    )


async def lock_orders(tx: Transaction, order_id: int) -> list[Order]:
    """Lock an order with the others of its purchase, by id. Raises NotFound."""
    found = await fetch(_orders_sql() + for_update("t"), order_id)
    if not found:
        raise NotFound(_(Order.not_found))
    orders = [row_of(Order, "t", record) for record in found]
    tx.took(*orders)
    return orders


@frozen
class Opening:
    """What opening a payment must know beside its order."""

    checkout_status: str
    vendor_name: str
    accepts_payments: bool | None  # None: nothing was ever set up
    stripe_account_id: str | None
    statement_prefix: str
    may_move: bool  # False: money stands still after a restore
    payments: tuple[Payment, ...]  # the order's, by id
    payment_id: int | None  # of the next one, and of what asks for it; None on SQLite
    write_id: int | None
    declined: Record  # from where the purchase was made (orders/declines.py)


@cache
def _opening_sql(engine: str) -> str:
    configs = VendorPaymentConfig._meta.db_table
    settings = MarketplaceSettings._meta.db_table
    return (
        f"SELECT {columns(Payment, 'p')}, c.status AS checkout, v.name AS vendor,"
        " g.accepts_payments AS accepts, g.stripe_account_id AS account,"
        f" s.statement_prefix AS prefix, {MAY_MOVE} AS may_move,"
        f" c.network, {STOPS},"
        f" {next_id(Payment, engine)} AS next_payment,"
        f" {next_id(StripeWrite, engine)} AS next_write"
        " FROM checkouts c JOIN vendors v ON v.id = ?"
        f" LEFT JOIN {configs} g ON g.vendor_id = v.id"
        f" LEFT JOIN {settings} s ON s.id = {SETTINGS_ID}"
        " LEFT JOIN payments p ON p.order_id = ? WHERE c.id = ? ORDER BY p.id"
    )


async def opening_of(order: Order) -> Opening:
    """Read what opening a payment of a locked order must know; one query.

    After the lock: a payment that somebody else wrote down meanwhile is among them.
    """
    ids = (order.vendor_id, order.id, order.checkout_id)
    found = await fetch(_opening_sql(dialect()), *declines.since(), *ids)
    first = found[0]
    accepts = first["accepts"]
    return Opening(
        checkout_status=first["checkout"],
        vendor_name=first["vendor"],
        accepts_payments=None if accepts is None else bool(accepts),
        stripe_account_id=first["account"],
        statement_prefix=first["prefix"] or "",
        may_move=bool(first["may_move"]),
        payments=tuple(
            row_of(Payment, "p", record)
            for record in found
            if record["p.id"] is not None
        ),
        payment_id=first["next_payment"],
        write_id=first["next_write"],
        declined=first,
    )

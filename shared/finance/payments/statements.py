"""The hot statements of payments, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from operator import attrgetter
from typing import NamedTuple

from shared.core.errors import NotFound
from shared.core.frozen import frozen
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import PaymentState
from shared.infra.database.batch import SqlStatement
from shared.infra.database.raw_sql import Record, columns, fetch, for_update, row_of
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.unit import Transaction
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


class PaymentSoFar(NamedTuple):
    """What must be known of a payment before Stripe is asked about it; by its columns."""

    id: int
    order_id: int
    status: str
    currency: str
    intent_key: str | None
    amount_total: int
    amount_stripe_fee: int | None
    available_on: object  # as the database tells it
    stripe_charge_id: str | None
    stripe_transfer_id: str | None
    stripe_application_fee_id: str | None
    stripe_balance_transaction_id: str | None
    payment_method: str | None
    statement_descriptor: str


_SO_FAR = PaymentSoFar._fields
_BY_INTENT = (
    f"SELECT {', '.join(f'p.{name}' for name in _SO_FAR)} FROM payments p"
    " WHERE p.stripe_payment_intent_id = ?"
)


def asks_of(intent_id: str | None) -> SqlStatement | None:
    """Ask for the payments that have an intent (`payments_in`)."""
    return SqlStatement(_BY_INTENT, [intent_id]) if intent_id else None


def payments_in(found: Iterable[Record]) -> list[PaymentSoFar]:
    """Return the payments that were found; the one that leads was written down first."""
    payments = [
        PaymentSoFar._make([record[name] for name in _SO_FAR]) for record in found
    ]
    return sorted(payments, key=attrgetter("id"))


async def payments_of(intent_id: str | None) -> list[PaymentSoFar]:
    """Read the payments that have an intent; the one that leads comes first."""
    asks = asks_of(intent_id)
    return [] if asks is None else payments_in(await fetch(asks.sql, *asks.values))


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

"""The hot statements of opening a payment, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from shared.core.errors import NotFound
from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import PaymentState
from shared.infra.database.dialect import dialect
from shared.infra.database.known_ids import next_id, next_id_of_each
from shared.infra.database.raw_sql import Record, columns, fetch, for_update, row_of
from shared.infra.gateway.restore_check import MAY_MOVE
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.stripe_writes.rules import WriteState
from shared.infra.unit import Transaction
from shared.trade.marketplace.models import MarketplaceSettings
from shared.trade.marketplace.queries import SETTINGS_ID
from shared.trade.orders import declines
from shared.trade.orders.decline_statements import STOPS
from shared.trade.orders.models import Order
from shared.trade.orders.rules import UNPAID, CheckoutStatus
from shared.trade.vendors.models import Vendor


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
class Payee:
    """Who gets the money of an order, and how its payment is named on card statements."""

    vendor_name: str
    accepts_payments: bool | None  # None: nothing was ever set up
    stripe_account_id: str | None
    statement_prefix: str
    payment_id: int | None  # of the next one, and of what asks for it; None on SQLite
    write_id: int | None


def _payee_columns(engine: str) -> str:
    """With what `_payee` reads of a vendor `v`, its config `g` and the settings `s`."""
    return (
        "v.name AS vendor, g.accepts_payments AS accepts, g.stripe_account_id AS account,"
        f" s.statement_prefix AS prefix, {next_id(StripeWrite, engine)} AS next_write"
    )


def _payee_tables() -> str:
    vendors = Vendor._meta.db_table
    configs = VendorPaymentConfig._meta.db_table
    settings = MarketplaceSettings._meta.db_table
    return (
        f"{vendors} v LEFT JOIN {configs} g ON g.vendor_id = v.id"
        f" LEFT JOIN {settings} s ON s.id = {SETTINGS_ID}"
    )


def _payee(record: Record) -> Payee:
    accepts = record["accepts"]
    return Payee(
        vendor_name=record["vendor"],
        accepts_payments=None if accepts is None else bool(accepts),
        stripe_account_id=record["account"],
        statement_prefix=record["prefix"] or "",
        payment_id=record["next_payment"],
        write_id=record["next_write"],
    )


@cache
def _payees_sql(engine: str, number: int) -> str:
    marks = ", ".join("?" * number)
    return (
        f"SELECT v.id, {_payee_columns(engine)},"
        f" {next_id_of_each(Payment, engine)} AS next_payment"
        f" FROM {_payee_tables()} WHERE v.id IN ({marks})"
    )


async def payees_of(orders: Iterable[Order]) -> Mapping[int, Payee]:
    """Read the vendors of the orders of a purchase, by id; one query."""
    ids = {order.vendor_id for order in orders}
    found = await fetch(_payees_sql(dialect(), len(ids)), *ids)
    return {record["id"]: _payee(record) for record in found}


@frozen
class Opening:
    """What opening a payment must know beside its order."""

    checkout_status: str
    payee: Payee
    may_move: bool  # False: money stands still after a restore
    payments: tuple[Payment, ...]  # the order's, by id
    declined: Record  # from where the purchase was made (orders/declines.py)


@cache
def _opening_sql(engine: str) -> str:
    return (
        f"SELECT {columns(Payment, 'p')}, c.status AS checkout, {MAY_MOVE} AS may_move,"
        f" c.network, {STOPS}, {_payee_columns(engine)},"
        f" {next_id(Payment, engine)} AS next_payment"
        f" FROM {_payee_tables()} JOIN checkouts c ON c.id = ?"
        " LEFT JOIN payments p ON p.order_id = ? WHERE v.id = ? ORDER BY p.id"
    )


async def opening_of(order: Order) -> Opening:
    """Read what opening a payment of a locked order must know; one query.

    After the lock: a payment that somebody else wrote down meanwhile is among them.
    """
    ids = (order.checkout_id, order.id, order.vendor_id)
    found = await fetch(_opening_sql(dialect()), *declines.since(), *ids)
    return Opening(
        checkout_status=found[0]["checkout"],
        payee=_payee(found[0]),
        may_move=bool(found[0]["may_move"]),
        payments=tuple(
            row_of(Payment, "p", record)
            for record in found
            if record["p.id"] is not None
        ),
        declined=found[0],
    )


@frozen
class Unasked:
    """The payments of a purchase, by id, of which Stripe was not asked before: each is the only
    one of its order, and all that may be in the way is in `declined`.
    """

    payments: tuple[Payment, ...]
    write: StripeWrite  # what asks for their intent
    is_selling: bool  # any of their vendors' accounts
    declined: Record


@cache
def _unasked_sql() -> str:
    configs = VendorPaymentConfig._meta.db_table
    return (
        f"SELECT {columns(Payment, 'p')}, {columns(StripeWrite, 'w')},"
        f" c.status AS checkout, o.payment_status, o.buyer_vat_number,"
        f" g.accepts_payments AS accepts, {MAY_MOVE} AS may_move, c.network, {STOPS}"
        " FROM orders x JOIN checkouts c ON c.id = x.checkout_id"
        " JOIN orders o ON o.checkout_id = c.id LEFT JOIN payments p ON p.order_id = o.id"
        " LEFT JOIN stripe_writes w ON w.key = p.idempotency_key"
        f" LEFT JOIN {configs} g ON g.vendor_id = o.vendor_id"
        " WHERE x.id = ? ORDER BY p.id"
    )


async def unasked_of(order_id: int) -> Unasked | None:
    """Find the payments that were written down with the orders of a purchase and may be asked for
    as they are; one query that locks nothing.

    None where there is more to look at, under the lock of the orders.
    """
    found = await fetch(_unasked_sql(), *declines.since(), order_id)
    if not found or not all(map(_may_be_asked, found)):
        return None
    writes = [
        row_of(StripeWrite, "w", record)
        for record in found
        if record["w.id"] is not None
    ]
    payments = tuple(row_of(Payment, "p", record) for record in found)
    if not _are_new(payments, writes):
        return None
    return Unasked(
        payments=payments,
        write=writes[0],
        is_selling=any(record["accepts"] for record in found),
        declined=found[0],
    )


def _may_be_asked(record: Record) -> bool:
    return (
        record["p.id"] is not None
        and record["checkout"] == CheckoutStatus.OPEN
        and record["payment_status"] in UNPAID
        and not record["buyer_vat_number"]  # whether its number still holds
        and bool(record["may_move"])
    )


def _are_new(payments: Sequence[Payment], writes: Sequence[StripeWrite]) -> bool:
    """One for each order, none of which was heard of, and one write for all of them."""
    orders = {payment.order_id for payment in payments}
    waits = len(writes) == 1 and writes[0].state == WriteState.WAITING
    is_opening = all(each.status == PaymentState.OPENING for each in payments)
    return waits and is_opening and len(orders) == len(payments)

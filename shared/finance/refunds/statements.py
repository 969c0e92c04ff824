"""The hot statements of refunds, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from functools import cache

from shared.core.frozen import frozen
from shared.finance.ledger import postings
from shared.finance.ledger.chart import Account
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import PAID_STATES
from shared.finance.recovery.rules import MovementKind
from shared.finance.refunds.errors import RefundNotFound
from shared.finance.refunds.models import Refund, RefundLine
from shared.finance.refunds.order_totals import BY_STRIPE, line_of
from shared.finance.refunds.rules import COUNTING, RefundableLine, RefundState, Sum
from shared.infra.database.base import words
from shared.infra.database.raw_sql import (
    Record,
    columns,
    every,
    fetch,
    for_update,
    row_of,
)
from shared.infra.gateway.errors import StandsStill
from shared.infra.gateway.restore_check import MAY_MOVE
from shared.infra.unit import Transaction
from shared.trade.commission.models import MarketplacePolicy
from shared.trade.commission.queries import POLICY_ID, Policy, policy_of
from shared.trade.orders.errors import OrderNotFound
from shared.trade.orders.models import Order, OrderLine


@cache
def _paid_sql() -> str:
    return (
        f"SELECT {every(o=Order, p=Payment)}, {MAY_MOVE} AS may_move"
        " FROM orders o LEFT JOIN payments p ON p.id = (SELECT MAX(x.id) FROM payments x"
        f" WHERE x.order_id = o.id AND x.status IN ({words(PAID_STATES)}))"
        " WHERE o.vendor_id = ? AND o.number = ?"
    )


async def order_and_payment(
    vendor_id: int, number: str
) -> tuple[Order, Payment | None]:
    """Read one of a vendor's orders, and the payment that paid it, where money may move.

    Raises OrderNotFound, StandsStill.
    """
    found = await fetch(_paid_sql(), vendor_id, number)
    if not found:
        raise OrderNotFound
    (record,) = found
    if not record["may_move"]:
        raise StandsStill
    is_paid = record["p.id"] is not None
    payment = row_of(Payment, "p", record) if is_paid else None
    return row_of(Order, "o", record), payment


@cache
def _both_sql() -> str:
    return (
        f"SELECT {every(o=Order, p=Payment)} FROM orders o JOIN payments p ON p.order_id = o.id"
        " WHERE p.id = ?"
    )


async def lock_paid_order(tx: Transaction, payment_id: int) -> tuple[Order, Payment]:
    """Lock a payment's order and itself. Raises OrderNotFound."""
    found = await fetch(_both_sql() + for_update("o", "p"), payment_id)
    if not found:
        raise OrderNotFound
    (record,) = found
    order = row_of(Order, "o", record)
    payment = row_of(Payment, "p", record)
    tx.took(order, payment)
    return order, payment


@frozen
class OrderTotals:
    """What counts against an order, and what decides about its next refund.

    `unapproved`: what vendors gave back of it by themselves, minor units. `waits`: an earlier
    refund of the payment has no answer yet. `touched`: money of the sale was moved by anything but
    refunds.
    """

    sum: Sum
    policy: Policy
    refunds: int
    unapproved: int
    waits: bool
    touched: bool


def _by_disputes(account: Account) -> str:
    """What disputes of an order did to an account; its value: the order, as a subject."""
    return (
        "SELECT SUM(e.amount) FROM ledger_postings z"
        " JOIN ledger_entries e ON e.posting_id = z.id"
        f" WHERE z.subject = ? AND z.kind IN ({words(postings.OF_DISPUTES)})"
        f" AND e.account = '{account}'"
    )


@cache
def _totals_sql() -> str:
    of_order = "refunds r WHERE r.order_id = o.id"
    of_payment = "c.order_id = o.id AND c.payment_id = p.id"
    counting = f"{of_order} AND r.status IN ({words(COUNTING)})"
    scalars = {
        "commission_back": f"SELECT SUM(r.commission_part) FROM {counting}",
        "discount_back": f"SELECT SUM(r.discount_part) FROM {counting}",
        "line_back": "SELECT SUM(b.amount) FROM refund_lines b"
        " JOIN refunds r ON r.id = b.refund_id WHERE b.order_line_id = l.id"
        f" AND r.status IN ({words(COUNTING)})",
        "refunds": f"SELECT COUNT(*) FROM {of_order}",
        "unapproved": f"SELECT SUM(r.amount) FROM {counting} AND r.decided_by = ''"
        f" AND r.requested_by <> '{BY_STRIPE}'",
        "waits": f"EXISTS (SELECT 1 FROM {of_order} AND r.payment_id = p.id"
        f" AND r.status = '{RefundState.OPENING}')",
        "touched": f"EXISTS (SELECT 1 FROM claims c WHERE {of_payment}"
        f" AND c.subject NOT LIKE 'refund:%') OR EXISTS (SELECT 1 FROM claims c"
        f" JOIN movements m ON m.claim_id = c.id WHERE {of_payment}"
        f" AND m.kind = '{MovementKind.TRANSFER}')",
        "commission_taken": _by_disputes(Account.COMMISSION),
        "discount_taken": _by_disputes(Account.MARKETPLACE_DISCOUNTS),
    }
    more = ", ".join(f"({sql}) AS {name}" for name, sql in scalars.items())
    return (
        f"SELECT {every(l=OrderLine, y=MarketplacePolicy)}, {more}"
        " FROM payments p JOIN orders o ON o.id = p.order_id"
        " LEFT JOIN order_lines l ON l.order_id = o.id"
        f" LEFT JOIN marketplace_policy y ON y.id = {POLICY_ID}"
        " WHERE p.id = ? ORDER BY l.id"
    )


async def totals_of(order: Order, payment: Payment) -> OrderTotals:
    """Read what of a locked order counts, and what decides about its next refund; one question."""
    subject = f"order:{order.id}"
    found = await fetch(_totals_sql(), subject, subject, payment.id)
    here = found[0]
    lines = [_line(each) for each in found if each["l.id"] is not None]
    has_policy = here["y.id"] is not None
    policy = row_of(MarketplacePolicy, "y", here) if has_policy else MarketplacePolicy()
    return OrderTotals(
        sum=_sum(order, tuple(lines), here),
        policy=policy_of(policy),
        refunds=here["refunds"],
        unapproved=int(here["unapproved"] or 0),
        waits=bool(here["waits"]),
        touched=bool(here["touched"]),
    )


def _line(record: Record) -> RefundableLine:
    back = record["line_back"] or 0
    return line_of(row_of(OrderLine, "l", record), int(back))


def _sum(
    order: Order,
    lines: tuple[RefundableLine, ...],
    record: Record,
) -> Sum:
    return Sum(
        currency=order.currency,
        total=order.total_amount_cents,
        commission=order.platform_fee_amount,
        refunded=order.refunded_amount,
        commission_back=int(record["commission_back"] or 0),
        lines=lines,
        taken=order.disputed_amount + order.lost_amount,
        commission_taken=int(record["commission_taken"] or 0),
        shipping=order.shipping_amount - order.shipping_refunded,
        discount=order.marketplace_discount,
        sending=order.shipping_amount,
        discount_back=int(record["discount_back"] or 0),
        discount_taken=-int(record["discount_taken"] or 0),
    )


@frozen
class People:
    """Whom a refund's mails go to, and what stands in them."""

    shopper_email: str
    shopper_name: str
    language: str
    vendor_name: str
    vendor_email: str


@frozen
class LockedRefund:
    """A refund with its order and payment, locked."""

    order: Order
    payment: Payment
    refund: Refund
    people: People


@cache
def _locked_sql() -> str:
    return (
        f"SELECT {every(o=Order, p=Payment, r=Refund)}, c.email, c.full_name, c.language,"
        " v.name AS vendor_name, v.business_email AS vendor_email"
        " FROM refunds r JOIN orders o ON o.id = r.order_id"
        " JOIN payments p ON p.id = r.payment_id JOIN checkouts c ON c.id = o.checkout_id"
        " JOIN vendors v ON v.id = o.vendor_id WHERE r.id = ?"
    )


async def lock_refund(tx: Transaction, refund_id: int) -> LockedRefund:
    """Lock a refund's order, its payment and itself, in the one order of docs/architecture.md.

    Raises RefundNotFound.
    """
    found = []
    if 0 < refund_id < 2**63:
        found = await fetch(_locked_sql() + for_update("o", "p", "r"), refund_id)
    if not found:
        raise RefundNotFound
    (record,) = found
    people = People(
        shopper_email=record["email"],
        shopper_name=record["full_name"],
        language=record["language"],
        vendor_name=record["vendor_name"],
        vendor_email=record["vendor_email"],
    )
    order = row_of(Order, "o", record)
    payment = row_of(Payment, "p", record)
    refund = row_of(Refund, "r", record)
    tx.took(order, payment, refund)
    return LockedRefund(order, payment, refund, people)


@frozen
class Arrival:
    """What matters when a refund arrives: `back`, minor units that went back by other refunds of
    the payment; and its lines that go into stock and are not there yet.
    """

    back: int
    to_restock: tuple[RefundLine, ...]


@cache
def _arrival_sql() -> str:
    return (
        f"SELECT {columns(RefundLine, 'l')}, (SELECT SUM(x.amount) FROM refunds x"
        " WHERE x.order_id = r.order_id AND x.payment_id = r.payment_id AND x.id <> r.id"
        f" AND x.status = '{RefundState.SUCCEEDED}') AS back"
        " FROM refunds r LEFT JOIN refund_lines l ON l.refund_id = r.id"
        " AND l.restock AND l.restocked_at IS NULL WHERE r.id = ? ORDER BY l.id"
    )


async def arrival_of(refund: Refund) -> Arrival:
    """Read what matters of a refund whose order is locked; its own row is not read."""
    found = await fetch(_arrival_sql(), refund.id)
    lines = [
        row_of(RefundLine, "l", each) for each in found if each["l.id"] is not None
    ]
    back = int(found[0]["back"] or 0)
    return Arrival(back, tuple(lines))


@frozen
class AskedRefund:
    """A refund and its payment as they are about to be let follow Stripe, and the fee refunds of
    the payment that are noted.
    """

    refund: Refund
    payment: Payment
    fee_refunds: frozenset[str]


@cache
def _asked_sql() -> str:
    return (
        f"SELECT {every(r=Refund, p=Payment)}, m.stripe_id AS fee_refund FROM refunds r"
        " JOIN payments p ON p.id = r.payment_id"
        " LEFT JOIN claims c ON c.order_id = r.order_id AND c.payment_id = p.id"
        " LEFT JOIN movements m ON m.claim_id = c.id"
        f" AND m.kind = '{MovementKind.FEE_REFUND}' WHERE r.id = ?"
    )


async def asked(refund_id: int) -> AskedRefund:
    """Read a refund and its payment, not locked. Raises RefundNotFound."""
    found = await fetch(_asked_sql(), refund_id)
    if not found:
        raise RefundNotFound
    known = {record["fee_refund"] for record in found} - {None}
    refund = row_of(Refund, "r", found[0])
    payment = row_of(Payment, "p", found[0])
    return AskedRefund(refund, payment, frozenset(known))

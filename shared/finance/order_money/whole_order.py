"""All that its vendor's page tells of one order, read with one statement."""

from __future__ import annotations

from collections.abc import Collection

from shared.core.frozen import frozen
from shared.finance.disputes.queries import DisputeView
from shared.finance.disputes.queries import view_of as dispute_view
from shared.finance.order_money import statements as asked
from shared.finance.order_money.waterfall import Waterfall, waterfall_in
from shared.finance.payments.queries import PaymentView
from shared.finance.payments.queries import view_of as payment_view
from shared.finance.payouts.breakdown import OrderPart, parts_in
from shared.finance.refunds.queries import RefundView, views_in
from shared.infra.activity.queries import Happened, view
from shared.infra.database.several import Found, read
from shared.infra.mail.queries import MailView, mail_in
from shared.trade.marketplace.queries import settings_of
from shared.trade.marketplace.rules import DEFAULTS, Marketplace
from shared.trade.messages.queries import MessageView
from shared.trade.messages.queries import views_in as messages_in
from shared.trade.orders.models import Order
from shared.trade.orders.rules import PaymentStatus
from shared.trade.returns.queries import ReturnView
from shared.trade.returns.queries import views_in as returns_in


@frozen
class WholeOrder:
    """What belongs to an order. Refunds, disputes, history and mails are the newest first.

    `is_warned`: its issuer reported fraud, and something can still be done about it.
    """

    payments: tuple[PaymentView, ...]
    refunds: tuple[RefundView, ...]
    disputes: tuple[DisputeView, ...]
    payouts: tuple[OrderPart, ...]
    waterfall: Waterfall
    history: tuple[Happened, ...]
    mails: tuple[MailView, ...]
    is_warned: bool
    market: Marketplace
    returns: tuple[ReturnView, ...]
    messages: tuple[MessageView, ...]


async def whole_order(
    order_id: int,
    *,
    email: str,
    kinds: Collection[str],
) -> WholeOrder:
    """Read it: of the history what is of these kinds, of mails those to this address."""
    happened = asked.happened(frozenset(kinds))
    found = await read(
        *asked.all_of(order_id, email),
        happened(order_id, order_id, *sorted(kinds)),
    )
    (order,) = found.of(asked.ORDER)
    (order.checkout,) = found.of(asked.CHECKOUT)
    (order.vendor,) = found.of(asked.VENDOR)
    settings = found.one(asked.SETTINGS)
    disputes = _disputes(
        found,
        order,
    )
    is_warned = bool(found.records(asked.WARNED)) and not disputes
    return WholeOrder(
        payments=_payments(found, order),
        refunds=await _refunds(found, order),
        disputes=disputes,
        payouts=_payouts(found, order),
        waterfall=waterfall_in(found),
        history=tuple(map(view, found.of(happened))),
        mails=tuple(map(mail_in, found.records(asked.MAILS))),
        is_warned=is_warned and order.payment_status == PaymentStatus.PAID,
        market=settings_of(settings) if settings is not None else DEFAULTS,
        messages=messages_in(found.of(asked.MESSAGES)),
        returns=returns_in(found.of(asked.RETURNS), found.of(asked.RETURN_LINES)),
    )


def _payments(found: Found, order: Order) -> tuple[PaymentView, ...]:
    rows = found.of(asked.PAYMENTS)
    for row in rows:
        row.order = order
    return tuple(map(payment_view, rows))


def _disputes(found: Found, order: Order) -> tuple[DisputeView, ...]:
    rows = found.of(asked.DISPUTES)
    if not rows:
        return ()
    payments = {payment.id: payment for payment in found.of(asked.PAYMENTS)}
    claims = {claim.subject: claim for claim in found.of(asked.CLAIMS)}
    for row in rows:
        row.order, row.vendor = order, order.vendor
        row.payment = payments[row.payment_id]
    return tuple(dispute_view(row, claims.get(f"dispute:{row.id}")) for row in rows)


async def _refunds(found: Found, order: Order) -> tuple[RefundView, ...]:
    rows, parts = found.of(asked.REFUNDS), found.of(asked.REFUND_LINES)
    lines = {line.id: line for line in found.of(asked.LINES)}
    for row in rows:
        row.order, row.vendor = order, order.vendor
    for part in parts:
        part.order_line = lines[part.order_line_id]
    return await views_in(
        rows,
        parts,
        found.of(asked.CLAIMS),
    )


def _payouts(found: Found, order: Order) -> tuple[OrderPart, ...]:
    payouts = found.of(asked.PAYOUTS)
    for payout in payouts:
        payout.vendor = order.vendor
    return parts_in(
        found.of(asked.ITEMS),
        payouts,
    )

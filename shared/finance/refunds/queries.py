"""Read models of refunds: what an order's page, the shopper and the operator see, and the preview
of one that is not made yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tortoise.functions import Sum as SumOf

from shared.core.money import Money
from shared.core.words import word
from shared.finance.payments.models import Payment
from shared.finance.recovery.models import Claim
from shared.finance.refunds.errors import NotPaid
from shared.finance.refunds.models import Refund, RefundLine
from shared.finance.refunds.order_totals import (
    BY_STRIPE,
    check_bank,
    payment_of,
    sum_of,
    unapproved,
)
from shared.finance.refunds.rules import (
    Preview,
    RefundRequest,
    RefundState,
    Sum,
    bear,
    work_out,
)
from shared.finance.refunds.service import PAID
from shared.finance.refunds.stripe_reads import balance_of, refundability_of
from shared.infra.database.paging import Paged, window
from shared.infra.gateway.gateway import Gateway
from shared.trade.commission.queries import get_policy
from shared.trade.orders.errors import OrderNotFound
from shared.trade.orders.models import Order, OrderLine
from shared.trade.orders.queries import money_of
from shared.trade.orders.remaining_money import MoneyState
from shared.trade.people.queries import names_of

PAGE_SIZE = 25


@dataclass(frozen=True)
class RefundedLine:
    """What a refund is about: so many of a line, and whether they went back into stock."""

    name: str
    quantity: int
    restock: bool


@dataclass(frozen=True)
class RefundView:
    """One refund with who bears it.

    `asked_by` is a name; `owed` is what the vendor's balance did not cover.
    """

    id: int
    number: int
    order_number: str
    vendor_id: int
    vendor_name: str
    shopper_name: str
    state: RefundState
    amount: Money
    vendor_part: Money
    commission_part: Money
    owed: Money
    reason: str
    note: str
    refusal: str
    pending_reason: str | None
    failure_reason: str | None
    asked_by: str
    requested_at: datetime
    changed_at: datetime
    succeeded_at: datetime | None
    lines: tuple[RefundedLine, ...]


@dataclass(frozen=True, kw_only=True)
class RefundPage(Paged):
    """A page of refunds."""

    rows: tuple[RefundView, ...]


@dataclass(frozen=True)
class LineLeft:
    """A line of an order with how many pieces can still be given back."""

    id: int
    name: str
    picture: str
    unit: Money
    ordered: int
    left: int


@dataclass(frozen=True)
class Refundable:
    """An order as the refund form needs it.

    `seen` is how many refunds it has; `left` is zero when nothing can go back.
    """

    order_id: int
    vendor_id: int
    number: str
    shopper_name: str
    total: Money
    left: Money
    money_state: MoneyState
    lines: tuple[LineLeft, ...]
    seen: int
    method: str | None
    is_paid: bool
    can_restock: bool


async def refunds_of_order(order_id: int) -> tuple[RefundView, ...]:
    """An order's refunds, the newest first."""
    return await _views(
        await Refund.filter(order_id=order_id)
        .order_by("-id")
        .select_related("order__checkout", "vendor")
    )


async def refunds_of_purchase(
    order_ids: Sequence[int],
) -> dict[int, tuple[RefundView, ...]]:
    """The refunds of several orders, by order, the oldest first: for the shopper's page."""
    rows = (
        await Refund.filter(order_id__in=list(order_ids))
        .order_by("id")
        .select_related("order__checkout", "vendor")
    )
    views = dict(
        zip(
            [row.id for row in rows],
            await _views(rows),
            strict=True,
        )
    )
    return {
        id_: tuple(views[row.id] for row in rows if row.order_id == id_)
        for id_ in order_ids
    }


async def awaiting_approval(order_ids: Sequence[int]) -> dict[int, int]:
    """What of these orders is asked back and not allowed yet, in minor units; orders without any
    are left out. At most one query.
    """
    if not order_ids:
        return {}
    waiting = Refund.filter(
        order_id__in=list(order_ids), status=RefundState.AWAITING_APPROVAL
    )
    rows = (
        await waiting.annotate(sum=SumOf("amount"))
        .group_by("order_id")
        .values_list("order_id", "sum")
    )
    return {int(str(order_id)): int(str(total)) for order_id, total in rows}


async def refund_page(
    *,
    page: int = 1,
    states: Sequence[RefundState] = (),
) -> RefundPage:
    """A page of everybody's refunds, newest first; only in these states if any are named."""
    query = Refund.filter(status__in=list(states)) if states else Refund.all()
    shown = window(await query.count(), page=page, size=PAGE_SIZE)
    rows = (
        query.order_by("-id")
        .offset(shown.offset)
        .limit(shown.limit)
        .select_related("order__checkout", "vendor")
    )
    return RefundPage(
        rows=await _views(await rows),
        number=shown.number,
        pages=shown.pages,
    )


async def count_waiting() -> int:
    """How many refunds wait for the operator."""
    return await Refund.filter(status=RefundState.AWAITING_APPROVAL).count()


async def _views(rows: Sequence[Refund]) -> tuple[RefundView, ...]:
    if not rows:
        return ()
    ids = [row.id for row in rows]
    lines: dict[int, list[RefundedLine]] = {id_: [] for id_ in ids}
    for part in (
        await RefundLine.filter(refund_id__in=ids)
        .order_by("id")
        .select_related("order_line")
    ):
        lines[part.refund_id].append(
            RefundedLine(part.order_line.name, part.quantity, part.restock)
        )
    claims = Claim.filter(subject__in=[f"refund:{id_}" for id_ in ids]).values_list(
        "subject", "receivable"
    )
    owed = {str(subject): int(amount) for subject, amount in await claims}
    names = {
        BY_STRIPE: word("refunds.requested_by", BY_STRIPE),
        **await names_of({row.requested_by for row in rows}),
    }
    return tuple(
        _view(
            row,
            tuple(lines[row.id]),
            owed.get(f"refund:{row.id}", 0),
            names,
        )
        for row in rows
    )


def _view(
    row: Refund,
    lines: tuple[RefundedLine, ...],
    owed: int,
    names: dict[str, str],
) -> RefundView:
    return RefundView(
        id=row.id,
        number=row.number,
        order_number=row.order.number,
        vendor_id=row.vendor_id,
        vendor_name=row.vendor.name,
        shopper_name=row.order.checkout.full_name,
        state=RefundState(row.status),
        amount=Money(row.amount, row.currency),
        vendor_part=Money(row.vendor_part, row.currency),
        commission_part=Money(row.commission_part, row.currency),
        owed=Money(owed, row.currency),
        reason=row.reason,
        note=row.note,
        refusal=row.refusal,
        pending_reason=row.pending_reason,
        failure_reason=row.failure_reason,
        asked_by=names.get(row.requested_by, row.requested_by),
        requested_at=row.created_at,
        changed_at=row.updated_at,
        succeeded_at=row.succeeded_at,
        lines=lines,
    )


async def _order(vendor_id: int, number: str) -> Order:
    order = await Order.get_or_none(vendor_id=vendor_id, number=number).select_related(
        "checkout"
    )
    if order is None:
        raise OrderNotFound
    return order


async def refundable(vendor_id: int, number: str) -> Refundable:
    """One of this vendor's orders, for the refund form.

    Raises NotFound, also for another vendor's.
    """
    order = await _order(vendor_id, number)
    found, payment = await sum_of(order), await payment_of(order.id)
    is_paid = payment is not None and order.payment_status in PAID
    rows = {row.id: row for row in await OrderLine.filter(order_id=order.id)}
    return Refundable(
        order_id=order.id,
        vendor_id=order.vendor_id,
        number=order.number,
        shopper_name=order.checkout.full_name,
        total=Money(order.total_amount_cents, order.currency),
        left=found.left if is_paid else Money(0, order.currency),
        money_state=money_of(order).state,
        lines=tuple(
            LineLeft(
                line.id,
                rows[line.id].name,
                rows[line.id].picture,
                Money(line.unit, order.currency),
                line.ordered,
                line.left,
            )
            for line in found.lines
        ),
        seen=await Refund.filter(order_id=order.id).count(),
        method=payment.payment_method if payment else None,
        is_paid=is_paid,
        can_restock=order.stock_state == "taken",
    )


async def preview(
    gateway: Gateway,
    *,
    vendor_id: int,
    number: str,
    wish: RefundRequest,
) -> Preview:
    """What a refund would do, in numbers: nothing is written down.

    Raises NotFound, NotPaid, ChargedBack, TakenByBank, BadRefund, TooMuch.
    """
    order = await _order(vendor_id, number)
    payment = await payment_of(order.id)
    if payment is None or order.payment_status not in PAID:
        raise NotPaid
    check_bank(order)
    found, policy = await sum_of(order), await get_policy()
    worked = work_out(found, wish)
    burden = bear(found, worked.amount, policy.refund_policy)
    whole = Money(worked.amount + await unapproved(order.id), order.currency)
    return Preview(
        currency=order.currency,
        amount=worked.amount,
        left_after=found.left.amount - worked.amount,
        vendor_part=burden.vendor,
        commission_part=burden.commission,
        stripe_fee=payment.amount_stripe_fee,
        balance=await _free_balance(gateway, payment, found),
        needs_approval=policy.needs_approval(whole),
        refundability=await refundability_of(gateway, payment),
    )


async def _free_balance(
    gateway: Gateway,
    payment: Payment,
    order: Sum,
) -> int | None:
    """What the vendor holds at Stripe, less what claims that are not settled yet will take of
    it.
    """
    held = await balance_of(gateway, payment)
    if held is None:
        return None
    mine = Claim.filter(vendor_id=payment.vendor_id, currency=order.currency)
    open_ = await mine.values_list(
        "amount", "taken", "netted", "receivable", "written_off"
    )
    return held - sum(
        max(
            int(a) - sum(map(int, borne)),
            0,
        )
        for a, *borne in open_
    )

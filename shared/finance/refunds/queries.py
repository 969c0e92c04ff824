"""Read models of refunds: what an order's page, the shopper and the operator see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from tortoise.functions import Sum as SumOf

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.core.words import word
from shared.finance.recovery.models import Claim
from shared.finance.refunds.models import Refund, RefundLine
from shared.finance.refunds.order_totals import (
    BY_STRIPE,
)
from shared.finance.refunds.rules import (
    RefundState,
)
from shared.infra.database.paging import Paged, window_of
from shared.trade.orders.rules import GUEST, is_shopper
from shared.trade.people.queries import names_of

PAGE_SIZE = 25


@frozen
class RefundedLine:
    """What a refund is about: so many of a line, and whether they went back into stock."""

    name: str
    quantity: int
    restock: bool


@frozen
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
    discount_part: Money
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
    shipping: Money  # what of the amount is for the order's shipping
    whole: (
        Money | None
    )  # what Stripe's refund comes to, where other orders have a part of it
    stripe_id: str | None


@frozen(kw_only=True)
class RefundPage(Paged):
    """A page of refunds."""

    rows: tuple[RefundView, ...]


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
    views = await _views(rows)
    of_order = defaultdict(list)
    for row, view in zip(rows, views, strict=True):
        of_order[row.order_id].append(view)
    return {id_: tuple(of_order[id_]) for id_ in order_ids}


async def shared_refunds(
    order_ids: Sequence[int],
) -> tuple[tuple[RefundView, ...], ...]:
    """The refunds that several of these orders share, the newest first, each with its parts."""
    mine = Refund.filter(
        order_id__in=list(order_ids),
        stripe_amount__not_isnull=True,
    )
    rows = mine.order_by("id").select_related("order__checkout", "vendor")
    together = defaultdict(list)
    for view in await _views(await rows):
        together[view.stripe_id].append(view)
    return tuple(tuple(parts) for parts in reversed(together.values()))


async def awaiting_approval(order_ids: Sequence[int]) -> dict[int, int]:
    """What of these orders is asked back and not allowed yet, in minor units; orders without any
    are left out. At most one query.
    """
    if not order_ids:
        return {}
    mine = Refund.filter(order_id__in=list(order_ids))
    waiting = mine.filter(status=RefundState.AWAITING_APPROVAL)
    sums = waiting.annotate(sum=SumOf("amount")).group_by("order_id")
    rows = await sums.values_list("order_id", "sum")
    return {int(str(order_id)): int(str(total)) for order_id, total in rows}


async def refund_page(
    *,
    page: int = 1,
    states: Sequence[RefundState] = (),
) -> RefundPage:
    """A page of everybody's refunds, newest first; only in these states if any are named."""
    query = Refund.filter(status__in=list(states)) if states else Refund.all()
    shown = await window_of(query, page=page, size=PAGE_SIZE)
    rows = query.order_by("-id").offset(shown.offset).limit(shown.limit)
    views = await _views(await rows.select_related("order__checkout", "vendor"))
    return RefundPage(
        rows=views,
        number=shown.number,
        pages=shown.pages,
        goes_on=shown.goes_on,
    )


async def count_waiting() -> int:
    """How many refunds wait for the operator."""
    return await Refund.filter(status=RefundState.AWAITING_APPROVAL).count()


async def _views(rows: Sequence[Refund]) -> tuple[RefundView, ...]:
    if not rows:
        return ()
    ids = [row.id for row in rows]
    parts = RefundLine.filter(refund_id__in=ids).order_by("id")
    subjects = [f"refund:{id_}" for id_ in ids]
    return await views_in(
        rows,
        await parts.select_related("order_line"),
        await Claim.filter(subject__in=subjects),
    )


def _asked_by(label: str, names: Mapping[str, str]) -> str:
    """Whoever bought it is called so, by whatever name."""
    if is_shopper(label):
        return word("refunds.requested_by", GUEST)
    return names.get(label, label)


async def views_in(
    rows: Sequence[Refund],
    parts: Iterable[RefundLine],
    claims: Iterable[Claim],
) -> tuple[RefundView, ...]:
    """The read models of rows that have their order, its checkout and vendor; of `parts` and
    `claims` what is theirs. At most one query, for the names of those who asked.
    """
    if not rows:
        return ()
    names = {
        BY_STRIPE: word("refunds.requested_by", BY_STRIPE),
        **await names_of({row.requested_by for row in rows}),
    }
    owed = {claim.subject: claim.receivable for claim in claims}
    lines: dict[int, list[RefundedLine]] = defaultdict(list)
    for part in parts:
        line = RefundedLine(part.order_line.full_name, part.quantity, part.restock)
        lines[part.refund_id].append(line)
    return tuple(
        _view(
            row,
            lines[row.id],
            owed=owed.get(f"refund:{row.id}", 0),
            names=names,
        )
        for row in rows
    )


def _view(
    row: Refund,
    lines: Sequence[RefundedLine],
    *,
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
        discount_part=Money(row.discount_part, row.currency),
        owed=Money(owed, row.currency),
        reason=row.reason,
        note=row.note,
        refusal=row.refusal,
        pending_reason=row.pending_reason,
        failure_reason=row.failure_reason,
        asked_by=_asked_by(row.requested_by, names),
        requested_at=row.created_at,
        changed_at=row.updated_at,
        succeeded_at=row.succeeded_at,
        lines=tuple(lines),
        shipping=Money(row.shipping_amount, row.currency),
        whole=_whole(row),
        stripe_id=row.stripe_refund_id,
    )


def _whole(row: Refund) -> Money | None:
    amount = row.stripe_amount
    return None if amount is None else Money(amount, row.currency)

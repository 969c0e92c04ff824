"""Read models of disputes for vendor, operator and order pages. Constant numbers of queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial

from tortoise.expressions import Q

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.disputes.dispute_postings import borne_by
from shared.finance.disputes.errors import DisputeNotFound
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.rules import (
    ACCEPTABLE,
    ANSWERABLE,
    APPEALS,
    CLOSED,
    OPEN,
    TELLABLE,
    DisputeStatus,
    bank_due,
    part_is_open,
    shown_status,
)
from shared.finance.recovery.models import Claim
from shared.infra.database.counting import count_each
from shared.infra.database.paging import Paged, window_of

PAGE_SIZE = 25
MAX_ID = 2**63 - 1
# The chips above a vendor's list: name -> what they let through.
FILTERS: Mapping[str, Q] = {
    "answer": Q(
        status__in=sorted(ANSWERABLE),
        submitted_at=None,
        accepted_at=None,
        part_closed_at=None,
    ),
    "open": Q(status__in=sorted(OPEN)),
    "closed": Q(status__in=sorted(CLOSED)),
}
# The same above the operator's: its staff files the appeals, and hands in what vendors share.
ALL_FILTERS: Mapping[str, Q] = {
    **FILTERS,
    "answer": Q(
        status__in=sorted(ANSWERABLE),
        submitted_at=None,
        accepted_at=None,
    )
    | Q(status=DisputeStatus.APPEAL_NEEDS_RESPONSE),
}


@frozen
class DisputeView:
    """One dispute.

    The parts say who bears what while the money is gone; `taken` and `owed` how the vendor's was
    paid.
    """

    id: int
    stripe_id: str
    vendor_id: int
    vendor_name: str
    order_id: int
    order_number: str
    charge_id: str
    status: DisputeStatus
    reason_code: str
    amount: Money
    is_inquiry: bool
    due_by: datetime | None
    opened_at: datetime
    closed_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn: Money
    vendor_part: Money
    commission_part: Money
    loss_part: Money
    vendor_now: Money
    reinstated: Money
    vendor_back: Money
    fee: Money
    taken: Money
    owed: Money
    evidence: Mapping[str, str]
    staged: Mapping[str, str]
    version: int
    submitted_at: datetime | None
    accepted_at: datetime | None
    delivered_at: datetime | None
    network_reason_code: str | None
    is_part: bool = False
    part_closed_at: datetime | None = None
    is_part_open: bool = True

    @property
    def shown_status(self) -> str:
        """Under which code its words stand (`disputes.states`)."""
        return shown_status(
            self.status,
            accepted=self.accepted_at is not None,
            withdrawn=bool(self.withdrawn),
        )

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def is_handed_in(self) -> bool:
        return self.submitted_at is not None or self.accepted_at is not None

    @property
    def is_appeal(self) -> bool:
        return self.status in APPEALS

    @property
    def needs_answer(self) -> bool:
        """Whether somebody has to write to the bank: the vendor, or the marketplace's staff where
        it is an appeal.
        """
        return self.can_answer or self.is_appealable

    @property
    def can_answer(self) -> bool:
        is_open = self.is_part_open and not self.is_handed_in
        return self.status in ANSWERABLE and is_open

    @property
    def can_accept(self) -> bool:
        """Whether its vendor may: what several share is given up by the marketplace."""
        may = not self.is_part and not self.is_handed_in
        return self.status in ACCEPTABLE and may

    @property
    def waits_for_others(self) -> bool:
        """Whether a vendor's part is closed, and the one answer is not with the bank yet."""
        return (
            self.status in ANSWERABLE
            and not self.is_part_open
            and not self.is_handed_in
        )

    @property
    def bank_due(self) -> datetime | None:
        """Until when the bank takes the answer: later than a vendor may write its part."""
        return bank_due(self.due_by) if self.is_part else self.due_by

    @property
    def is_appealable(self) -> bool:
        """Whether staff may appeal the bank's decision."""
        return self.status is DisputeStatus.APPEAL_NEEDS_RESPONSE

    @property
    def is_under_way(self) -> bool:
        """Whether an answer or acceptance was given that Stripe has not confirmed yet."""
        return (
            self.is_handed_in and self.delivered_at is None and self.status in TELLABLE
        )

    @property
    def answer_by(self) -> datetime | None:
        """Until when somebody has to write to the bank; None when nobody has to, or there is no
        deadline.
        """
        return self.due_by if self.needs_answer else None


@frozen(kw_only=True)
class DisputePage(Paged):
    """A page of disputes and how many there are behind each chip (`all` and the names of
    FILTERS).
    """

    rows: tuple[DisputeView, ...]
    counts: Mapping[str, int]


async def dispute_page(
    *,
    vendor_id: int | None = None,
    page: int = 1,
    status: str | None = None,
) -> DisputePage:
    """Disputes of one vendor or of all: the newest first, those to answer by their deadline.

    `status`: a name of FILTERS.
    """
    base = Dispute.all() if vendor_id is None else Dispute.filter(vendor_id=vendor_id)
    filters = ALL_FILTERS if vendor_id is None else FILTERS
    lists = {"all": base}
    for name, condition in filters.items():
        lists[name] = base.filter(condition)
    counts = await count_each(lists)
    wanted = status if status is not None and status in filters else "all"
    chosen = lists[wanted]
    by = ("due_by", "id") if wanted == "answer" else ("-opened_at", "-id")
    shown = await window_of(
        chosen,
        page=page,
        size=PAGE_SIZE,
        counted=counts[wanted],
    )
    rows = (
        await chosen.order_by(*by)
        .offset(shown.offset)
        .limit(shown.limit)
        .select_related("order", "vendor", "payment")
    )
    return DisputePage(
        rows=await _views(rows),
        number=shown.number,
        pages=shown.pages,
        goes_on=shown.goes_on,
        counts=counts,
    )


async def vendor_dispute(vendor_id: int, dispute_id: int) -> DisputeView:
    """One of this vendor's disputes. Raises NotFound, also for another vendor's."""
    return await _one(Q(vendor_id=vendor_id), dispute_id)


async def dispute_by_id(dispute_id: int) -> DisputeView:
    """One dispute, whoever asks: for the operator. Raises NotFound."""
    return await _one(Q(), dispute_id)


async def _one(mine: Q, dispute_id: int) -> DisputeView:
    if not 0 < dispute_id <= MAX_ID:
        raise DisputeNotFound
    rows = await Dispute.filter(mine, id=dispute_id).select_related(
        "order", "vendor", "payment"
    )
    if not rows:
        raise DisputeNotFound
    return (await _views(rows))[0]


async def count_to_answer(vendor_id: int) -> int:
    """How many disputes wait for this vendor's answer."""
    return await Dispute.filter(FILTERS["answer"], vendor_id=vendor_id).count()


async def next_to_answer_of_all() -> tuple[int, DisputeView | None]:
    """How many disputes wait for an answer or an appeal, whoever's they are, and the one with the
    least time left.
    """
    query = Dispute.filter(ALL_FILTERS["answer"])
    row = (
        await query.order_by("due_by", "id")
        .select_related("order", "vendor", "payment")
        .first()
    )
    return await query.count(), view_of(row, None) if row else None


async def _views(rows: Sequence[Dispute]) -> tuple[DisputeView, ...]:
    subjects = [f"dispute:{row.id}" for row in rows]
    claims = (
        {claim.subject: claim for claim in await Claim.filter(subject__in=subjects)}
        if rows
        else {}
    )
    return tuple(view_of(row, claims.get(f"dispute:{row.id}")) for row in rows)


def view_of(row: Dispute, claim: Claim | None) -> DisputeView:
    """`row` has its order, vendor and payment; `claim` is how the vendor's part was paid."""
    money = partial(Money, currency=row.currency)
    return DisputeView(
        id=row.id,
        stripe_id=row.stripe_dispute_id,
        vendor_id=row.vendor_id,
        vendor_name=row.vendor.name,
        order_id=row.order_id,
        order_number=row.order.number,
        charge_id=row.payment.stripe_charge_id or "",
        status=DisputeStatus(row.status),
        reason_code=row.reason,
        amount=money(row.amount),
        is_inquiry=row.is_inquiry,
        due_by=row.due_by,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        withdrawn_at=row.withdrawn_at,
        withdrawn=money(row.withdrawn),
        vendor_part=money(row.vendor_part),
        commission_part=money(row.commission_part),
        loss_part=money(row.loss_part),
        vendor_now=money(borne_by(row).vendor),
        reinstated=money(row.withdrawn - borne_by(row).total),
        vendor_back=money(row.vendor_back),
        fee=money(row.fee - row.fee_back),
        taken=money(max(claim.taken, 0) if claim else 0),
        owed=money(claim.receivable if claim else 0),
        evidence=dict(row.evidence or {}),
        staged=dict(row.staged_evidence or {}),
        version=row.evidence_version,
        submitted_at=row.submitted_at,
        accepted_at=row.accepted_at,
        delivered_at=row.delivered_at,
        network_reason_code=row.network_reason_code,
        is_part=row.is_share,
        part_closed_at=row.part_closed_at,
        is_part_open=_is_part_open(row),
    )


def _is_part_open(row: Dispute) -> bool:
    closed_at, due = row.part_closed_at, row.due_by
    return not row.is_share or part_is_open(closed_at, due, clock.now())

"""The statuses of a dispute and the moves between them, and who bears what a bank takes. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from shared.core.frozen import frozen
from shared.core.money import split
from shared.trade.commission.liability import GoneBack, SoldAmounts
from shared.trade.commission.liability import give_back as give_back_of
from shared.trade.commission.rules import RefundPolicy


class DisputeStatus(StrEnum):
    """Stripe's ten words (stripe-facts 13.1)."""

    WARNING_NEEDS_RESPONSE = "warning_needs_response"
    WARNING_UNDER_REVIEW = "warning_under_review"
    WARNING_CLOSED = "warning_closed"
    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"
    PREVENTED = "prevented"
    APPEAL_NEEDS_RESPONSE = "appeal_needs_response"
    APPEAL_UNDER_REVIEW = "appeal_under_review"


_S = DisputeStatus
INQUIRIES = frozenset(
    {_S.WARNING_NEEDS_RESPONSE, _S.WARNING_UNDER_REVIEW, _S.WARNING_CLOSED}
)
APPEALS = frozenset({_S.APPEAL_NEEDS_RESPONSE, _S.APPEAL_UNDER_REVIEW})
NEEDS_ANSWER = frozenset(
    {_S.WARNING_NEEDS_RESPONSE, _S.NEEDS_RESPONSE, _S.APPEAL_NEEDS_RESPONSE}
)
# An appeal is filed by the marketplace's staff at Stripe; the vendor has had its word.
ANSWERABLE = NEEDS_ANSWER - APPEALS
# An inquiry is not accepted but refunded: no money has moved that could be given up.
ACCEPTABLE = frozenset({_S.NEEDS_RESPONSE})
CLOSED = frozenset(
    {
        _S.WARNING_CLOSED,
        _S.WON,
        _S.LOST,
        _S.PREVENTED,
    }
)
OPEN = frozenset(set(DisputeStatus) - CLOSED)
# While Stripe can still be told what the vendor decided. An appeal is another matter than the
# answer before it.
TELLABLE = OPEN - APPEALS
# What may be taken up again after it was decided, and how long that is looked for without an event.
REOPENABLE = frozenset({_S.WON, _S.LOST})
REOPENS_WITHIN = timedelta(days=90)

_DECIDED = frozenset({_S.WON, _S.LOST, _S.PREVENTED})
_CHARGEBACK = frozenset({_S.NEEDS_RESPONSE, _S.UNDER_REVIEW}) | _DECIDED
# Where a dispute may go while no money has moved since: news may skip steps that nobody told us of,
# never step back.
MOVES: dict[DisputeStatus, frozenset[DisputeStatus]] = {
    _S.WARNING_NEEDS_RESPONSE: frozenset({_S.WARNING_UNDER_REVIEW, _S.WARNING_CLOSED})
    | _CHARGEBACK,
    _S.WARNING_UNDER_REVIEW: frozenset({_S.WARNING_CLOSED}) | _CHARGEBACK,
    _S.WARNING_CLOSED: frozenset(),
    _S.NEEDS_RESPONSE: frozenset({_S.UNDER_REVIEW}) | _DECIDED | APPEALS,
    _S.UNDER_REVIEW: _DECIDED | APPEALS,
    _S.WON: APPEALS,
    _S.LOST: APPEALS,
    _S.PREVENTED: frozenset(),
    _S.APPEAL_NEEDS_RESPONSE: frozenset(
        {
            _S.APPEAL_UNDER_REVIEW,
            _S.WON,
            _S.LOST,
        }
    ),
    _S.APPEAL_UNDER_REVIEW: frozenset({_S.WON, _S.LOST}),
}


def next_status(
    current: DisputeStatus,
    seen: DisputeStatus,
    *,
    known_transactions: int,
    seen_transactions: int,
) -> DisputeStatus | None:
    """Where a dispute goes when Stripe was read as `seen`; None when that is no news, or older than
    what we know.

    Money is the surest clock: a read with more balance transactions is newer whatever its word, one
    with fewer is older.
    """
    if seen_transactions < known_transactions or seen is current:
        return None
    if seen_transactions > known_transactions:
        return seen
    return seen if seen in MOVES[current] else None


@frozen
class Parts:
    """Who bears an amount: the vendor, the commission, and the marketplace what neither can.

    `discount`: what the marketplace has back of what it paid of the price, which the others bear
    besides. Minor units.
    """

    vendor: int = 0
    commission: int = 0
    loss: int = 0
    discount: int = 0

    @property
    def total(self) -> int:
        return self.vendor + self.commission + self.loss - self.discount

    def __add__(self, other: Parts) -> Parts:
        return Parts(
            self.vendor + other.vendor,
            self.commission + other.commission,
            self.loss + other.loss,
            self.discount + other.discount,
        )

    def __sub__(self, other: Parts) -> Parts:
        return Parts(
            self.vendor - other.vendor,
            self.commission - other.commission,
            self.loss - other.loss,
            self.discount - other.discount,
        )


@frozen
class Taken:
    """What refunds and disputes of one charge have taken so far and not given back: in all, and of
    whom. Minor units.
    """

    amount: int = 0
    vendor: int = 0
    commission: int = 0
    discount: int = 0


def bear(
    *,
    total: int,
    commission: int,
    taken: Taken,
    withdrawn: int,
    policy: RefundPolicy,
    unit: int = 1,
    discount: int = 0,
    sending: int = 0,
) -> Parts:
    """Who bears `withdrawn` of a charge of `total`.

    The parts sum to it, and nobody is debited twice for one charge.

    The commission gives back what a refund of the same amount would give back; the vendor bears the
    rest as far as its share still reaches; what is left is the marketplace's loss. Vendor and
    commission bear multiples of `unit`. `discount`: what the marketplace bears of the order's,
    which it has back as of a refund; `sending`: what of `total` was paid for that.
    """
    sold = SoldAmounts(total, commission, discount, sending)
    inside = _whole(min(withdrawn, total - taken.amount), unit)
    back = GoneBack()
    if inside:
        before = GoneBack(taken.amount, taken.commission, taken.discount)
        back = give_back_of(sold, policy, before, inside, unit=unit)
    borne = withdrawn + back.discount - back.commission
    vendor = _whole(min(borne, sold.vendor_share - taken.vendor), unit)
    return Parts(vendor, back.commission, borne - vendor, back.discount)


def _whole(amount: int, unit: int) -> int:
    """Round down to multiples of `unit`; below zero is zero."""
    return max(amount, 0) // unit * unit


def give_back(
    borne: Parts,
    amount: int,
    *,
    unit: int = 1,
) -> Parts:
    """Who gets what of `amount` that the bank gave back, in proportion to what each still bears;
    never more than that.

    Part of it is shared out in multiples of `unit`, since what the vendor gets is transferred; what
    that leaves over, and what is more than everybody bore together, is the marketplace's. The last
    part gives everybody exactly what is left.
    """
    if amount >= borne.total:
        rest = amount + borne.discount - borne.vendor - borne.commission
        return Parts(borne.vendor, borne.commission, rest, borne.discount)
    steps = max(amount, 0) // unit
    if steps == 0:
        return Parts(loss=amount)
    discount = borne.discount * amount // borne.total // unit * unit
    amount += discount
    steps = amount // unit
    # Below zero: left over of earlier parts.
    weights = [
        borne.vendor,
        borne.commission,
        max(borne.loss, 0),
    ]
    vendor, commission, _ = (part * unit for part in split(steps, weights))
    vendor, commission = min(vendor, borne.vendor), min(commission, borne.commission)
    return Parts(vendor, commission, amount - vendor - commission, discount)


@frozen
class Withheld:
    """What disputes do to their order's money: what they are about while they are open, what is
    gone for good. Minor units.
    """

    disputed: int = 0
    lost: int = 0

    def __add__(self, other: Withheld) -> Withheld:
        return Withheld(self.disputed + other.disputed, self.lost + other.lost)


def withheld(
    status: DisputeStatus,
    amount: int,
    *,
    withdrawn: int,
    reinstated: int,
) -> Withheld:
    """What one dispute over `amount` does to its order's money, when so much was withdrawn for it
    and came back.

    An inquiry does nothing. An open one holds all that it is about, also before the money went (an
    escalated inquiry) and after it came back (a win that the bank appeals against). Decided, what
    counts is the money that is still gone: a win in part leaves the rest lost, one that was
    prevented may have cost all or nothing. Of a win whose money is still on its way nothing is
    lost, and a loss whose money we could not see (another currency) is the whole.
    """
    gone = max(withdrawn - reinstated, 0)
    if status in INQUIRIES:
        return Withheld()
    if status in OPEN:
        return Withheld(disputed=max(amount, gone))
    if status is _S.WON and not reinstated:
        return Withheld()
    if status is _S.LOST and not withdrawn:
        return Withheld(lost=amount)
    return Withheld(lost=gone)


# How long before the bank's deadline the vendors' parts of a shared answer close, and how long
# before it the answer goes to the bank by itself.
PARTS_CLOSE_BEFORE = timedelta(days=2)
HANDED_IN_BEFORE = timedelta(hours=12)


def part_due(bank_due: datetime | None) -> datetime | None:
    """Until when a vendor may write its part of a shared answer that a bank takes until then."""
    return None if bank_due is None else bank_due - PARTS_CLOSE_BEFORE


def bank_due(part_due: datetime | None) -> datetime | None:
    """Until when the bank takes the one answer whose parts are due at `part_due`."""
    return None if part_due is None else part_due + PARTS_CLOSE_BEFORE


def part_is_open(
    closed_at: datetime | None,
    due: datetime | None,
    now: datetime,
) -> bool:
    """Tell whether a vendor may still write its part of a shared answer."""
    return closed_at is None and (due is None or now < due)


STAGES = (1, 3)  # days before the deadline at which a vendor is reminded


def reminder_due(due_by: datetime, now: datetime) -> int | None:
    """Which reminder is due: 1 in the last day, 3 in the last three, None before that and after the
    deadline.
    """
    left = due_by - now
    if left <= timedelta(0):
        return None
    return next(
        (days for days in STAGES if left <= timedelta(days=days)),
        None,
    )


def shown_status(
    status: DisputeStatus,
    *,
    accepted: bool = False,
    withdrawn: bool = False,
) -> str:
    """Tell what no status of Stripe's tells: `accepted` was not lost by the bank's decision;
    `resolved` was prevented and cost the money all the same (`withdrawn`). Else the status itself.
    """
    if withdrawn and status is _S.PREVENTED:
        return "resolved"
    return "accepted" if accepted and status is _S.LOST else status.value

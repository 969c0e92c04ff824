"""What is taken back from a vendor because of a refund or a dispute, and out of what. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from shared.core.frozen import frozen


class MovementKind(StrEnum):
    """How money goes between the platform's and a vendor's balance at Stripe after the sale."""

    REVERSAL = "reversal"  # a transfer, or part of it, comes back to the platform
    TRANSFER = "transfer"  # the platform sends the vendor money again
    FEE_REFUND = "fee_refund"  # commission goes back to the vendor


class MovementState(StrEnum):
    """Written down first, then done or refused."""

    OPENING = "opening"
    DONE = "done"
    REFUSED = "refused"


CONTRIBUTION = "contribution:"


def contribution_to(payment_id: int) -> str:
    """Name the claim that is what the marketplace pays of a sale beyond its commission."""
    return f"{CONTRIBUTION}{payment_id}"


@frozen
class Source:
    """A transfer that money can come back of: `room` is what has not come back yet, `back` what
    has, in minor units.
    """

    transfer_id: str
    room: int
    back: int = 0


@frozen
class ReversalPlan:
    """Which transfers to reverse by how much, and what no balance covers: the receivable."""

    reversals: tuple[tuple[str, int], ...]
    short: int


def plan(
    wanted: int,
    balance: int,
    sources: Sequence[Source],
    *,
    unit: int = 1,
) -> ReversalPlan:
    """Take `wanted` back out of `sources` in order, at most what the vendor holds at Stripe.

    Minor units of one currency.

    Each reversal is a multiple of `unit`, the smallest amount that Stripe takes in the currency.
    """
    left = covered = max(0, min(wanted, balance)) // unit * unit
    steps = []
    for source in sources:
        part = min(left, source.room // unit * unit)
        if part > 0:
            steps.append((source.transfer_id, part))
            left -= part
    return ReversalPlan(tuple(steps), wanted - (covered - left))


@frozen
class Rest:
    """Where a claim comes to rest: `move` is still to be taken (negative: to be given back), the
    other two are what stays.
    """

    move: int
    receivable: int
    written_off: int


def rest(amount: int, taken: int, written_off: int) -> Rest:
    """What is left of a claim after what was taken.

    A loss that was given up on counts only as far as the claim still goes.
    """
    due = amount - taken
    if due < 0:
        return Rest(due, 0, 0)
    given_up = min(written_off, due)
    return Rest(due - given_up, due - given_up, given_up)


def set_off(
    we_owe: Sequence[tuple[int, int]],
    owed_to_us: Sequence[tuple[int, int]],
) -> dict[int, int]:
    """Claim -> how much of it is set off: what we owe against what is owed to us, each in order.

    Both are (claim, minor units above zero). What we owe comes out negative, and all together
    come to zero.
    """
    total = min(
        sum(amount for _, amount in we_owe),
        sum(amount for _, amount in owed_to_us),
    )
    found: dict[int, int] = {}
    for side, sign in ((we_owe, -1), (owed_to_us, 1)):
        left = total
        for claim, amount in side:
            part = min(left, amount)
            if part > 0:
                found[claim] = sign * part
                left -= part
    return found


def signed(kind: MovementKind, amount: int) -> int:
    """What a movement takes from the vendor: positive for a reversal, negative for what goes to the
    vendor.
    """
    return amount if kind is MovementKind.REVERSAL else -amount

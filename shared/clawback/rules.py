"""What is taken back from a vendor because of a refund or a dispute, and out of what. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


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


@dataclass(frozen=True)
class Source:
    """A transfer that money can come back of: `room` is what has not come back yet, in minor units."""

    transfer_id: str
    room: int


@dataclass(frozen=True)
class Plan:
    """Which transfers to reverse by how much, and what no balance covers: the receivable."""

    reversals: tuple[tuple[str, int], ...]
    short: int


def plan(wanted: int, balance: int, sources: Sequence[Source]) -> Plan:
    """Take `wanted` back out of `sources` in order, at most what the vendor holds at Stripe. Minor units of one currency."""
    left = covered = max(0, min(wanted, balance))
    steps = []
    for source in sources:
        part = min(left, source.room)
        if part > 0:
            steps.append((source.transfer_id, part))
            left -= part
    return Plan(tuple(steps), wanted - (covered - left))


def signed(kind: MovementKind, amount: int) -> int:
    """What a movement takes from the vendor: positive for a reversal, negative for what goes to the vendor."""
    return amount if kind is MovementKind.REVERSAL else -amount

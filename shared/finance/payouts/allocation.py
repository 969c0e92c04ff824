"""Which movements of a vendor's balance a payout consists of. Pure; minor units of one currency."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from shared.core.frozen import frozen


@frozen
class BalanceMovement:
    """What came into a vendor's balance, or went back out of it, and is in no payout yet.

    `left` is negative for the latter.
    """

    entry_id: int
    left: int
    order_id: int | None = None


@frozen
class AllocatedPart:
    """A part of a movement that a payout consists of."""

    entry_id: int
    amount: int
    order_id: int | None = None


def allocate(
    amount: int,
    movements: Sequence[BalanceMovement],
    *,
    first: Collection[int] = (),
) -> tuple[AllocatedPart, ...]:
    """Take exactly `amount` out of `movements`: what went back first, then what came in, oldest
    first; the last one in part.

    Those named in `first` come before the others. Where all of them together are less, all are
    taken.
    """
    back = [m for m in movements if m.left < 0]
    came = [m for m in movements if m.left > 0]
    came.sort(
        key=lambda m: m.entry_id not in first
    )  # stable: the order of time stays within both
    wanted = amount - sum(m.left for m in back)
    if amount <= 0:
        return ()
    parts = [
        AllocatedPart(
            m.entry_id,
            m.left,
            m.order_id,
        )
        for m in back
    ]
    for movement in came:
        part = min(wanted, movement.left)
        if part <= 0:
            break
        parts.append(AllocatedPart(movement.entry_id, part, movement.order_id))
        wanted -= part
    return tuple(parts)

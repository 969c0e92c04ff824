"""What belongs together of both sides of a comparison, by the ids that each record names. Pure.

Whatever a check says of a record follows from those that name the same ids, directly or through
others: a payment, its intent, its money at Stripe, its refunds, claims and postings. So groups can
be looked at one by one, and those in which nothing differs be left out (sifting.py).
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from operator import attrgetter
from typing import Any, TypeAlias

from shared.core.frozen import frozen
from shared.finance.reconciliation.records import (
    ClaimRecord,
    IntentAtStripe,
    LedgerLine,
    MovementRecord,
    ObjectAtStripe,
    ObjectRecord,
    PaymentRecord,
    TransactionAtStripe,
)

Grouped: TypeAlias = (
    IntentAtStripe
    | ObjectAtStripe
    | TransactionAtStripe
    | PaymentRecord
    | ObjectRecord
    | MovementRecord
    | ClaimRecord
    | LedgerLine
)
Names: TypeAlias = Iterator[str | None]


def _intent(record: IntentAtStripe) -> Names:
    yield record.id
    yield record.charge_id
    if record.payment_id is not None:
        yield f"payment:{record.payment_id}"


def _object_at_stripe(record: ObjectAtStripe) -> Names:
    yield record.id
    yield record.intent_id


def _transaction(record: TransactionAtStripe) -> Names:
    yield record.id
    yield record.source
    yield from record.links.values()


def _payment(record: PaymentRecord) -> Names:
    yield f"payment:{record.id}"
    yield record.intent_id
    yield record.charge_id
    yield record.transfer_id
    yield record.fee_id
    yield record.transaction_id


def _movement(record: MovementRecord) -> Names:
    yield f"payment:{record.payment_id}"
    yield f"claim:{record.claim_id}"
    yield record.stripe_id


def _claim(record: ClaimRecord) -> Names:
    yield f"payment:{record.payment_id}"
    yield f"claim:{record.id}"


def _own_id(record: ObjectRecord | LedgerLine) -> Names:
    yield record.stripe_id


@frozen
class RecordKind:
    """A kind of record.

    `place`: where it stands in `BothSides`; `names`: which ids one names; `values`: what one is
    made of, in order.
    """

    record: Callable[..., Grouped]
    place: str
    names: Callable[[Any], Names]
    values: Callable[[Any], tuple[Any, ...]]


def _kind(
    record: type[Any],
    place: str,
    names: Callable[[Any], Names],
) -> RecordKind:
    return RecordKind(record, place, names, attrgetter(*record.__annotations__))


KINDS: Mapping[type, RecordKind] = {
    IntentAtStripe: _kind(IntentAtStripe, "intents", _intent),
    ObjectAtStripe: _kind(ObjectAtStripe, "objects_at_stripe", _object_at_stripe),
    TransactionAtStripe: _kind(TransactionAtStripe, "transactions", _transaction),
    PaymentRecord: _kind(PaymentRecord, "payments", _payment),
    ObjectRecord: _kind(ObjectRecord, "objects", _own_id),
    MovementRecord: _kind(MovementRecord, "movements", _movement),
    ClaimRecord: _kind(ClaimRecord, "claims", _claim),
    LedgerLine: _kind(LedgerLine, "lines", _own_id),
}


def names_of(record: Grouped) -> list[str]:
    """Name the ids that a record names."""
    names = KINDS[type(record)].names(record)
    return [name for name in names if name is not None]


class Groups:
    """Groups by number, which become one when a record names ids of several."""

    def __init__(self) -> None:
        self._parents = array("q")

    def new(self) -> int:
        """Begin one."""
        self._parents.append(len(self._parents))
        return len(self._parents) - 1

    def root(self, number: int) -> int:
        """Return the number under which a group goes now."""
        parents = self._parents
        while (above := parents[number]) != number:
            parents[number] = number = parents[above]
        return number

    def join(self, numbers: Iterable[int]) -> int:
        """Let these be one; a new one where there are none."""
        roots = {self.root(number) for number in numbers}
        if not roots:
            return self.new()
        lowest = min(roots)
        for root in roots:
            self._parents[root] = lowest
        return lowest

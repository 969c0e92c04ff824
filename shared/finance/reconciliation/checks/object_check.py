"""What the checks of refunds, disputes and payouts share."""

from __future__ import annotations

from abc import ABC
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import ClassVar

from shared.core.frozen import frozen
from shared.finance.reconciliation.checks.check import Check, Comparison, money
from shared.finance.reconciliation.findings import FoundDifference, RepairName
from shared.finance.reconciliation.records import (
    ObjectAtStripe,
    ObjectRecord,
    PaymentRecord,
)


@frozen
class ObjectPair:
    """A refund, dispute or payout as we and as Stripe have it, with its payment."""

    what: str
    record: ObjectRecord | None
    at_stripe: ObjectAtStripe | None
    payment: PaymentRecord | None = None


class ObjectCheck(Check[ObjectPair], ABC):
    """A check of one of them.

    `kinds` are, in this order: unknown here, another state or amount, unknown at Stripe. `follow`
    repairs the first two.
    """

    what: ClassVar[str]
    follow: ClassVar[RepairName]

    def subjects(self, comparison: Comparison) -> Iterator[ObjectPair]:
        """Pair what Stripe has, then what it does not know of ours.

        What is about a charge that is none of ours is left out; its money is looked at all the
        same.
        """
        both = comparison.both
        records = _whole(both.objects)
        at_stripe = {(each.what, each.id): each for each in both.objects_at_stripe}
        payment_of = {each.intent_id: each for each in both.payments if each.intent_id}
        for key, each in at_stripe.items():
            record, payment = records.get(key), payment_of.get(each.intent_id or "")
            if record is not None or each.what == "payout" or payment is not None:
                yield ObjectPair(each.what, record, each, payment)
        for key, record in records.items():
            if key not in at_stripe and record.recent:
                yield ObjectPair(record.what, record, None)

    def find(
        self, subject: ObjectPair, comparison: Comparison
    ) -> FoundDifference | None:
        """Say what differs about one of them."""
        if subject.what != self.what:
            return None
        record, at_stripe = subject.record, subject.at_stripe
        if record is not None and at_stripe is not None:
            return self._compare(record, at_stripe, comparison)
        if at_stripe is not None:
            return self._unknown(at_stripe, subject.payment, comparison)
        return None if record is None else self._missing(record)

    def _unknown(
        self,
        at_stripe: ObjectAtStripe,
        payment: PaymentRecord | None,
        comparison: Comparison,
    ) -> FoundDifference:
        about = f" of order {payment.order_number}" if payment else ""
        amount = money(at_stripe.amount, at_stripe.currency)
        return FoundDifference(
            self.kinds[0],
            f"{self.what}:{at_stripe.id}",
            f"{self.what.capitalize()}{about} at Stripe that we do not know.",
            "none",
            f"{amount}, {at_stripe.state}",
            self.follow,
            at_stripe.id,
            payment.vendor_id if payment else at_stripe.vendor_id,
            {"stripe_id": at_stripe.id, "account": at_stripe.account},
            _keys_moved_by(at_stripe, comparison),
        )

    def _compare(
        self, record: ObjectRecord, at_stripe: ObjectAtStripe, comparison: Comparison
    ) -> FoundDifference | None:
        same_amount = _amount(record) == _amount(at_stripe)
        if same_amount and record.state == at_stripe.state:
            return None
        what = "is in another state" if same_amount else "is over another amount"
        return FoundDifference(
            self.kinds[1],
            f"{self.what}:{record.id}",
            f"{self.what.capitalize()} {record.id} {what} at Stripe.",
            _described(record),
            _described(at_stripe),
            self.follow if same_amount else RepairName.NONE,
            at_stripe.id,
            record.vendor_id,
            {"stripe_id": at_stripe.id, "account": at_stripe.account},
            _keys_moved_by(at_stripe, comparison),
        )

    def _missing(self, record: ObjectRecord) -> FoundDifference:
        return FoundDifference(
            self.kinds[2],
            f"{self.what}:{record.id}",
            f"Stripe does not know {self.what} {record.id} of ours.",
            f"{money(record.amount, record.currency)}, {record.state}",
            "none",
            stripe_id=record.stripe_id,
            vendor_id=record.vendor_id,
            covers=frozenset({record.stripe_id}),
        )


def _whole(records: Iterable[ObjectRecord]) -> dict[tuple[str, str], ObjectRecord]:
    """Our records by what they are at Stripe; what several orders share of one is one together, and
    in the state of all of them.
    """
    found: dict[tuple[str, str], ObjectRecord] = {}
    for record in records:
        key = record.what, record.stripe_id
        known = found.get(key)
        if known is not None:
            is_one = known.state == record.state
            record = replace(
                known,
                amount=known.amount + record.amount,
                state=known.state if is_one else "in several states",
            )
        found[key] = record
    return found


def _amount(side: ObjectRecord | ObjectAtStripe) -> tuple[int, str]:
    return side.amount, side.currency


def _described(side: ObjectRecord | ObjectAtStripe) -> str:
    return f"{money(side.amount, side.currency)}, {side.state.replace('_', ' ')}"


def _keys_moved_by(at_stripe: ObjectAtStripe, comparison: Comparison) -> frozenset[str]:
    """Name the keys of the money that moved because of it, and of what moved along with it."""
    transactions = comparison.both.transactions
    keys = {at_stripe.id} | {t.id for t in transactions if t.source == at_stripe.id}
    if at_stripe.intent_id:
        moved = comparison.unknown_movements
        keys |= {
            each.stripe_id for each in moved if each.intent_id == at_stripe.intent_id
        }
    return frozenset(keys)

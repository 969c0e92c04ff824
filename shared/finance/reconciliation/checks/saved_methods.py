"""Every saved payment method is at Stripe, as it is there, and Stripe holds no other."""

from __future__ import annotations

from collections.abc import Iterator

from shared.core.frozen import frozen
from shared.finance.payment_methods import sync
from shared.finance.reconciliation.checks.check import (
    Arguments,
    Check,
    Comparison,
    Repair,
)
from shared.finance.reconciliation.errors import CannotRepair
from shared.finance.reconciliation.findings import (
    DifferenceKind,
    FoundDifference,
    RepairName,
)
from shared.finance.reconciliation.records import MethodAtStripe, MethodRecord
from shared.infra.jobs import Context

SUBJECT = 80  # letters that a subject may have


async def follow_methods(context: Context, given: Arguments) -> str:
    """Let our saved payment methods be what a shopper's customer holds."""
    if not await sync.sync_methods(context.gateway, str(given["customer_id"])):
        raise CannotRepair("The customer is no shopper's of ours.")
    return "Read again: saved payment methods are as Stripe holds them."


@frozen
class MethodPair:
    """A saved method as we and as Stripe have it.

    `at_stripe`: None when its customer does not hold it.
    """

    record: MethodRecord | None
    at_stripe: MethodAtStripe | None


class SavedMethodCheck(Check[MethodPair]):
    """Saved payment methods."""

    kinds = (
        DifferenceKind.METHOD_MISSING,
        DifferenceKind.METHOD_DIFFERS,
        DifferenceKind.METHOD_UNKNOWN,
    )
    repairs = {
        RepairName.FOLLOW_METHODS: Repair(
            (
                "Read again what customer {customer_id} holds at Stripe and let our saved payment "
                "methods follow."
            ),
            follow_methods,
        )
    }

    def subjects(self, comparison: Comparison) -> Iterator[MethodPair]:
        """Pair each of ours, then those that Stripe alone has and that are not being detached."""
        both = comparison.both
        at_stripe = {each.stripe_id: each for each in both.methods_at_stripe}
        known = {each.stripe_id for each in both.methods}
        for record in both.methods:
            method = at_stripe.get(record.stripe_id)
            is_held = method is not None and method.customer == record.customer
            yield MethodPair(record, method if is_held else None)
        for method in both.methods_at_stripe:
            if method.stripe_id not in known and method.stripe_id not in both.detaching:
                yield MethodPair(None, method)

    def find(
        self, subject: MethodPair, comparison: Comparison
    ) -> FoundDifference | None:
        """Say what differs about one of them."""
        record, method = subject.record, subject.at_stripe
        if record is None:
            return None if method is None else _unknown(method)
        if method is None:
            text = "A saved card is not held at Stripe any more."
            return _of(record, DifferenceKind.METHOD_MISSING, text, "not held")
        if method.described != record.described:
            text = "A saved card is told otherwise by Stripe."
            return _of(record, DifferenceKind.METHOD_DIFFERS, text, method.described)
        return None


def _of(
    record: MethodRecord,
    kind: DifferenceKind,
    text: str,
    stripe_side: str,
) -> FoundDifference:
    return FoundDifference(
        kind,
        f"payment_method:{record.id}",
        text,
        record.described,
        stripe_side,
        RepairName.FOLLOW_METHODS,
        record.stripe_id,
        arguments={"customer_id": record.customer},
    )


def _unknown(method: MethodAtStripe) -> FoundDifference:
    return FoundDifference(
        DifferenceKind.METHOD_UNKNOWN,
        f"payment_method:{method.stripe_id}"[:SUBJECT],
        "Stripe holds a card of a shopper's that is not among our saved cards.",
        "none",
        method.described,
        RepairName.FOLLOW_METHODS,
        method.stripe_id,
        arguments={"customer_id": method.customer},
    )

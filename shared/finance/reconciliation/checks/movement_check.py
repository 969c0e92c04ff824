"""What the checks of movements (reversals, later transfers, fee refunds) share."""

from __future__ import annotations

from collections.abc import Sequence

from shared.finance.reconciliation.checks.check import Comparison, as_argument, money
from shared.finance.reconciliation.findings import (
    DifferenceKind,
    FoundDifference,
    RepairName,
)
from shared.finance.reconciliation.records import MovementRecord, PaymentRecord
from shared.finance.reconciliation.unexplained import UnknownMovement


def untold(comparison: Comparison, *, by_hand: bool) -> list[UnknownMovement]:
    """Name the movements without a row of ours that nothing found so far covers.

    `by_hand`: reversals that somebody made in Stripe's dashboard, or all others.
    """
    return [
        each
        for each in comparison.unknown_movements
        if each.stripe_id not in comparison.covered
        and _is_by_hand(each, comparison) == by_hand
    ]


def _is_by_hand(movement: UnknownMovement, comparison: Comparison) -> bool:
    t = movement.transaction
    is_of_a_refund = "source_refund" in t.links
    is_remembered = movement.stripe_id in comparison.both.remembered
    return t.type == "transfer_refund" and not is_of_a_refund and not is_remembered


def of_record(
    record: MovementRecord,
    kind: DifferenceKind,
    text: str,
    *,
    stripe_side: str = "",
    repair: RepairName = RepairName.NONE,
    stripe_id: str | None,
) -> FoundDifference:
    """Tell of a movement of ours."""
    name = record.kind.replace("_", " ").capitalize()
    return FoundDifference(
        kind,
        f"movement:{record.id}",
        f"{name} of {record.subject.replace(':', ' ')}: {text}",
        f"{money(record.amount, record.currency)}, {record.state}",
        stripe_side,
        repair,
        stripe_id,
        record.vendor_id,
        {"subject": record.subject},
        frozenset({stripe_id or ""}),
    )


def payment_of(movement: UnknownMovement, comparison: Comparison) -> PaymentRecord:
    """Name the payment that a movement at Stripe is about: of several that share an intent, the one
    whose transfer it came out of, or whose vendor it went to.
    """
    both, t = comparison.both, movement.transaction
    mine = [each for each in both.payments if each.intent_id == movement.intent_id]
    transfer = t.links.get("transfer") or t.source
    for payment in mine:
        if payment.transfer_id == transfer:
            return payment
    went_to = {
        row.vendor_id
        for row in both.transactions
        if row.vendor_id is not None and row.links.get("source_transfer") == transfer
    }
    theirs = (each for each in mine if each.vendor_id in went_to)
    return next(theirs, mine[-1])


def of_unknown(movement: UnknownMovement, comparison: Comparison) -> FoundDifference:
    """Tell of a movement at Stripe.

    Its arguments say what it came out of, so that it can be booked.
    """
    t, links = movement.transaction, movement.transaction.links
    payment = payment_of(movement, comparison)
    return FoundDifference(
        DifferenceKind.MOVEMENT_UNKNOWN,
        f"movement:{movement.stripe_id}",
        (
            f"Money moved between the platform and the vendor of order {payment.order_number}, "
            "and we do not know why."
        ),
        "none",
        money(t.net, t.currency),
        RepairName.ADOPT_MOVEMENT,
        movement.stripe_id,
        payment.vendor_id,
        {
            "stripe_id": movement.stripe_id,
            "payment_id": payment.id,
            "type": t.type,
            "amount": abs(t.amount),
            "refund": links.get("source_refund"),
            "source": links.get("transfer")
            or links.get("fee")
            or links.get("source_transaction"),
            "transactions": _transactions_of(movement.stripe_id, comparison),
        },
        frozenset({movement.stripe_id}),
    )


def _transactions_of(
    key: str,
    comparison: Comparison,
) -> Sequence[Sequence[object]]:
    key_of = comparison.links.key_of
    transactions = comparison.both.transactions
    return [
        as_argument(t) for t in transactions if t.source and key_of(t.source) == key
    ]

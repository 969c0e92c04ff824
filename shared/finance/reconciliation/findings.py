"""What a reconciliation can find, and what repairs it, by the names that are stored. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import StrEnum
from typing import Any

from shared.core.frozen import frozen


class DifferenceKind(StrEnum):
    """What can differ. Each belongs to one check (`checks/`)."""

    ORDER_UNPAID = "order_unpaid"
    PAYMENT_BEHIND = "payment_behind"
    PAYMENT_DIFFERS = "payment_differs"
    PAYMENT_MISSING = "payment_missing"
    INTENT_UNKNOWN = "intent_unknown"
    ORDER_BEHIND = "order_behind"
    SALE_UNPOSTED = "sale_unposted"
    FEE_UNPOSTED = "fee_unposted"
    CHARGE_DIFFERS = "charge_differs"
    REFUND_UNKNOWN = "refund_unknown"
    REFUND_DIFFERS = "refund_differs"
    REFUND_MISSING = "refund_missing"
    DISPUTE_UNKNOWN = "dispute_unknown"
    DISPUTE_DIFFERS = "dispute_differs"
    DISPUTE_MISSING = "dispute_missing"
    PAYOUT_UNKNOWN = "payout_unknown"
    PAYOUT_DIFFERS = "payout_differs"
    PAYOUT_MISSING = "payout_missing"
    MOVEMENT_UNKNOWN = "movement_unknown"
    MOVEMENT_MISSING = "movement_missing"
    TAKEN_BY_HAND = "taken_by_hand"
    MOVEMENT_OPEN = "movement_open"
    CLAIM_UNSETTLED = "claim_unsettled"
    CLAIM_MISCOUNTED = "claim_miscounted"
    REFUNDED_MISCOUNTED = "refunded_miscounted"
    MONEY_UNEXPLAINED = "money_unexplained"
    MONEY_UNPOSTED = "money_unposted"
    MONEY_DIFFERS = "money_differs"
    POSTING_UNEXPLAINED = "posting_unexplained"
    POSTING_ORPHANED = "posting_orphaned"
    POSTING_OPEN = "posting_open"
    SUSPENSE_EXPLAINED = "suspense_explained"
    LEDGER_UNBALANCED = "ledger_unbalanced"
    LEDGER_SUM_DIFFERS = "ledger_sum_differs"
    RECEIVABLE_DIFFERS = "receivable_differs"
    EARNED_DIFFERS = "earned_differs"
    BALANCE_DIFFERS = "balance_differs"
    ACCOUNT_DIFFERS = "account_differs"
    METHOD_MISSING = "method_missing"
    METHOD_DIFFERS = "method_differs"
    METHOD_UNKNOWN = "method_unknown"
    EVENTS_MISSED = "events_missed"
    EVENT_PARKED = "event_parked"


class RepairName(StrEnum):
    """What can repair a difference.

    Each belongs to one check, which says what it does and does it.
    """

    NONE = ""  # a person must look
    CONFIRM_PAYMENT = "confirm_payment"
    MARK_PAID = "mark_paid"
    POST_SALE = "post_sale"
    READ_CHARGE = "read_charge"
    FOLLOW_REFUND = "follow_refund"
    FOLLOW_DISPUTE = "follow_dispute"
    FOLLOW_PAYOUT = "follow_payout"
    SETTLE_CLAIM = "settle_claim"
    RECOUNT_CLAIM = "recount_claim"
    ADOPT_MOVEMENT = "adopt_movement"
    BOOK_TAKEN = "book_taken"
    POST_MOVEMENT = "post_movement"
    POST_REFUNDS = "post_refunds"
    POST_RESERVE = "post_reserve"
    RECOUNT_REFUNDED = "recount_refunded"
    SUSPEND = "suspend"
    CLEAR_SUSPENSE = "clear_suspense"
    REVERSE_POSTING = "reverse_posting"
    CLOSE_POSTING = "close_posting"
    SYNC_ACCOUNT = "sync_account"
    FOLLOW_METHODS = "follow_methods"
    BACKFILL = "backfill"
    REPLAY = "replay"


@frozen
class FoundDifference:
    """One difference, as a check found it; `models.Difference` is how it is stored.

    `covers`: the keys whose money it explains, so that no later check tells of them again.
    """

    kind: DifferenceKind
    subject: str
    text: str
    our_side: str = ""
    stripe_side: str = ""
    repair: RepairName = RepairName.NONE
    stripe_id: str | None = None
    vendor_id: int | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    covers: frozenset[str] = frozenset()

    @property
    def identity(self) -> tuple[str, str, str | None]:
        """What makes it the same difference when it is looked for again."""
        return (self.kind, self.subject, self.stripe_id)


def persisting(
    first: Sequence[FoundDifference], second: Sequence[FoundDifference]
) -> list[FoundDifference]:
    """Keep what was found both times, as it was the second time: the rest was merely under way."""
    before = {difference.identity for difference in first}
    return [difference for difference in second if difference.identity in before]

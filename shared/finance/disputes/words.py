"""Disputes in a shop owner's words: statuses, reasons, what to do next, and how long there is.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from shared.finance.disputes.rules import DisputeStatus


@dataclass(frozen=True)
class StatusWords:
    """One status: a badge, what it means, and the next step."""

    kind: str
    badge: str
    text: str
    next_step: str


_S = DisputeStatus
STATUSES: dict[DisputeStatus, StatusWords] = {
    _S.WARNING_NEEDS_RESPONSE: StatusWords(
        "warn",
        "Inquiry to answer",
        (
            "The shopper’s bank asks about this payment. It is not a dispute yet and no money has "
            "moved."
        ),
        "Answer the bank’s question, or refund the shopper: a refund closes the inquiry.",
    ),
    _S.WARNING_UNDER_REVIEW: StatusWords(
        "info",
        "Inquiry with the bank",
        "The bank reads your answer. No money has moved.",
        "Nothing to do: wait for the bank. It closes the inquiry or makes it a dispute.",
    ),
    _S.WARNING_CLOSED: StatusWords(
        "plain",
        "Inquiry closed",
        "The bank asked no further. No money has moved.",
        "Nothing to do.",
    ),
    _S.NEEDS_RESPONSE: StatusWords(
        "warn",
        "Needs an answer",
        "The shopper’s bank has taken the money back until it decides.",
        (
            "Answer with what you know about the order, or accept the loss. Without an answer the "
            "money stays with the shopper."
        ),
    ),
    _S.UNDER_REVIEW: StatusWords(
        "info",
        "With the bank",
        "The bank reads your answer and decides, which can take two to three months.",
        "Nothing to do: we write to you when the bank has decided.",
    ),
    _S.WON: StatusWords(
        "ok",
        "Won",
        "The bank decided for you and gave the money back.",
        "Nothing to do.",
    ),
    _S.LOST: StatusWords(
        "bad",
        "Lost",
        "The bank decided for the shopper, who keeps the money.",
        "Nothing to do. Do not refund this order as well: the shopper has the money already.",
    ),
    _S.PREVENTED: StatusWords(
        "plain",
        "Prevented",
        (
            "The shopper’s bank was shown what was bought, and made no dispute of it. No money "
            "has moved."
        ),
        "Nothing to do.",
    ),
    _S.APPEAL_NEEDS_RESPONSE: StatusWords(
        "warn",
        "Can be appealed",
        "The bank’s decision can be appealed at the card network. Until then it stands.",
        "The marketplace’s staff files appeals. Write to them at once if you know anything new.",
    ),
    _S.APPEAL_UNDER_REVIEW: StatusWords(
        "info",
        "Appeal with the bank",
        "The bank’s decision is being appealed: the card network reads what was handed in.",
        "Nothing to do: we write to you when it is decided.",
    ),
}

REASONS = {
    "bank_cannot_process": "The shopper’s bank could not process the payment",
    "check_returned": "A cheque came back",
    "credit_not_processed": "The shopper says that a refund never came",
    "customer_initiated": "The shopper took the direct debit back",
    "debit_not_authorized": "The shopper says that the direct debit was not agreed to",
    "duplicate": "The shopper says that they paid twice",
    "fraudulent": "The card’s owner says that they did not buy this",
    "general": "The bank gives no particular reason",
    "incorrect_account_details": "The bank says that the account details are wrong",
    "insufficient_funds": "There was not enough money in the shopper’s account",
    "noncompliant": "The bank says that a rule of the card network was broken",
    "product_not_received": "The shopper says that nothing arrived",
    "product_unacceptable": "The shopper says that it is not as described, or damaged",
    "subscription_canceled": "The shopper says that they had cancelled",
    "unrecognized": "The shopper does not recognise the payment",
}


def reason(code: str) -> str:
    """Why the bank asks, in a sentence without its full stop."""
    return REASONS.get(code, "The bank gives a reason that we do not know")


RESOLVED = StatusWords(
    "plain",
    STATUSES[_S.PREVENTED].badge,
    (
        "The card network settled this before it became a dispute: the shopper has the money "
        "back, without a fee for a dispute."
    ),
    "Nothing to do. Do not refund this order as well: the shopper has the money already.",
)
ACCEPTED = StatusWords(
    "bad",
    "Lost",
    "The loss was accepted, and the shopper keeps the money.",
    STATUSES[_S.LOST].next_step,
)


def of(
    status: DisputeStatus,
    *,
    accepted: bool = False,
    withdrawn: bool = False,
) -> StatusWords:
    """The words of a status.

    A dispute that was accepted is not lost by the bank's decision, and one that was prevented may
    have cost the money (`withdrawn`) or nothing.
    """
    if withdrawn and status is _S.PREVENTED:
        return RESOLVED
    return ACCEPTED if accepted and status is _S.LOST else STATUSES[status]


def countdown(due_by: datetime | None, now: datetime) -> str:
    """How long there is to answer: `3 days left`, `1 day left`, `5 hours left`, `Time is up`;
    nothing without a deadline.
    """
    if due_by is None:
        return ""
    left = due_by - now
    if left <= timedelta(0):
        return "Time is up"
    if left >= timedelta(days=1):
        return f"{left.days} days left" if left.days > 1 else "1 day left"
    hours = left // timedelta(hours=1)
    return f"{hours} hours left" if hours > 1 else "1 hour left" if hours else "Minutes left"


def day(value: datetime, zone: tzinfo = UTC) -> str:
    """`3 December 2026`, the day of that zone: for mails and for banks."""
    at = value.astimezone(zone)
    return f"{at.day} {at:%B %Y}"

"""The words of the mails about payouts. Pure: plain values in, (subject, text) out."""

from __future__ import annotations

from shared.core.money import Money
from shared.finance.payouts.words import Failure


def failed(vendor_name: str, *, amount: Money, bank: str, failure: Failure, link: str) -> tuple[str, str]:
    """To the vendor, when its bank sent a payout back."""
    to = f" to {bank}" if bank else ""
    subject = f"Your payout of {amount} came back"
    text = (
        f"Hello {vendor_name},\n\nyour payout of {amount}{to} came back. {failure.reason}\n\n"
        f"Nothing is lost: the money is in your balance again. {failure.advice}\n\nSee the payout here:\n{link}\n"
    )
    return subject, text


def held(vendor_name: str, *, reason: str, link: str) -> tuple[str, str]:
    """To the vendor, when the operator holds its payouts back."""
    subject = "Your payouts are on hold"
    text = (
        f"Hello {vendor_name},\n\nThe marketplace holds your payouts back for now. The reason:\n\n  {reason}\n\n"
        "Your shop goes on as before, and the money from your sales is kept for you. If you have a question, answer this mail.\n\n"
        f"See your balance here:\n{link}\n"
    )
    return subject, text


def released(vendor_name: str, *, when: str, link: str) -> tuple[str, str]:
    """To the vendor, when they go on."""
    subject = "Your payouts go on"
    text = (
        f"Hello {vendor_name},\n\nyour payouts are no longer on hold. You are paid out {when}, as before.\n\n"
        f"See your balance here:\n{link}\n"
    )
    return subject, text

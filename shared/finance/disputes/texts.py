"""The words of the mails about disputes, all to the vendor. Pure: plain values in, (subject, text) out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from shared.core.money import Money
from shared.finance.disputes import words
from shared.finance.disputes.rules import Parts


@dataclass(frozen=True)
class About:
    """Which dispute a mail is about."""

    vendor_name: str
    order_number: str
    reason: str
    amount: Money
    due_by: datetime | None
    zone: tzinfo  # the marketplace's
    is_inquiry: bool
    link: str


def _until(about: About) -> str:
    return f" by {words.deadline(about.due_by, about.zone)}" if about.due_by else ""


def _taken(parts: Parts, currency: str) -> str:
    yours, ours = Money(parts.vendor, currency), Money(parts.commission + parts.loss, currency)
    rest = f" The marketplace bears the other {ours}." if ours else ""
    return (
        f"The bank has taken {Money(parts.total, currency)} back. {yours} of it comes out of your balance;"
        f" what is not there now is taken from your next sales.{rest} Stripe's fee for the dispute is the marketplace's."
        f" If you win, you get back what was taken from you."
    )


def inquiry(about: About) -> tuple[str, str]:
    """When a bank asks, before any dispute."""
    subject = f"A bank asks about order {about.order_number}"
    return subject, (
        f"Hello {about.vendor_name},\n\nthe bank of the shopper of order {about.order_number} ({about.amount}) asks about the"
        f" payment. Its reason: {words.reason(about.reason)}.\n\nNo money has moved. Answer{_until(about)}, or refund the"
        f" shopper, which closes the inquiry. We have drafted an answer from what we know of the order:\n{about.link}\n"
    )


def opened(about: About, taken: Parts | None) -> tuple[str, str]:
    """When a dispute is opened; `taken` when its money went at the same time."""
    subject = f"Order {about.order_number} is disputed: answer{_until(about)}"
    money = f"{_taken(taken, about.amount.currency)}\n\n" if taken else ""
    return subject, (
        f"Hello {about.vendor_name},\n\nthe shopper of order {about.order_number} ({about.amount}) disputes the payment at"
        f" their bank. The reason: {words.reason(about.reason)}.\n\n{money}What to do: answer{_until(about)}, or accept the"
        f" loss. We have drafted an answer from what we know of the order; read it, add what is missing, hand it in"
        f" once:\n{about.link}\n"
    )


def withdrawn(about: About, taken: Parts) -> tuple[str, str]:
    """When the money goes later: an inquiry has become a dispute."""
    subject = f"Order {about.order_number} is disputed now: answer{_until(about)}"
    return subject, (
        f"Hello {about.vendor_name},\n\nthe bank's question about order {about.order_number} has become a dispute."
        f" {_taken(taken, about.amount.currency)}\n\nWhat to do: answer{_until(about)}, or accept the loss:\n{about.link}\n"
    )


def won(about: About, back: Money) -> tuple[str, str]:
    """When the bank decided for the vendor."""
    money = f" {back} that had been taken from you is yours again." if back else ""
    return f"You won the dispute of order {about.order_number}", (
        f"Hello {about.vendor_name},\n\nthe bank decided for you in the dispute of order {about.order_number}.{money}\n\n"
        f"There is nothing to do:\n{about.link}\n"
    )


def lost(about: About, borne: Money) -> tuple[str, str]:
    """When the bank decided for the shopper."""
    money = f" What it costs you is {borne}, as taken before; nothing more is taken." if borne else ""
    return f"The dispute of order {about.order_number} is lost", (
        f"Hello {about.vendor_name},\n\nthe bank decided for the shopper in the dispute of order"
        f" {about.order_number}.{money}\n\nDo not refund this order as well: the shopper has the money already."
        f"\n{about.link}\n"
    )


def appeal(about: About, borne: Money) -> tuple[str, str]:
    """When a decision that was lost can be appealed, or is."""
    money = f" Until it is decided the {borne} stay taken; if the appeal is won, you get them back." if borne else ""
    return f"The decision about order {about.order_number} can be appealed", (
        f"Hello {about.vendor_name},\n\nthe decision in the dispute of order {about.order_number} can be appealed at the card"
        f" network.{money}\n\nThe marketplace's staff files appeals{_until(about)}. If you know anything that the bank has not read"
        f" yet, write to them at once:\n{about.link}\n"
    )


def prevented(about: About, taken: Parts | None) -> tuple[str, str]:
    """When the card network settled it before it became a dispute; `taken` when the shopper has the money back."""
    if taken is None:
        return f"A dispute of order {about.order_number} was prevented", (
            f"Hello {about.vendor_name},\n\nthe bank of the shopper of order {about.order_number} ({about.amount}) was shown"
            f" what was bought, and made no dispute of it. No money has moved, and there is nothing to do:\n{about.link}\n"
        )
    currency = about.amount.currency
    yours, ours = Money(taken.vendor, currency), Money(taken.commission + taken.loss, currency)
    rest = f" The marketplace bears the other {ours}." if ours else ""
    return f"Order {about.order_number} was refunded by the card network", (
        f"Hello {about.vendor_name},\n\nthe card network settled a complaint about order {about.order_number} before it became"
        f" a dispute: the shopper has {Money(taken.total, currency)} back, and there is no fee for a dispute. {yours} of it"
        f" comes out of your balance; what is not there now is taken from your next sales.{rest}\n\nDo not refund this order as"
        f" well: the shopper has the money already.\n{about.link}\n"
    )


def inquiry_closed(about: About) -> tuple[str, str]:
    """When a bank asks no further."""
    return f"The bank asks no further about order {about.order_number}", (
        f"Hello {about.vendor_name},\n\nthe bank's question about order {about.order_number} is closed. No money has moved,"
        f" and there is nothing to do:\n{about.link}\n"
    )


def fraud_warning(vendor_name: str, order_number: str, amount: Money, link: str) -> tuple[str, str]:
    """When a card's issuer reports fraud, and nobody has disputed yet."""
    return f"Order {order_number} may be fraud", (
        f"Hello {vendor_name},\n\nthe bank that issued the card of order {order_number} ({amount}) reports the payment as"
        f" fraud. No money has moved, and there is no dispute yet; most such payments are disputed later.\n\nWhat to do: do"
        f" not send the goods if you still have them, and look at the order. A refund now avoids the dispute and its"
        f" cost:\n{link}\n"
    )


def reminder(about: About, now: datetime) -> tuple[str, str]:
    """Before the deadline."""
    left = words.countdown(about.due_by, now)
    subject = f"{left} to answer the bank about order {about.order_number}"
    then = "the bank may make a dispute of it" if about.is_inquiry else "the money stays with the shopper"
    return subject, (
        f"Hello {about.vendor_name},\n\nnobody has answered the bank about order {about.order_number} ({about.amount}) yet."
        f" It takes an answer{_until(about)}; after that {then}.\n\nThe draft is here; read it,"
        f" add what is missing, hand it in once:\n{about.link}\n"
    )

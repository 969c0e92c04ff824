"""Refunds as a vendor reads them: states, what a preview tells, what was done. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from shared.core.money import Money
from shared.finance.refunds import words
from shared.finance.refunds.errors import ChargedBack, NoRefundsLeft, NotPaid, TakenByBank
from shared.finance.refunds.queries import Refundable, RefundView
from shared.finance.refunds.rules import Preview, Refundability, RefundState
from shared.trade.orders.remaining_money import MoneyState

STATES = words.STATES
REASONS = (
    ("requested_by_customer", "The shopper asked for it"),
    ("duplicate", "It was paid twice"),
)
_STOPS = {Refundability.CHARGED_BACK: ChargedBack, Refundability.DECIDED: NoRefundsLeft}
_BACK_TO = {"card": "on the card they paid with", "sepa_debit": "on their bank account"}


def refund_detail(refund: RefundView) -> str | None:
    """One sentence more about where a refund stands; None when the word says it all."""
    return words.detail(
        refund.state,
        pending_reason=refund.pending_reason,
        failure_reason=refund.failure_reason,
        refusal=refund.refusal,
    )


@dataclass(frozen=True)
class PreviewText:
    """A preview as the page shows it. `notes`: kind and sentence."""

    amount: Money
    vendor_part: Money
    commission_part: Money
    left_after: Money
    where: str
    notes: tuple[tuple[str, str], ...]
    is_possible: bool
    waits: bool


def told(
    preview: Preview,
    *,
    method: str | None,
    write: Callable[[Money], str],
) -> PreviewText:
    """What a refund will do, in words and Money; `write` is the page's own way to write money."""

    def money(amount: int) -> Money:
        return Money(amount, preview.currency)

    return PreviewText(
        amount=money(preview.amount),
        vendor_part=money(preview.vendor_part),
        commission_part=money(preview.commission_part),
        left_after=money(preview.left_after),
        where=_BACK_TO.get(method or "", "the way they paid"),
        notes=tuple(_notes(preview, write)),
        is_possible=preview.standing not in _STOPS,
        waits=preview.needs_approval,
    )


def _notes(
    preview: Preview,
    write: Callable[[Money], str],
) -> Iterator[tuple[str, str]]:
    """What a person should know before the button: kind and sentence."""

    def written(amount: int) -> str:
        return write(Money(amount, preview.currency))

    if stopped := _STOPS.get(preview.standing):
        yield "bad", stopped.default
    if preview.standing is Refundability.INQUIRY:
        yield (
            "info",
            "The shopper’s bank is asking about this payment. A refund closes that question.",
        )
    if preview.needs_approval:
        yield "warn", "This is above the limit, so the marketplace looks at it before it is sent."
    if preview.owed and preview.balance is not None:
        there, advanced = written(max(preview.balance, 0)), written(preview.owed)
        said = (
            f"Your balance at Stripe holds {there}. The marketplace advances {advanced}, which is "
            "taken from your next sales."
        )
        yield "warn", said
    if preview.balance is None:
        said = (
            "Stripe does not answer just now. What your balance does not cover is taken from your "
            "next sales."
        )
        yield "info", said
    if preview.stripe_fee:
        fee = written(preview.stripe_fee)
        yield "plain", f"Stripe’s fee of {fee} is not returned; the marketplace bears it."


def nothing_left(order: Refundable) -> tuple[str, str] | None:
    """Title and sentence where nothing of an order can go back; None where something can."""
    if not order.is_paid:
        return "Nothing to give back", NotPaid.default
    if order.left:
        return None
    match order.money_state:
        case MoneyState.LOST:
            return "The bank took this payment", TakenByBank.default
        case MoneyState.DISPUTED:
            return "The bank holds this payment", ChargedBack.default
    return (
        "Nothing left to give back",
        "Everything of this order has been given back, or is on its way.",
    )


def done(
    state: RefundState,
    written: str,
    detail: str,
) -> tuple[str, str]:
    """What to say after the button was pressed: category and sentence; `written` is the amount,
    `detail` why it stopped.
    """
    match state:
        case RefundState.AWAITING_APPROVAL:
            return (
                "info",
                (
                    f"The refund of {written} waits for the marketplace. We write to you when it "
                    "is decided."
                ),
            )
        case RefundState.SUCCEEDED:
            return "ok", f"{written} went back. We have told the shopper."
        case RefundState.REFUSED:
            return "error", f"The refund of {written} was not made. {detail}"
        case RefundState.OPENING:
            return (
                "info",
                f"The refund of {written} is written down, and is sent by itself. {detail}",
            )
        case RefundState.FAILED | RefundState.CANCELED:
            return (
                "error",
                f"The refund of {written} did not reach the shopper. You have the money again.",
            )
    return "ok", f"The refund of {written} is on its way. We tell the shopper when it has arrived."

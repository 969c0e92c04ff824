"""Refunds as a vendor reads them: states, what a preview tells, what was done. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.core.money import Money
from shared.core.words import badge, word
from shared.finance.refunds.errors import (
    ChargedBack,
    NoRefundsLeft,
    NotPaid,
    TakenByBank,
)
from shared.finance.refunds.foreseen import Preview
from shared.finance.refunds.preview import Refundable
from shared.finance.refunds.queries import RefundView
from shared.finance.refunds.refundability import Refundability
from shared.finance.refunds.rules import RefundState
from shared.trade.orders.remaining_money import MoneyState

REASONS = {
    "requested_by_customer": _n("The shopper asked for it"),
    "duplicate": _n("It was paid twice"),
}
_STOPS = {Refundability.CHARGED_BACK: ChargedBack, Refundability.DECIDED: NoRefundsLeft}
_ANY_WAY = _n("the way they paid")
_BACK_TO = {
    "card": _n("on the card they paid with"),
    "sepa_debit": _n("on their bank account"),
}


def states() -> dict[RefundState, tuple[str, str]]:
    """Kind of badge and word of each state."""
    return {state: badge("refunds.states", state) for state in RefundState}


def refund_detail(refund: RefundView) -> str | None:
    """One sentence more about where a refund stands; None when the word says it all."""
    match refund.state:
        case RefundState.AWAITING_APPROVAL:
            return _(
                "It is above the limit, so the marketplace looks at it first. Nothing has "
                "moved yet."
            )
        case RefundState.OPENING:
            return _("Stripe has not answered yet. It is asked again by itself.")
        case RefundState.PENDING:
            return word("refunds.pending", refund.pending_reason)
        case RefundState.REQUIRES_ACTION:
            return _("The shopper got a mail and must say where the money should go.")
        case RefundState.FAILED:
            why = word("refunds.failures", refund.failure_reason)
            return f"{why} {_('You have the money again.')}"
        case RefundState.CANCELED:
            return _("Nothing was given back; you have the money again.")
        case RefundState.REFUSED | RefundState.DECLINED:
            return refund.refusal or None
        case RefundState.SUCCEEDED:
            return None


def part_detail(refund: RefundView) -> str | None:
    """What a vendor is told of a refund that other shops' orders have a part of."""
    if refund.whole is None:
        return None
    return _(
        "It is this order’s share of a refund of the payment that several shops share."
    )


@frozen
class PreviewText:
    """A preview as the page shows it. `notes`: kind and sentence."""

    amount: Money
    vendor_part: Money
    commission_part: Money
    discount_part: Money
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
        discount_part=money(preview.discount_part),
        left_after=money(preview.left_after),
        where=_(_BACK_TO.get(method or "", _ANY_WAY)),
        notes=tuple(_notes(preview, write)),
        is_possible=preview.refundability not in _STOPS,
        waits=preview.needs_approval,
    )


def _notes(
    preview: Preview,
    write: Callable[[Money], str],
) -> Iterator[tuple[str, str]]:
    """What a person should know before the button: kind and sentence."""

    def written(amount: int) -> str:
        return write(Money(amount, preview.currency))

    yield from _about_the_way(preview)
    yield from _about_balance(preview, written)
    if preview.stripe_fee:
        said = _(
            "Stripe’s fee of %(amount)s is not returned; the marketplace bears it.",
            amount=written(preview.stripe_fee),
        )
        yield "plain", said


def _about_the_way(preview: Preview) -> Iterator[tuple[str, str]]:
    """Whose word it needs, or what keeps it from being made."""
    if stopped := _STOPS.get(preview.refundability):
        yield "bad", _(stopped.default)
    if preview.refundability is Refundability.INQUIRY:
        said = _(
            "The shopper’s bank is asking about this payment. A refund closes that question."
        )
        yield "info", said
    if preview.needs_approval:
        said = _(
            "This is above the limit, so the marketplace looks at it before it is sent."
        )
        yield "warn", said


def _about_balance(
    preview: Preview,
    written: Callable[[int], str],
) -> Iterator[tuple[str, str]]:
    """What the vendor's balance does not cover, as far as that is known."""
    if preview.balance is None:
        said = _(
            "Stripe does not answer just now. What your balance does not cover is taken from "
            "your next sales."
        )
        yield "info", said
    elif preview.owed:
        said = _(
            "Your balance at Stripe holds %(balance)s. The marketplace advances %(amount)s,"
            " which is taken from your next sales.",
            balance=written(max(preview.balance, 0)),
            amount=written(preview.owed),
        )
        yield "warn", said


def nothing_left(order: Refundable) -> tuple[str, str] | None:
    """Title and sentence where nothing of an order can go back; None where something can."""
    if not order.is_paid:
        return _("Nothing to give back"), _(NotPaid.default)
    is_free = not order.total and order.money_state is MoneyState.PAID
    if order.left or is_free:
        return None
    match order.money_state:
        case MoneyState.LOST:
            return _("The bank took this payment"), _(TakenByBank.default)
        case MoneyState.DISPUTED:
            return _("The bank holds this payment"), _(ChargedBack.default)
    return _("Nothing left to give back"), _(
        "Everything of this order has been given back, or is on its way."
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
            return "info", _(
                "The refund of %(amount)s waits for the marketplace."
                " We write to you when it is decided.",
                amount=written,
            )
        case RefundState.SUCCEEDED:
            return "ok", _(
                "%(amount)s went back. We have told the shopper.", amount=written
            )
        case RefundState.REFUSED:
            return "error", _(
                "The refund of %(amount)s was not made. %(reason)s",
                amount=written,
                reason=detail,
            )
        case RefundState.OPENING:
            return "info", _(
                "The refund of %(amount)s is written down, and is sent by itself. %(reason)s",
                amount=written,
                reason=detail,
            )
        case RefundState.FAILED | RefundState.CANCELED:
            return "error", _(
                "The refund of %(amount)s did not reach the shopper. You have the money again.",
                amount=written,
            )
    return _under_way(written, detail)


def _under_way(written: str, detail: str) -> tuple[str, str]:
    """Stripe has taken it on; `detail` says what it still waits for."""
    if detail:
        return "info", _(
            "The refund of %(amount)s is asked for and not sent yet. %(reason)s",
            amount=written,
            reason=detail,
        )
    return "ok", _(
        "The refund of %(amount)s is on its way. We tell the shopper when it has arrived.",
        amount=written,
    )

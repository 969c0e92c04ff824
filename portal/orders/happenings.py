"""What happened to an order and its money, in a vendor's words, newest first. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from portal.orders.words import Happening, timeline
from shared.entrypoints.web.filters import money
from shared.finance.disputes.rules import DisputeStatus
from shared.finance.payments.queries import PaymentView
from shared.finance.payouts.rules import PayoutState
from shared.finance.reconciliation.story import (
    DisputeFact,
    MailFact,
    OwedFact,
    PayoutFact,
    RefundFact,
    Story,
    TakenFact,
)
from shared.finance.recovery.rules import MovementKind
from shared.finance.refunds.rules import RefundState
from shared.trade.orders.queries import OrderView

_ENDS = {
    DisputeStatus.WON: ("You won the dispute", "The shopper's bank decided for you.", "ok"),
    DisputeStatus.LOST: ("You lost the dispute", "The shopper's bank decided for the shopper.", "bad"),
    DisputeStatus.WARNING_CLOSED: ("The bank's question is settled", "It did not become a dispute.", "ok"),
    DisputeStatus.PREVENTED: ("The dispute was prevented", "It never reached the bank.", "ok"),
}
_SETTLED = ("The card network settled it", "It did not become a dispute; the shopper has the money back.", "bad")


def happenings(order: OrderView, payments: Sequence[PaymentView], story: Story) -> tuple[Happening, ...]:
    """The whole story of an order."""
    found = [line for payout in story.payouts for line in _payout(payout)]
    found += [_owed(fact) for fact in story.owed]
    found += [_taken(fact) for fact in story.taken]
    found += [line for dispute in story.disputes for line in reversed(list(_dispute(dispute)))]
    found += [line for refund in story.refunds for line in _refund(refund)]
    found += [_mail(fact) for fact in story.mails]
    found += timeline(order, payments)  # of the same moment the cause stands below what it led to
    found.sort(key=lambda line: (line.at is not None, -(line.at or order.placed_at).timestamp()))
    return tuple(found)


def _refund(refund: RefundFact) -> Iterator[Happening]:
    amount = money(refund.amount)
    detail = refund.note or None
    match refund.state:
        case RefundState.AWAITING_APPROVAL:
            yield Happening(
                f"Refund of {amount} asked for", refund.asked_at, "The marketplace looks at it first.", "info"
            )
            return
        case RefundState.DECLINED:
            yield Happening(f"Refund of {amount} declined", refund.moved_at, refund.refusal or None, "bad")
        case RefundState.REFUSED:
            yield Happening(f"Refund of {amount} not possible", refund.moved_at, refund.refusal or None, "bad")
        case RefundState.FAILED:
            detail = "The shopper's bank sent it back. Nothing is taken from you for it."
            yield Happening(f"Refund of {amount} failed", refund.moved_at, detail, "bad")
        case RefundState.CANCELED:
            yield Happening(f"Refund of {amount} cancelled", refund.moved_at, "The money stays here.", "plain")
        case RefundState.REQUIRES_ACTION:
            detail = "The shopper has to say where the money goes."
            yield Happening(f"Refund of {amount} waits for the shopper", refund.moved_at, detail, "warn")
        case _:
            pass
    if refund.succeeded_at:
        yield Happening(f"{amount} refunded", refund.succeeded_at, "On its way to the shopper's card or bank.", "ok")
    yield Happening(f"Refund of {amount} asked for", refund.asked_at, refund.note or None)


def _dispute(dispute: DisputeFact) -> Iterator[Happening]:
    amount = money(dispute.amount)
    if dispute.is_inquiry:
        yield Happening(f"The shopper's bank asks about {amount}", dispute.opened_at, "No money has moved.", "warn")
    else:
        yield Happening(f"The shopper's bank disputes {amount}", dispute.opened_at, None, "bad")
    is_settled = dispute.status is DisputeStatus.PREVENTED and dispute.withdrawn_at is not None
    if dispute.withdrawn_at:
        detail = "The card network gave it to the shopper." if is_settled else "Until the dispute is decided."
        yield Happening(f"The bank took {amount} back", dispute.withdrawn_at, detail, "bad")
    if dispute.accepted_at:
        yield Happening("You accepted the loss", dispute.accepted_at)
    if dispute.submitted_at:
        yield Happening("Your answer was handed in", dispute.submitted_at, "The bank decides now.", "info")
    if dispute.reinstated_at:
        yield Happening(f"The bank gave {amount} back", dispute.reinstated_at, None, "ok")
    given_up = dispute.accepted_at is not None and dispute.status is DisputeStatus.LOST  # said already
    if dispute.closed_at and dispute.status in _ENDS and not given_up:
        text, detail, kind = _SETTLED if is_settled else _ENDS[dispute.status]
        yield Happening(text, dispute.closed_at, detail, kind)


def _taken(fact: TakenFact) -> Happening:
    if fact.kind is MovementKind.REVERSAL and fact.because == "correction":
        return Happening(f"{money(fact.amount)} taken from your balance", fact.at, "By the marketplace’s staff.")
    if fact.kind is MovementKind.REVERSAL:
        return Happening(f"{money(fact.amount)} taken from your balance", fact.at, f"For the {fact.because}.")
    if fact.kind is MovementKind.FEE_REFUND:
        return Happening(f"{money(fact.amount)} of the platform fee given back", fact.at, None, "ok")
    return Happening(
        f"{money(fact.amount)} given back to your balance", fact.at, f"The {fact.because} was undone.", "ok"
    )


def _owed(fact: OwedFact) -> Happening:
    amount = money(fact.amount)
    if fact.given_up:
        return Happening(f"The marketplace gave up {amount}", fact.at, "You do not owe it any more.", "ok")
    if fact.more:
        detail = f"Your balance did not cover the {fact.because}. Your next sales pay it."
        return Happening(f"You owe {amount}", fact.at, detail, "warn")
    left = f"{money(fact.left)} is left." if fact.left.amount else "Nothing is owed here any more."
    return Happening(f"{amount} of what you owed is settled", fact.at, left, "ok")


def _payout(fact: PayoutFact) -> Iterator[Happening]:
    part = money(fact.part)
    of = f"Part of a payout of {money(fact.whole)}" if fact.whole != fact.part else "The whole payout"
    bank = f"{of} to {fact.bank}." if fact.bank else f"{of}."
    if fact.state in (PayoutState.REFUSED, PayoutState.CANCELED):
        return
    yield Happening(f"{part} on its way to your bank", fact.made_at, bank, "info")
    if fact.paid_at:
        yield Happening(f"{part} arrived at your bank", fact.paid_at, bank, "ok")
    if fact.state is PayoutState.FAILED and fact.failed_at:
        yield Happening(f"Your bank sent {part} back", fact.failed_at, "It is in your balance again.", "bad")


def _mail(fact: MailFact) -> Happening:
    if fact.status == "failed":
        return Happening("A mail to the shopper could not be sent", fact.at, fact.subject, "warn")
    return Happening("Mail to the shopper", fact.at, fact.subject, is_quiet=True)

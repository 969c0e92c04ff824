"""What happened to an order and its money, in a vendor's words, newest first. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from portal.orders import timeline_finance, timeline_shopper
from portal.orders.timeline_facts import Entries, OrderFacts, Words, amount_of
from portal.timeline import TimelineEntry
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.core.locales import ngettext
from shared.entrypoints.web.filters import money
from shared.finance.disputes.activity import DisputeActivity
from shared.finance.disputes.rules import DisputeStatus
from shared.finance.payments.activity import PaymentActivity
from shared.finance.payments.rules import PaymentState
from shared.finance.refunds.activity import RefundActivity
from shared.finance.refunds.rules import RefundState
from shared.infra.activity.queries import Happened
from shared.infra.mail.queries import MailView
from shared.trade.orders.activity import OrderActivity
from shared.trade.orders.rules import OrderStatus, is_shopper

_ENDS = {
    DisputeStatus.WON: (
        _n("You won the dispute"),
        _n("The shopper's bank decided for you."),
        "ok",
    ),
    DisputeStatus.LOST: (
        _n("You lost the dispute"),
        _n("The shopper's bank decided for the shopper."),
        "bad",
    ),
    DisputeStatus.WARNING_CLOSED: (
        _n("The bank's question is settled"),
        _n("It did not become a dispute."),
        "ok",
    ),
    DisputeStatus.PREVENTED: (
        _n("The dispute was prevented"),
        _n("It never reached the bank."),
        "ok",
    ),
}
_SETTLED = (
    _n("The card network settled it"),
    _n("It did not become a dispute; the shopper has the money back."),
    "bad",
)


def timeline(
    facts: OrderFacts, history: Sequence[Happened], mails: Sequence[MailView]
) -> tuple[TimelineEntry, ...]:
    """The whole history of an order; of the same moment the cause stands below what it led to."""
    found = [
        entry
        for happened in history
        for entry in _WORDS[happened.kind](facts, happened)
    ]
    found += [_mail(mail) for mail in mails]
    return tuple(sorted(found, key=lambda entry: entry.at, reverse=True))


def _placed(facts: OrderFacts, happened: Happened) -> Entries:
    items = sum(line.quantity for line in facts.order.lines)
    detail = ngettext(
        "%(name)s ordered 1 item.",
        "%(name)s ordered %(count)s items.",
        items,
        name=facts.order.contact.full_name,
        count=items,
    )
    yield TimelineEntry(_("Order placed"), happened.at, detail)


def _declined_card(facts: OrderFacts, happened: Happened) -> Entries:
    if _payment_is(facts, happened, PaymentState.FAILED):
        detail = _("The shopper can try another card.")
        yield TimelineEntry(_("Card declined"), happened.at, detail, "warn")


def _parked(facts: OrderFacts, happened: Happened) -> Entries:
    if _payment_is(facts, happened, PaymentState.PARKED):
        text = _("Payment is being looked at")
        detail = _("The marketplace checks it. Do not send anything yet.")
        yield TimelineEntry(text, happened.at, detail, "bad")


def _payment_is(facts: OrderFacts, happened: Happened, state: PaymentState) -> bool:
    payment = facts.payments.get(happened.subject)
    return payment is not None and payment.state is state


def _paid(facts: OrderFacts, happened: Happened) -> Entries:
    if not facts.order.total:
        why = _("A code took all of its price off.")
        yield TimelineEntry(_("Nothing to pay"), happened.at, why, "ok")
        return
    states = (PaymentState.SUCCEEDED, PaymentState.REFUNDED)
    method = next(
        (p.method for p in facts.payments.values() if p.state in states),
        None,
    )
    detail = {"card": _("By card."), "sepa_debit": _("By direct debit.")}.get(
        method or ""
    )
    yield TimelineEntry(_("Paid"), happened.at, detail, "ok")


def _shipped(facts: OrderFacts, happened: Happened) -> Entries:
    if facts.order.is_pickup:
        yield TimelineEntry(_("Ready for pick-up"), happened.at, None, "ok")
        return
    told = (facts.order.tracking_carrier, facts.order.tracking_number)
    parcel = " ".join(part for part in told if part)
    detail = parcel or _("Without tracking.")
    yield TimelineEntry(_("Shipped"), happened.at, detail, "ok")


def _delivered(facts: OrderFacts, happened: Happened) -> Entries:
    detail = _("As you said.")
    if facts.order.is_arrival_assumed:
        detail = (
            _("Taken for granted: it was ready long enough ago.")
            if facts.order.is_pickup
            else _("Taken for granted: it was sent long enough ago.")
        )
    elif is_shopper(facts.order.delivered_by):
        detail = _("The shopper says so.")
    said = _("Collected") if facts.order.is_pickup else _("Delivered")
    yield TimelineEntry(said, happened.at, detail, "ok")


def _cancelled(facts: OrderFacts, happened: Happened) -> Entries:
    if facts.order.is_called_off:
        detail = _("The shopper cancelled it before it was sent.")
        yield TimelineEntry(_("Cancelled"), happened.at, detail, "warn")
    elif facts.order.status is OrderStatus.CANCELLED:
        detail = _("It was not paid in time; the goods are back in your stock.")
        yield TimelineEntry(_("Cancelled"), happened.at, detail, "plain")


def _refund_asked_for(facts: OrderFacts, happened: Happened) -> Entries:
    refund = facts.refunds.get(happened.subject)
    if refund is not None and not refund.amount:
        return  # it is taken back at once, which the next entry says
    text = _("Refund of %(amount)s asked for", amount=amount_of(happened))
    if refund is not None and refund.state is RefundState.AWAITING_APPROVAL:
        yield TimelineEntry(
            text, happened.at, _("The marketplace looks at it first."), "info"
        )
    else:
        yield TimelineEntry(
            text,
            happened.at,
            (refund.note or None) if refund else None,
        )


def _refund_declined(facts: OrderFacts, happened: Happened) -> Entries:
    text = _("Refund of %(amount)s declined", amount=_refunded(facts, happened))
    yield TimelineEntry(text, happened.at, _why(happened), "bad")


def _refund_refused(facts: OrderFacts, happened: Happened) -> Entries:
    text = _("Refund of %(amount)s not possible", amount=_refunded(facts, happened))
    yield TimelineEntry(text, happened.at, _why(happened), "bad")


def _why(happened: Happened) -> str | None:
    return str(happened.details.get("reason") or "") or None


def _refund_failed(facts: OrderFacts, happened: Happened) -> Entries:
    text = _("Refund of %(amount)s failed", amount=_refunded(facts, happened))
    detail = _("The shopper's bank sent it back. Nothing is taken from you for it.")
    yield TimelineEntry(text, happened.at, detail, "bad")


def _refund_cancelled(facts: OrderFacts, happened: Happened) -> Entries:
    text = _("Refund of %(amount)s cancelled", amount=_refunded(facts, happened))
    yield TimelineEntry(text, happened.at, _("The money stays here."), "plain")


def _refund_waits(facts: OrderFacts, happened: Happened) -> Entries:
    refund = facts.refunds.get(happened.subject)
    if refund is not None and refund.state is RefundState.REQUIRES_ACTION:
        text = _(
            "Refund of %(amount)s waits for the shopper", amount=money(refund.amount)
        )
        detail = _("The shopper has to say where the money goes.")
        yield TimelineEntry(text, happened.at, detail, "warn")


def _refund_arrived(facts: OrderFacts, happened: Happened) -> Entries:
    refund = facts.refunds.get(happened.subject)
    if refund is not None and not refund.amount:
        detail = _("A code had paid for all of it, so no money went back.")
        yield TimelineEntry(_("Taken back"), happened.at, detail, "ok")
        return
    text = _("%(amount)s refunded", amount=_refunded(facts, happened))
    detail = _("On its way to the shopper's card or bank.")
    yield TimelineEntry(text, happened.at, detail, "ok")


def _refunded(facts: OrderFacts, happened: Happened) -> str:
    """An operator's decision tells no amount; the refund does."""
    refund = facts.refunds.get(happened.subject)
    return money(refund.amount) if refund is not None else amount_of(happened)


def _dispute_opened(facts: OrderFacts, happened: Happened) -> Entries:
    status = DisputeStatus(str(happened.details["status"]))
    yield from _dispute_ended(facts, happened, status)
    if status.startswith("warning"):
        text = _("The shopper's bank asks about %(amount)s", amount=amount_of(happened))
        yield TimelineEntry(text, happened.at, _("No money has moved."), "warn")
    else:
        text = _("The shopper's bank disputes %(amount)s", amount=amount_of(happened))
        yield TimelineEntry(text, happened.at, None, "bad")


def _dispute_moved(facts: OrderFacts, happened: Happened) -> Entries:
    yield from _dispute_ended(
        facts,
        happened,
        DisputeStatus(str(happened.details["status"])),
    )


def _dispute_ended(
    facts: OrderFacts, happened: Happened, status: DisputeStatus
) -> Entries:
    dispute = facts.disputes.get(happened.subject)
    given_up = (
        dispute is not None and dispute.accepted_at and status is DisputeStatus.LOST
    )
    if status not in _ENDS or given_up:  # that the loss was accepted is said already
        return
    text, detail, kind = _SETTLED if _is_settled(facts, happened) else _ENDS[status]
    yield TimelineEntry(_(text), happened.at, _(detail), kind)


def _is_settled(facts: OrderFacts, happened: Happened) -> bool:
    """Whether the card network gave the money to the shopper without a dispute."""
    dispute = facts.disputes.get(happened.subject)
    if dispute is None or dispute.withdrawn_at is None:
        return False
    return dispute.status is DisputeStatus.PREVENTED


def _dispute_withdrawn(facts: OrderFacts, happened: Happened) -> Entries:
    settled = _("The card network gave it to the shopper.")
    detail = (
        settled if _is_settled(facts, happened) else _("Until the dispute is decided.")
    )
    text = _("The bank took %(amount)s back", amount=amount_of(happened))
    yield TimelineEntry(text, happened.at, detail, "bad")


def _dispute_accepted(facts: OrderFacts, happened: Happened) -> Entries:
    if (dispute := facts.disputes.get(happened.subject)) and dispute.accepted_at:
        yield TimelineEntry(_("You accepted the loss"), happened.at)


def _dispute_submitted(facts: OrderFacts, happened: Happened) -> Entries:
    if (dispute := facts.disputes.get(happened.subject)) and dispute.submitted_at:
        text, detail = _("Your answer was handed in"), _("The bank decides now.")
        yield TimelineEntry(text, happened.at, detail, "info")


def _dispute_reinstated(_facts: OrderFacts, happened: Happened) -> Entries:
    text = _("The bank gave %(amount)s back", amount=amount_of(happened))
    yield TimelineEntry(text, happened.at, None, "ok")


def _mail(mail: MailView) -> TimelineEntry:
    if mail.status == "failed":
        text = _("A mail to the shopper could not be sent")
        return TimelineEntry(text, mail.at, mail.subject, "warn")
    text = _("Mail to the shopper")
    return TimelineEntry(text, mail.at, mail.subject, is_quiet=True)


_WORDS: Words = {
    **timeline_finance.WORDS,
    **timeline_shopper.WORDS,
    OrderActivity.PLACED: _placed,
    OrderActivity.PAID: _paid,
    OrderActivity.SHIPPED: _shipped,
    OrderActivity.DELIVERED: _delivered,
    OrderActivity.CANCELLED: _cancelled,
    PaymentActivity.FAILED: _declined_card,
    PaymentActivity.PARKED: _parked,
    RefundActivity.REQUESTED: _refund_asked_for,
    RefundActivity.ADOPTED: _refund_asked_for,
    RefundActivity.DECLINED: _refund_declined,
    RefundActivity.REFUSED: _refund_refused,
    RefundActivity.REQUIRES_ACTION: _refund_waits,
    RefundActivity.SUCCEEDED: _refund_arrived,
    RefundActivity.FAILED: _refund_failed,
    RefundActivity.CANCELED: _refund_cancelled,
    DisputeActivity.OPENED: _dispute_opened,
    DisputeActivity.MOVED: _dispute_moved,
    DisputeActivity.WITHDRAWN: _dispute_withdrawn,
    DisputeActivity.REINSTATED: _dispute_reinstated,
    DisputeActivity.ACCEPTED: _dispute_accepted,
    DisputeActivity.SUBMITTED: _dispute_submitted,
}
KINDS = frozenset(_WORDS)

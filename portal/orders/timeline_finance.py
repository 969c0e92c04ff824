"""What was taken from a vendor for an order, owed, and paid out, in the vendor's words. Pure."""

from __future__ import annotations

from portal.orders.timeline_facts import Entries, OrderFacts, Words, amount_of
from portal.timeline import TimelineEntry
from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.core.money import Money
from shared.entrypoints.web.filters import money
from shared.finance.payouts.activity import PayoutActivity
from shared.finance.payouts.breakdown import OrderPart
from shared.finance.payouts.rules import PayoutState
from shared.finance.recovery.activity import ClaimActivity
from shared.infra.activity.queries import Happened


@frozen
class ClaimWords:
    """How a kind of claim is told: why money was taken, what was given, why some is owed."""

    taken: str
    given: str
    given_why: str
    short: str


_BACK = _n("%(amount)s given back to your balance")
_CLAIMS = {
    "refund": ClaimWords(
        taken=_n("For the refund."),
        given=_BACK,
        given_why=_n("The refund was undone."),
        short=_n("Your balance did not cover the refund. Your next sales pay it."),
    ),
    "dispute": ClaimWords(
        taken=_n("For the dispute."),
        given=_BACK,
        given_why=_n("The dispute was undone."),
        short=_n("Your balance did not cover the dispute. Your next sales pay it."),
    ),
    "correction": ClaimWords(
        taken=_n("By the marketplace’s staff."),
        given=_BACK,
        given_why=_n("The correction was undone."),
        short=_n("Your balance did not cover the correction. Your next sales pay it."),
    ),
    "contribution": ClaimWords(
        taken=_n("What the marketplace had paid of the discount."),
        given=_n("%(amount)s added by the marketplace"),
        given_why=_n("What it pays of the discount beyond its platform fee."),
        short=_n(
            "Your balance did not cover what goes back to the marketplace. Your next sales pay it."
        ),
    ),
}


def _taken(_facts: OrderFacts, happened: Happened) -> Entries:
    text = _("%(amount)s taken from your balance", amount=amount_of(happened))
    yield TimelineEntry(text, happened.at, _(_CLAIMS[happened.thing].taken))


def _fee_back(_facts: OrderFacts, happened: Happened) -> Entries:
    text = _("%(amount)s of the platform fee given back", amount=amount_of(happened))
    yield TimelineEntry(text, happened.at, None, "ok")


def _given(_facts: OrderFacts, happened: Happened) -> Entries:
    words = _CLAIMS[happened.thing]
    text = _(words.given, amount=amount_of(happened))
    yield TimelineEntry(text, happened.at, _(words.given_why), "ok")


def _owed(_facts: OrderFacts, happened: Happened) -> Entries:
    text = _("You owe %(amount)s", amount=amount_of(happened))
    detail = _(_CLAIMS[happened.thing].short)
    yield TimelineEntry(text, happened.at, detail, "warn")


def _owed_less(_facts: OrderFacts, happened: Happened) -> Entries:
    left = int(happened.details.get("left", 0))
    detail = _("Nothing is owed here any more.")
    if left and happened.amount is not None:
        still = money(Money(left, happened.amount.currency))
        detail = _("%(amount)s is left.", amount=still)
    text = _("%(amount)s of what you owed is settled", amount=amount_of(happened))
    yield TimelineEntry(text, happened.at, detail, "ok")


def _given_up(_facts: OrderFacts, happened: Happened) -> Entries:
    text = _("The marketplace gave up %(amount)s", amount=amount_of(happened))
    yield TimelineEntry(text, happened.at, _("You do not owe it any more."), "ok")


def _paid_out(facts: OrderFacts, happened: Happened) -> Entries:
    found = facts.payouts[happened.subject]
    if found.payout.state not in (PayoutState.REFUSED, PayoutState.CANCELED):
        text = _("%(amount)s on its way to your bank", amount=money(found.part))
        yield TimelineEntry(text, happened.at, _bank(found), "info")


def _paid_out_arrived(facts: OrderFacts, happened: Happened) -> Entries:
    found = facts.payouts[happened.subject]
    text = _("%(amount)s arrived at your bank", amount=money(found.part))
    yield TimelineEntry(text, happened.at, _bank(found), "ok")


def _paid_out_failed(facts: OrderFacts, happened: Happened) -> Entries:
    found = facts.payouts[happened.subject]
    text = _("Your bank sent %(amount)s back", amount=money(found.part))
    yield TimelineEntry(text, happened.at, _("It is in your balance again."), "bad")


def _bank(found: OrderPart) -> str:
    whole, bank = found.payout.amount, found.payout.bank
    if whole == found.part:
        return (
            _("The whole payout to %(bank)s.", bank=bank)
            if bank
            else _("The whole payout.")
        )
    if bank:
        return _(
            "Part of a payout of %(amount)s to %(bank)s.",
            amount=money(whole),
            bank=bank,
        )
    return _("Part of a payout of %(amount)s.", amount=money(whole))


WORDS: Words = {
    ClaimActivity.REVERSAL: _taken,
    ClaimActivity.FEE_REFUND: _fee_back,
    ClaimActivity.TRANSFER: _given,
    ClaimActivity.OWES: _owed,
    ClaimActivity.OWES_LESS: _owed_less,
    ClaimActivity.WRITTEN_OFF: _given_up,
    PayoutActivity.MADE: _paid_out,
    PayoutActivity.PAID: _paid_out_arrived,
    PayoutActivity.FAILED: _paid_out_failed,
}

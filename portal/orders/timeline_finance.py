"""What was taken from a vendor for an order, owed, and paid out, in the vendor's words. Pure."""

from __future__ import annotations

from portal.orders.timeline_facts import Entries, OrderFacts, Words, amount_of
from portal.timeline import TimelineEntry
from shared.core.money import Money
from shared.entrypoints.web.filters import money
from shared.finance.payouts.activity import PayoutActivity
from shared.finance.payouts.breakdown import OrderPart
from shared.finance.payouts.rules import PayoutState
from shared.finance.recovery.activity import ClaimActivity
from shared.infra.activity.queries import Happened


def _taken(_facts: OrderFacts, happened: Happened) -> Entries:
    by_staff = happened.thing == "correction"
    detail = "By the marketplace’s staff." if by_staff else f"For the {happened.thing}."
    yield TimelineEntry(
        f"{amount_of(happened)} taken from your balance", happened.at, detail
    )


def _fee_back(_facts: OrderFacts, happened: Happened) -> Entries:
    yield TimelineEntry(
        f"{amount_of(happened)} of the platform fee given back", happened.at, None, "ok"
    )


def _given_back(_facts: OrderFacts, happened: Happened) -> Entries:
    detail = f"The {happened.thing} was undone."
    yield TimelineEntry(
        f"{amount_of(happened)} given back to your balance", happened.at, detail, "ok"
    )


def _owed(_facts: OrderFacts, happened: Happened) -> Entries:
    detail = f"Your balance did not cover the {happened.thing}. Your next sales pay it."
    yield TimelineEntry(f"You owe {amount_of(happened)}", happened.at, detail, "warn")


def _owed_less(_facts: OrderFacts, happened: Happened) -> Entries:
    left = int(happened.details.get("left", 0))
    detail = "Nothing is owed here any more."
    if left and happened.amount is not None:
        detail = f"{money(Money(left, happened.amount.currency))} is left."
    yield TimelineEntry(
        f"{amount_of(happened)} of what you owed is settled", happened.at, detail, "ok"
    )


def _given_up(_facts: OrderFacts, happened: Happened) -> Entries:
    text = f"The marketplace gave up {amount_of(happened)}"
    yield TimelineEntry(text, happened.at, "You do not owe it any more.", "ok")


def _paid_out(facts: OrderFacts, happened: Happened) -> Entries:
    found = facts.payouts[happened.subject]
    if found.payout.state not in (PayoutState.REFUSED, PayoutState.CANCELED):
        text = f"{money(found.part)} on its way to your bank"
        yield TimelineEntry(text, happened.at, _bank(found), "info")


def _paid_out_arrived(facts: OrderFacts, happened: Happened) -> Entries:
    found = facts.payouts[happened.subject]
    text = f"{money(found.part)} arrived at your bank"
    yield TimelineEntry(text, happened.at, _bank(found), "ok")


def _paid_out_failed(facts: OrderFacts, happened: Happened) -> Entries:
    found = facts.payouts[happened.subject]
    text = f"Your bank sent {money(found.part)} back"
    yield TimelineEntry(text, happened.at, "It is in your balance again.", "bad")


def _bank(found: OrderPart) -> str:
    whole = found.payout.amount
    of = (
        "The whole payout"
        if whole == found.part
        else f"Part of a payout of {money(whole)}"
    )
    return f"{of} to {found.payout.bank}." if found.payout.bank else f"{of}."


WORDS: Words = {
    ClaimActivity.REVERSAL: _taken,
    ClaimActivity.FEE_REFUND: _fee_back,
    ClaimActivity.TRANSFER: _given_back,
    ClaimActivity.OWES: _owed,
    ClaimActivity.OWES_LESS: _owed_less,
    ClaimActivity.WRITTEN_OFF: _given_up,
    PayoutActivity.MADE: _paid_out,
    PayoutActivity.PAID: _paid_out_arrived,
    PayoutActivity.FAILED: _paid_out_failed,
}

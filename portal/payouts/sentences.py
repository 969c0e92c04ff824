"""What the payouts pages say in whole sentences: the next payout, and where one payout stands."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from shared.core.formats import day_of_week, time
from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.core.money import Money
from shared.core.words import badge, word
from shared.entrypoints.web.filters import money
from shared.finance.payouts.balances import BalanceView
from shared.finance.payouts.forecast import NextPayout
from shared.finance.payouts.instant_payouts import InstantOffer, NoInstant
from shared.finance.payouts.queries import PayoutRow
from shared.finance.payouts.rules import Obstacle, PayoutState, Why


def states(
    *,
    still: bool,
) -> dict[PayoutState, tuple[str, str]]:
    """Badge and word of each state; `still`: nothing of this vendor leaves now, so what was not
    sent waits.
    """
    found = {state: badge("payouts.states", state) for state in PayoutState}
    if still:
        found[PayoutState.OPENING] = badge("payouts.states", "waits")
    return found


# Those that need nothing named.
_PLAIN = {
    Obstacle.NOT_CONNECTED: _n(
        "Connect with Stripe first; then the money from your sales can go to your bank."
    ),
    Obstacle.BANK_MISSING: _n(
        "There is no bank account to pay to. Add one in your Stripe dashboard."
    ),
    Obstacle.BANK_ERRORED: _n(
        "Your bank sent a payout back, so payouts have stopped. Correct your bank details in "
        "your Stripe dashboard."
    ),
    Obstacle.DISABLED: _n(
        "Stripe does not pay your account out at the moment. Your payment settings say what "
        "it needs."
    ),
}


def obstacle(found: Obstacle, why: Why) -> str:
    """Why no money goes out now, in a sentence, and what to do where there is something to do."""
    if found in _PLAIN:
        return _(_PLAIN[found])
    match found:
        case Obstacle.HELD:
            return why_still(None, why.held_reason)
        case Obstacle.BANK_NEW:
            return bank_waits(why.bank_hold_until)
        case Obstacle.PENDING if why.available_on:
            return _(
                "The money from your latest sales can be paid out from %(day)s.",
                day=day_of_week(why.available_on),
            )
        case Obstacle.PENDING:
            return _("The money from your latest sales can be paid out in a few days.")
        case _:
            return _with_amounts(found, why)


def _with_amounts(found: Obstacle, why: Why) -> str:
    match found:
        case Obstacle.OWED:
            return _(
                "What is there goes to the %(amount)s that you owe the marketplace for "
                "refunds or disputes.",
                amount=money(why.owed),
            )
        case Obstacle.RESERVED:
            return _(
                "All that is there, %(amount)s, is held back as your reserve until its day.",
                amount=money(why.reserved),
            )
        case Obstacle.HELD_BY_STRIPE:
            return _(
                "Stripe itself holds %(amount)s of your money back for a while."
                " It can be paid out once Stripe lets it go.",
                amount=money(why.held),
            )
        case Obstacle.BELOW_MINIMUM:
            return _(
                "%(amount)s is there, and you are paid from %(minimum)s. It waits for your "
                "next sales.",
                amount=money(why.ready),
                minimum=money(why.minimum),
            )
        case _:
            return _nothing_there(why)


def _nothing_there(why: Why) -> str:
    if why.owed.amount > 0:
        return _(
            "Your next sales go to the %(amount)s that you owe the marketplace for refunds or "
            "disputes.",
            amount=money(why.owed),
        )
    return _("There is nothing to pay out yet.")


def why_still(bank_hold_until: datetime | None, held_reason: str) -> str:
    """Why a payout waits that was written down before."""
    if bank_hold_until is not None:
        return bank_waits(bank_hold_until)
    kept = _("The money stays yours and is kept for you.")
    if held_reason:
        held = _(
            "The marketplace holds your payouts back: %(reason)s.",
            reason=held_reason.rstrip("."),
        )
    else:
        held = _("The marketplace holds your payouts back.")
    return f"{held} {kept}"


def bank_waits(until: datetime | None) -> str:
    """Why payouts wait after another bank was given, and until when."""
    after = _("Then they go on by themselves.")
    if until is None:
        waits = _(
            "Your bank account was changed, so payouts wait for a while, in case it was not you."
        )
    else:
        when = f"{day_of_week(until.date())}, {time(until, UTC)} UTC"
        waits = _(
            "Your bank account was changed, so payouts wait until %(time)s, in case it was "
            "not you.",
            time=when,
        )
    return f"{waits} {after}"


def no_instant(offer: InstantOffer) -> str:
    """Why nothing can be sent at once; nothing where something can."""
    match offer.why_not:
        case None:
            return ""
        case NoInstant.NOTHING_THERE:
            return _("There is no money that could leave right now.")
        case NoInstant.UNSUPPORTED:
            return word("payouts.refusals", "instant_payouts_unsupported")
        case NoInstant.BELOW_FEE:
            return _("What could leave right now would not cover the fee.")
        case Obstacle():
            return obstacle(offer.why_not, offer.why)


def next_sentence(found: NextPayout) -> str:
    """`€1,204.30 on Tue 1 Dec to ••42`, or why none."""
    if found.obstacle is not None:
        return obstacle(found.obstacle, found.why)
    amount, day = money(found.amount), day_of_week(found.day)
    if not found.bank:
        return _("%(amount)s on %(day)s", amount=amount, day=day)
    return _(
        "%(amount)s on %(day)s to %(bank)s",
        amount=amount,
        day=day,
        bank=found.bank,
    )


def held_note(balance: BalanceView) -> str:
    """Why money is held back: a reserve, payouts that stand still, or both."""
    if not balance.held:
        return ""
    if balance.stopped is None or balance.held == balance.reserved:
        return _("Your reserve")
    waits = balance.stopped in (Obstacle.HELD, Obstacle.BANK_NEW)
    if not balance.reserved:
        return _("Payouts are on hold") if waits else _("Payouts have stopped")
    reserved = money(balance.reserved)
    if waits:
        return _(
            "Payouts are on hold; %(amount)s of it is your reserve", amount=reserved
        )
    return _("Payouts have stopped; %(amount)s of it is your reserve", amount=reserved)


def price(offer: InstantOffer) -> str:
    """What an instant payout would cost, for whoever presses the button without seeing the
    dialog.
    """
    amount, fee = money(offer.amount), money(offer.fee)
    if offer.is_most:
        return _(
            "Paid out now, you get %(amount)s for a fee of at most %(fee)s.",
            amount=amount,
            fee=fee,
        )
    return _(
        "Paid out now, you get %(amount)s for a fee of %(fee)s.", amount=amount, fee=fee
    )


@frozen
class Stage:
    """One step on a payout's way; without `at` it is still to come."""

    text: str
    at: datetime | None
    detail: str = ""
    kind: str = ""


def path(payout: PayoutRow, waits: str = "") -> list[Stage]:
    """The way of a payout: made, on its way, at the bank; or where it ended.

    `waits`: why nothing leaves at the moment.
    """
    if payout.state is PayoutState.OPENING and waits:
        return [
            Stage(_("Prepared, not sent"), payout.created_at),
            Stage(_("Waits"), None, waits, "warn"),
        ]
    return [Stage(_made_by(payout), payout.created_at), *_after(payout)]


def _after(payout: PayoutRow) -> Iterator[Stage]:
    """What came after it was made."""
    match payout.state:
        case PayoutState.REFUSED:
            yield Stage(_("Not sent"), payout.created_at, payout.refusal, "bad")
        case PayoutState.CANCELED:
            back = _("The money is in your balance again.")
            yield Stage(_("Called back"), None, back)
        case PayoutState.FAILED:
            if payout.paid_at:
                yield Stage(_("Shown as arrived at the bank"), payout.paid_at)
            why = word("payouts.failures", payout.failure_code)
            yield Stage(_("Came back"), payout.failed_at, why, "bad")
        case PayoutState.IN_TRANSIT:
            yield Stage(_("On its way to your bank"), None)
        case PayoutState.PAID:
            yield Stage(_("On its way to your bank"), None)
            yield Stage(_("At your bank"), payout.paid_at, _trace(payout), "ok")


def _trace(payout: PayoutRow) -> str:
    if not payout.trace_id:
        return ""
    return _(
        "Your bank knows it by the reference %(reference)s.", reference=payout.trace_id
    )


def _made_by(payout: PayoutRow) -> str:
    if payout.is_automatic:
        return _("Sent by Stripe on your payday")
    if payout.requested_by == "dashboard":
        return _("Sent from the Stripe dashboard")
    if payout.is_instant:
        return _("Instant payout, asked for by you")
    return _("Sent by the marketplace on your payday")


def expected(payout: PayoutRow) -> str:
    """When an unfinished payout should be there; nothing for a finished one."""
    is_unfinished = payout.state in (PayoutState.PENDING, PayoutState.IN_TRANSIT)
    if payout.arrives_on is None or not is_unfinished:
        return ""
    return day_of_week(payout.arrives_on.date())


def gross(payout: PayoutRow) -> Money:
    """What the payout took from the balance: the amount and its fee."""
    return payout.amount + payout.fee

"""What the payouts pages say in whole sentences: the next payout, and where one payout stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from shared.core.money import Money
from shared.entrypoints.web.filters import money
from shared.finance.payouts import words
from shared.finance.payouts.balances import BalanceView
from shared.finance.payouts.forecast import NextPayout
from shared.finance.payouts.instant_payouts import InstantOffer
from shared.finance.payouts.queries import PayoutRow
from shared.finance.payouts.rules import Obstacle, PayoutState


def weekday(value: date) -> str:
    """`Tue 1 Dec`."""
    return f"{value:%a} {value.day} {value:%b}"


def next_sentence(found: NextPayout) -> str:
    """`€1,204.30 on Tue 1 Dec to ••42`, or why none."""
    if found.obstacle is not None:
        return words.obstacle(found.obstacle, found.why, money)
    to = f" to {found.bank}" if found.bank else ""
    return f"{money(found.amount)} on {weekday(found.day)}{to}"


def held_note(balance: BalanceView) -> str:
    """Why money is held back: a reserve, payouts that stand still, or both."""
    if not balance.held:
        return ""
    if balance.stopped is None or balance.held == balance.reserved:
        return "Your reserve"
    waits = balance.stopped in (Obstacle.HELD, Obstacle.BANK_NEW)
    why = "Payouts are on hold" if waits else "Payouts have stopped"
    return f"{why}; {money(balance.reserved)} of it is your reserve" if balance.reserved else why


def price(offer: InstantOffer) -> str:
    """What an instant payout would cost, for whoever presses the button without seeing the
    dialog.
    """
    most = "at most " if offer.is_most else ""
    return f"Paid out now, you get {money(offer.amount)} for a fee of {most}{money(offer.fee)}."


@dataclass(frozen=True)
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
    stages = [Stage(_made_by(payout), payout.created_at)]
    state = payout.state
    if state is PayoutState.REFUSED:
        return [*stages, Stage("Not sent", payout.created_at, payout.refusal, "bad")]
    if state is PayoutState.CANCELED:
        return [*stages, Stage("Called back", None, "The money is in your balance again.")]
    if state is PayoutState.FAILED:
        if payout.paid_at:
            stages.append(Stage("Shown as arrived at the bank", payout.paid_at))
        return [
            *stages,
            Stage(
                "Came back",
                payout.failed_at,
                words.failure(payout.failure_code).reason,
                "bad",
            ),
        ]
    if state is PayoutState.OPENING and waits:
        return [
            Stage("Prepared, not sent", payout.created_at),
            Stage("Waits", None, waits, "warn"),
        ]
    if state in (PayoutState.IN_TRANSIT, PayoutState.PAID):
        stages.append(Stage("On its way to your bank", None))
    if state is PayoutState.PAID:
        trace = f"Your bank knows it by the reference {payout.trace_id}." if payout.trace_id else ""
        return [*stages, Stage("At your bank", payout.paid_at, trace, "ok")]
    return stages


def _made_by(payout: PayoutRow) -> str:
    if payout.is_automatic:
        return "Sent by Stripe on your payday"
    if payout.requested_by == "dashboard":
        return "Sent from the Stripe dashboard"
    if payout.is_instant:
        return "Instant payout, asked for by you"
    return "Sent by the marketplace on your payday"


def expected(payout: PayoutRow) -> str:
    """When an unfinished payout should be there; nothing for a finished one."""
    if payout.arrives_on is None or payout.state not in (
        PayoutState.PENDING,
        PayoutState.IN_TRANSIT,
    ):
        return ""
    return weekday(payout.arrives_on.date())


def gross(payout: PayoutRow) -> Money:
    """What the payout took from the balance: the amount and its fee."""
    return payout.amount + payout.fee

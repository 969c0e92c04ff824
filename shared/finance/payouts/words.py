"""Payouts in a shop owner's words: states, why nothing goes out, why a bank sent money back, why
Stripe said no. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from shared.core.money import Money
from shared.finance.payouts.rules import Obstacle, PayoutState

Write = Callable[[Money], str]

STATES: dict[PayoutState, tuple[str, str]] = {
    PayoutState.OPENING: ("info", "Being sent"),
    PayoutState.REFUSED: ("bad", "Not sent"),
    PayoutState.PENDING: ("info", "Leaves soon"),
    PayoutState.IN_TRANSIT: ("info", "On its way to your bank"),
    PayoutState.PAID: ("ok", "At your bank"),
    PayoutState.FAILED: ("bad", "Came back"),
    PayoutState.CANCELED: ("plain", "Called back"),
}
WAITS = ("warn", "Waits")  # written down when another bank was given, or payouts were held
_DETAILS = (
    "Check your bank details in your Stripe dashboard; a payout follows on the next payday after "
    "that."
)
_ASK_BANK = (
    "Ask your bank why, or give another bank account in your Stripe dashboard; a payout follows "
    "on the next payday after that."
)


@dataclass(frozen=True)
class Failure:
    """Why a payout came back, and what its owner can do."""

    reason: str
    advice: str


# Stripe's failure codes of payouts, and of the returns that it tells apart elsewhere.
FAILURES: dict[str, Failure] = {
    "account_closed": Failure("The bank account has been closed.", _DETAILS),
    "account_frozen": Failure("The bank account has been frozen.", _ASK_BANK),
    "bank_account_restricted": Failure(
        "The bank account does not take payments of this kind.", _ASK_BANK
    ),
    "bank_ownership_changed": Failure("The bank account now belongs to another bank.", _DETAILS),
    "could_not_process": Failure("The bank could not process this payout.", _ASK_BANK),
    "debit_not_authorized": Failure(
        "The bank account is not set up for this kind of payment.", _ASK_BANK
    ),
    "declined": Failure("The bank declined this payout.", _ASK_BANK),
    "expired_card": Failure("The debit card has expired.", _DETAILS),
    "incorrect_account_holder_address": Failure(
        "The address of the account holder is not the one the bank has.", _DETAILS
    ),
    "incorrect_account_holder_name": Failure(
        "The name of the account holder is not the one the bank has.", _DETAILS
    ),
    "incorrect_account_holder_tax_id": Failure(
        "The tax number of the account holder is not the one the bank has.", _DETAILS
    ),
    "incorrect_account_type": Failure(
        "The kind of the bank account is not the one the bank has.", _DETAILS
    ),
    "insufficient_funds": Failure(
        "There was not enough money in your Stripe balance for it.",
        "There is nothing to do: it is sent again on your next payday.",
    ),
    "invalid_account_number": Failure("The account number is not right.", _DETAILS),
    "invalid_account_number_length": Failure(
        "The account number is too short or too long.", _DETAILS
    ),
    "invalid_card": Failure("The debit card is not valid.", _DETAILS),
    "invalid_currency": Failure("The bank account does not take money in this currency.", _DETAILS),
    "invalid_transaction": Failure("The bank does not allow this payout.", _ASK_BANK),
    "lost_or_stolen_card": Failure("The debit card was reported lost or stolen.", _DETAILS),
    "method_unsupported": Failure("The bank does not take payouts sent this way.", _DETAILS),
    "no_account": Failure("The bank knows no account with these details.", _DETAILS),
    "other": Failure("The bank sent it back without saying why.", _ASK_BANK),
    "refer_to_card_issuer": Failure("The bank of the debit card declined this payout.", _ASK_BANK),
    "unsupported_card": Failure("The bank no longer takes payouts to this card.", _DETAILS),
}

# Stripe's error codes when it is asked for a payout.
REFUSALS = {
    "balance_insufficient": (
        "Your Stripe balance no longer covered it. The rest follows when there is enough."
    ),
    "payouts_not_allowed": (
        "Stripe has switched payouts of your account off. Your payment settings say what it needs."
    ),
    "payouts_limit_exceeded": "Stripe's limit for payouts is reached. It is tried again later.",
    "instant_payouts_unsupported": "Your bank does not take instant payouts.",
    "instant_payouts_limit_exceeded": "The limit for instant payouts is reached for today.",
    "instant_payouts_currency_disabled": "Instant payouts are not possible in this currency.",
    "instant_payouts_config_disabled": "Instant payouts are not possible for your account yet.",
    "parameter_invalid_integer": "The bank takes whole units of this currency only.",
    "account_closed": "Your Stripe account is closed.",
}
GENERAL_REFUSAL = "Stripe did not accept it. We have noted it and will look into it."
STORED_FAILURE = "Stripe could not take it. It is tried again."


def states(*, still: bool) -> dict[PayoutState, tuple[str, str]]:
    """Badge and word of each state; `still`: nothing of this vendor leaves now, so what was not
    sent waits.
    """
    return {**STATES, PayoutState.OPENING: WAITS} if still else STATES


def why_still(bank_hold_until: datetime | None, held_reason: str) -> str:
    """Why a payout waits that was written down before."""
    if bank_hold_until is not None:
        return bank_waits(bank_hold_until)
    because = f": {held_reason.rstrip('.')}." if held_reason else "."
    return (
        f"The marketplace holds your payouts back{because} The money stays yours and is kept for "
        "you."
    )


def failure(code: str | None) -> Failure:
    """Why a payout came back; a code that we have no words for is said in general."""
    return FAILURES.get(code or "", FAILURES["other"])


def refusal(code: str | None) -> str:
    """Why Stripe did not make a payout."""
    return REFUSALS.get(code or "", GENERAL_REFUSAL)


@dataclass(frozen=True)
class Why:
    """What a sentence about an obstacle may need to name."""

    minimum: Money
    ready: Money
    owed: Money
    reserved: Money
    held: Money
    held_reason: str = ""
    available_on: date | None = None
    bank_hold_until: datetime | None = None


# Those that need nothing named.
_PLAIN = {
    Obstacle.NOT_CONNECTED: (
        "Connect with Stripe first; then the money from your sales can go to your bank."
    ),
    Obstacle.BANK_MISSING: "There is no bank account to pay to. Add one in your Stripe dashboard.",
    Obstacle.BANK_ERRORED: (
        "Your bank sent a payout back, so payouts have stopped. Correct your bank details in your "
        "Stripe dashboard."
    ),
    Obstacle.DISABLED: (
        "Stripe does not pay your account out at the moment. Your payment settings say what it "
        "needs."
    ),
}


def obstacle(found: Obstacle, why: Why, write: Write) -> str:
    """Why no money goes out now, in a sentence, and what to do where there is something to do."""
    if found in _PLAIN:
        return _PLAIN[found]
    match found:
        case Obstacle.HELD:
            return why_still(None, why.held_reason)
        case Obstacle.BANK_NEW:
            return bank_waits(why.bank_hold_until)
        case Obstacle.OWED:
            return (
                f"What is there goes to the {write(why.owed)} that you owe the marketplace for "
                "refunds or disputes."
            )
        case Obstacle.RESERVED:
            return (
                f"All that is there, {write(why.reserved)}, is held back as your reserve until "
                "its day."
            )
        case Obstacle.HELD_BY_STRIPE:
            return (
                f"Stripe itself holds {write(why.held)} of your money back for a while. It can be "
                "paid out once Stripe lets it go."
            )
        case Obstacle.PENDING:
            when = f" from {_day(why.available_on)}" if why.available_on else " in a few days"
            return f"The money from your latest sales can be paid out{when}."
        case Obstacle.BELOW_MINIMUM:
            return (
                f"{write(why.ready)} is there, and you are paid from {write(why.minimum)}. It "
                "waits for your next sales."
            )
        case _:
            if why.owed.amount > 0:
                return (
                    f"Your next sales go to the {write(why.owed)} that you owe the marketplace "
                    "for refunds or disputes."
                )
            return "There is nothing to pay out yet."


def bank_waits(until: datetime | None) -> str:
    """Why payouts wait after another bank was given, and until when."""
    when = f" until {_moment(until)}" if until else " for a while"
    return (
        f"Your bank account was changed, so payouts wait{when}, in case it was not you. Then they "
        "go on by themselves."
    )


def _moment(at: datetime) -> str:
    return f"{_day(at.date())}, {at:%H:%M} UTC"


def _day(value: date) -> str:
    return f"{value:%a} {value.day} {value:%b}"


DAY_NAMES = {
    "monday": "Monday",
    "tuesday": "Tuesday",
    "wednesday": "Wednesday",
    "thursday": "Thursday",
    "friday": "Friday",
}


def schedule(interval: str, anchor: str) -> str:
    """When a vendor is paid out: `every Monday`, `on day 31 of each month, or its last day`."""
    match interval:
        case "daily":
            return "every weekday"
        case "weekly":
            return f"every {DAY_NAMES.get(anchor, 'Monday')}"
        case _:
            return f"on day {anchor} of each month" + (
                ", or its last day" if int(anchor or 1) > 28 else ""
            )

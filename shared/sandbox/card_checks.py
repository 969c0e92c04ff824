"""The checks that every card number, date and code must pass, and what a shopper may read about
those that do not, or about a decline (stripe-facts 7).
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from shared.sandbox.cards import Decline, by_number
from shared.sandbox.errors import ApiError

# Message that a shopper may see, per error code; lost and stolen cards share the plain one on
# purpose.
MESSAGES: dict[str, str] = {
    "card_declined": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "card_velocity_exceeded": (
        "Your card was declined for making repeated attempts too frequently or exceeding its "
        "amount limit."
    ),
    "incorrect_cvc": "Your card's security code is incorrect.",
    "expired_card": "Your card has expired.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "incorrect_number": "Your card number is incorrect.",
    "invalid_number": "Your card number is invalid.",
    "invalid_expiry_month": "Your card's expiration month is invalid.",
    "invalid_expiry_year": "Your card's expiration year is invalid.",
    "invalid_cvc": "Your card's security code is invalid.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
}

# The field of the form that a code is about.
_PARAMS = {
    "expired_card": "exp_month",
    "incorrect_cvc": "cvc",
}


def luhn(number: str) -> bool:
    """The check digit that every card number carries."""
    digits = [int(d) for d in reversed(number)]
    doubled = [sum(divmod(2 * d, 10)) for d in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def card_error(
    code: str,
    param: str | None = None,
    *,
    status: int = 402,
    **members: Any,
) -> ApiError:
    """An error that a shopper may read."""
    return ApiError(
        status,
        MESSAGES[code],
        type="card_error",
        code=code,
        param=param or _PARAMS.get(code),
        **members,
    )


def declined(decline: Decline, **members: Any) -> ApiError:
    """The 402 of one decline, with the message that belongs to its code or its reason."""
    code, reason = decline
    error = card_error(code, decline_code=reason, **members)
    error.error["message"] = message(code, reason)
    return error


def message(code: str, reason: str | None) -> str:
    """What a shopper may read about a decline; lost and stolen cards are never named (stripe-facts
    7.4).
    """
    named = reason in ("insufficient_funds", "card_velocity_exceeded")
    return MESSAGES[reason if reason and named else code]


@dataclass(frozen=True)
class Typed:
    """A card as somebody typed it."""

    number: str
    month: str
    year: str
    cvc: str | None = None


def check(
    typed: Typed,
    today: datetime.date,
) -> tuple[str, int, int]:
    """The number in plain digits with month and year, or the error of stripe-facts 7.2 for what is
    wrong.
    """
    digits = typed.number.replace(" ", "").replace("-", "")
    _check_number(digits)
    month, year = _date(typed, today)
    _check_code(typed.cvc, digits)
    return digits, month, year


def _check_number(digits: str) -> None:
    if not digits.isdecimal() or not 12 <= len(digits) <= 19:
        raise card_error("invalid_number", "number")
    if not luhn(digits):
        raise card_error("incorrect_number", "number")


def _date(typed: Typed, today: datetime.date) -> tuple[int, int]:
    """Month and full year, not past and not too far ahead."""
    month = _typed_number(typed.month, 2)
    if not 1 <= month <= 12:
        raise card_error("invalid_expiry_month", "exp_month")
    year = _typed_number(typed.year, 4)
    if typed.year.isdecimal() and len(typed.year) <= 2:
        year += 2000
    if not today.year <= year <= today.year + 50:
        raise card_error("invalid_expiry_year", "exp_year")
    if (year, month) < (today.year, today.month):
        raise card_error("invalid_expiry_month", "exp_month")
    return month, year


def _typed_number(text: str, most: int) -> int:
    """A number of at most so many digits; 0 where it is none."""
    return int(text) if text.isdecimal() and len(text) <= most else 0


def _check_code(cvc: str | None, digits: str) -> None:
    if cvc is None:
        return
    on_front = 4 if by_number(digits).brand == "amex" else 3
    if not cvc.isdecimal() or len(cvc) not in (3, on_front):
        raise card_error("invalid_cvc", "cvc")

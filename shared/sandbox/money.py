"""Currencies as Stripe counts them, the limits on amounts, and what Stripe takes for a charge.

All in minor units.
"""

from __future__ import annotations

from shared.sandbox import currencies, errors

MAXIMUM = 99_999_999


_KNOWN = frozenset(currencies.CURRENCIES)


# What Stripe takes: hundredths of a percent, and a fixed part (stripe-facts 19.4).
_FEES: dict[str, tuple[int, int]] = {
    "usd": (290, 30),
    "eur": (150, 25),
    "gbp": (150, 20),
    "dkk": (150, 180),
}


def stripe_fee(amount: int, currency: str) -> int:
    """Stripe's own fee on a charge, rounded half up (stripe-facts 19.4)."""
    rate, fixed = _FEES.get(
        currency,
        (290, 40 if currency in currencies.ZERO_DECIMAL else 30),
    )
    return (amount * rate * 2 + 10_000) // 20_000 + fixed


def check_currency(text: str, param: str = "currency") -> str:
    """The currency in lower case, or 400 with all that Stripe supports (stripe-facts 3.5)."""
    currency = text.lower()
    if currency not in _KNOWN:
        listed = ", ".join(currencies.CURRENCIES)
        message = (
            f"Invalid currency: {currency}. Stripe currently supports these "
            f"currencies: {listed}"
        )
        raise errors.ApiError(400, message, param=param)
    return currency


def check_amount(amount: int, currency: str) -> None:
    """A charge's amount within Stripe's limits (stripe-facts 3.6 and 6.1)."""
    positive(amount, "amount")
    least = currencies.MINIMUM.get(currency, 1)
    if amount < least:
        message = f"Amount must be at least {written(least, currency)}"
        raise errors.ApiError(400, message, code="amount_too_small", param="amount")
    if amount > MAXIMUM:
        message = (
            f"Amount must be no more than {written(MAXIMUM, currency, code=False)}"
        )
        raise errors.ApiError(400, message, code="amount_too_large", param="amount")
    check_whole(amount, currency)
    if currency in currencies.THREE_DECIMAL and amount % 10:
        message = (
            f"Invalid amount: {amount}. The last digit must be 0 in {currency}, which is charged "
            "in two decimals."
        )
        raise errors.ApiError(
            400, message, code="parameter_invalid_integer", param="amount"
        )


def check_whole(amount: int, currency: str) -> None:
    """Whatever is asked for in a currency that has no hundredths any more ends in 00 (stripe-facts
    6).
    """
    if currency in currencies.WHOLE_UNITS and amount % 100:
        message = (
            f"Invalid amount. Currency {currency.upper()} has become effectively zero-decimal and "
            "charged amounts must be evenly "
            "divisible by 100. See https://stripe.com/docs/currencies#special-cases for more "
            "information."
        )
        raise errors.ApiError(
            400,
            message,
            code="invalid_charge_amount_no_decimal_compatible",
            param="amount",
        )


def positive(amount: int, param: str) -> None:
    """Zero and less are no amount (stripe-facts 3.4)."""
    if amount < 1:
        message = "Invalid positive integer"
        raise errors.ApiError(
            400, message, code="parameter_invalid_integer", param=param, stored=False
        )


def written(
    amount: int,
    currency: str,
    *,
    code: bool = True,
) -> str:
    """An amount as Stripe's messages write it: $0.50 usd."""
    sign = {
        "usd": "$",
        "eur": "€",
        "gbp": "£",
        "jpy": "¥",
    }.get(currency, "")
    tail = f" {currency}" if code or not sign else ""
    return f"{sign}{decimal(amount, currency)}{tail}"


def decimal(amount: int, currency: str) -> str:
    """An amount in major units with its currency's decimals and thousands separated."""
    places = (
        0
        if currency in currencies.ZERO_DECIMAL
        else 3
        if currency in currencies.THREE_DECIMAL
        else 2
    )
    whole, rest = divmod(abs(amount), 10**places)
    text = f"{whole:,}" + (f".{rest:0{places}d}" if places else "")
    return f"-{text}" if amount < 0 else text

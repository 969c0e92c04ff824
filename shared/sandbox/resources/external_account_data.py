"""What a caller gives as an external account, checked; Stripe's test numbers.

Stripe-facts 7.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import Any

from stdnum import iban

from shared.sandbox import card_checks, currencies, errors, money
from shared.sandbox.store import Json
from shared.sandbox.world import Act

# Test account numbers (routing 110000000) and what a payout to them comes to; any other number
# takes the money.
FAILURES = {
    "000111111116": "no_account",
    "000111111113": "account_closed",
    "000222222227": "insufficient_funds",
    "000333333335": "debit_not_authorized",
    "000444444440": "invalid_currency",
}
FAILS_AT_ONCE = "000888888883"  # takes standard payouts, fails instant ones
_FAILING_CARD = "4000056655665572"
# Debit cards that a payout may go to, and the tokens that stand for them.
_CARDS = {
    "4000056655665556": "visa",
    _FAILING_CARD: "visa",
    "5200828282828210": "mastercard",
    "6011981111111113": "discover",
}
_CARD_TOKENS = {
    "tok_visa_debit_us_transferSuccess": "4000056655665556",
    "tok_visa_debit_us_transferFail": _FAILING_CARD,
    "tok_mastercard_debit_us_transferSuccess": "5200828282828210",
    "tok_discover_debit_us_transferSuccess": "6011981111111113",
    "tok_visa_debit": "4000056655665556",
    "tok_mastercard_debit": "5200828282828210",
}
_BANK_TOKENS = {
    "btok_us_verified": "000123456789",
    "btok_us": "000123456789",
    **{
        f"btok_us_verified_{re.sub('_(.)', lambda m: m[1].upper(), code)}": number
        for number, code in FAILURES.items()
    },
}
TEST_ROUTING = "110000000"
_BRANDS = {"visa": "Visa", "mastercard": "MasterCard", "discover": "Discover"}
# Countries whose banks are named by an IBAN; in Britain either way is good.
_IBAN = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CH",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GI",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LI",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
_INSTANT = frozenset(["US"])  # where banks take instant payouts here


@dataclass(frozen=True)
class Target:
    """A bank account or a card, checked: the fields of its own, its number, and what becomes of
    payouts to it.
    """

    kind: str
    number: str
    body: Json
    fails: str | None = None
    fails_at_once: str | None = None


def _requirements() -> Json:
    return {
        "currently_due": [],
        "errors": [],
        "past_due": [],
        "pending_verification": [],
    }


def read(act: Act, account: Json, given: Any) -> Target:
    """What the caller gave as an external account, checked, or the error that it deserves."""
    if isinstance(given, str):
        given = _from_token(given, account)
    if given.get("object") == "card":
        return _read_card(act, given)
    return _read_bank(given)


def _from_token(token: str, account: Json) -> Json:
    if number := _BANK_TOKENS.get(token):
        return {
            "object": "bank_account",
            "country": "US",
            "currency": "usd",
            "account_number": number,
            "routing_number": TEST_ROUTING,
        }
    if token in _CARD_TOKENS:
        return {
            "object": "card",
            "token": token,
            "currency": account["default_currency"],
        }
    raise errors.no_such_reference("token", token, "external_account")


def _read_bank(given: Json) -> Target:
    country = given["country"].upper()
    if country not in currencies.COUNTRIES:
        raise _unknown_country(given["country"])
    currency = money.check_currency(
        given.get("currency") or currencies.COUNTRIES[country],
        "external_account[currency]",
    )
    number = re.sub(r"[\s-]", "", given["account_number"]).upper()
    routing = given.get("routing_number") or None
    # the test bank is good for any country
    is_test = routing == TEST_ROUTING and number.isdecimal()
    named_by_iban = country in _IBAN or (country == "GB" and routing is None)
    if named_by_iban and not is_test:
        _check_iban(number, country)
        routing = routing or number[4:12]
    else:
        _check_numbers(number, routing, country)
    body = bank_body({**given, "country": country, "routing_number": routing}, currency)
    if not is_test:
        return Target("bank_account", number, body)
    instantly = "could_not_process" if number == FAILS_AT_ONCE else None
    return Target("bank_account", number, body, FAILURES.get(number), instantly)


def _unknown_country(given: str) -> errors.ApiError:
    message = (
        f"Country '{given}' is unknown. Try using a 2-character alphanumeric country code "
        "instead, such as 'US', 'EG', or 'GB'."
    )
    return errors.ApiError(
        400, message, code="country_unsupported", param="external_account[country]"
    )


def _check_numbers(number: str, routing: str | None, country: str) -> None:
    """What an account number without an IBAN looks like, and a routing number."""
    if not re.fullmatch(r"[A-Z0-9]{4,34}", number):
        raise _bad_number(
            "The account number must contain 4 to 34 letters or digits; "
            f"'{number[-4:]}' does not."
        )
    if country == "US" and not re.fullmatch(r"\d{9}", routing or ""):
        raise errors.ApiError(
            400,
            "Routing number must have 9 digits",
            code="routing_number_invalid",
            param="external_account[routing_number]",
        )


def _bad_number(message: str) -> errors.ApiError:
    return errors.ApiError(
        400,
        message,
        code="account_number_invalid",
        param="external_account[account_number]",
    )


def _check_iban(number: str, country: str) -> None:
    is_ours = number[:2] == country
    if not is_ours or not iban.is_valid(number, check_country=False):
        raise _bad_number("You must use a valid IBAN of the bank account's country.")


def bank_body(given: Json, currency: str) -> Json:
    instant = ["instant"] if given["country"] in _INSTANT else []
    return {
        "account_holder_name": given.get("account_holder_name") or None,
        "account_holder_type": given.get("account_holder_type") or None,
        "account_type": None,
        "available_payout_methods": ["standard", *instant],
        "bank_name": "STRIPE TEST BANK",
        "country": given["country"],
        "currency": currency,
        "future_requirements": _requirements(),
        "requirements": _requirements(),
        "routing_number": given["routing_number"],
    }


def _read_card(act: Act, given: Json) -> Target:
    currency = given.get("currency")
    if not currency:
        message = (
            "You must provide a card that has the 'currency' field set when adding a card to a "
            "Stripe account."
        )
        raise errors.ApiError(
            400, message, code="parameter_missing", param="external_account[currency]"
        )
    number, month, year = _card_number(act, given)
    if number not in _CARDS:
        message = (
            "The card provided is not a debit card that payouts can be sent to. Provide a "
            "non-prepaid debit card."
        )
        raise errors.ApiError(
            400, message, code="invalid_card_type", param="external_account"
        )
    body: Json = {
        **{name: given.get(name) or None for name in _ADDRESS},
        "address_line1_check": None,
        "address_zip_check": None,
        "available_payout_methods": ["standard", "instant"],
        "brand": _BRANDS[_CARDS[number]],
        "country": "US",
        "currency": money.check_currency(currency, "external_account[currency]"),
        "cvc_check": "pass" if given.get("cvc") else None,
        "dynamic_last4": None,
        "exp_month": month,
        "exp_year": year,
        "funding": "debit",
        "name": given.get("name") or None,
        "regulated_status": "unregulated",
        "tokenization_method": None,
    }
    return Target(
        "card", number, body, "could_not_process" if number == _FAILING_CARD else None
    )


_ADDRESS = (
    "address_city",
    "address_country",
    "address_line1",
    "address_line2",
    "address_state",
    "address_zip",
)


Checked = tuple[str, int, int]


def _card_number(act: Act, given: Json) -> Checked:
    """The number of a card and the month and year that it ends with."""
    today = datetime.datetime.fromtimestamp(act.now, datetime.UTC).date()
    if "token" in given:
        if given["token"] not in _CARD_TOKENS:
            raise errors.no_such_reference(
                "token", given["token"], "external_account[token]"
            )
        return _CARD_TOKENS[given["token"]], 12, today.year + 3
    typed = card_checks.Typed(
        given["number"],
        str(given["exp_month"]),
        str(given["exp_year"]),
        given.get("cvc"),
    )
    return card_checks.check(typed, today)

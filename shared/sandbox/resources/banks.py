"""Where payouts go: bank accounts and debit cards of accounts, and how Stripe's test numbers behave
(stripe-facts 7).
"""

from __future__ import annotations

import datetime
import hashlib
import re
from dataclasses import dataclass
from typing import Any

from stdnum import iban

from shared.sandbox import cards, errors, money, schedules
from shared.sandbox.events import emit
from shared.sandbox.resources import connected, requirements
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, merge_metadata, snapshot

KINDS = ("bank_account", "card")
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
_ROUTING = "110000000"
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


def add(
    act: Act,
    account: Document,
    given: Any,
    *,
    default: bool | None = None,
    metadata: Any = None,
    replace: bool = False,
) -> Json:
    """A new external account from what the caller gave, a dict or a token; the account's own body
    is changed, not saved.

    The first one in its currency is the default for it. With `replace` it takes the place of the
    default one.
    """
    target = read(act, account.body, given)
    own = given.get("metadata") if isinstance(given, dict) else None
    return keep(
        act,
        account,
        target,
        default=default,
        metadata=metadata or own,
        replace=replace,
    )


def add_example(act: Act, account: Document) -> Json:
    """The bank account that hosted onboarding gives: Stripe's test bank, in the account's own
    country and currency.
    """
    body = _bank(
        {"country": account.body["country"], "routing_number": _ROUTING},
        account.body["default_currency"],
    )
    return keep(act, account, Target("bank_account", "000123456789", body))


def keep(
    act: Act,
    account: Document,
    target: Target,
    *,
    default: bool | None = None,
    metadata: Any = None,
    replace: bool = False,
) -> Json:
    """Store a checked external account, tell about it, and plan the paydays that it makes
    possible.
    """
    inside = act.within(account.id)
    currency = target.body["currency"]
    former = default_for(inside, currency)
    first = former is None
    body: Json = {
        "id": act.world.id("ba" if target.kind == "bank_account" else "card"),
        "object": target.kind,
        "account": account.id,
        "customer": None,
        "default_for_currency": first or replace or bool(default),
        "fingerprint": _fingerprint(target),
        "last4": target.number[-4:],
        "metadata": merge_metadata({}, metadata or {}),
        "status": "new",
        **target.body,
    }
    doc = inside.add(
        body, number=target.number, fails=target.fails, fails_at_once=target.fails_at_once
    )
    if body["default_for_currency"]:
        make_default(inside, doc)
    emit(inside, "account.external_account.created", doc)
    if former and replace:
        remove(inside, former)
    mirror(act, account)
    schedules.resume(inside)
    return body


def all_of(act: Act) -> list[Document]:
    """The account's external accounts, newest first."""
    where = "scope = ? AND platform = ? AND object IN (?, ?)"
    return act.store.select(
        where,
        [act.scope, act.platform, *KINDS],
        order="seq DESC",
    )


def default_for(act: Act, currency: str) -> Document | None:
    """Where the account's payouts in this currency go; the platform's own account has a test bank
    in any currency.
    """
    found = all_of(act)
    for doc in found:
        if doc.body["currency"] == currency and doc.body["default_for_currency"]:
            return doc
    return None


def make_default(act: Act, doc: Document) -> None:
    """From now on payouts in this currency go here."""
    for other in all_of(act):
        chosen = other.id == doc.id
        if (
            other.body["currency"] == doc.body["currency"]
            and other.body["default_for_currency"] != chosen
        ):
            other.body["default_for_currency"] = chosen
            act.store.save(other)
    doc.body["default_for_currency"] = True


def remove(act: Act, doc: Document) -> None:
    """Forget it; what is on its way there still arrives."""
    act.store.delete(doc)
    emit(act, "account.external_account.deleted", doc)


def own_bank(act: Act, currency: str) -> Document:
    """The platform's bank account: opened when it is first needed, there is no API for it."""
    body = _bank({"country": "US", "routing_number": _ROUTING}, currency)
    return act.add(
        {
            "id": act.world.id("ba"),
            "object": "bank_account",
            "account": act.home,
            "customer": None,
            "default_for_currency": True,
            "fingerprint": _fingerprint(Target("bank_account", "000123456789", body)),
            "last4": "6789",
            "metadata": {},
            "status": "new",
            **body,
        },
        number="000123456789",
    )


def mirror(act: Act, account: Document) -> None:
    """The account shows its external accounts, ten at most."""
    found = all_of(act.within(account.id))
    account.body["external_accounts"] = {
        "object": "list",
        "data": [doc.body for doc in found[:10]],
        "has_more": len(found) > 10,
        "url": f"/v1/accounts/{account.id}/external_accounts",
    }


def break_down(act: Act, doc: Document) -> None:
    """After a failed payout it is `errored`: told of, asked for again, and no payday uses it until
    it is looked after.
    """
    before = snapshot(doc)
    doc.body["status"] = "errored"
    act.store.save(doc)
    emit(act, "account.external_account.updated", doc, before=before)
    account = connected.own_account(act.within(act.home), act.scope)
    if account is not None:
        was = snapshot(account)
        mirror(act, account)
        requirements.settle(act.within(act.home), account, was)


def _requirements() -> Json:
    return {
        "currently_due": [],
        "errors": [],
        "past_due": [],
        "pending_verification": [],
    }


def _fingerprint(target: Target) -> str:
    text = f"{target.kind} {target.body.get('routing_number')} {target.number}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


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
            "routing_number": _ROUTING,
        }
    if token in _CARD_TOKENS:
        return {"object": "card", "token": token, "currency": account["default_currency"]}
    raise errors.no_such_reference("token", token, "external_account")


def _read_bank(given: Json) -> Target:
    country = given["country"].upper()
    if country not in money.COUNTRIES:
        message = (
            f"Country '{given['country']}' is unknown. Try using a 2-character alphanumeric "
            "country code instead, such as 'US', 'EG', or 'GB'."
        )
        raise errors.ApiError(
            400, message, code="country_unsupported", param="external_account[country]"
        )
    currency = money.check_currency(
        given.get("currency") or money.COUNTRIES[country], "external_account[currency]"
    )
    number = re.sub(r"[\s-]", "", given["account_number"]).upper()
    routing = given.get("routing_number") or None
    test = routing == _ROUTING and number.isdecimal()  # the test bank is good for any country
    if not test and (country in _IBAN or (country == "GB" and routing is None)):
        _check_iban(number, country)
        routing = routing or number[4:12]
    elif not re.fullmatch(r"[A-Z0-9]{4,34}", number):
        message = (
            f"The account number must contain 4 to 34 letters or digits; '{number[-4:]}' does not."
        )
        raise errors.ApiError(
            400, message, code="account_number_invalid", param="external_account[account_number]"
        )
    elif country == "US" and not re.fullmatch(r"\d{9}", routing or ""):
        message = "Routing number must have 9 digits"
        raise errors.ApiError(
            400, message, code="routing_number_invalid", param="external_account[routing_number]"
        )
    body = _bank({**given, "country": country, "routing_number": routing}, currency)
    instantly = "could_not_process" if test and number == FAILS_AT_ONCE else None
    return Target(
        "bank_account",
        number,
        body,
        FAILURES.get(number) if test else None,
        instantly,
    )


def _check_iban(number: str, country: str) -> None:
    if number[:2] != country or not iban.is_valid(number, check_country=False):
        message = "You must use a valid IBAN of the bank account's country."
        raise errors.ApiError(
            400, message, code="account_number_invalid", param="external_account[account_number]"
        )


def _bank(given: Json, currency: str) -> Json:
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
    today = datetime.datetime.fromtimestamp(act.now, datetime.UTC).date()
    if "token" in given:
        if given["token"] not in _CARD_TOKENS:
            raise errors.no_such_reference("token", given["token"], "external_account[token]")
        number, month, year = _CARD_TOKENS[given["token"]], 12, today.year + 3
    else:
        typed = cards.Typed(
            given["number"], str(given["exp_month"]), str(given["exp_year"]), given.get("cvc")
        )
        number, month, year = cards.check(typed, today)
    if number not in _CARDS:
        message = (
            "The card provided is not a debit card that payouts can be sent to. Provide a "
            "non-prepaid debit card."
        )
        raise errors.ApiError(400, message, code="invalid_card_type", param="external_account")
    address = {
        name: given.get(name) or None
        for name in (
            "address_city",
            "address_country",
            "address_line1",
            "address_line2",
            "address_state",
            "address_zip",
        )
    }
    body: Json = {
        **address,
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
    return Target("card", number, body, "could_not_process" if number == _FAILING_CARD else None)

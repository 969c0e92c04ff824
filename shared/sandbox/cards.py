"""Stripe's test cards as data (stripe-facts 7)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

Decline = tuple[str, str | None]  # a code and its reason


@dataclass(frozen=True)
class Card:
    """How one test card behaves.

    `challenge` says when the issuer wants to see the shopper: `never`, `asked` (when the platform
    asks for it), `on_session`, `until_set_up` (on session always, off session until the card was
    set up for that), or `always`.
    """

    number: str
    tokens: tuple[str, ...] = ()
    brand: str = "visa"
    country: str = "US"
    funding: str = "credit"
    # what a payment comes to, after a challenge if there is one
    declines: Decline | None = None
    challenge: str = "never"
    # what a payment comes to when the platform asks for authentication
    asked_error: Decline | None = None
    frictionless: bool = False  # authenticates without a challenge when asked
    attaches: bool = True
    # whether a setup goes through, after a challenge if there is one
    sets_up: bool = True
    blocked: bool = False
    risk: str = "normal"
    fails: str | None = None  # the check that fails when its value was given
    bypass_pending: bool = False


def _declined(
    number: str,
    token: str,
    code: str = "card_declined",
    reason: str | None = None,
) -> Card:
    """A card that its issuer declines: for payments, when it is attached, and when it is set up."""
    return Card(
        number,
        (token,),
        declines=(code, reason),
        attaches=False,
        sets_up=False,
    )


CARDS: tuple[Card, ...] = (
    Card("4242424242424242", ("visa",)),
    Card("4000056655665556", ("visa_debit",), funding="debit"),
    Card("5555555555554444", ("mastercard",), "mastercard"),
    Card("2223003122003222", (), "mastercard"),
    Card("5200828282828210", ("mastercard_debit",), "mastercard", funding="debit"),
    Card("5105105105105100", ("mastercard_prepaid",), "mastercard", funding="prepaid"),
    Card("378282246310005", ("amex",), "amex"),
    Card("371449635398431", (), "amex"),
    Card("6011111111111117", ("discover",), "discover"),
    Card("3056930009020004", ("diners",), "diners"),
    Card("3566002020360505", ("jcb",), "jcb", "JP"),
    Card("6200000000000005", ("unionpay",), "unionpay", "CN"),
    _declined("4000000000000002", "visa_chargeDeclined", reason="generic_decline"),
    _declined(
        "4000000000009995",
        "visa_chargeDeclinedInsufficientFunds",
        reason="insufficient_funds",
    ),
    _declined("4000000000009987", "visa_chargeDeclinedLostCard", reason="lost_card"),
    _declined(
        "4000000000009979", "visa_chargeDeclinedStolenCard", reason="stolen_card"
    ),
    _declined(
        "4000000000006975",
        "visa_chargeDeclinedVelocityLimitExceeded",
        reason="card_velocity_exceeded",
    ),
    _declined("4000000000000069", "chargeDeclinedExpiredCard", "expired_card"),
    Card(
        "4000000000000127",
        ("chargeDeclinedIncorrectCvc",),
        declines=("incorrect_cvc", None),
        attaches=False,
        sets_up=False,
        fails="cvc_check",
    ),
    _declined("4000000000000119", "chargeDeclinedProcessingError", "processing_error"),
    Card(
        "4000000000000341",
        ("chargeCustomerFail",),
        declines=("card_declined", "generic_decline"),
    ),
    Card(
        "4100000000000019",
        ("radarBlock",),
        declines=("card_declined", "fraudulent"),
        blocked=True,
        risk="highest",
    ),
    Card(
        "4000000000004954",
        ("riskLevelHighest",),
        declines=("card_declined", "fraudulent"),
        blocked=True,
        risk="highest",
    ),
    Card("4000000000009235", ("riskLevelElevated",), risk="elevated"),
    Card("4000000000000101", ("cvcCheckFail",), fails="cvc_check"),
    Card("4000000000000036", ("avsZipFail",), fails="address_postal_code_check"),
    Card(
        "4000002500003155", ("authenticationRequiredOnSetup",), challenge="until_set_up"
    ),
    Card("4000002760003184", ("authenticationRequired",), challenge="always"),
    Card(
        "4000003800000446",
        ("authenticationRequiredSetupForOffSession",),
        challenge="on_session",
    ),
    Card(
        "4000008260003178",
        ("authenticationRequiredChargeDeclinedInsufficientFunds",),
        challenge="until_set_up",
        declines=("card_declined", "insufficient_funds"),
    ),
    Card(
        "4000000000003220", ("threeDSecure2Required",), country="IE", challenge="always"
    ),
    Card("4000008400000027", (), challenge="always"),
    Card(
        "4000008400001629",
        ("threeDSecureRequiredChargeDeclined",),
        challenge="always",
        declines=("card_declined", "generic_decline"),
        sets_up=False,
    ),
    Card(
        "4000008400001280",
        ("threeDSecureRequiredProcessingError",),
        declines=("card_declined", "generic_decline"),
        sets_up=False,
    ),
    Card("4000000000003055", ("threeDSecureOptional",), challenge="asked"),
    Card(
        "4000000000003097",
        ("threeDSecureOptionalProcessingError",),
        asked_error=("processing_error", None),
    ),
    Card("4000000032200000", frictionless=True),
    Card("4000000000000259", ("createDispute",)),
    Card("4000000000002685", ("createDisputeProductNotReceived",)),
    Card("4000000000001976", ("createDisputeInquiry",)),
    Card("4000000000005423", ("createIssuerFraudRecord",)),
    Card("4000000404000079", ("createMultipleDisputes",)),
    Card("4000000000007726", ("pendingRefund",)),
    Card("4000000000005126", ("refundFail",)),
    Card("4000000000000077", ("bypassPending",), bypass_pending=True),
    Card(
        "4000003720000278",
        ("bypassPendingInternational",),
        country="IE",
        bypass_pending=True,
    ),
)
_BY_NUMBER = {card.number: card for card in CARDS}
_BY_TOKEN = {f"pm_card_{token}": card for card in CARDS for token in card.tokens}
_BRANDS = (
    ("34", "amex"),
    ("37", "amex"),
    ("4", "visa"),
    ("6011", "discover"),
    ("65", "discover"),
    ("35", "jcb"),
    ("62", "unionpay"),
    ("36", "diners"),
    ("30", "diners"),
    ("5", "mastercard"),
    ("2", "mastercard"),
)


def by_token(token: str) -> Card | None:
    """The card behind a `pm_card_…` name, or behind its older twin `tok_…`."""
    if token.startswith("tok_"):
        token = token.replace("tok_", "pm_card_", 1)
    return _BY_TOKEN.get(token)


def needs_challenge(
    card: Card,
    *,
    asked: bool,
    off_session: bool,
    set_up: bool,
) -> bool:
    """Whether the issuer wants to see the shopper before this payment or setup (stripe-facts 7)."""
    if card.challenge == "until_set_up":
        return not (off_session and set_up)
    return {"always": True, "on_session": not off_session, "asked": asked}.get(
        card.challenge, False
    )


def outcome(card: Card, *, asked: bool) -> Decline | None:
    """What a payment is declined with once any challenge is behind it; None when it goes
    through.
    """
    return (card.asked_error if asked else None) or card.declines


def by_number(number: str) -> Card:
    """The card with this number; one that Stripe's table does not name behaves like the plain card
    of its brand.
    """
    known = _BY_NUMBER.get(number)
    if known:
        return known
    brands = (name for head, name in _BRANDS if number.startswith(head))
    return Card(number, brand=next(brands, "unknown"))


def fingerprint(number: str) -> str:
    """The same for the same number, across objects and restarts."""
    return hashlib.sha256(f"card {number}".encode()).hexdigest()[:16]

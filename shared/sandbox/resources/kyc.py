"""The values that decide a test verification: dates of birth, numbers, addresses, documents
(stripe-facts 7.7).
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.sandbox.store import Json

MOMENT = 5  # seconds that a verification takes when its values do not say "at once"
DOCUMENT_OK, DOCUMENT_BAD = (
    "file_identity_document_success",
    "file_identity_document_failure",
)
PHONE_CODE = "000-000"
LISTED = "1900-01-01"
_AT_ONCE = ("1902-01-01", "222222222")
_MISMATCH = "111111111"


@dataclass(frozen=True)
class Finding:
    """What a verification found wrong: the requirement that is asked for again, and why."""

    field: str
    code: str
    reason: str
    details_code: str  # what the person's own verification says


@dataclass(frozen=True)
class Verdict:
    """How a verification ends, and whether that is clear at once."""

    at_once: bool
    listed: bool
    findings: tuple[Finding, ...]


def judge(facts: Json) -> Verdict:
    """The outcome for a person's `dob`, `id_number`, `line1`, `document`; values that Stripe does
    not name pass in a moment.
    """
    listed = facts["dob"] == LISTED
    at_once = listed or facts["dob"] in _AT_ONCE or facts["id_number"] in _AT_ONCE
    return Verdict(at_once, listed, tuple(_findings(facts)))


def _findings(facts: Json) -> list[Finding]:
    """Which code stands for which value is unverified (MEM), but for the document's, whose own text
    says so.
    """
    # A good document settles what numbers and addresses left open.
    if facts["document"] == DOCUMENT_OK:
        return []
    found = []
    if facts["id_number"] == _MISMATCH:
        found.append(
            Finding(
                "id_number",
                "verification_failed_id_number_match",
                "The person's ID number could not be matched with their name and date of birth.",
                "failed_keyed_identity",
            )
        )
    if facts["line1"] == "address_no_match":
        found.append(
            Finding(
                "address.line1",
                "verification_failed_address_match",
                "The address could not be verified.",
                "failed_other",
            )
        )
    if facts["document"] == DOCUMENT_BAD:
        found.append(
            Finding(
                "verification.document",
                "verification_document_failed_test_mode",
                "A test data helper was supplied to simulate verification failure.",
                "document_failed_test_mode",
            )
        )
    return found


def listed_reason() -> str:
    """The `disabled_reason` of an account whose person is on a sanctions list; unverified (MEM)."""
    return "listed"


def tax_id_finding(number: str | None) -> Finding | None:
    """What the business's own number shows; the same numbers as a person's (MEM)."""
    if number != _MISMATCH:
        return None
    reason = "The business ID number could not be matched with the business name."
    return Finding("tax_id", "verification_failed_tax_id_match", reason, "failed_other")

"""What a person of a connected account has to tell, and whether it was told."""

from __future__ import annotations

from typing import Any

from shared.sandbox.store import Document

# What is asked of the representative, and of the others.
FULL = (
    "address.city",
    "address.line1",
    "address.postal_code",
    "dob.day",
    "dob.month",
    "dob.year",
    "email",
    "first_name",
    "last_name",
    "phone",
)
SHORT = ("dob.day", "dob.month", "dob.year", "first_name", "last_name")


def wanted(account: Document, person: Document) -> tuple[str, ...]:
    """What this person has to tell."""
    relation = person.body["relationship"]
    if not (relation["representative"] or relation["owner"]):
        return SHORT
    return asked(account.body["country"])


def asked(country: str) -> tuple[str, ...]:
    """What a representative has to tell; in the United States the last digits of a number too."""
    return (*FULL, "ssn_last_4") if country == "US" else FULL


def later(account: Document, person: Document) -> list[str]:
    """What is due one day: the whole number of someone who gave its last digits alone."""
    known = tells(person, "ssn_last_4") and not tells(person, "id_number")
    return ["id_number"] if known and account.body["country"] == "US" else []


def tells(person: Document, field: str) -> bool:
    """Whether a requirement of this person, such as `dob.day`, is answered."""
    if field in ("id_number", "ssn_last_4"):
        return bool(person.body[f"{field}_provided"])
    if field in ("verification.document", "verification.additional_document"):
        _, _, paper = field.partition(".")
        return bool(person.body["verification"][paper]["front"])
    node: Any = person.body
    for part in field.split("."):
        node = node.get(part) if isinstance(node, dict) else None
    return node not in (None, "")

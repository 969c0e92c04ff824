"""What a connected account has to tell and has not told, or not so that it could be verified."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared.sandbox.resources import kyc, person_data, person_requirements
from shared.sandbox.store import Document, Json

_COMMON = (
    "business_profile.mcc",
    "business_profile.url",
    "business_type",
    "external_account",
    "tos_acceptance.date",
    "tos_acceptance.ip",
)


@dataclass(frozen=True)
class Owed:
    """One thing that is missing.

    `vital`: until it is there, nothing works; the rest has time until the deadline.
    """

    name: str
    vital: bool = False
    code: str | None = None
    reason: str | None = None


def whose(body: Json, speaker: Document | None) -> str:
    """How requirements name the one who speaks for the business: `individual`, the person's id, or
    `representative`.
    """
    if body["business_type"] == "individual":
        return "individual"
    return speaker.id if speaker else "representative"


def owed(doc: Document, crowd: list[Document]) -> list[Owed]:
    """Everything that this account has to tell and has not told, or not so that it could be
    verified.
    """
    body, speaker = doc.body, person_data.representative(crowd)
    company = (
        ()
        if body["business_type"] == "individual"
        else ("company.name", "company.tax_id")
    )
    found = [Owed(name) for name in (*_COMMON, *company) if not is_told(doc, name)]
    if speaker is None:
        found += [
            Owed(f"{whose(body, None)}.{field}", vital=True)
            for field in person_requirements.asked(body["country"])
        ]
    for person in crowd:
        name = whose(body, person) if person is speaker else person.id
        found += [
            Owed(f"{name}.{f}", person is speaker)
            for f in person_requirements.wanted(doc, person)
            if not person_requirements.tells(person, f)
        ]
        found += [
            Owed(f"{name}.{f}", True, code, reason)
            for f, code, reason in person.hidden["findings"]
        ]
    if wrong := kyc.tax_id_finding(doc.hidden.get("company", {}).get("tax_id")):
        found.append(Owed("company.tax_id", True, wrong.code, wrong.reason))
    mine = whose(body, speaker)
    found += [
        Owed(name.format(who=mine))
        for name in doc.hidden.get("demands", [])
        if not _met(doc, speaker, name)
    ]
    return sorted(found, key=lambda o: o.name)


# What may be told in place of something else.
INSTEAD = {"business_profile.url": "business_profile.product_description"}


def is_told(doc: Document, name: str) -> bool:
    if name == "external_account":
        return any(
            bank.get("status") != "errored"
            for bank in doc.body["external_accounts"]["data"]
        )
    return _is_there(doc, name) or (name in INSTEAD and _is_there(doc, INSTEAD[name]))


def _is_there(doc: Document, name: str) -> bool:
    node: Any = {
        **doc.body,
        "company": doc.hidden.get("company", {}),
    }
    for part in name.split("."):
        node = node.get(part) if isinstance(node, dict) else None
    return node not in (None, "")


def _met(doc: Document, speaker: Document | None, name: str) -> bool:
    if name in doc.hidden.get("answered", []):
        return True
    head, _, field = name.partition(".")
    if head in ("{who}", "individual", "representative") or head.startswith("person_"):
        return speaker is not None and person_requirements.tells(speaker, field)
    return is_told(doc, name)

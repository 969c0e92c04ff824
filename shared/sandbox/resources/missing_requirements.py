"""What a connected account has to tell and has not told, or not so that it could be verified."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared.sandbox.resources import (
    kyc,
    person_data,
    person_requirements,
    person_verification,
)
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
    names: tuple[str, ...] = _COMMON
    if body["business_type"] != "individual":
        names += ("company.name", "company.tax_id")
    found = [Owed(name) for name in names if not is_told(doc, name)]
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
    company = doc.hidden.get("company", {})
    if wrong := kyc.tax_id_finding(company.get("tax_id")):
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
    if name in INSTEAD and _is_there(doc, INSTEAD[name]):
        return True
    return _is_there(doc, name)


def _is_there(doc: Document, name: str) -> bool:
    node: Any = {**doc.body, "company": doc.hidden.get("company", {})}
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


def shown(
    doc: Document,
    missing: list[Owed],
    past: list[Owed],
    crowd: list[Document],
) -> Json:
    """The `requirements` hash: lists of names, errors, and what may be given instead."""
    names = sorted({o.name for o in missing})
    wrong = [o for o in missing if o.code]
    return {
        "alternatives": _alternatives(names, wrong),
        "current_deadline": doc.hidden["deadline"],
        "currently_due": names,
        "disabled_reason": None,
        "errors": [
            {"code": o.code, "reason": o.reason, "requirement": o.name} for o in wrong
        ],
        "eventually_due": sorted({*names, *_later(doc, crowd)}),
        "past_due": sorted({o.name for o in past}),
        "pending_verification": sorted(_pending(doc, crowd)),
    }


def _alternatives(names: list[str], wrong: list[Owed]) -> list[Json]:
    numbers = [o.name for o in wrong if o.name.endswith(".id_number")]
    instead = {
        name: name.replace("id_number", "verification.document") for name in numbers
    }
    instead |= {name: other for name, other in INSTEAD.items() if name in names}
    return [
        {"original_fields_due": [name], "alternative_fields_due": [other]}
        for name, other in instead.items()
    ]


def _later(doc: Document, crowd: list[Document]) -> list[str]:
    """What the one who speaks for the business will have to tell one day."""
    speaker = person_data.representative(crowd)
    if speaker is None:
        return []
    name = whose(doc.body, speaker)
    fields = person_requirements.later(doc, speaker)
    return [f"{name}.{field}" for field in fields]


def _pending(doc: Document, crowd: list[Document]) -> list[str]:
    """What is being verified."""
    speaker = person_data.representative(crowd)
    found = []
    for person in crowd:
        name = whose(doc.body, person) if person is speaker else person.id
        fields = person_verification.in_question(person)
        found += [f"{name}.{field}" for field in fields]
    return found

"""How an account comes to know its business: what hosted onboarding writes, step by step or all at
once.
"""

from __future__ import annotations

import copy
from typing import Any

from shared.sandbox.events import emit
from shared.sandbox.resources import (
    banks,
    capability_objects,
    connected,
    person_data,
    person_requirements,
    person_verification,
    requirements,
)
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, merge, snapshot

# What is filled in for someone who only wants it done; every value passes, and at once
# (stripe-facts 7).
BUSINESS = {"mcc": "5734", "url": "https://shop.example"}
PERSON: Json = {
    "first_name": "Test",
    "last_name": "Person",
    "phone": "0000000000",
    "email": "person@shop.example",
    "dob": {"day": 1, "month": 1, "year": 1902},
    "address": {
        "line1": "address_full_match",
        "city": "Exampletown",
        "postal_code": "10001",
    },
}
NAME = "Test shop"
NUMBER = "000000000"
ROUTING = "110000000"


def business(
    act: Act,
    doc: Document,
    kind: str,
    profile: Json,
    company: Json,
) -> None:
    """What kind of business it is, and its details."""
    before = snapshot(doc)
    doc.body["business_type"] = kind
    doc.body["business_profile"] = merge(doc.body["business_profile"], profile)
    if kind != "individual":
        doc.hidden["company"] = merge(doc.hidden.get("company"), company)
    requirements.settle(act, doc, before)


def speaker(act: Act, doc: Document, given: Json) -> Document:
    """The person who represents the business: made on the first time, changed after that."""
    before = snapshot(doc)
    person = person_data.representative(person_data.everyone(act, doc))
    if person is None:
        person = person_data.create(act, doc, given, representative=True)
    else:
        person_data.change(act, doc, person, given)
    requirements.settle(act, doc, before)
    return person


def bank(act: Act, doc: Document, number: str) -> None:
    """Where payouts go: an account at Stripe's test bank, in the account's own country and
    currency.
    """
    before = snapshot(doc)
    given = {
        "object": "bank_account",
        "account_number": number,
        "routing_number": ROUTING,
        "country": doc.body["country"],
        "currency": doc.body["default_currency"],
    }
    banks.add(act, doc, given, replace=True)
    requirements.settle(act, doc, before)


def answer(act: Act, doc: Document, name: str) -> None:
    """Something that was asked for beyond the usual is there: it is owed no longer, whoever
    demanded it.
    """
    before, forced = snapshot(doc), doc.hidden["forced"]
    doc.hidden["answered"] = sorted(
        {
            *doc.hidden.get("answered", []),
            name,
        }
    )
    for hash in ("requirements", "future_requirements"):
        needs = forced.get(hash, {})
        for key in (
            "currently_due",
            "eventually_due",
            "past_due",
            "pending_verification",
        ):
            if name in needs.get(key, []):
                needs[key] = [other for other in needs[key] if other != name]
        if "errors" in needs:
            needs["errors"] = [
                error for error in needs["errors"] if error.get("requirement") != name
            ]
    needs = forced.get("requirements", {})
    if needs and not (needs.get("currently_due") or needs.get("past_due")):
        for key in ("requirements", "charges_enabled", "payouts_enabled"):
            forced.pop(key, None)
        if str(forced.get("disabled_reason")).startswith("requirements."):
            del forced["disabled_reason"]
    requirements.settle(act, doc, before)


def submit(act: Act, doc: Document) -> None:
    """The form is sent, with whatever was left out of it, and the terms are agreed to."""
    before = snapshot(doc)
    doc.body["tos_acceptance"] = {
        "date": act.now,
        "ip": "127.0.0.1",
        "user_agent": None,
    }
    doc.body["details_submitted"] = True
    requirements.settle(act, doc, before)


def complete(act: Act, doc: Document) -> None:
    """Everything that is missing is told with test data, and what was asked for becomes active,
    unless values forbid it.
    """
    body, profile = doc.body, doc.body["business_profile"]
    name = profile["name"] or NAME
    company = {
        "name": name,
        "tax_id": NUMBER,
        **_kept(doc.hidden.get("company", {})),
    }
    business(
        act,
        doc,
        body["business_type"] or "company",
        {**BUSINESS, **_kept(profile)},
        company,
    )
    person = speaker(act, doc, missing(act, doc))
    if person.body["verification"]["status"] == "pending":
        was, before = copy.deepcopy(person), snapshot(doc)
        person_verification.conclude(person)
        person_data.save(act, doc, person, was)
        requirements.settle(act, doc, before)
    if not any(
        bank.get("status") != "errored" for bank in body["external_accounts"]["data"]
    ):
        before = snapshot(doc)
        banks.add_example(act, doc)
        requirements.settle(act, doc, before)
    doc.hidden.update(
        forced={},
        demands=[],
        blocked=[],
    )
    submit(act, doc)


def missing(act: Act, doc: Document) -> Json:
    """Of the test person, what the account's own does not tell yet."""
    person = person_data.representative(person_data.everyone(act, doc))
    whole = {**PERSON, "email": doc.body["email"] or PERSON["email"]}
    whole["address"] = {
        **PERSON["address"],
        "country": doc.body["country"],
    }
    if doc.body["country"] == "US":
        whole["id_number"] = NUMBER
    if person is None:
        return whole
    there = person.body
    found = {
        key: value
        for key, value in whole.items()
        if key != "address"
        and not person_requirements.tells(person, "dob.year" if key == "dob" else key)
    }
    found["address"] = {
        **whole["address"],
        **_kept(there["address"]),
    }
    return found


def _kept(values: Json) -> Json:
    return {key: values[key] for key in values if values[key] not in (None, "")}


_LAST_DAY = 253_402_300_800  # where four digits no longer hold the year
FORCED = (
    "requirements",
    "future_requirements",
    "charges_enabled",
    "payouts_enabled",
    "disabled_reason",
    "capabilities",
)


def force(
    act: Act,
    doc: Document,
    given: dict[str, Any],
) -> str | None:
    """What the control API demands: requirements and flags of its own choosing, each going past due
    on its day.

    Answers with what is wrong with the demand, if anything is; then nothing was done.
    """
    for name, value in given.items():
        if wrong := _wrong(name, value):
            return wrong
    before = snapshot(doc)
    held = {
        name: capability_objects.capability(doc, name)
        for name in given.get("capabilities", {})
    }
    doc.hidden["forced"] = {**doc.hidden["forced"], **given}
    for name in ("requirements", "future_requirements"):
        day = (given.get(name) or {}).get("current_deadline")
        if day is not None:
            act.store.schedule(day, "requirements", act.platform, doc.id)
    requirements.settle(act, doc, before)
    for name, was in held.items():
        emit(
            act.within(doc.id),
            "capability.updated",
            capability_objects.capability(doc, name),
            before=was,
        )
    return None


def _wrong_capabilities(value: Any) -> str | None:
    """What a capability of this account is to say of itself: a status, and requirements of its
    own.
    """
    if not isinstance(value, dict):
        return "`capabilities` must be an object."
    for name, told in value.items():
        if name not in ("card_payments", "transfers") or not isinstance(told, dict):
            return "`capabilities` holds card_payments and transfers, each an object."
        if told.get("status", "active") not in ("active", "inactive", "pending"):
            return (
                f"`capabilities[{name}][status]` must be active, inactive or pending."
            )
        needs = {key: told[key] for key in told if key != "status"}
        if wrong := _wrong(f"capabilities[{name}]", needs):
            return wrong
    return None


def _wrong(name: str, value: Any) -> str | None:
    if name == "capabilities":
        return _wrong_capabilities(value)
    if name.endswith("_enabled"):
        return None if isinstance(value, bool) else f"`{name}` must be true or false."
    if name == "disabled_reason":
        return (
            None
            if value is None or isinstance(value, str)
            else "`disabled_reason` must be a string or null."
        )
    known = set(connected.EMPTY)
    if not isinstance(value, dict) or set(value) - known:
        return f"`{name}` must be an object of {', '.join(connected.EMPTY)}."
    for key, entry in value.items():
        if not _fits(key, entry):
            return f"`{name}[{key}]` is of the wrong kind."
    return None


def _fits(key: str, entry: Any) -> bool:
    """Whether this can stand in a `requirements` hash under this key."""
    if key == "current_deadline":
        return entry is None or (type(entry) is int and 0 <= entry < _LAST_DAY)
    if key == "disabled_reason":
        return entry is None or isinstance(entry, str)
    member = dict if key in ("errors", "alternatives") else str
    return isinstance(entry, list) and all(isinstance(part, member) for part in entry)

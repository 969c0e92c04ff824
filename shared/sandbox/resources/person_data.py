"""The people behind a connected account: what they tell, how they are verified, what the platform
may see of it.
"""

from __future__ import annotations

import copy
import datetime
from typing import Any

from shared.sandbox import errors
from shared.sandbox.events import emit
from shared.sandbox.resources import connected, person_requirements, person_verification
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, annotate, merge

ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")
_ROLES = (
    "authorizer",
    "director",
    "executive",
    "legal_guardian",
    "owner",
    "representative",
)
_DUE: Json = {
    "alternatives": [],
    "currently_due": [],
    "errors": [],
    "eventually_due": [],
    "past_due": [],
    "pending_verification": [],
}
_PLAIN = (
    "email",
    "first_name",
    "first_name_kana",
    "first_name_kanji",
    "full_name_aliases",
    "gender",
    "last_name",
    "last_name_kana",
    "last_name_kanji",
    "maiden_name",
    "nationality",
    "phone",
    "political_exposure",
)
_NESTED = (
    "additional_tos_acceptances",
    "address",
    "address_kana",
    "address_kanji",
    "registered_address",
    "us_cfpb_data",
)
# What the SDK says stays visible where Stripe collects, after the first link; the rest of a person
# does not.
_OPEN = (
    "account",
    "created",
    "email",
    "first_name",
    "first_name_kana",
    "first_name_kanji",
    "full_name_aliases",
    "future_requirements",
    "id",
    "last_name",
    "last_name_kana",
    "last_name_kanji",
    "metadata",
    "object",
    "relationship",
    "requirements",
)
_PAPER: Json = {
    "back": None,
    "details": None,
    "details_code": None,
    "front": None,
}


def everyone(act: Act, account: Document) -> list[Document]:
    """All people of an account, the oldest first."""
    where = "scope = ? AND platform = ? AND object = 'person'"
    return act.store.select(where, [account.id, act.platform])


def representative(people: list[Document]) -> Document | None:
    """The one who speaks for the business."""
    return next(
        (p for p in people if p.body["relationship"]["representative"]),
        None,
    )


def _blank(act: Act, account: Document) -> Json:
    """A person of whom nothing is known yet."""
    return {
        "id": act.world.id("person"),
        "object": "person",
        "account": account.id,
        "additional_tos_acceptances": {
            "account": {"date": None, "ip": None, "user_agent": None}
        },
        "address": dict.fromkeys(ADDRESS),
        "created": act.now,
        "dob": {"day": None, "month": None, "year": None},
        "email": None,
        "first_name": None,
        "future_requirements": dict(_DUE),
        "id_number_provided": False,
        "last_name": None,
        "metadata": {},
        "phone": None,
        "relationship": {
            **dict.fromkeys(_ROLES, False),
            "percent_ownership": None,
            "title": None,
        },
        "requirements": dict(_DUE),
        "ssn_last_4_provided": False,
        "verification": {
            "additional_document": dict(_PAPER),
            "details": None,
            "details_code": None,
            "document": dict(_PAPER),
            "status": "unverified",
        },
    }


def create(
    act: Act,
    account: Document,
    params: Json,
    **roles: bool,
) -> Document:
    """A new person; `person.created` tells about it."""
    body = _blank(act, account)
    body["relationship"].update(roles)
    hidden: Json = {"secret": {}, "findings": [], "checked": None}
    person = Document(body, hidden, act.platform, account.id)
    write(act, person, params)
    person_verification.examine(act, account, person)
    act.store.insert(person)
    emit(act.within(account.id), "person.created", shown(account, person))
    return person


def change(
    act: Act,
    account: Document,
    person: Document,
    params: Json,
) -> None:
    """Write what is given; `person.updated` tells what was before."""
    before = copy.deepcopy(person)
    write(act, person, params)
    person_verification.examine(act, account, person)
    save(act, account, person, before)


def save(
    act: Act,
    account: Document,
    person: Document,
    before: Document,
) -> None:
    """Keep a person that was changed, and tell."""
    act.store.save(person)
    emit(
        act.within(account.id),
        "person.updated",
        shown(account, person),
        before=shown(account, before),
    )


def remove(act: Act, account: Document, person: Document) -> None:
    """A person is gone; `person.deleted` shows it as it was."""
    act.store.delete(person)
    emit(act.within(account.id), "person.deleted", shown(account, person))


def shown(account: Document, person: Document) -> Json:
    """The person as the platform may see it now (stripe-facts 10.10)."""
    whole = {**person.body, "requirements": _due(account, person)}
    if not connected.hides(account):
        return whole
    body: Json = dict.fromkeys(whole)
    body |= {key: whole[key] for key in whole if key in _OPEN}
    flags = {
        key: person.body[key] for key in ("id_number_provided", "ssn_last_4_provided")
    }
    status = {"status": person.body["verification"]["status"]}
    blank: Json = {
        "additional_document": None,
        "details": None,
        "details_code": None,
        "document": None,
    }
    return {**body, **flags, "verification": {**blank, **status}}


def _due(account: Document, person: Document) -> Json:
    missing = [
        field
        for field in person_requirements.wanted(account, person)
        if not person_requirements.tells(person, field)
    ]
    errors_ = [
        {"requirement": field, "code": code, "reason": reason}
        for field, code, reason in person.hidden["findings"]
    ]
    now = sorted(
        {
            *missing,
            *(error["requirement"] for error in errors_),
        }
    )
    late = {
        name.rpartition(f"{person.id}.")[2].removeprefix("individual.")
        for name in account.body["requirements"]["past_due"]
    }
    return {
        "alternatives": [],
        "currently_due": now,
        "errors": errors_,
        "eventually_due": sorted({*now, *person_requirements.later(account, person)}),
        "past_due": [name for name in now if name in late],
        "pending_verification": person_verification.in_question(person),
    }


def write(act: Act, person: Document, params: Json) -> None:
    """Put parameters into a person; numbers are kept out of sight and only said to be there."""
    body, secret = person.body, person.hidden["secret"]
    if "person_token" in params:
        raise errors.no_such_reference("token", params["person_token"], "person_token")
    for name in _PLAIN:
        if name in params:
            body[name] = params[name] or None
    for name in _NESTED:
        if name in params:
            body[name] = merge(body.get(name), params[name])
    if "dob" in params:
        body["dob"] = _born(params["dob"])
    if "relationship" in params:
        given = merge(body["relationship"], params["relationship"])
        share = given["percent_ownership"]
        body["relationship"] = {
            **given,
            "percent_ownership": None if share is None else float(share),
        }
    for name in ("id_number", "id_number_secondary", "ssn_last_4"):
        if name in params:
            secret[name] = params[name] or None
            body[f"{name}_provided"] = bool(params[name])
    if params.get("id_number"):
        body["ssn_last_4_provided"] = True
    told = params.get("verification", {})
    for name in ("document", "additional_document"):
        body["verification"][name].update(told.get(name, {}))
    if "documents" in params:
        secret["documents"] = merge(secret.get("documents"), params["documents"])
    annotate(body, params)


def _born(given: Any) -> Json:
    if given == "":
        return {"day": None, "month": None, "year": None}
    try:
        datetime.date(given["year"], given["month"], given["day"])
    except (ValueError, OverflowError):
        message = "Invalid date of birth: must be a date of the calendar."
        raise errors.ApiError(400, message, param="dob", stored=False) from None
    return {name: given[name] for name in ("day", "month", "year")}

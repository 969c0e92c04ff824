"""What a connected account still owes, and what follows from it: capabilities, flags and the reason
they are off.
"""

from __future__ import annotations

import copy

from shared.sandbox import schedules
from shared.sandbox.events import emit
from shared.sandbox.resources import (
    capability_objects,
    connected,
    kyc,
    missing_requirements,
    person_data,
    person_requirements,
    person_verification,
)
from shared.sandbox.resources.connected import EMPTY
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, snapshot

__all__ = ["EMPTY", "apply", "fall_due", "settle", "triggered", "verify"]

# How long an account goes on with something missing that it can do without for a while.
GRACE = 14 * 86400


def apply(act: Act, doc: Document) -> None:
    """Derive requirements, capabilities and flags from what is known; saves nothing and tells
    nobody.
    """
    body, hidden = doc.body, doc.hidden
    crowd = person_data.everyone(act, doc)
    missing = missing_requirements.owed(doc, crowd)
    if not (missing or connected.collected_by_stripe(doc)):
        body["details_submitted"] = (
            True  # the platform has sent all that there is to ask
        )
    submitted, pending = body["details_submitted"], _pending(doc, crowd)
    if not missing:
        hidden["blocked"] = []
    hidden["deadline"] = (
        (hidden.get("deadline") or act.now + GRACE) if submitted and missing else None
    )
    late = not submitted or (hidden["deadline"] or act.now + 1) <= act.now
    past = [o for o in missing if late or (o.vital and not hidden.get("cleared"))]
    body["requirements"] = _told_so(act, doc, missing, past, crowd)
    body["requirements"]["pending_verification"] = sorted(pending)
    if any(person.hidden.get("listed") for person in crowd):
        reason: str | None = kyc.listed_reason()
    elif past:
        reason = "requirements.past_due"
    else:
        reason = (
            "requirements.pending_verification"
            if pending and not hidden.get("cleared")
            else None
        )
    _force(act, doc, hidden.get("rejected") or reason)
    reason = body["requirements"]["disabled_reason"]
    hidden["cleared"] = bool(hidden.get("cleared") or (submitted and reason is None))
    _flags(
        doc,
        reason,
        pays_out=bool(submitted and hidden.get("rejected") and hidden.get("pays_out")),
    )
    _show_owner(doc, person_data.representative(crowd))


def _pending(doc: Document, crowd: list[Document]) -> list[str]:
    speaker = person_data.representative(crowd)
    named = [
        (
            missing_requirements.whose(doc.body, p) if p is speaker else p.id,
            p,
        )
        for p in crowd
    ]
    return [
        f"{name}.{field}"
        for name, person in named
        for field in person_verification.in_question(person)
    ]


def _told_so(
    act: Act,
    doc: Document,
    missing: list[missing_requirements.Owed],
    past: list[missing_requirements.Owed],
    crowd: list[Document],
) -> Json:
    """The `requirements` hash: lists of names, errors, and what may be given instead."""
    names = sorted({o.name for o in missing})
    speaker = person_data.representative(crowd)
    later = [
        f"{missing_requirements.whose(doc.body, speaker)}.{field}"
        for field in (person_requirements.later(doc, speaker) if speaker else [])
    ]
    numbers = [o.name for o in missing if o.code and o.name.endswith(".id_number")]
    instead = {
        name: name.replace("id_number", "verification.document") for name in numbers
    }
    instead |= {
        name: other
        for name, other in missing_requirements.INSTEAD.items()
        if name in names
    }
    return {
        "alternatives": [
            {"original_fields_due": [name], "alternative_fields_due": [other]}
            for name, other in instead.items()
        ],
        "current_deadline": doc.hidden["deadline"],
        "currently_due": names,
        "disabled_reason": None,
        "errors": [
            {
                "code": o.code,
                "reason": o.reason,
                "requirement": o.name,
            }
            for o in missing
            if o.code
        ],
        "eventually_due": sorted({*names, *later}),
        "past_due": sorted({o.name for o in past}),
        "pending_verification": [],
    }


def _force(act: Act, doc: Document, reason: str | None) -> None:
    """What the control API sets wins over what is derived, and goes past due on its day like the
    rest.
    """
    forced, needs = doc.hidden.get("forced", {}), doc.body["requirements"]
    given = forced.get("requirements", {})
    needs["disabled_reason"] = reason
    needs.update(given)
    if (
        given.get("currently_due")
        and (needs["current_deadline"] or act.now + 1) <= act.now
    ):
        needs["past_due"] = given.get("past_due") or list(given["currently_due"])
        needs["disabled_reason"] = (
            given.get("disabled_reason") or reason or "requirements.past_due"
        )
    if "disabled_reason" in forced:
        needs["disabled_reason"] = forced["disabled_reason"]
    doc.body["future_requirements"] = {
        **EMPTY,
        **forced.get("future_requirements", {}),
    }


def _flags(
    doc: Document,
    reason: str | None,
    *,
    pays_out: bool,
) -> None:
    body, forced = doc.body, doc.hidden.get("forced", {})
    able = body["details_submitted"] and reason is None
    waits = body["details_submitted"] and reason == "requirements.pending_verification"
    asked = [
        name for name, entry in doc.hidden["capabilities"].items() if entry["requested"]
    ]
    body["capabilities"] = dict.fromkeys(
        sorted(asked), "active" if able else "pending" if waits else "inactive"
    )
    told = forced.get("capabilities", {})
    body["capabilities"] |= {
        name: told[name]["status"] for name in asked if "status" in told.get(name, {})
    }
    blocked = doc.hidden.get("blocked", []) if doc.hidden["deadline"] else ()
    works = (
        able
        and "charges" not in blocked
        and any(name in asked for name in ("card_payments", "transfers"))
    )
    works = works and body["capabilities"].get("card_payments", "active") == "active"
    body["charges_enabled"] = forced.get("charges_enabled", works)
    paid = (
        (able or pays_out)
        and "payouts" not in blocked
        and missing_requirements.is_told(doc, "external_account")
    )
    body["payouts_enabled"] = forced.get("payouts_enabled", paid)


def _show_owner(doc: Document, speaker: Document | None) -> None:
    """`individual` and `company` are there while the platform may see them, and not afterwards
    (stripe-facts 10).
    """
    doc.body.pop("individual", None)
    doc.body.pop("company", None)
    if connected.hides(doc):
        return
    if doc.body["business_type"] == "individual" and speaker is not None:
        doc.body["individual"] = person_data.shown(doc, speaker)
    known = doc.hidden.get("company", {})
    if known or doc.body["business_type"] not in (None, "individual"):
        secret = ("tax_id", "vat_id", "documents")
        doc.body["company"] = {
            "address": dict.fromkeys(person_data.ADDRESS),
            "directors_provided": False,
            "executives_provided": False,
            "name": None,
            "owners_provided": False,
            "phone": None,
            "tax_id_provided": bool(known.get("tax_id")),
            **{key: value for key, value in known.items() if key not in secret},
        }


def settle(act: Act, doc: Document, before: Json) -> None:
    """Derive, save, and tell the connect endpoints what changed: capabilities first, then the
    account (stripe-facts 10).
    """
    was = copy.deepcopy(doc.hidden.get("deadline"))
    apply(act, doc)
    act.store.save(doc)
    if doc.hidden["deadline"] and doc.hidden["deadline"] != was:
        act.store.schedule(
            doc.hidden["deadline"],
            "requirements",
            act.platform,
            doc.id,
        )
    inside = act.within(doc.id)
    for name, status in doc.body["capabilities"].items():
        if name in doc.hidden["forced"].get("capabilities", {}):
            continue  # whoever forced it has told so
        old = before["capabilities"].get(name)
        more = set(doc.body["requirements"]["currently_due"]) - set(
            before["requirements"]["currently_due"]
        )
        if old is not None and (
            old != status or (more and doc.body["details_submitted"])
        ):
            previous = capability_objects.capability(
                Document(before, doc.hidden, doc.platform, doc.scope),
                name,
            )
            emit(
                inside,
                "capability.updated",
                capability_objects.capability(doc, name),
                before=previous,
            )
    emit(inside, "account.updated", doc, before=before)
    if doc.body["payouts_enabled"] and not before["payouts_enabled"]:
        schedules.resume(inside)


def fall_due(act: Act, subject: str) -> None:
    """A deadline has come: what is still missing is past due; what was announced is asked for from
    now on.
    """
    doc = connected.own_account(act, subject)
    if doc is None:
        return
    before, forced = snapshot(doc), doc.hidden["forced"]
    coming = forced.get("future_requirements", {})
    if coming and (coming.get("current_deadline") or act.now + 1) <= act.now:
        doc.hidden["demands"] = sorted(
            {
                *doc.hidden.get("demands", []),
                *coming.get("currently_due", []),
            }
        )
        del forced["future_requirements"]
    settle(act, doc, before)


# The last digits of the cards that ask for more, and what they do (stripe-facts 7).
_TRIGGERS = {
    "4000000000004202": (["{who}.verification.document"], []),
    "4000000000004210": (["{who}.verification.document"], ["charges"]),
    "4000000000004236": (["{who}.verification.document"], ["payouts"]),
}


def triggered(act: Act, account: str, card_number: str) -> None:
    """A payment on this account by one of the cards that trigger the next requirements, a block of
    charges or of payouts.
    """
    doc = connected.own_account(act, account) if card_number in _TRIGGERS else None
    if doc is None:
        return
    before, (demands, blocks) = snapshot(doc), _TRIGGERS[card_number]
    doc.hidden["demands"] = sorted(
        {
            *doc.hidden.get("demands", []),
            *demands,
        }
    )
    doc.hidden["blocked"] = sorted(
        {
            *doc.hidden.get("blocked", []),
            *blocks,
        }
    )
    settle(act, doc, before)


def verify(act: Act, subject: str) -> None:
    """A person's verification comes to its end."""
    account, _, id = subject.partition(":")
    doc, person = (
        connected.own_account(act, account),
        act.within(account).find("person", id),
    )
    if (
        doc is None
        or person is None
        or person.body["verification"]["status"] != "pending"
    ):
        return
    before, was = snapshot(doc), copy.deepcopy(person)
    person_verification.conclude(person)
    person_data.save(act, doc, person, was)
    settle(act, doc, before)

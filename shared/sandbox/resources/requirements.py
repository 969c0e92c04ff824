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
    person_verification,
)
from shared.sandbox.resources.connected import EMPTY
from shared.sandbox.resources.missing_requirements import Owed
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, snapshot

__all__ = ["EMPTY", "apply", "fall_due", "settle", "triggered", "verify"]

# The capabilities that take money in.
_TAKING = frozenset({"card_payments", "transfers"})
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
        # the platform has sent all that there is to ask
        body["details_submitted"] = True
    submitted = body["details_submitted"]
    if not missing:
        hidden["blocked"] = []
    deadline = None
    if submitted and missing:
        deadline = hidden.get("deadline") or act.now + GRACE
    hidden["deadline"] = deadline
    late = not submitted or (deadline is not None and deadline <= act.now)
    past = missing if late else _vital(doc, missing)
    body["requirements"] = missing_requirements.shown(doc, missing, past, crowd)
    _force(act, doc, hidden.get("rejected") or _reason(doc, past, crowd))
    reason = body["requirements"]["disabled_reason"]
    cleared = hidden.get("cleared") or (submitted and reason is None)
    hidden["cleared"] = bool(cleared)
    _flags(doc, reason)
    _show_owner(doc, person_data.representative(crowd))


def _vital(doc: Document, missing: list[Owed]) -> list[Owed]:
    """What of the missing is past due from the beginning; nothing once the account was cleared."""
    cleared = doc.hidden.get("cleared")
    return [] if cleared else [owed for owed in missing if owed.vital]


def _reason(
    doc: Document,
    past: list[Owed],
    crowd: list[Document],
) -> str | None:
    """Why the account is disabled, if it is, by what is known of it."""
    if any(person.hidden.get("listed") for person in crowd):
        return kyc.listed_reason()
    if past:
        return "requirements.past_due"
    pending = doc.body["requirements"]["pending_verification"]
    if pending and not doc.hidden.get("cleared"):
        return "requirements.pending_verification"
    return None


def _force(act: Act, doc: Document, reason: str | None) -> None:
    """What the control API sets wins over what is derived, and goes past due on its day like the
    rest.
    """
    forced = doc.hidden.get("forced", {})
    needs = doc.body["requirements"]
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
    coming = forced.get("future_requirements", {})
    doc.body["future_requirements"] = {**EMPTY, **coming}


def _flags(doc: Document, reason: str | None) -> None:
    body, hidden = doc.body, doc.hidden
    forced = hidden.get("forced", {})
    body["capabilities"] = _capabilities(doc, reason)
    submitted = body["details_submitted"]
    able = submitted and reason is None
    blocked = hidden.get("blocked", []) if hidden["deadline"] else []
    takes = _TAKING.intersection(body["capabilities"])
    cards = body["capabilities"].get("card_payments", "active")
    works = able and "charges" not in blocked and takes and cards == "active"
    body["charges_enabled"] = forced.get("charges_enabled", bool(works))
    pays_out = submitted and hidden.get("rejected") and hidden.get("pays_out")
    has_bank = missing_requirements.is_told(doc, "external_account")
    paid = (able or pays_out) and "payouts" not in blocked and has_bank
    body["payouts_enabled"] = forced.get("payouts_enabled", bool(paid))


def _capabilities(doc: Document, reason: str | None) -> Json:
    """The state of each capability that was asked for."""
    state = "inactive"
    if doc.body["details_submitted"]:
        states = {None: "active", "requirements.pending_verification": "pending"}
        state = states.get(reason, "inactive")
    known = doc.hidden["capabilities"].items()
    asked = sorted(name for name, entry in known if entry["requested"])
    forced = doc.hidden.get("forced", {}).get("capabilities", {})
    told = {name: forced.get(name, {}) for name in asked}
    return {name: entry.get("status", state) for name, entry in told.items()}


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
        public = {name: known[name] for name in known if name not in secret}
        doc.body["company"] = {
            "address": dict.fromkeys(person_data.ADDRESS),
            "directors_provided": False,
            "executives_provided": False,
            "name": None,
            "owners_provided": False,
            "phone": None,
            "tax_id_provided": bool(known.get("tax_id")),
            **public,
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
    needs, needed = doc.body["requirements"], before["requirements"]
    more = set(needs["currently_due"]) - set(needed["currently_due"])
    asked_more = more and doc.body["details_submitted"]
    old_doc = Document(before, doc.hidden, doc.platform, doc.scope)
    for name, status in doc.body["capabilities"].items():
        if name in doc.hidden["forced"].get("capabilities", {}):
            continue  # whoever forced it has told so
        old_status = before["capabilities"].get(name)
        if old_status is not None and (old_status != status or asked_more):
            old_one = capability_objects.capability(old_doc, name)
            new_one = capability_objects.capability(doc, name)
            emit(inside, "capability.updated", new_one, before=old_one)
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
    deadline = coming.get("current_deadline") or act.now + 1
    if coming and deadline <= act.now:
        _add(doc, "demands", coming.get("currently_due", []))
        del forced["future_requirements"]
    settle(act, doc, before)


def _add(doc: Document, kept: str, names: list[str]) -> None:
    """Keep more names in a list of what only the stand-in knows."""
    known = doc.hidden.get(kept, [])
    doc.hidden[kept] = sorted({*known, *names})


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
    _add(doc, "demands", demands)
    _add(doc, "blocked", blocks)
    settle(act, doc, before)


def verify(act: Act, subject: str) -> None:
    """A person's verification comes to its end."""
    account, _, id = subject.partition(":")
    doc = connected.own_account(act, account)
    person = act.within(account).find("person", id)
    if doc is None or person is None:
        return
    if person.body["verification"]["status"] != "pending":
        return
    before, was = snapshot(doc), copy.deepcopy(person)
    person_verification.conclude(person)
    person_data.save(act, doc, person, was)
    settle(act, doc, before)

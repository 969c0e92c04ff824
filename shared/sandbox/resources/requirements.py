"""What a connected account still owes, and what follows from it: capabilities, flags and the reason they are off."""

from __future__ import annotations

from shared.sandbox.events import emit
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, snapshot

EMPTY: Json = {
    "alternatives": [], "current_deadline": None, "currently_due": [], "disabled_reason": None, "errors": [],
    "eventually_due": [], "past_due": [], "pending_verification": [],
}  # fmt: skip

# Requirement -> where the account's public body may already answer it.
_COMMON = (
    "business_profile.mcc", "business_profile.url", "business_type", "external_account", "tos_acceptance.date",
    "tos_acceptance.ip",
)  # fmt: skip
_PERSON = ("dob.day", "dob.month", "dob.year", "email", "first_name", "last_name", "phone", "address.city",
           "address.line1", "address.postal_code")  # fmt: skip


def wanted(body: Json) -> list[str]:
    """Everything that this kind of business has to tell before it can be paid."""
    whose = "individual" if body["business_type"] == "individual" else "representative"
    company = [] if whose == "individual" else ["company.name", "company.tax_id"]
    return sorted([*_COMMON, *company, *(f"{whose}.{field}" for field in _PERSON)])


def outstanding(doc: Document) -> list[str]:
    """Of that, what is still missing."""
    if doc.body["details_submitted"]:
        return list(doc.hidden.get("due", []))
    return [name for name in wanted(doc.body) if not _told(doc, name)]


def _told(doc: Document, name: str) -> bool:
    if name in doc.hidden.get("told", []):
        return True
    if name == "external_account":
        return bool(doc.body["external_accounts"]["data"])
    node: object = {**doc.body, **doc.hidden.get("people", {})}
    for part in name.split("."):
        node = node.get(part) if isinstance(node, dict) else None
    return node not in (None, "")


def apply(act: Act, doc: Document) -> None:
    """Derive requirements, capabilities and flags from what is known; saves nothing and tells nobody."""
    body, forced = doc.body, doc.hidden.get("forced", {})
    due = outstanding(doc)
    reason = forced.get("disabled_reason", "requirements.past_due" if due and not body["details_submitted"] else None)
    body["requirements"] = {
        **EMPTY, "currently_due": due, "eventually_due": due, "past_due": due if reason == "requirements.past_due" else [],
        "disabled_reason": reason, **forced.get("requirements", {}),
    }  # fmt: skip
    able = body["details_submitted"] and reason is None
    asked = [name for name, entry in doc.hidden["capabilities"].items() if entry["requested"]]
    body["capabilities"] = dict.fromkeys(sorted(asked), "active" if able else "inactive")
    works = able and any(name in asked for name in ("card_payments", "transfers"))
    body["charges_enabled"] = forced.get("charges_enabled", works)
    body["payouts_enabled"] = forced.get("payouts_enabled", able and bool(body["external_accounts"]["data"]))


def settle(act: Act, doc: Document, before: Json) -> None:
    """Derive, save, and tell the connect endpoints what changed: capabilities first, then the account (section 10)."""
    apply(act, doc)
    act.store.save(doc)
    inside = act.within(doc.id)
    for name, status in doc.body["capabilities"].items():
        old = before["capabilities"].get(name)
        if old is not None and old != status:
            after = capability(doc, name)
            emit(inside, "capability.updated", after, before={**after, "status": old})
    emit(inside, "account.updated", doc, before=before)


def capability(doc: Document, name: str) -> Json:
    """A capability as an object of its own; its status may also be `unrequested`."""
    entry = doc.hidden["capabilities"].get(name, {"requested": False, "requested_at": None})
    requirements = {key: doc.body["requirements"][key] for key in EMPTY} if entry["requested"] else EMPTY
    status = doc.body["capabilities"].get(name, "unrequested")
    return {
        "id": name, "object": "capability", "account": doc.id, "future_requirements": dict(EMPTY),
        "requested": entry["requested"], "requested_at": entry["requested_at"],
        "requirements": {**requirements}, "status": status,
    }  # fmt: skip


def complete(act: Act, doc: Document) -> None:
    """The hosted form is finished: everything is told, a bank account stands, what was asked for becomes active."""
    before = snapshot(doc)
    body = doc.body
    body["business_type"] = body["business_type"] or "company"
    profile = body["business_profile"]
    profile["mcc"] = profile["mcc"] or "5734"
    profile["url"] = profile["url"] or "https://shop.example"
    body["tos_acceptance"] = {"date": act.now, "ip": None, "user_agent": None}
    if not body["external_accounts"]["data"]:
        bank = bank_account(act, doc)
        body["external_accounts"]["data"].append(bank)
        emit(act.within(doc.id), "account.external_account.created", bank)
    doc.hidden["told"] = wanted(body)
    doc.hidden["due"] = []
    doc.hidden["forced"] = {}
    body["details_submitted"] = True
    settle(act, doc, before)


def bank_account(act: Act, doc: Document) -> Json:
    """Where payouts go: a test bank account in the account's own currency."""
    return {
        "id": act.world.id("ba"), "object": "bank_account", "account": doc.id, "account_holder_name": None,
        "account_holder_type": None, "account_type": None, "available_payout_methods": ["standard"],
        "bank_name": "STRIPE TEST BANK", "country": doc.body["country"], "currency": doc.body["default_currency"], "customer": None,
        "default_for_currency": True, "fingerprint": "6rTVvRLdLcRcQ4pQ", "future_requirements": _bank_requirements(),
        "last4": "6789", "metadata": {}, "requirements": _bank_requirements(), "routing_number": "110000000",
        "status": "new",
    }  # fmt: skip


def _bank_requirements() -> Json:
    return {"currently_due": [], "errors": [], "past_due": [], "pending_verification": []}

"""A capability of an account as an object of its own, with its requirements."""

from __future__ import annotations

from shared.sandbox.resources.connected import EMPTY
from shared.sandbox.store import Document, Json

# The accounts' reasons in the words that capabilities have for them; unverified (MEM) beyond the
# enum itself.
_CAPABILITY_REASONS = {
    "requirements.past_due": "requirements.fields_needed",
    "requirements.pending_verification": "pending.review",
    "listed": "pending.review",
    "under_review": "pending.review",
    "platform_paused": "platform_paused",
}


def capability(doc: Document, name: str) -> Json:
    """A capability as an object of its own; its status may also be `unrequested`."""
    entry = doc.hidden["capabilities"].get(
        name,
        {"requested": False, "requested_at": None},
    )
    needs = dict(EMPTY)
    if entry["requested"]:
        needs = dict(doc.body["requirements"])
    if reason := needs["disabled_reason"]:
        head = "rejected.other" if reason.startswith("rejected.") else "other"
        needs["disabled_reason"] = _CAPABILITY_REASONS.get(reason, head)
    forced = doc.hidden.get("forced", {}).get("capabilities", {})
    told = forced.get(name, {})
    needs |= {key: told[key] for key in told if key != "status"}
    status = doc.body["capabilities"].get(name, "unrequested")
    return {
        "id": name,
        "object": "capability",
        "account": doc.id,
        "future_requirements": dict(EMPTY),
        "requested": entry["requested"],
        "requested_at": entry["requested_at"],
        "requirements": needs,
        "status": status,
    }

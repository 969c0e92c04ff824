"""Appealing a decision that was lost: it can be filed until a deadline, and the card network
decides (stripe-facts 13).

A platform that takes part has its lost disputes offered for an appeal (DOC disputes/arbitration,
CHG 2026-10-28). Nothing moves while it runs: the money stays with the shopper until the appeal is
won. Which step tells what, and that a loss is appealed once, is unverified (MEM).
"""

from __future__ import annotations

from shared.sandbox import errors
from shared.sandbox.events import emit
from shared.sandbox.resources import dispute_lifecycle, files
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, snapshot

NEEDS_RESPONSE, UNDER_REVIEW = "appeal_needs_response", "appeal_under_review"


def may_be_offered(doc: Document) -> bool:
    """A chargeback that the bank decided for the shopper, and that was not appealed before."""
    lost: bool = doc.body["status"] == "lost"
    return lost and not doc.hidden.get("appealed", False)


def offer(act: Act, doc: Document) -> None:
    """The decision can be appealed: there is time for it, and what was said before stands."""
    before = snapshot(doc)
    doc.body["status"] = NEEDS_RESPONSE
    doc.hidden.update(submitted=False, appealed=True)
    dispute_lifecycle.set_deadline(act, doc)
    act.store.save(doc)
    emit(act, "charge.dispute.updated", doc, before=before)


def collect(act: Act, doc: Document, given: Json) -> None:
    """Why the decision is wrong, with files; nothing else of the evidence can be changed at this
    stage (CHG).
    """
    if other := next((name for name in given if name != "appeal"), None):
        message = f"You cannot update `evidence[{other}]` while the dispute is being appealed."
        raise errors.ApiError(400, message, param=f"evidence[{other}]")
    if not given.get("appeal"):
        doc.body["evidence"]["appeal"] = None
        return
    card = given["appeal"].get("card") or {}
    named = card.get("supporting_files") or []
    where = "evidence[appeal][card][supporting_files]"
    files.check_together(
        [
            files.evidence(act, id, f"{where}[{number}]")
            for number, id in enumerate(named)
        ]
    )
    doc.body["evidence"]["appeal"] = {
        "card": {
            "reason_for_filing": card.get("reason_for_filing") or None,
            "supporting_files": named,
        }
    }

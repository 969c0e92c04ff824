"""The life of a dispute: opened by the shopper's bank, decided by evidence or time, with the money
that follows (stripe-facts 13).

A chargeback takes the money and a fee at once; an inquiry takes nothing until it is escalated; one
that is prevented takes nothing when it was blocked, and the money alone when it was resolved.
Whoever made the charge is debited, whatever the balance: the platform for a destination charge, the
connected account for a direct one. Appeals stand in `appeals.py`.
"""

from __future__ import annotations

from shared.sandbox.events import emit
from shared.sandbox.resources import dispute_funds, dispute_terms, fraud_warnings
from shared.sandbox.resources.subjects import located, subject_of
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, snapshot

_REFUNDABLE = ("block", "inquiry")  # cases in which no money has moved
DAY = 86400
_DAYS = 8  # full days to answer; at least seven (stripe-facts 13)


def can_be_disputed(charge: Document) -> bool:
    """Whether a bank may dispute a charge at all: a card's, its money settled, and not wholly
    refunded (DOC refunds).

    How much, and how often, is the bank's affair: networks allow several disputes of one payment,
    parts of it and more than it (DOC receiving-multiple-disputes, disputes/receiving).
    """
    body = charge.body
    settled = (
        body["status"] == "succeeded"
        and body["balance_transaction"]
        and not body["refunded"]
    )
    return bool(settled and "card" in body["payment_method_details"])


def disputable(act: Act, charge: Document) -> int:
    """What the shopper can still dispute of a charge: what was captured, less refunds and what is
    disputed already.
    """
    if not can_be_disputed(charge):
        return 0
    others = of_charge(act, charge.id)
    known = sum(doc.body["amount"] for doc in others)
    return int(charge.body["amount"] - charge.body["amount_refunded"] - known)


def of_charge(act: Act, id: str) -> list[Document]:
    """All disputes of one charge, oldest first."""
    where = (
        "seq IN (SELECT seq FROM facets WHERE scope = ? AND object = 'dispute' AND name = "
        "'charge' AND value = ?)"
    )
    return act.store.select(where, [act.scope, id])


def _body(
    act: Act,
    charge: Document,
    reason: str,
    amount: int,
    case: str,
) -> Json:
    """A dispute that the bank has just opened."""
    body = charge.body
    return {
        "id": act.world.id("du"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge.id,
        "created": act.now,
        "currency": body["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {
            **dict.fromkeys(dispute_terms.EVIDENCE),
            "appeal": None,
            "enhanced_evidence": {},
        },
        "evidence_details": {
            "due_by": None,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "intended_submission_method": None,
        "is_charge_refundable": case in _REFUNDABLE,
        "livemode": False,
        "metadata": {},
        "payment_intent": body["payment_intent"],
        "payment_method_details": {"card": _card(charge, reason, case), "type": "card"},
        "reason": reason,
        "status": dispute_terms.CASES[case],
    }


def _card(charge: Document, reason: str, case: str) -> Json:
    """What the card's network says of a dispute."""
    card = charge.body["payment_method_details"]["card"]
    codes = dispute_terms.NETWORK_CODES.get(card["brand"], {})
    return {
        "brand": card["brand"],
        "case_type": case,
        "network": card["network"],
        "network_reason_code": codes.get(reason),
    }


def open_up(
    act: Act,
    charge: Document,
    reason: str,
    amount: int,
    *,
    case: str = "chargeback",
) -> Document:
    """The bank tells of a dispute: created, then the funds go (if they do), then the charge says
    that it is disputed.

    A prevented one is closed at once. A resolution gives the shopper the money back and costs no
    fee for a dispute received (DOC); that the money is a transaction of the dispute, and the
    events, are unverified (MEM).
    """
    currency = charge.body["currency"]
    body = _body(act, charge, reason, amount, case)
    doc = act.add(body, submitted=False)
    if case not in dispute_terms.PREVENTED:
        set_deadline(act, doc)
    if case not in _REFUNDABLE:
        dispute_funds.withdraw(
            act,
            doc,
            charge,
            fee=0 if case == "resolution" else dispute_funds.fee_for(currency),
        )
    act.store.save(doc)
    emit(act, "charge.dispute.created", doc)
    if doc.body["balance_transactions"]:
        emit(act, "charge.dispute.funds_withdrawn", doc)
    if case != "block":
        _mark_disputed(act, charge, doc)
    if case in dispute_terms.PREVENTED:
        emit(act, "charge.dispute.closed", doc)
    return doc


def _mark_disputed(act: Act, charge: Document, doc: Document) -> None:
    before = snapshot(charge)
    charge.body["disputed"] = True
    _mark_refundable(act, charge, doc)
    emit(act, "charge.updated", charge, before=before)
    if not before["disputed"]:
        fraud_warnings.settled(act, charge)


def set_deadline(act: Act, doc: Document) -> None:
    """The last second of the day so many full days on; when it has passed, nobody answers any
    more.
    """
    due = (act.now // DAY + _DAYS + 1) * DAY - 1
    doc.body["evidence_details"]["due_by"] = due
    act.store.schedule(
        due + 1,
        "dispute_due",
        act.platform,
        subject_of(act, doc.id),
    )


def _mark_refundable(act: Act, charge: Document, changed: Document) -> None:
    """Whether and how much of a charge can be refunded; each of its disputes says so
    (`is_charge_refundable`).

    Not before a chargeback is decided, of whatever amount. Once it was lost the shopper has that
    money, and what is left of the charge can be refunded (the documents speak of whole amounts
    alone; the rest is our reading).
    """
    kept = of_charge(act, charge.id)
    found = [changed if doc.id == changed.id else doc for doc in kept]
    waits = any(doc.body["status"] in dispute_terms.UNDECIDED for doc in found)
    gone = sum(
        dispute_funds.taken(doc)
        for doc in found
        if doc.body["status"] not in dispute_terms.UNDECIDED
    )
    left = charge.body["amount"] - charge.body["amount_refunded"] - gone
    refundable = not waits and (left > 0 or not gone)
    charge.hidden.update(refundable=refundable, taken=gone)
    act.store.save(charge)
    for doc in found:
        if doc.body["is_charge_refundable"] != refundable:
            doc.body["is_charge_refundable"] = refundable
            act.store.save(doc)


def is_inquiry(doc: Document) -> bool:
    """Whether the bank has only asked so far."""
    return bool(doc.body["payment_method_details"]["card"]["case_type"] == "inquiry")


def end(
    act: Act,
    doc: Document,
    *,
    won: bool,
    returned: int = 0,
) -> None:
    """The bank has decided, or the answer was given up.

    An inquiry is neither won nor lost: it is over, and no money moved.

    Of a loss the bank may give a part back, `returned`: then it is won in part, and its status is
    lost (DOC, support).
    """
    doc.body["status"] = (
        "warning_closed" if is_inquiry(doc) else "won" if won else "lost"
    )
    back = dispute_funds.taken(doc) if doc.body["status"] == "won" else returned
    if back:
        dispute_funds.reinstate(act, doc, back)
    doc.hidden["returned"] = doc.hidden.get("returned", 0) + back
    act.store.save(doc)
    charge = act.find("charge", doc.body["charge"])
    if charge is not None:
        _mark_refundable(act, charge, doc)
    if back:
        emit(act, "charge.dispute.funds_reinstated", doc)
    emit(act, "charge.dispute.closed", doc)


def _escalate(act: Act, doc: Document) -> None:
    """The inquiry becomes a chargeback: the money goes, and there is time for an answer again.

    Of a charge that was wholly refunded meanwhile nothing is taken any more (SDK): the inquiry is
    over.
    """
    charge = act.get("charge", doc.body["charge"])
    if charge.body["refunded"]:
        end(act, doc, won=False)
        return
    before = snapshot(doc)
    doc.body["payment_method_details"]["card"]["case_type"] = "chargeback"
    doc.body.update(status="needs_response", is_charge_refundable=False)
    doc.hidden["submitted"] = False
    set_deadline(act, doc)
    dispute_funds.withdraw(
        act, doc, charge, fee=dispute_funds.fee_for(doc.body["currency"])
    )
    act.store.save(doc)
    _mark_refundable(act, charge, doc)
    emit(act, "charge.dispute.updated", doc, before=before)
    emit(act, "charge.dispute.funds_withdrawn", doc)


def decide(act: Act, subject: str) -> None:
    """The bank's word on evidence that was submitted, as a task: three texts of Stripe's say what
    it will be (stripe-facts 7).
    """
    inside, doc = located(act, subject, "dispute")
    if doc is None or doc.body["status"] not in (
        "appeal_under_review",
        "under_review",
        "warning_under_review",
    ):
        return
    evidence = doc.body["evidence"]
    appeal = (evidence["appeal"] or {}).get(
        "card"
    ) or {}  # its own word counts as the text would (design)
    text = (
        appeal.get("reason_for_filing") if appeal else evidence["uncategorized_text"]
    ) or ""
    text = text.strip()
    if text == "escalate_inquiry_evidence" and is_inquiry(doc):
        _escalate(inside, doc)
    elif text in ("winning_evidence", "losing_evidence"):
        end(inside, doc, won=text == "winning_evidence")


def fall_due(act: Act, subject: str) -> None:
    """The deadline has passed, as a task: who has not answered has lost; an inquiry without answer
    is closed.
    """
    inside, doc = located(act, subject, "dispute")
    if doc is None or doc.body["status"] not in dispute_terms.AWAITING:
        return
    if doc.body["evidence_details"]["due_by"] < act.now:
        end(inside, doc, won=False)

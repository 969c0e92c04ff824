"""Disputes as the platform sees them: read, answered with evidence, or given up (stripe-facts
13).
"""

from __future__ import annotations

from shared.sandbox import errors
from shared.sandbox.events import emit
from shared.sandbox.expansion import EVIDENCE_FILES
from shared.sandbox.objects import given, page, render
from shared.sandbox.resources import appeals, dispute_lifecycle, dispute_terms, files
from shared.sandbox.resources.subjects import subject_of
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, annotate, snapshot

_MOST, _MOST_EACH = (
    150_000,
    20_000,
)  # characters of all evidence, and of one long text (SDK)
_LONG = (
    "access_activity_log",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "duplicate_charge_explanation",
    "product_description",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "uncategorized_text",
)
_UNDER_REVIEW = {
    "appeal_needs_response": "appeal_under_review",
    "needs_response": "under_review",
    "warning_needs_response": "warning_under_review",
}
_DECIDED_AFTER = 5  # seconds until a test text has its effect


def retrieve(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """One dispute."""
    return render(
        act,
        act.get("dispute", ids["dispute"], param="dispute"),
    )


def index(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Disputes, newest first."""
    facets = given(params, "charge", "payment_intent")
    return page(act, "dispute", "/v1/disputes", params, facets=facets)


def update(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Collect evidence, and send it to the bank unless `submit` is false; that is done once."""
    doc = act.get("dispute", ids["dispute"], param="dispute")
    before = snapshot(doc)
    if "evidence" in params:
        _refuse_late(doc)
        gather = (
            appeals.collect
            if doc.body["status"] == appeals.NEEDS_RESPONSE
            else _collect
        )
        gather(act, doc, params["evidence"])
    annotate(doc.body, params)
    if "intended_submission_method" in params:
        doc.body["intended_submission_method"] = params["intended_submission_method"]
    if params.get("submit", "evidence" in params):
        _refuse_late(doc)
        _submit(act, doc)
    act.store.save(doc)
    emit(act, "charge.dispute.updated", doc, before=before)
    return render(act, doc)


def _refuse_late(doc: Document) -> None:
    if doc.body["status"] in dispute_terms.CLOSED:
        raise errors.ApiError(400, "This dispute is already closed")
    if doc.hidden["submitted"]:
        message = "You have reached the maximum number of evidence submissions for this dispute."
        raise errors.ApiError(400, message, param="evidence")


def _collect(act: Act, doc: Document, given: Json) -> None:
    evidence = doc.body["evidence"]
    # No dispute is eligible for programmes here, and this is no appeal.
    for name in (
        "enhanced_evidence",
        "appeal",
    ):
        if given.get(name):
            message = f"This dispute is not eligible for `evidence[{name}]`."
            raise errors.ApiError(400, message, param=f"evidence[{name}]")
    for name, value in given.items():
        if name in dispute_terms.EVIDENCE:
            _check(name, value)
            evidence[name] = value or None
    named = [name for name in EVIDENCE_FILES if evidence[name]]
    files.check_together(
        [files.evidence(act, evidence[name], f"evidence[{name}]") for name in named]
    )
    texts = [evidence[name] or "" for name in dispute_terms.EVIDENCE]
    if sum(map(len, texts)) > _MOST:
        message = (
            f"The combined character count of all evidence is limited to {_MOST:,}."
        )
        raise errors.ApiError(400, message, param="evidence")
    doc.body["evidence_details"]["has_evidence"] = any(texts)


def _check(name: str, value: str) -> None:
    if name in _LONG and len(value) > _MOST_EACH:
        message = f"Evidence of `{name}` is limited to {_MOST_EACH:,} characters."
        raise errors.ApiError(400, message, param=f"evidence[{name}]")


def _submit(act: Act, doc: Document) -> None:
    details = doc.body["evidence_details"]
    details.update(
        submission_count=details["submission_count"] + 1,
        submission_method="manual",
        past_due=False,
    )
    doc.body["status"] = _UNDER_REVIEW[doc.body["status"]]
    doc.hidden["submitted"] = True
    act.store.schedule(
        act.world.clock.now() + _DECIDED_AFTER,
        "dispute_decided",
        act.platform,
        subject_of(act, doc.id),
    )


def close(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Accept the dispute: lost, for good."""
    doc = act.get("dispute", ids["dispute"], param="dispute")
    if doc.body["status"] in dispute_terms.CLOSED:
        raise errors.ApiError(400, "This dispute is already closed")
    dispute_lifecycle.end(act, doc, won=False)
    return render(act, doc)

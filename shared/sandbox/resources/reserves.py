"""What Stripe holds back of an account's money against risk: `reserve.hold` and `reserve.release`,
with their rows (CHG).

Each is two rows, one on the payments balance and the same on the balance `risk_reserved` with the
other sign; both are of the type `reserve_hold` or `reserve_release` (since 2026-01-28), the
category `risk_reserved_funds`. The stable API serves no route of reserves, so that they are told by
events (since 2026-02-25) and by these rows alone; `source` is null, since the SDK names no object
of reserves there (MEM). Holds on single charges and plans are not played.
"""

from __future__ import annotations

from shared.sandbox import books
from shared.sandbox.events import emit
from shared.sandbox.resources.subjects import located, subject_of
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, snapshot

DAY = 86400
LONGEST = 180  # days (DOC connected-account-reserves)


def hold(
    act: Act,
    amount: int,
    currency: str,
    *,
    days: int,
) -> Document:
    """Hold back so much of what is available on the act's account, until the midnight after so many
    days.
    """
    due = act.now + days * DAY
    schedule = {"release_after": due, "scheduled_release": (due // DAY + 1) * DAY}
    doc = act.add(_unreleased(act, amount, currency, schedule))
    _move(act, "reserve_hold", amount, currency)
    emit(act, "reserve.hold.created", doc)
    act.store.schedule(
        schedule["scheduled_release"],
        "reserve_due",
        act.platform,
        subject_of(act, doc.id),
    )
    return doc


def _unreleased(act: Act, amount: int, currency: str, schedule: Json) -> Json:
    """A hold of which nothing has been released."""
    return {
        "id": act.world.id("reshold"),
        "object": "reserve.hold",
        "amount": amount,
        "amount_releasable": amount,
        "created": act.now,
        "created_by": "stripe",
        "currency": currency,
        "destination": books.RESERVED,
        "is_releasable": True,
        "livemode": False,
        "metadata": {},
        "reason": "standalone",
        "release_details": [],
        "release_schedule": schedule,
        "reserve_plan": None,
        "source_charge": None,
        "source_type": "card",
    }


def release(
    act: Act,
    doc: Document,
    amount: int,
    *,
    reason: str = "hold_released_early",
) -> Document:
    """Give so much of a hold back to the payments balance."""
    before, body = snapshot(doc), doc.body
    made = act.add(
        {
            "id": act.world.id("resrel"),
            "object": "reserve.release",
            "amount": amount,
            "created": act.now,
            "created_by": "stripe",
            "currency": body["currency"],
            "destination": "payments",
            "livemode": False,
            "metadata": {},
            "reason": reason,
            "released_at": act.now,
            "reserve_hold": doc.id,
            "reserve_plan": None,
            "source_transaction": None,
        }
    )
    body["amount_releasable"] -= amount
    body["is_releasable"] = body["amount_releasable"] > 0
    body["release_details"] = [
        *body["release_details"],
        {"amount": amount, "reserve_release": made.id},
    ]
    act.store.save(doc)
    _move(act, "reserve_release", -amount, body["currency"])
    emit(act, "reserve.release.created", made)
    emit(act, "reserve.hold.updated", doc, before=before)
    return made


def _move(
    act: Act,
    kind: str,
    amount: int,
    currency: str,
) -> None:
    """From the payments balance into the reserve; a negative amount comes back."""
    for sign, balance in (
        (-1, books.PAYMENTS),
        (1, books.RESERVED),
    ):
        books.post(
            act,
            kind,
            None,
            sign * amount,
            currency,
            other=books.WITHIN,
            available_on=act.now,
            balance=balance,
        )


def fall_due(act: Act, subject: str) -> None:
    """The day of a hold has come, as a task: what is left of it is released."""
    inside, doc = located(act, subject, "reserve.hold")
    if doc is not None and doc.body["amount_releasable"]:
        release(inside, doc, doc.body["amount_releasable"], reason="hold_expired")

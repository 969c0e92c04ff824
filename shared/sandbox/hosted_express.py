"""The seller's own dashboard: balance, payouts, bank account, what moved, and what is still asked
for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quart import Response

from shared.sandbox.hosted_onboarding import FORM_LIFETIME
from shared.sandbox.hosted_steps import bank_on_file
from shared.sandbox.paper import go, gone, show
from shared.sandbox.resources import balance as balances
from shared.sandbox.resources import connected, tickets
from shared.sandbox.wording import listed
from shared.sandbox.world import Act

if TYPE_CHECKING:
    from shared.sandbox.app import Standin
    from shared.sandbox.store import Document

_VISIT = 3600
_GONE = "This dashboard link"
_STATES = {
    "pending": "Being prepared",
    "in_transit": "On its way",
    "paid": "Paid",
    "failed": "Failed",
    "canceled": "Canceled",
}


async def express(standin: Standin, token: str) -> Response:
    """Open a login link, which uses it up, or the dashboard that it led to."""
    store = standin.world.store
    link, visit = (
        tickets.find(store, "express", token),
        tickets.find(store, "dashboard", token),
    )
    ticket = link or visit
    if (
        ticket is None
        or tickets.expired(standin.world, ticket)
        or (link is not None and link.used)
    ):
        return gone(_GONE)
    act = tickets.acting(standin.world, ticket)
    doc = connected.own_account(act, ticket.subject)
    if doc is None:
        return gone(_GONE)
    if link is not None:
        with store.transaction():
            tickets.use(store, token)
            made, _ = tickets.issue(
                act,
                "dashboard",
                doc.id,
                _VISIT,
                {},
            )
        return go(f"/hosted/express/{made}")
    return _page(act, doc, token)


def _page(act: Act, doc: Document, token: str) -> Response:
    inside, needs = act.within(doc.id), doc.body["requirements"]
    rows = act.store.select(
        "scope = ? AND object = 'balance_transaction'",
        [doc.id],
        order="seq DESC",
        limit=10,
    )
    payouts = act.store.select(
        "scope = ? AND object = 'payout'", [doc.id], order="seq DESC", limit=10
    )
    return show(
        "express.html",
        account=doc.body,
        token=token,
        name=doc.body["business_profile"]["name"] or "Express dashboard",
        balance=balances.retrieve(inside, {}, {}),
        rows=[row.body for row in rows],
        payouts=[payout.body for payout in payouts],
        states=_STATES,
        bank=bank_on_file(doc),
        due=listed(needs["currently_due"]),
        pending=bool(needs["pending_verification"]),
        deadline=needs["current_deadline"],
        now=act.now,
        stopped=not (doc.body["charges_enabled"] and doc.body["payouts_enabled"]),
    )


async def look_after(standin: Standin, token: str) -> Response:
    """Leave the dashboard for the form that asks for what is missing, and come back to it."""
    ticket = tickets.find(standin.world.store, "dashboard", token)
    if ticket is None or tickets.expired(standin.world, ticket):
        return gone(_GONE)
    act, home = tickets.acting(standin.world, ticket), f"/hosted/express/{token}"
    with act.store.transaction():
        data = {
            "refresh_url": home,
            "return_url": home,
            "fields": "eventually_due",
            "future": True,
        }
        form, _ = tickets.issue(act, "form", ticket.subject, FORM_LIFETIME, data)
    return go(f"/hosted/onboarding/{form}")

"""Paydays: what is available of an account leaves on the days that its schedule names (stripe-facts
14).
"""

from __future__ import annotations

from shared.sandbox import books, schedules
from shared.sandbox.events import emit
from shared.sandbox.resources import banks, payout_lifecycle, payouts
from shared.sandbox.store import Document
from shared.sandbox.world import Act


def payday(act: Act, subject: str) -> None:
    """One account's payday in one currency, as a task; on a day that the schedule no longer names
    it waits for the next.
    """
    scope, _, currency = subject.partition(":")
    inside = act.within(scope)
    due = schedules.payday(
        schedules.settings(inside).body["payments"],
        schedules.today(inside),
    )
    if due is None:
        return
    if due > inside.now:
        schedules.plan(inside, currency, due)
        return
    _pay_out(inside, currency)


def _pay_out(act: Act, currency: str) -> None:
    """All that is available above the minimum balance, to the bank account of this currency while
    it works.
    """
    bank = banks.default_for(act, currency)
    if bank is None and act.scope == act.home:
        bank = banks.own_bank(act, currency)
    if bank is None or bank.body["status"] == "errored":
        return
    if not payouts.enabled(act):
        return
    settings = schedules.settings(act).body["payments"]["payouts"]
    least = settings["minimum_balance_by_currency"] or {}
    available, _ = books.held(act, currency)
    amount = payouts.whole(available - least.get(currency, 0), currency)
    if amount <= 0:
        return
    paid = payout_lifecycle.make(
        act,
        bank,
        amount,
        currency,
        {},
        automatic=True,
    )
    _reconcile(act, paid)


def _paid_out_up_to(act: Act, paid: Document) -> tuple[int, int]:
    """The moment and the row up to which the automatic payout before this one paid out."""
    where = (
        "platform = ? AND scope = ? AND object = 'payout' AND json_extract(body, '$.currency') = ? "
        "AND json_extract(body, '$.automatic') AND seq < ?"
    )
    args = [act.platform, act.scope, paid.body["currency"], paid.seq]
    last = act.store.select(where, args, order="seq DESC", limit=1)
    if not last:
        return 0, 0
    return last[0].body["created"], last[0].hidden["upto"]


def _reconcile(act: Act, paid: Document) -> None:
    """Link the transactions that this payout pays out, its own among them, so that they can be
    listed by it.

    These are all that became available since the last automatic payout in this currency, and what
    was posted since then that was available at once.
    """
    currency = paid.body["currency"]
    since, seq = _paid_out_up_to(act, paid)
    act.store.db.execute(
        "INSERT INTO facets (scope, object, name, value, seq) "
        "SELECT f.scope, f.object, 'payout', :payout, f.seq FROM facets f JOIN facets c "
        "ON c.scope = f.scope AND c.object = f.object AND c.name = 'currency' AND c.value = "
        ":currency AND c.seq = f.seq "
        "WHERE f.scope = :scope AND f.object = 'balance_transaction' AND f.name = 'available_on' "
        "AND f.value BETWEEN :since AND :now AND (f.value > :since OR f.seq > :seq)",
        {
            "payout": paid.id,
            "currency": currency,
            "scope": act.scope,
            "since": str(since).zfill(10),
            "now": str(act.now),
            "seq": seq,
        },
    )
    paid.hidden["upto"] = act.store.value("SELECT max(seq) FROM docs")
    paid.body["reconciliation_status"] = "completed"
    act.store.save(paid)
    emit(act, "payout.reconciliation_completed", paid)

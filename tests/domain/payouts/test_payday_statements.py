"""The hot statements of payouts answer as the ORM does."""

from __future__ import annotations

from typing import Any

import pytest
from tortoise.functions import Sum

from shared.core import clock
from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.ledger.chart import Account
from shared.finance.ledger.models import LedgerEntry
from shared.finance.payouts import statements
from shared.finance.payouts.models import Payout, PayoutItem
from shared.finance.payouts.rules import GONE
from shared.infra import unit
from shared.infra.gateway.errors import StandsStill
from shared.infra.restoring.models import Restoration
from tests.support.factories import make_ready_vendor

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.both_engines]


async def make_payout(vendor_id: int, name: str, **values: Any) -> Payout:
    """A payout of 5 euros that is at Stripe under this name."""
    given: dict[str, Any] = {
        "vendor_id": vendor_id,
        "amount": 500,
        "currency": "EUR",
        "stripe_payout_id": f"po_{name}",
        "idempotency_key": f"vendor:{vendor_id}:{name}",
        "status": "pending",
    }
    return await Payout.create(**given | values)


async def test_a_payout_is_found_by_stripes_id_and_locked_by_that_or_by_our_key() -> (
    None
):
    """Of this vendor alone; our key counts only until Stripe's id is known."""
    vendor, other = await make_ready_vendor(), await make_ready_vendor()
    known = await make_payout(vendor.id, "a")
    opening = await make_payout(vendor.id, "b", stripe_payout_id=None, status="opening")
    account = f"acct_factory{vendor.id}"
    assert await statements.vendor_and_payout("acct_nobody", "po_a") is None
    assert await statements.vendor_and_payout(account, "po_b") == (vendor.id, None)
    found = await statements.vendor_and_payout(account, "po_a")
    assert found is not None
    assert found[1] is not None
    assert vars(found[1]) == vars(await Payout.get(id=known.id))

    async def locked(vendor_id: int, stripe_id: str, key: str | None) -> int | None:
        async with unit.transaction() as tx:
            row = await statements.lock_payout(tx, vendor_id, stripe_id, key)
            if row is None:
                return None
            assert vars(row) == vars(await Payout.get(id=row.id))
            return int(row.id)

    assert await locked(vendor.id, "po_a", None) == known.id
    assert await locked(vendor.id, "po_a", opening.idempotency_key) == known.id
    assert await locked(vendor.id, "po_b", opening.idempotency_key) == opening.id
    assert await locked(vendor.id, "po_c", known.idempotency_key) is None
    assert await locked(other.id, "po_a", opening.idempotency_key) is None


async def test_a_payday_is_judged_by_its_vendors_payouts() -> None:
    """Whether it is there, what was refused of it, how many keys there were."""
    vendor, other = await make_ready_vendor(), await make_ready_vendor()
    day, names = "2026-11-30", ("2026-11-30#1", "2026-11-30#2", "2026-11-3", None)
    for number, period in enumerate(names):
        await make_payout(vendor.id, f"a{number}", period=period)
    await make_payout(vendor.id, "b", period=f"{day}#1", currency="USD")
    await make_payout(vendor.id, "c", period=None, idempotency_key=None)
    await make_payout(other.id, "d", period=day)
    for there in (False, True):
        found = await statements.payday_facts(vendor.id, "EUR", day)
        ours = Payout.filter(vendor_id=vendor.id)
        mine = ours.filter(currency="EUR")
        assert found.is_there == await mine.filter(period=day).exists() == there
        assert found.refused == await mine.filter(period__startswith=f"{day}#").count()
        keyed = ours.filter(idempotency_key__not_isnull=True)
        assert found.keys == await keyed.count()
        if not there:
            await make_payout(vendor.id, "e", period=day)
    now = clock.now()
    await Restoration.create(source="a test", backup_made_at=now, backfilled_at=now)
    with pytest.raises(StandsStill):
        await statements.payday_facts(vendor.id, "EUR")


async def test_what_no_payout_has_is_free() -> None:
    """Less what payouts took that did not come back; what was paid out is none of it."""
    vendor, other = await make_ready_vendor(), await make_ready_vendor()
    async with unit.transaction() as tx:
        for number, (vendor_id, amount) in enumerate(
            [(vendor.id, 700), (other.id, 50), (vendor.id, -200), (vendor.id, 300)]
        ):
            fact = postings.TransferFact(
                number, number, vendor_id, "EUR", -amount, f"tr_{number}"
            )
            ledger.post_once(tx, postings.moved(fact))
        sent = postings.PaidOut(1, vendor.id, "EUR", 100, "po_1", 0, ())
        ledger.post_once(tx, postings.payout_sent(sent))
    mine = LedgerEntry.filter(
        vendor_id=vendor.id, account=Account.STRIPE_VENDOR
    ).exclude(posting__kind__startswith="payout_")
    entries = await mine.order_by("posting__created_at", "id")
    for entry, part, status in (
        (entries[0], 600, "paid"),
        (entries[1], -200, "pending"),
        (entries[2], 300, "failed"),
    ):
        payout = await make_payout(vendor.id, f"x{entry.id}", status=status)
        await PayoutItem.create(payout_id=payout.id, entry_id=entry.id, amount=part)
    items = PayoutItem.exclude(payout__status__in=[state.value for state in GONE])
    rows = items.annotate(total=Sum("amount")).group_by("entry_id")
    used = {
        e: int(str(total)) for e, total in await rows.values_list("entry_id", "total")
    }
    free = [(e.id, e.amount - used.get(e.id, 0)) for e in entries]
    found = await statements.free_movements(vendor.id, "EUR")
    told = [(each.entry_id, each.left) for each in found]
    assert told == [each for each in free if each[1]]
    assert [left for _, left in told] == [100, 300]
    assert [each.order_id for each in found] == [0, 3]

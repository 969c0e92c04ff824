"""A month of account reads the commission of its own postings, and nothing of what a vendor sold
in years.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from importlib import import_module

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import BaseORMException

from shared.core import clock
from shared.entrypoints.cli import bulk_data
from shared.finance.ledger import postings
from shared.finance.ledger.chart import Account, Entry
from shared.finance.ledger.models import AccountSum, LedgerEntry, LedgerPosting
from shared.finance.statements import entries
from shared.finance.statements.rules import BESIDE
from shared.infra import unit
from shared.infra.database.dialect import dialect
from shared.infra.database.raw_sql import fetch
from shared.trade.orders.models import Order
from shared.trade.vendors.models import Vendor
from tests.support.books import a_dispute, at, book, refunded, sold
from tests.support.factories import make_ready_vendor
from tests.support.tamper import asleep, sql

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.both_engines]
BEGIN, SEPTEMBER, OCTOBER = (
    at(f"2026-{month}-01 00:00") for month in ("09", "10", "11")
)
READ = (
    "SELECT relname AS name, seq_tup_read + coalesce(idx_tup_fetch, 0) AS number"
    " FROM pg_stat_xact_user_tables WHERE relname IN ('orders', 'ledger_entries')"
)


async def a_month(vendor: Vendor) -> None:
    """Something of each fact that commission is in, also of what took nothing from the vendor."""
    early = await sold(vendor, at("2026-09-10 10:00"))
    order = await sold(vendor, at("2026-10-02 10:00"))
    other = await sold(vendor, at("2026-10-03 10:00"), currency="DKK")
    fact = postings.SaleFact(
        77_000 + vendor.id, order.id, vendor.id, "EUR", 900, 50, "pi_cut", discount=100
    )
    await book(postings.sale(fact), at("2026-10-04 10:00"))
    await refunded(early, at("2026-09-30 23:59:59"), vendor_part=0, commission_part=100)
    for each in (early, other):
        alone = await refunded(
            each, at("2026-10-05 10:00"), vendor_part=0, commission_part=300
        )
    await book(postings.refund_undone(alone), at("2026-10-06 10:00"))
    lost = a_dispute(order, vendor_part=0, commission_part=200)
    await book(postings.dispute_withdrawn(lost), at("2026-10-07 10:00"))
    part = replace(lost, stripe_id=f"txn_part_{vendor.id}", vendor_part=500)
    await book(postings.dispute_withdrawn(part), at("2026-10-08 10:00"))
    await take_back(f"dispute_withdrawn:{lost.stripe_id}")
    paid = postings.PaidOut(
        vendor.id, vendor.id, "EUR", 2000, "po_1", 20, ((f"fee_{vendor.id}", 20),)
    )
    await book(postings.payout_sent(paid), at("2026-10-10 10:00"))


async def take_back(key: str) -> None:
    """Post the opposite, as reconciliation does."""
    row = await LedgerPosting.get(key=key)
    rows = await LedgerEntry.filter(posting_id=row.id)
    lines = [
        Entry(
            Account(each.account),
            each.amount,
            each.currency,
            each.stripe_id,
            each.vendor_id,
        )
        for each in rows
    ]
    undone = postings.opposite(row.key, row.subject, lines, row.vendor_id)
    await book(undone, at("2026-10-09 10:00"))


async def by_subject(vendor: Vendor, currency: str) -> set[int]:
    """The entries beside a vendor's balance, by what their postings are about."""
    ids = await Order.filter(vendor_id=vendor.id).values_list("id", flat=True)
    subjects = [*(f"order:{id_}" for id_ in ids), f"payout:{vendor.id}"]
    beside = LedgerEntry.filter(account__in=BESIDE, currency=currency)
    found = beside.filter(posting__subject__in=subjects)
    return {int(str(id_)) for id_ in await found.values_list("id", flat=True)}


async def read(account: entries.RunningAccount, after: entries.Cut | None) -> set[int]:
    """Those that a month is made of, each found once."""
    upto = entries.Cut(OCTOBER)
    found: list[int] = []
    for query in entries._commission(account, after, upto):
        found += [int(str(id_)) for id_ in await query.values_list("id", flat=True)]
    assert len(found) == len(set(found))
    return set(found)


@pytest.mark.parametrize("currency", ["EUR", "DKK"])
async def test_all_commission_of_a_vendor_is_found_once(currency: str) -> None:
    """By its entries or by its name, and nobody else's: what its orders and payouts say."""
    vendor, other = await make_ready_vendor(), await make_ready_vendor()
    for each in (vendor, other):
        await a_month(each)
    for each in (vendor, other):
        whole = await by_subject(each, currency)
        account = entries.RunningAccount(each.id, currency, None)
        assert await read(account, None) == whole
        kept = LedgerEntry.filter(id__in=whole, created_at__gte=SEPTEMBER)
        lately = {int(str(id_)) for id_ in await kept.values_list("id", flat=True)}
        assert await read(account, entries.Cut(SEPTEMBER)) == lately
        # the newest entry of September closed it: nothing of it turned up late
        last = (
            await LedgerEntry.filter(created_at__lt=SEPTEMBER).order_by("-id").first()
        )
        assert last is not None
        assert await read(account, entries.Cut(SEPTEMBER, last.id)) == lately
        assert await read(account, entries.Cut(BEGIN, 0)) == whole
        # closed before any of it was written: all of it turned up late
        assert await read(account, entries.Cut(OCTOBER, 0)) == whole


async def test_postings_of_before_are_given_their_vendor() -> None:
    """Migration posting_vendors: those alone that have none of its entries; no sum moves, and
    nobody changes it later.
    """
    vendor = await make_ready_vendor()
    await a_month(vendor)
    named = {row.key for row in await LedgerPosting.filter(vendor_id=vendor.id)}
    assert {key.partition(":")[0] for key in named} == {
        "refund",
        "refund_undone",
        "dispute_withdrawn",
        "reversed",
    }
    sums = await AccountSum.all().order_by("id").values()
    script = import_module("shared.infra.database.migrations.0081_posting_vendors")
    name, connection = dialect().upper(), get_connection("default")

    await connection.execute_script(getattr(script, f"{name}_BACK"))
    async with asleep():
        await sql("UPDATE ledger_postings SET vendor_id = NULL")
    await connection.execute_script(getattr(script, name))

    again = {row.key for row in await LedgerPosting.filter(vendor_id=vendor.id)}
    assert again == named
    assert await AccountSum.all().order_by("id").values() == sums
    with pytest.raises(BaseORMException, match="never changed"):
        await LedgerPosting.all().update(vendor_id=vendor.id)
    await sold(vendor, at("2026-10-20 10:00"))


@pytest.mark.postgres_only
async def test_a_month_reads_none_of_the_vendors_other_months() -> None:
    """Of a year's sales: neither its orders nor their entries."""
    await bulk_data.fill(1, 1, 2400)
    vendor = await Vendor.get(slug__startswith="bulk-")
    ends = clock.now() - timedelta(days=60)
    (currency,) = await entries.currencies(vendor.id)
    account = entries.RunningAccount(vendor.id, currency, None)
    async with unit.transaction():
        await sql("SET LOCAL enable_seqscan = off")
        before = await _rows_read()
        begins = entries.Cut(ends - timedelta(days=10))
        for query in entries._commission(account, begins, entries.Cut(ends)):
            found = await query.values_list("id", flat=True)
            assert len(found) < 100
        after = await _rows_read()
    assert after["orders"] == before["orders"]
    assert after["ledger_entries"] - before["ledger_entries"] < 1500


async def _rows_read() -> dict[str, int]:
    return {each["name"]: int(each["number"]) for each in await fetch(READ)}

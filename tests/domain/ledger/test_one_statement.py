"""A posting is one statement on PostgreSQL: its entries and its history are written with it if it
is new, and with neither engine otherwise.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from asyncpg import PostgresError
from tortoise.exceptions import BaseORMException

from shared.finance.ledger import service
from shared.finance.ledger.chart import Account, Entry, Posting
from shared.finance.ledger.models import AccountSum, LedgerEntry, LedgerPosting
from shared.infra import unit
from shared.infra.activity import cause
from shared.infra.activity.models import Activity
from shared.infra.database import batch
from shared.infra.jobs import queue
from shared.infra.jobs.models import Job
from shared.infra.mail import service as mail
from shared.infra.mail.models import Email
from shared.infra.unit import Transaction
from tests.support.factories import make_order, make_vendor
from tests.support.storefront import counted

pytestmark = pytest.mark.both_engines
HERE, THERE, FEES = Account.STRIPE_PLATFORM, Account.BANK_PLATFORM, Account.STRIPE_FEES


def moved(number: int, amount: int = 5, subject: str = "order:12") -> Posting:
    """From there to here, with a fee of one."""
    parts = ((HERE, amount - 1), (FEES, 1), (THERE, -amount))
    entries = [Entry(account, part, "EUR", f"x_{number}") for account, part in parts]
    return Posting("moved", f"moved:{number}", subject, tuple(entries))


async def post(*postings: Posting) -> None:
    """All in one transaction."""
    async with unit.transaction() as tx:
        for posting in postings:
            service.post_once(tx, posting)


async def stored() -> tuple[int, int, int]:
    """How many postings, entries and lines of history there are."""
    tables = (LedgerPosting, LedgerEntry, Activity)
    postings, entries, history = [await table.all().count() for table in tables]
    return postings, entries, history


async def sums() -> Sequence[Any]:
    """What the accounts come to, and of how many entries."""
    rows = AccountSum.all().order_by("account")
    return list(await rows.values_list("account", "amount", "entries"))


async def test_it_is_one(database: str, engine: str) -> None:
    """With all that follows it, in the order in which it was told."""
    with counted() as statements:
        await post(moved(1))
    assert len(statements) == (1 if engine == "postgres" else 4)
    assert await stored() == (1, 3, 1)
    assert await sums() == [
        ("bank_platform", -5, 1),
        ("stripe_fees", 1, 1),
        ("stripe_platform", 4, 1),
    ]
    posting = await LedgerPosting.get()
    entries = await LedgerEntry.all().order_by("id")
    assert {entry.posting_id for entry in entries} == {posting.id}
    assert [entry.account for entry in entries] == [HERE, FEES, THERE]
    assert (posting.is_closed, posting.key, posting.subject) == (
        True,
        "moved:1",
        "order:12",
    )
    told = await Activity.get()
    assert (told.kind, told.subject, told.order_id) == (
        "posting.made",
        "posting:moved:1",
        12,
    )
    assert (told.amount, told.currency, told.after, told.details) == (
        5,
        "EUR",
        {"kind": "moved"},
        None,
    )


@pytest.mark.parametrize("number", [1, 3, 25])
async def test_what_was_posted_before_changes_nothing(
    database: str, number: int
) -> None:
    """Whatever else is posted with it, however much: that is written, and told, alone."""
    every = [moved(n) for n in range(number)]
    await post(*every)
    assert await stored() == (number, 3 * number, number)
    before = await sums()
    with cause.of("job:again:1") as again:
        await post(*every)
    assert await stored() == (number, 3 * number, number)
    assert (await sums(), again.led_to) == (before, [])
    with cause.of("job:other:1") as other:
        await post(*every, moved(99))
    assert await stored() == (number + 1, 3 * number + 3, number + 1)
    assert [row.subject for row in other.led_to] == ["posting:moved:99"]
    assert (await Activity.all().order_by("-id").first()).cause == "job:other:1"  # type: ignore[union-attr]


async def test_at_the_same_moment_it_is_posted_once(database: str) -> None:
    """Whoever comes second waits for the first, and writes nothing of it."""
    with cause.of("job:at.once:1") as work:
        await asyncio.gather(*(post(moved(1), moved(n)) for n in range(2, 14)))
    assert await stored() == (13, 39, 13)
    assert len(work.led_to) == 13
    assert [number for _, _, number in await sums()] == [13, 13, 13]


async def test_what_is_told_besides_comes_before_it(database: str, engine: str) -> None:
    """A change of a row, a posting, a mail and a job: one statement, one history."""
    order = await make_order()
    posting = moved(1, subject=f"order:{order.id}")

    async def pay(tx: Transaction) -> None:
        row = await tx.lock(type(order), id=order.id)
        mail.post(
            tx,
            "password_changed",
            to="ada@example.test",
            unique_key="mail:1",
            order_id=order.id,
            context={"full_name": "Ada", "role": "owner"},
        )
        service.post_once(tx, posting)
        await tx.change(row, lost_amount=row.lost_amount + 1)
        queue.enqueue(tx, "some.job", {})

    for _ in range(2):
        with counted() as statements:
            async with unit.transaction() as tx:
                await pay(tx)
        if engine == "postgres":
            assert len(statements) == 2
    history = await Activity.all().order_by("id")
    changed, once = f"order:{order.id}", ["mail:mail:1", "posting:moved:1"]
    assert [row.subject for row in history] == [changed, *once, changed]
    assert (await Email.all().count(), await Job.filter(kind="some.job").count()) == (
        1,
        2,
    )


async def test_more_than_one_statement_takes_is_asked_first(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And comes to the same."""
    monkeypatch.setattr(batch, "MOST_PARAMETERS", 60)
    vendor = await make_vendor()
    earned = Entry(Account.STRIPE_VENDOR, 7, "EUR", "x", vendor.id)
    owed = Entry(Account.VENDOR_PAYABLE, -7, "EUR", "x", vendor.id)
    many = [Posting("sold", f"sold:{n}", "order:1", (earned, owed)) for n in range(4)]
    await post(moved(1), *many)
    assert await stored() == (5, 11, 5)
    assert (
        await Activity.filter(subject="posting:sold:3").get()
    ).vendor_id == vendor.id


async def test_what_does_not_come_to_zero_leaves_nothing(database: str) -> None:
    """Though it is one statement: neither itself nor what stands beside it."""
    wrong = moved(1)
    object.__setattr__(wrong, "entries", wrong.entries[:2])

    async def refused() -> None:
        async with unit.transaction() as tx:
            service.post_once(tx, wrong)
            service.post_once(tx, moved(2))
            queue.enqueue(tx, "some.job", {})
            tx.after_commit(pytest.fail)

    with pytest.raises((BaseORMException, PostgresError), match=r"comes? to n"):
        await refused()
    assert await stored() == (0, 0, 0)
    assert (await sums(), await Job.all().count()) == ([], 0)


async def test_a_rehearsal_tells_it_and_posts_nothing(database: str) -> None:
    """What was posted before is not told either."""
    await post(moved(1))
    with unit.rehearse():
        await post(moved(1))
        with pytest.raises(unit.Rehearsed) as over:
            await post(moved(1), moved(2))
    assert [row.subject for row in over.value.activity] == ["posting:moved:2"]
    assert await stored() == (1, 3, 1)

"""The transaction as an object: order of locks, moves, rows that are only collected."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from shared.core.errors import NotFound
from shared.core.ids import digest
from shared.infra import unit
from shared.infra.activity import cause
from shared.infra.activity.changes import FieldChange
from shared.infra.activity.queries import changes_of, of_order
from shared.infra.audit.models import AuditEntry
from shared.infra.database.raw_sql import fetch
from shared.infra.jobs import queue
from shared.infra.jobs.models import Job
from shared.infra.unit import Act, Transaction
from shared.infra.unit.errors import AlreadyOpen, NoRank, OutOfOrder
from shared.trade.baskets.models import Basket
from shared.trade.catalogue.models import Product
from shared.trade.orders.errors import CannotShip
from shared.trade.orders.models import Order
from shared.trade.vendors.models import Vendor
from tests.support.factories import make_order, make_product, make_vendor
from tests.support.unread import ReadTooEarly


class TestLocks:
    async def test_what_is_not_there_is_said_in_the_tables_words(
        self, database: str
    ) -> None:
        """Or in those of the error that the caller names."""
        async with unit.transaction() as tx:
            with pytest.raises(NotFound, match="We could not find that order"):
                await tx.lock(Order, id=1)
            with pytest.raises(CannotShip):
                await tx.lock(Order, missing=CannotShip, id=1)
            assert await tx.lock_first(Order.filter(id=1)) is None

    async def test_nobody_locks_upwards(self, database: str) -> None:
        """What comes later in the order of locks is never held while something earlier is taken."""
        vendor = await make_vendor()
        first, second = await make_product(vendor), await make_product(vendor)
        async with unit.transaction() as tx:
            await tx.lock(Product, id=second.id)
            await tx.lock(Product, id=second.id)  # again: it is held already
            with pytest.raises(
                OutOfOrder,
                match=f"Product {first.id} is locked after Product {second.id}",
            ):
                await tx.lock(Product, id=first.id)
            with pytest.raises(OutOfOrder, match="Vendor"):
                await tx.lock(Vendor, id=vendor.id)

    async def test_many_at_once_are_taken_by_id(self, database: str) -> None:
        """Whatever order the query has."""
        vendor = await make_vendor()
        made = [(await make_product(vendor)).id for _ in range(3)]
        async with unit.transaction() as tx:
            rows = await tx.lock_all(
                Product.filter(vendor_id=vendor.id).order_by("-id")
            )
        assert [row.id for row in rows] == made

    async def test_a_table_without_a_rank_is_not_locked(self, database: str) -> None:
        """Whoever wants to says first where it stands."""
        async with unit.transaction() as tx:
            with pytest.raises(NoRank):
                await tx.lock(AuditEntry, id=1)

    async def test_two_that_make_the_same_row_get_the_same(self, database: str) -> None:
        """One makes it, the other waits and finds it."""

        async def take() -> int:
            async with unit.transaction() as tx:
                return int(
                    (await tx.lock_or_create(Basket, token_digest=digest("ba_1"))).id
                )

        assert len(set(await asyncio.gather(*(take() for _ in range(4))))) == 1


class TestMoves:
    async def test_a_move_is_guard_clock_values_and_act(self, database: str) -> None:
        """The row itself has the new values; an older copy of it moves nothing and writes nothing
        down.
        """
        vendor = await make_vendor()
        job = await Job.create(kind="k", run_at=vendor.created_at)
        older = await Job.get(id=job.id)
        async with unit.transaction() as tx:
            assert await tx.move(
                job, to="done", act=Act("job.ended", details={"why": "test"}), error="e"
            )
            assert not await tx.move(older, to="failed", act=Act("job.failed"))
        stored = await Job.get(id=job.id)
        assert (job.status, stored.status, stored.error, older.status) == (
            "done",
            "done",
            "e",
            "waiting",
        )
        assert stored.updated_at > stored.created_at
        entry = await AuditEntry.get()
        assert (entry.action, entry.subject, entry.details) == (
            "job.ended",
            f"job:{job.id}",
            {"why": "test"},
        )


class TestActivity:
    async def test_it_tells_what_changed_for_whom_and_because_of_what(
        self, database: str
    ) -> None:
        """The columns that tell, before and after; an act says who; what an undone part told is not
        told.
        """
        order = await make_order()
        with cause.of("job:some.job:1") as mine:
            async with unit.transaction() as tx:
                with suppress(NotFound):
                    async with tx.savepoint():
                        await tx.change(order, lost_amount=1)
                        raise NotFound
                await order.refresh_from_db()
                await tx.change(order, refunded_amount=5, payment_intent_id="pi_1")
                await tx.change(order, payment_intent_id="pi_2")  # tells nothing
                await tx.move(
                    order,
                    to="cancelled",
                    act=Act("order.cancelled", "member:7", {"reason": "x"}),
                )
        told = await of_order(order.id)
        assert [(one.kind, one.actor, one.cause) for one in told] == [
            ("order.cancelled", "member:7", "job:some.job:1"),
            ("order.changed", "", "job:some.job:1"),
        ]
        assert changes_of(mine.led_to) == (
            FieldChange(f"order:{order.id}.refunded_amount", 0, 5),
            FieldChange(f"order:{order.id}.status", "pending", "cancelled"),
        )

    async def test_a_rehearsal_ends_with_the_first_change_and_leaves_nothing(
        self, database: str
    ) -> None:
        """What changes nothing is undone in silence; what is told is what would be."""
        order = await make_order()
        with unit.rehearse():
            async with unit.transaction() as tx:
                queue.enqueue(tx, "some.job", {})
                tx.after_commit(pytest.fail)
            with pytest.raises(unit.Rehearsed) as over:
                async with unit.transaction() as tx:
                    await tx.change(order, refunded_amount=5)
        assert [row.after for row in over.value.activity] == [{"refunded_amount": 5}]
        assert not await Job.exists()
        assert not await of_order(order.id)
        assert (await Order.get(id=order.id)).refunded_amount == 0


class TestWhatIsCollected:
    async def test_each_kind_is_one_insert(self, database: str) -> None:
        """Written before the commit; a unique key that is taken is left out, also within the same
        transaction.
        """
        async with unit.transaction() as tx:
            for n in range(3):
                tx.record("some.act", actor="system", subject=f"thing:{n}")
                queue.enqueue(tx, "some.job", {"n": n}, unique_key=f"key:{n % 2}")
            assert tx.unwritten() == {"audit_entries", "jobs"}
        assert [entry.subject for entry in await AuditEntry.all().order_by("id")] == [
            "thing:0",
            "thing:1",
            "thing:2",
        ]
        assert [job.args["n"] for job in await Job.all().order_by("id")] == [0, 1]

    @pytest.mark.both_engines
    async def test_nobody_reads_past_it(self, database: str) -> None:
        """In tests such a reading fails; whoever needs the rows asks for them to be written
        first.
        """

        async def read(reading: Callable[[], Awaitable[object]]) -> None:
            async with unit.transaction() as tx:
                queue.enqueue(tx, "some.job", {})
                await reading()

        with pytest.raises(ReadTooEarly):
            await read(lambda: Job.all().count())
        with pytest.raises(ReadTooEarly):
            await read(lambda: fetch("SELECT id FROM jobs"))
        async with unit.transaction() as tx:
            queue.enqueue(tx, "some.job", {})
            await unit.flush()
            assert await Job.all().count() == 1

    async def test_an_undone_part_takes_along_what_it_added(
        self, database: str
    ) -> None:
        """And nothing else: what came before it is written, and what is to happen after the commit
        happens.
        """
        happened: list[str] = []

        async def undone(tx: Transaction) -> None:
            async with tx.savepoint():
                tx.record("undone.act", actor="system", subject="thing:1")
                tx.after_commit(lambda: happened.append("undone"))
                raise ValueError("no")

        async with unit.transaction() as tx:
            tx.record("before.act", actor="system", subject="thing:1")
            with pytest.raises(ValueError, match="no"):
                await undone(tx)
            tx.after_commit(lambda: happened.append("kept"))
            assert happened == []
        assert [entry.action for entry in await AuditEntry.all()] == ["before.act"]
        assert happened == ["kept"]

    async def test_a_failed_transaction_leaves_nothing(self, database: str) -> None:
        """No row, and nothing happens after."""

        async def failed() -> None:
            async with unit.transaction() as tx:
                tx.record("some.act", actor="system", subject="thing:1")
                tx.after_commit(pytest.fail)
                raise ValueError("no")

        with pytest.raises(ValueError, match="no"):
            await failed()
        assert not await AuditEntry.exists()


async def test_there_is_one_transaction_at_a_time(database: str) -> None:
    """A second one inside would commit with the first, whatever its block says."""
    async with unit.transaction():
        with pytest.raises(AlreadyOpen):
            async with unit.transaction():
                pass

"""What a transaction changes of rows that it holds: written with the rest, and never late."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError, ValidationError
from tortoise.expressions import F

from shared.core import clock
from shared.core.errors import NotFound
from shared.core.ids import new_number
from shared.finance.inbox.models import WebhookEvent, WebhookRefusal
from shared.infra import unit
from shared.infra.activity.models import Activity
from shared.infra.database import batch
from shared.infra.database.announced import CaughtFailure
from shared.infra.database.known_ids import next_id
from shared.infra.database.raw_sql import fetch
from shared.infra.jobs import queue as jobs
from shared.infra.jobs.models import Job
from shared.infra.mail import service as mail
from shared.infra.mail.models import Email
from shared.infra.unit import Act
from shared.infra.unit.errors import LateRefusal
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.rules import OrderStatus
from tests.support.factories import make_order
from tests.support.storefront import counted

pytestmark = pytest.mark.both_engines


async def test_what_is_changed_of_it_is_one_update(database: str, engine: str) -> None:
    """However often it moves; on PostgreSQL together with everything that was collected."""
    order = await make_order()
    with counted() as statements:
        async with unit.transaction() as tx:
            row = await tx.lock(Order, id=order.id)
            assert await tx.change(row, lost_amount=7)
            assert await tx.move(row, to="cancelled", act=Act("order.cancelled"))
            assert not await tx.move(row, to="shipped", where={"status": "pending"})
    updates = [one for one in statements if 'UPDATE "orders"' in one]
    assert (len(updates), len(statements)) == (1, 2 if engine == "postgres" else 4)
    stored = await Order.get(id=order.id)
    assert (stored.status, stored.lost_amount) == ("cancelled", 7)


_COUNT = "UPDATE orders SET lost_amount = lost_amount + ? WHERE id = ?"


async def test_what_is_written_of_one_row_twice_is_written_twice(
    database: str, engine: str
) -> None:
    """PostgreSQL changes a row once in a statement, and leaves the second change out."""
    one, other = await make_order(), await make_order()
    with counted() as statements:
        async with unit.transaction() as tx:
            row = await tx.lock(Order, id=one.id)
            await tx.change(row, wasted_holds=4)
            for amount, order in ((2, one), (3, one), (5, other)):
                mine = batch.touched(Order, [order.id])
                tx.later(_COUNT, amount, order.id, rows=mine)
    stored = [await Order.get(id=order.id) for order in (one, other)]
    assert [(row.lost_amount, row.wasted_holds) for row in stored] == [(5, 4), (5, 0)]
    assert len(statements) == (4 if engine == "postgres" else 5)


async def test_a_jobs_key_is_free_for_another_one_at_once(database: str) -> None:
    """Whatever was put on the list besides."""
    async with unit.transaction() as tx:
        jobs.enqueue(tx, "test.old", {}, unique_key="one")
    async with unit.transaction() as tx:
        jobs.enqueue(tx, "test.other", {})
        jobs.not_needed(tx, "one")
        jobs.enqueue(tx, "test.new", {}, unique_key="one")
    kinds = {job.kind for job in await Job.all()}
    assert kinds == {"test.other", "test.new"}


async def test_who_reads_the_table_finds_it(database: str) -> None:
    """In this transaction; a folded column follows its words."""
    order = await make_order()
    async with unit.transaction() as tx:
        checkout = await tx.lock(Checkout, id=order.checkout_id)
        row = await tx.lock(Order, id=order.id)
        await tx.move(row, to="cancelled")
        await tx.change(checkout, email="new@example.test", full_name="Grace Hopper")
        assert await Order.filter(status="cancelled").count() == 1
        assert await Checkout.filter(search__contains="hopper").exists()


async def test_another_copy_of_it_moves_nothing_that_has_moved(database: str) -> None:
    """The database decides for who does not hold the row as it was locked."""
    order = await make_order()
    async with unit.transaction() as tx:
        row = await tx.lock(Order, id=order.id)
        assert await tx.move(row, to="cancelled")
        assert not await tx.move(order, to="processing")
        again = await tx.lock(Order, id=order.id)
        assert again.status == "cancelled"


async def test_an_expression_counts_on_from_what_waits(database: str) -> None:
    """And after a statement of somebody else the database is asked again."""
    order = await make_order()
    async with unit.transaction() as tx:
        row = await tx.lock(Order, id=order.id)
        await tx.change(row, lost_amount=7)
        await tx.change(row, lost_amount=F("lost_amount") + 1)
        await Order.filter(id=order.id).update(refunded_amount=3)
        assert not await tx.change(row, where={"refunded_amount": 0}, lost_amount=1)
    assert (await Order.get(id=order.id)).lost_amount == 8


async def test_a_row_of_which_something_waited_is_asked_about_again(
    database: str,
) -> None:
    """What waited is written first, and then somebody else's statement changed it."""
    order = await make_order()
    async with unit.transaction() as tx:
        row = await tx.lock(Order, id=order.id)
        await tx.change(row, lost_amount=7)
        await Order.filter(id=order.id).update(refunded_amount=3)
        assert not await tx.change(row, where={"refunded_amount": 0}, lost_amount=1)
    stored = await Order.get(id=order.id)
    assert (stored.lost_amount, stored.refunded_amount) == (7, 3)


async def test_what_an_undone_part_changed_is_not_believed(database: str) -> None:
    """The row says `cancelled`, the table does not: nothing moves from there."""
    order = await make_order()
    async with unit.transaction() as tx:
        row = await tx.lock(Order, id=order.id)
        with suppress(ValueError):
            async with tx.savepoint():
                await tx.move(row, to="cancelled")
                raise ValueError
        assert not await tx.move(row, to="shipped")
    assert (await Order.get(id=order.id)).status == "pending"


async def test_a_row_that_is_gone_does_not_change(database: str) -> None:
    """Deleted in the same transaction, by whatever way."""
    async with unit.transaction() as tx:
        row = await tx.create(WebhookRefusal, **_REFUSAL)
        await WebhookRefusal.all().delete()
        assert not await tx.change(row, why="again")


async def test_an_insert_that_updates_is_somebody_elses_statement(
    database: str,
) -> None:
    """One that only adds changes no row."""
    async with unit.transaction() as tx:
        row = await tx.create(WebhookRefusal, **_REFUSAL)
        await fetch(
            "INSERT INTO webhook_refusals"
            " (source, hour, count, why, last_at, created_at, updated_at)"
            " SELECT source, hour, 1, 'another', last_at, created_at, updated_at"
            " FROM webhook_refusals WHERE true"
            " ON CONFLICT (source, hour) DO UPDATE SET why = excluded.why RETURNING id"
        )
        assert not await tx.change(row, where={"why": "first"}, count=2)


async def test_what_is_no_value_of_a_column_leaves_nothing_waiting(
    database: str,
) -> None:
    """Refused where it is said; the transaction goes on."""
    order = await make_order()
    async with unit.transaction() as tx:
        row = await tx.lock(Order, id=order.id)
        with pytest.raises(ValidationError):
            await tx.change(row, currency="x" * 400)


async def _caught(*, in_savepoint: bool) -> None:
    """A refusal that is caught inside the transaction, after something else was written."""
    async with unit.transaction() as tx:
        await tx.create(WebhookRefusal, **_REFUSAL)
        with suppress(IntegrityError):
            if in_savepoint:
                async with tx.savepoint():
                    await tx.create(WebhookRefusal, **_REFUSAL)
            else:
                await tx.create(WebhookRefusal, **_REFUSAL)


async def test_a_failure_that_was_caught_does_not_end_well(database: str) -> None:
    """PostgreSQL would store nothing of it and say nothing, SQLite the rest: neither may."""
    with pytest.raises(CaughtFailure):
        await _caught(in_savepoint=False)
    assert not await WebhookRefusal.exists()
    await _caught(in_savepoint=True)
    assert await WebhookRefusal.all().count() == 1


async def test_what_waited_and_is_refused_is_not_the_savepoints_failure(
    database: str,
) -> None:
    """Who catches what its own block raises would take it for that."""
    order = await make_order()

    async def change() -> None:
        async with unit.transaction() as tx:
            row = await tx.lock(Order, id=order.id)
            await tx.change(row, refunded_amount=order.total_amount_cents + 1)
            with suppress(IntegrityError):
                async with tx.savepoint():
                    pass

    with pytest.raises(LateRefusal):
        await change()
    assert (await Order.get(id=order.id)).refunded_amount == 0


async def test_what_must_be_known_is_asked_in_parts_that_fit(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many are posted at once, each is told once."""
    monkeypatch.setattr(batch, "MOST_PARAMETERS", 40)
    order = await make_order()
    async with unit.transaction() as tx:
        for number in range(9):
            mail.post(
                tx,
                "password_changed",
                to="ada@example.test",
                unique_key=f"mail:{number % 7}",
                order_id=order.id,
                context={"full_name": "Ada", "role": "owner"},
            )
    assert await Email.all().count() == 7
    assert await Activity.filter(kind="mail.made").count() == 7


@pytest.mark.postgres_only
async def test_a_row_whose_id_is_known_goes_with_what_names_it(database: str) -> None:
    """As it is by then, in one statement; before a mail that names it, and before a reader."""
    order, first, second, third = [await make_order() for _ in range(4)]
    with counted() as statements:
        async with unit.transaction() as tx:
            given = _copy(order, first)
            row = await tx.create(Order, known_id=await _next_order(), **given)
            assert await tx.change(row, lost_amount=7)
            assert not await tx.change(row, where={"lost_amount": 1}, lost_amount=2)
    assert [one.split()[0] for one in statements] == ["SELECT", "WITH"]
    assert (await Order.get(id=row.id)).lost_amount == 7
    async with unit.transaction() as tx:
        given = _copy(order, await make_order())
        row = await tx.create(Order, known_id=await _next_order(), **given)
        tx.later(_COUNT, 7, row.id, rows=batch.touched(Order, [row.id]))
    assert (await Order.get(id=row.id)).lost_amount == 7
    async with unit.transaction() as tx:
        given = _copy(order, second)
        row = await tx.create(Order, known_id=await _next_order(), **given)
        assert await Order.exists(id=row.id)
        assert await tx.change(row, lost_amount=8)
        given = _copy(order, third)
        named = await tx.create(Order, known_id=await _next_order(), **given)
        mail.post(
            tx,
            "password_changed",
            to="ada@example.test",
            unique_key="mail:1",
            order_id=named.id,
            context={"full_name": "Ada", "role": "owner"},
        )
    assert (await Order.get(id=row.id)).lost_amount == 8
    assert await Email.filter(order_id=named.id).count() == 1


@pytest.mark.postgres_only
async def test_a_row_whose_id_is_known_is_there_before_anything_is_written(
    database: str,
) -> None:
    """Which may name it, by whatever way."""
    order, other = await make_order(), await make_order()
    async with unit.transaction() as tx:
        given = _copy(order, other)
        row = await tx.create(Order, known_id=await _next_order(), **given)
        await WebhookEvent.create(
            source="platform",
            stripe_event_id="evt_1",
            type="x",
            livemode=False,
            stripe_created_at=clock.now(),
            order_id=row.id,
        )
    assert (await WebhookEvent.get()).order_id == row.id


@pytest.mark.postgres_only
async def test_a_row_that_an_undone_part_made_is_not_there(database: str) -> None:
    """Though its id is given away."""
    order, other = await make_order(), await make_order()
    async with unit.transaction() as tx:
        with suppress(ValueError):
            async with tx.savepoint():
                given = _copy(order, other)
                made = await tx.create(Order, known_id=await _next_order(), **given)
                raise ValueError
        assert not await tx.change(made, lost_amount=7)
    assert await Order.all().count() == 2


async def _next_order() -> int:
    (found,) = await fetch(f"SELECT {next_id(Order, 'postgres')} AS id")
    return int(found["id"])


def _copy(order: Order, of_vendor: Order) -> dict[str, Any]:
    return {
        "number": new_number(),
        "checkout_id": order.checkout_id,
        "vendor_id": of_vendor.vendor_id,
        "total_amount_cents": order.total_amount_cents,
        "platform_fee_amount": order.platform_fee_amount,
        "platform_fee_percentage": order.platform_fee_percentage,
        "currency": order.currency,
    }


_REFUSAL: dict[str, Any] = {
    "source": "platform",
    "hour": clock.now(),
    "count": 1,
    "why": "first",
    "last_at": clock.now(),
}


async def test_what_is_made_and_locked_is_as_the_orm_would_have_it(
    database: str,
) -> None:
    """Made with an id, saved, at this moment; locked by any columns, or by what is none."""
    async with unit.transaction() as tx:
        made = await tx.create(WebhookRefusal, **_REFUSAL)
    for alike in (made, await WebhookRefusal.get()):
        alike.why = "another"
        await alike.save()
    assert await WebhookRefusal.all().count() == 1
    first, order = await make_order(), await make_order()
    asked: list[dict[str, Any]] = [
        {"id": order.id},
        {"number": order.number, "vendor_id": order.vendor_id},
        {"id__gt": first.id},
        {"id": order.id, "status": OrderStatus(order.status)},
    ]
    for where in asked:
        async with unit.transaction() as tx:
            found = await tx.lock(Order, **where)
            assert tx.held(Order, order.id) is found
        assert vars(found) == vars(await Order.get(id=order.id))
    async with unit.transaction() as tx:
        with pytest.raises(NotFound):
            await tx.lock(Order, id=first.id, number=order.number)

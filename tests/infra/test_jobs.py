"""The job table: written with the fact, run once, retried, taken over from the dead."""

from __future__ import annotations

import asyncio
import email
import email.policy
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from shared.core import clock
from shared.core.errors import TryLater
from shared.core.money import Money
from shared.infra import unit
from shared.infra.activity.models import Activity
from shared.infra.jobs import queue
from shared.infra.jobs import worker as worker_module
from shared.infra.jobs.batch import MAX_ATTEMPTS
from shared.infra.jobs.models import Job
from shared.infra.jobs.worker import Worker, claim
from shared.infra.mail import statements
from shared.infra.mail.models import Email
from shared.infra.mail.service import post, send
from tests.support.factories import make_order
from tests.support.tamper import sql

if TYPE_CHECKING:
    from shared.infra.jobs import Context

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.both_engines]


async def test_a_job_of_a_transaction_that_fails_never_existed() -> None:
    """The row is part of the fact."""
    with pytest.raises(RuntimeError):  # noqa: PT012
        async with unit.transaction() as tx:
            queue.enqueue(tx, "test.job", {})
            raise RuntimeError
    assert not await Job.exists()


async def test_one_waiting_job_per_unique_key_and_a_free_key_afterwards(
    context: Context,
) -> None:
    """A second enqueue is nothing until the first has ended."""
    ran: list[int] = []

    async def handler(_context: Context, args: dict[str, Any]) -> None:
        ran.append(args["n"])

    worker = Worker(context, {"test.job": handler})
    async with unit.transaction() as tx:
        queue.enqueue(tx, "test.job", {"n": 1}, unique_key="one")
    async with unit.transaction() as tx:
        queue.enqueue(tx, "test.job", {"n": 2}, unique_key="one")
    await worker.run_due()
    async with unit.transaction() as tx:
        queue.enqueue(tx, "test.job", {"n": 3}, unique_key="one")
    await worker.run_due()
    assert ran == [1, 3]


async def test_what_is_not_needed_any_more_is_taken_off_unless_it_runs(
    context: Context,
) -> None:
    """Only what waits under its key, and only with the transaction that knows."""

    async def handler(_context: Context, args: dict[str, Any]) -> None:
        async with unit.transaction() as tx:
            queue.not_needed(tx, args["takes"])

    worker = Worker(context, {"test.job": handler})
    for key, takes in (("one", "one"), ("two", "three"), ("three", ""), ("four", "")):
        async with unit.transaction() as tx:
            due = clock.now() + timedelta(hours=key == "three")
            args = {"takes": takes}
            queue.enqueue(tx, "test.job", args, run_at=due, unique_key=key)

    async def change_ones_mind() -> None:
        async with unit.transaction() as tx:
            queue.not_needed(tx, "four")
            raise LookupError

    with pytest.raises(LookupError):
        await change_ones_mind()
    await worker.run_due()
    rows = await Job.all().order_by("id")
    assert [(row.args["takes"], row.status) for row in rows] == [
        ("one", "done"),
        ("three", "done"),
        ("", "done"),
    ]


async def test_a_failing_job_backs_off_and_is_given_up_in_the_end(
    context: Context,
) -> None:
    """Its error stays readable."""

    async def handler(_context: Context, _args: dict[str, Any]) -> None:
        raise LookupError("not yet")

    worker = Worker(context, {"test.job": handler})
    async with unit.transaction() as tx:
        queue.enqueue(tx, "test.job", {})
    start = clock.now()
    for hours in range(0, 2 * (MAX_ATTEMPTS + 2), 2):
        with clock.use(lambda at=start + timedelta(hours=hours): at):  # type: ignore[misc]
            await worker.run_one()
    job = await Job.get()
    assert (job.status, job.attempts) == ("failed", MAX_ATTEMPTS)
    assert "not yet" in (job.error or "")


async def test_an_outage_of_a_day_is_waited_out_and_the_job_is_done_soon_after(
    context: Context,
) -> None:
    """Somebody else's failure is not the job's: stock and money wait behind it, so it is neither
    given up nor late.
    """
    down = True
    ran: list[int] = []

    async def handler(_context: Context, args: dict[str, Any]) -> None:
        if down:
            raise TryLater("not yet")
        ran.append(args["n"])

    worker = Worker(context, {"test.job": handler})
    async with unit.transaction() as tx:
        queue.enqueue(tx, "test.job", {"n": 1})
    start = clock.now()
    for minutes in range(0, 24 * 60, 11):
        with clock.use(lambda at=start + timedelta(minutes=minutes): at):  # type: ignore[misc]
            await worker.run_due()
    job = await Job.get()
    assert job.status == "waiting"
    assert job.run_at <= start + timedelta(minutes=24 * 60 + 10)
    down = False
    with clock.use(lambda: start + timedelta(minutes=24 * 60 + 10)):
        await worker.run_due()
    assert ran == [1]


async def test_several_workers_run_each_job_once(context: Context) -> None:
    """Claims do not overlap."""
    ran: list[int] = []

    async def handler(_context: Context, args: dict[str, Any]) -> None:
        ran.append(args["n"])
        await asyncio.sleep(0)

    async with unit.transaction() as tx:
        for n in range(20):
            queue.enqueue(tx, "test.job", {"n": n})
    workers = [Worker(context, {"test.job": handler}) for _ in range(4)]
    await asyncio.gather(*(worker.run_due() for worker in workers))
    assert sorted(ran) == list(range(20))


async def test_a_job_whose_worker_died_is_taken_over(context: Context) -> None:
    """A claim is only good for a while."""
    async with unit.transaction() as tx:
        queue.enqueue(tx, "test.job", {})
    assert await claim()
    assert not await claim()
    later = clock.now() + timedelta(minutes=6)
    with clock.use(lambda: later):
        again = await claim()
    assert [job.attempts for job in again] == [2]


async def test_the_worker_wakes_at_once_and_stops_when_told(context: Context) -> None:
    """No second is lost between enqueue and run."""
    done = asyncio.Event()

    async def handler(_context: Context, _args: dict[str, Any]) -> None:
        done.set()

    stop = asyncio.Event()
    task = asyncio.create_task(Worker(context, {"test.job": handler}).run(stop))
    await asyncio.sleep(0.05)
    async with unit.transaction() as tx:
        queue.enqueue(tx, "test.job", {})
    await asyncio.wait_for(done.wait(), timeout=0.8)
    stop.set()
    await asyncio.wait_for(task, timeout=2)
    assert (await Job.get()).status == "done"


async def test_a_worker_outlives_a_database_that_fails(
    context: Context, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its own questions fail for a while; then it works on, and still stops when told."""
    monkeypatch.setattr(worker_module, "IDLE_SECONDS", 0.01)
    done, stop = asyncio.Event(), asyncio.Event()

    async def handler(_context: Context, _args: dict[str, Any]) -> None:
        done.set()

    async with unit.transaction() as tx:
        queue.enqueue(
            tx,
            "test.job",
            {},
            run_at=clock.now() + timedelta(seconds=0.2),
        )
    await sql("ALTER TABLE jobs RENAME TO jobs_elsewhere")
    try:
        working = asyncio.create_task(Worker(context, {"test.job": handler}).run(stop))
        async with asyncio.timeout(5):
            while caplog.text.count("the worker stumbled") < 2:
                await asyncio.sleep(0.01)
    finally:
        await sql("ALTER TABLE jobs_elsewhere RENAME TO jobs")
    await asyncio.wait_for(done.wait(), timeout=5)
    stop.set()
    await asyncio.wait_for(working, timeout=5)
    assert (await Job.get()).status == "done"


async def test_a_mail_that_waits_is_read_as_the_orm_reads_it(context: Context) -> None:
    """With the token of the purchase that it is about, if it is to who ordered."""
    order = await make_order()
    checkout = await order.checkout
    for to, order_id, token in (
        (checkout.email, order.id, checkout.token),
        ("other@b.test", order.id, None),
        (checkout.email, None, None),
    ):
        mail = await Email.create(
            unique_key="k", kind="x", to=to, subject="s", text="t", order_id=order_id
        )
        found = await statements.waiting("k")
        assert found is not None
        assert (vars(found[0]), found[1]) == (vars(await Email.get()), token)
        await Email.all().update(status="sent")
        assert await statements.waiting("k") is None
        await mail.delete()


async def test_a_mail_is_written_once_and_lands_in_the_folder(context: Context) -> None:
    """Without a mail server it is an .eml file with our address in it, and a header cannot be
    injected.
    """
    order = await make_order()
    told = {
        "vendor_name": "Cups <b>",
        "number": "7\nBcc: x@y.test",
        "lines": (("Cup", 2, Money(100, "EUR")),),
        "total": Money(200, "EUR"),
        "share": Money(190, "EUR"),
        "sent_by": None,
        "note": "",
        "reduced_by": None,
        "vat": None,
    }
    mail: dict[str, Any] = {
        "to": "a@b.test",
        "unique_key": "test:1",
        "order_id": order.id,
    }
    for _ in range(2):
        async with unit.transaction() as tx:
            for _ in range(2):
                post(tx, "order_sold", context=told, **mail)
    assert await Email.all().count() == 1
    assert await Activity.filter(kind="mail.made", order_id=order.id).count() == 1
    await send(context.settings, "test:1")
    (path,) = (context.settings.data_dir / "mail").iterdir()
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert message["Bcc"] is None
    assert message.get_content_type() == "multipart/alternative"
    text, html = message.iter_parts()
    assert (
        f"here:\n{context.settings.public_url}/vendor/admin/orders/7"
        in text.get_content()
    )
    assert (
        f'<a class="go" href="{context.settings.public_url}/vendor/admin/orders/7'
        in html.get_content()
    )
    assert "<td>2 x Cup</td><td>€1.00</td>" in html.get_content()
    assert "Hello Cups &lt;b&gt;," in html.get_content()
    assert (await Email.get()).status == "sent"

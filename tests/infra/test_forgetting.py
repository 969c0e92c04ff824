"""What is over is deleted after its time, and nothing else is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from shared.core import clock
from shared.finance.inbox.forgetting import forget_bodies
from shared.finance.inbox.models import WebhookBody, WebhookEvent
from shared.infra.database.raw_sql import fetch
from shared.infra.jobs import forgetting
from shared.infra.jobs.models import Job
from shared.infra.mail.forgetting import EVIDENCE_DAYS, forget_mails
from shared.infra.mail.models import Email
from shared.infra.page_changes import jobs as page_changes
from shared.infra.page_changes.models import PageChange
from shared.trade.baskets.models import Basket, BasketLine
from shared.trade.discounts import tries
from shared.trade.discounts.models import CodeTries
from shared.trade.orders import declines
from shared.trade.orders.forgetting import forget_baskets
from shared.trade.orders.models import CardDecline, Checkout
from shared.trade.people import directory
from shared.trade.people.forgetting import forget_sessions, forget_words
from shared.trade.people.models import Customer, Session
from shared.trade.people.rules import CUSTOMER
from tests.support.factories import (
    make_customer,
    make_member,
    make_order,
    make_product,
    make_ready_vendor,
    make_vendor,
)
from tests.support.storefront import counted

if TYPE_CHECKING:
    from datetime import datetime

    from shared.infra.jobs import AnyJob, Context

pytestmark = [pytest.mark.both_engines, pytest.mark.usefixtures("database")]


def ago(days: float) -> datetime:
    """So many days before now."""
    return clock.now() - timedelta(days=days)


async def names_left(model: Any, column: str) -> list[str]:
    """What is left in a table."""
    return sorted(await model.all().values_list(column, flat=True))


async def run(job: AnyJob, context: Context) -> None:
    """Run a job as the worker does."""
    await job.run(context, {})


async def test_jobs_are_kept_for_a_month(context: Context) -> None:
    """But for those that failed or still wait, however old."""
    for kind, status, days in [
        ("old", "done", 31),
        ("young", "done", 29),
        ("late", "done", 31),
        ("failed", "failed", 400),
        ("waiting", "waiting", 400),
    ]:
        done_at = ago(1) if kind == "late" else ago(days)
        await Job.create(
            kind=kind, status=status, run_at=ago(days), finished_at=done_at
        )
    await run(forgetting.forget_jobs, context)
    assert await names_left(Job, "kind") == ["failed", "late", "waiting", "young"]


async def test_sessions_are_kept_for_a_month_after_their_end(context: Context) -> None:
    """Nobody is signed out by it."""
    customer = await make_customer()
    for name, days in [("old", 31), ("young", 29), ("open", -1)]:
        await Session.create(
            token_digest=name,
            customer_id=customer.id,
            last_seen_at=ago(days),
            expires_at=ago(days),
        )
    await run(forget_sessions, context)
    assert await names_left(Session, "token_digest") == ["open", "young"]


async def words_kept(table: str) -> bytes:
    """All that SQLite holds to find people by, those who are there and those who were."""
    rows = await fetch(f"SELECT block FROM {table}_found_data")
    return b"".join(bytes(row["block"]) for row in rows)


@pytest.mark.sqlite_only
async def test_words_of_who_was_deleted_are_gone_by_the_morning(
    context: Context,
) -> None:
    """SQLite marks them and keeps them, for as long as it likes; of who is there they stay."""
    await make_customer(full_name="Aldous Grimbald", email="aldous@example.test")
    gone = await make_customer(full_name="Zyxquell", email="zyxquell@example.test")
    member = await make_member(
        await make_ready_vendor(),
        full_name="Quentrix",
        email="quentrix@example.test",
    )
    await Customer.filter(id=gone.id).delete()
    member.full_name, member.email = "Wilma", "wilma@example.test"
    await member.save()
    assert b"yxquell" in await words_kept("customers")
    assert b"uentrix" in await words_kept("members")
    await run(forget_words, context)
    customers = await words_kept("customers")
    assert b"yxquell" not in customers
    assert b"uentrix" not in await words_kept("members")
    assert b"rimbald" in customers
    found = await directory.people(CUSTOMER, search="grimb")
    assert [row.full_name for row in found.rows] == ["Aldous Grimbald"]


@pytest.mark.postgres_only
async def test_on_postgres_no_words_are_merged(context: Context) -> None:
    """Its index has no segments: nothing is asked."""
    with counted() as asked:
        await run(forget_words, context)
    assert [sql for sql in asked if "found" in sql] == []


async def test_who_guessed_codes_is_kept_for_a_fortnight(context: Context) -> None:
    """Addresses of networks are personal: the operator reads the last day."""
    for name, days in [("old", 15), ("young", 13)]:
        await CodeTries.create(network=name, hour=ago(days))
    await run(tries.forget, context)
    assert await names_left(CodeTries, "network") == ["young"]


async def test_declined_cards_are_kept_for_a_fortnight(context: Context) -> None:
    """So are the networks from which they were tried."""
    order = await make_order()
    for name, days in [("old", 15), ("young", 13)]:
        await CardDecline.create(
            stripe_charge_id=name,
            checkout_id=order.checkout_id,
            network="192.0.2.0/24",
            fingerprint="x",
            code="y",
            declined_at=ago(days),
        )
    await run(declines.forget, context)
    assert await names_left(CardDecline, "stripe_charge_id") == ["young"]


async def test_baskets_are_kept_for_a_quarter_after_they_were_used(
    context: Context,
) -> None:
    """One of an open checkout longer; a purchase outlives the basket that it came from."""
    product = await make_product(await make_vendor())
    for name, days in [("old", 91), ("young", 89)]:
        row = await Basket.create(token_digest=name, updated_at=ago(days))
        await Basket.filter(id=row.id).update(updated_at=ago(days))
        await BasketLine.create(
            basket_id=row.id, product_id=product.id, quantity=1, seen_amount=1
        )
    for status in ("open", "completed"):
        checkout = await (await make_order()).checkout
        mine = Basket.filter(id=checkout.basket_id)
        await mine.update(token_digest=status, updated_at=ago(91))
        await Checkout.filter(id=checkout.id).update(status=status)
    await run(forget_baskets, context)
    assert await names_left(Basket, "token_digest") == ["open", "young"]
    assert await BasketLine.all().count() == 1
    completed = await Checkout.get(status="completed")
    assert (completed.basket_id, completed.full_name) == (None, "Ada Lovelace")


async def test_mails_are_kept_for_a_quarter_and_evidence_for_two_years(
    context: Context,
) -> None:
    """What was not sent stays until a person has looked."""
    order = await make_order()
    for name, days, order_id, status in [
        ("old", 91, None, "sent"),
        ("young", 89, None, "sent"),
        ("unsent", 900, None, "failed"),
        ("evidence", EVIDENCE_DAYS - 1, order.id, "sent"),
        ("proves nothing", EVIDENCE_DAYS + 1, order.id, "sent"),
    ]:
        await Email.create(
            unique_key=name,
            kind="x",
            to="ada@example.test",
            subject="x",
            text="x",
            order_id=order_id,
            status=status,
            created_at=ago(days),
        )
    await run(forget_mails, context)
    assert await names_left(Email, "unique_key") == ["evidence", "unsent", "young"]


async def test_what_events_brought_is_kept_for_a_quarter(context: Context) -> None:
    """Every event stays, with what became of it; what may be tried again keeps its body."""
    for name, status, days in [
        ("handled", "handled", 91),
        ("ignored", "ignored", 91),
        ("young", "handled", 89),
        ("failed", "failed", 91),
        ("parked", "parked", 900),
        ("received", "received", 91),
    ]:
        row = await WebhookEvent.create(
            source="platform",
            stripe_event_id=name,
            type="x",
            livemode=False,
            stripe_created_at=ago(days),
            status=status,
        )
        await WebhookBody.create(event_id=row.id, body=name, created_at=ago(days))
    await run(forget_bodies, context)
    left = ["failed", "parked", "received", "young"]
    assert await names_left(WebhookBody, "body") == left
    assert await WebhookEvent.all().count() == 6


async def test_much_is_forgotten_piece_by_piece(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some rows in a transaction, and only so many in one run: nobody waits long for a lock."""
    monkeypatch.setattr(forgetting, "AT_ONCE", 2)
    monkeypatch.setattr(forgetting, "RUNS", 3)
    for _ in range(7):
        await Job.create(kind="x", status="done", run_at=ago(40), finished_at=ago(40))
    await run(forgetting.forget_jobs, context)
    assert await Job.all().count() == 1
    await run(forgetting.forget_jobs, context)
    assert await Job.all().count() == 0


async def test_what_grows_with_time_is_read_until_it_is_young(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Piece by piece from the first row on; what a clock that went back wrote behind a young one
    goes when that is old.
    """
    monkeypatch.setattr(forgetting, "AT_ONCE", 2)
    hours = [2.0, 2, 2, 0, 2, 2]
    for vendor_id, since in enumerate(hours):
        at = ago(since / 24)
        await PageChange.create(vendor_id=vendor_id, created_at=at)
    await run(page_changes.forget, context)
    left = await PageChange.all().order_by("id").values_list("vendor_id", flat=True)
    assert left == [3, 4, 5]
    await PageChange.filter(vendor_id=3).update(created_at=ago(1))
    await run(page_changes.forget, context)
    assert await PageChange.all().count() == 0

"""What was known of the past before an upgrade is known after it: events, deadlines, the trail."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import BaseORMException

from shared.core import clock
from shared.core.money import Money
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.inbox.models import WebhookBody, WebhookEvent
from shared.infra import unit
from shared.infra.activity.changes import FieldChange
from shared.infra.activity.queries import led_to, of_order
from shared.infra.audit import origin
from shared.infra.audit.kinds import KINDS
from shared.infra.audit.models import AuditEntry
from shared.infra.database.dialect import dialect
from shared.infra.jobs.models import Job
from tests.support.factories import (
    make_order,
    make_payment,
    make_vendor,
)


async def test_deadlines_that_were_stored_already_are_found(database: str) -> None:
    """Migration 0003 fills the new column from what lay in `requirements`, on either engine, so
    that jobs find it.
    """
    vendors = [await make_vendor() for _ in range(2)]
    deadline = datetime(2026, 12, 3, 12, 30, tzinfo=UTC)
    for vendor, stored in zip(vendors, (deadline.isoformat(), None), strict=True):
        needs = {"currently_due": ["external_account"], "current_deadline": stored}
        await VendorPaymentConfig.create(vendor_id=vendor.id, requirements=needs)
    script = import_module("shared.infra.database.migrations.0005_health")

    await get_connection("default").execute_script(
        script.POSTGRES if "postgres" in database else script.SQLITE
    )

    near = VendorPaymentConfig.filter(
        current_deadline__gt=deadline - timedelta(minutes=1),
        current_deadline__lte=deadline,
    )
    assert [row.current_deadline for row in await near] == [deadline]
    assert await VendorPaymentConfig.filter(current_deadline=None).count() == 1


async def test_events_of_refunds_that_named_no_order_are_applied_by_a_job(
    database: str, engine: str
) -> None:
    """Migration 0085: nobody has to replay them; those that were given up on for another reason
    stay.
    """
    rows = [
        await WebhookEvent.create(
            source="platform",
            stripe_event_id=f"evt_{number}",
            type="refund.created",
            livemode=False,
            stripe_created_at=clock.now(),
            status=status,
            attempts=8,
            error=error,
        )
        for number, (status, error) in enumerate(
            (
                ("parked", "WhichOrder: This refund is of a payment"),
                ("parked", "Differs: refund 7"),
                ("parked", "MoreThanOneOrder: its body is forgotten"),
                ("handled", "WhichOrder: of before"),
            )
        )
    ]
    for row in (rows[0], rows[1], rows[3]):
        await WebhookBody.create(event_id=row.id, body="{}")
    script = import_module("shared.infra.database.migrations.0085_shared_refunds")

    await get_connection("default").execute_script(getattr(script, engine.upper()))

    job = await Job.get()
    assert (job.kind, job.args) == ("webhooks.apply", {"event_id": rows[0].id})
    states = [
        (row.status, row.attempts) for row in await WebhookEvent.all().order_by("id")
    ]
    assert states == [("failed", 0), ("parked", 8), ("parked", 8), ("handled", 8)]


async def test_what_was_kept_of_before_is_imported_into_the_activity(
    database: str,
) -> None:
    """Migration 0040: acts about an order by their subjects, each once; what an event changed, by
    the event.
    """
    order = await make_order()
    payment = await make_payment(order)
    about = [order.as_subject, payment.as_subject, "member:7", f"{payment.as_subject}1"]
    given: dict[str, Any] = {"amount": 300, "currency": "EUR"}
    async with unit.transaction() as tx:
        for subject in about:
            tx.record(
                "thing.done",
                actor="stripe",
                subject=subject,
                vendor_id=order.vendor_id,
                **given,
            )
    event = await WebhookEvent.create(
        source="platform",
        stripe_event_id="evt_1",
        type="refund.updated",
        order_id=order.id,
        livemode=False,
        stripe_created_at=clock.now(),
    )
    script, connection = (
        import_module("shared.infra.database.migrations.0040_activity"),
        get_connection("default"),
    )
    kept = [
        [f"order:{order.id}.refunded_amount", 0, 300],
        ["account:1.is_open", True, None],
    ]
    await connection.execute_script("DELETE FROM activity")
    as_json = "jsonb" if dialect() == "postgres" else "json"
    await connection.execute_script(
        f"ALTER TABLE webhook_events ADD COLUMN changes {as_json}"
    )
    await connection.execute_script(
        f"UPDATE webhook_events SET changes = '{json.dumps(kept)}'"
    )

    await connection.execute_script(script.IMPORT[dialect()])

    await connection.execute_script("ALTER TABLE webhook_events DROP COLUMN changes")

    acts = await of_order(order.id, acts_only=True)
    assert [(act.subject, act.actor, act.amount) for act in acts] == [
        (subject, "stripe", Money(300, "EUR"))
        for subject in (payment.as_subject, order.as_subject)
    ]
    assert (await led_to([event.as_subject]))[event.as_subject].changes == (
        FieldChange(f"order:{order.id}.refunded_amount", 0, 300),
        FieldChange("account:1.is_open", True, None),
    )


async def test_what_the_trail_is_narrowed_by_is_worked_out_of_old_entries(
    database: str,
) -> None:
    """Migration 0054: as new ones are written; afterwards none can be changed, as before."""
    acts = [begin + "x" for begins in KINDS.values() for begin in begins]
    actors = [*origin.WHO_ACTS, "stripe", "system", "shopper"]
    async with unit.transaction() as tx:
        for act in ("some.act", *acts):
            tx.record(act, actor="system", subject="thing:1")
        for actor in actors:
            tx.record("some.act", actor=actor, subject="thing:1")
    connection = get_connection("default")
    kept = "created_at, updated_at, actor, action, subject, details"
    await connection.execute_script(
        f"INSERT INTO audit_entries ({kept}) SELECT {kept} FROM audit_entries ORDER BY id"
    )
    script = import_module("shared.infra.database.migrations.0054_audit_kinds")

    await connection.execute_script(script.SCRIPTS[dialect()])

    found = await AuditEntry.all().order_by("id").values_list("kind", "is_by_person")
    new, old = found[: len(found) // 2], found[len(found) // 2 :]
    assert old == new
    assert {kind for kind, _ in new} == {"", *KINDS}
    with pytest.raises(BaseORMException, match="never changed"):
        await connection.execute_query("UPDATE audit_entries SET kind = 'books'")


@pytest.mark.usefixtures("database")
async def test_what_events_brought_moves_into_its_own_table() -> None:
    """Migration 0051: every body, with its event and its age."""
    at = clock.now() - timedelta(days=400)
    rows = [
        await WebhookEvent.create(
            source="platform",
            stripe_event_id=f"evt_{number}",
            type="charge.updated",
            livemode=False,
            stripe_created_at=at,
            created_at=at,
        )
        for number in range(2)
    ]
    script = import_module("shared.infra.database.migrations.0050_webhook_bodies")
    connection = get_connection("default")
    table = "ALTER TABLE webhook_events"
    await connection.execute_script(f"{table} ADD COLUMN body text")
    await connection.execute_script("UPDATE webhook_events SET body = stripe_event_id")

    await connection.execute_script(script.OVER)

    await connection.execute_script(f"{table} DROP COLUMN body")
    kept = await WebhookBody.all().order_by("id")
    told = [(body.event_id, body.body, body.created_at) for body in kept]
    assert told == [(row.id, row.stripe_event_id, at) for row in rows]

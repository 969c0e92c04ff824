"""Migrations: models, migrations and databases agree, on both engines; nothing is lost on the
way.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import BaseORMException, IntegrityError
from tortoise.migrations.schema_generator.state import ModelState

from shared.core import clock
from shared.core.money import Money
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.disputes.rules import DisputeStatus, Withheld, withheld
from shared.finance.inbox.models import WebhookBody, WebhookEvent
from shared.finance.payment_methods.models import PaymentMethod
from shared.finance.refunds.models import RefundLine
from shared.infra import unit
from shared.infra.activity.changes import FieldChange
from shared.infra.activity.queries import led_to, of_order
from shared.infra.audit import origin
from shared.infra.audit.kinds import KINDS
from shared.infra.audit.models import AuditEntry
from shared.infra.database import migrate as migrations
from shared.infra.database import structure
from shared.infra.database.agreement import check
from shared.infra.database.applying import migrate_each
from shared.infra.database.dialect import dialect
from shared.infra.database.direct import applied
from shared.infra.database.executor import statements
from shared.infra.database.lifecycle import config
from shared.infra.database.lifecycle import context as opened
from shared.infra.database.migrate import migrate, pending
from shared.infra.database.schema import on_disk
from shared.infra.database.sqlite_rebuild import rebuild_table, split_create_table
from shared.infra.database.states import LazyState
from shared.infra.jobs.models import Job
from shared.trade.orders.models import OrderLine
from shared.trade.vendors.models import Vendor
from tests.support.database import Postgres
from tests.support.factories import (
    insert_one_of_each,
    make_customer,
    make_dispute,
    make_order,
    make_payment,
    make_refund,
    make_vendor,
)
from tests.support.structure import conditions, dumped, told_by_postgres

MIGRATIONS = Path(migrations.__file__).parent / "migrations"


async def test_models_and_migrations_agree() -> None:
    """`run.py check-migrations` finds nothing: no unwritten migration, every check and index really
    created.
    """
    assert await check() == []


@pytest.mark.sqlite_only
async def test_an_empty_sqlite_file_gets_what_the_migrations_make(
    tmp_path: Path, sqlite_file: Path
) -> None:
    """Statement for statement, with every migration on record; `check` holds the same file to the
    migrations.
    """
    assert structure.headed(structure.told_by_sqlite(sqlite_file)) == structure.current(
        "sqlite"
    )
    assert await applied(f"sqlite://{sqlite_file}") == set(on_disk())
    assert structure.lay_sqlite(sqlite_file) is False  # there is something in it


@pytest.mark.postgres_only
async def test_an_empty_postgresql_database_gets_what_the_migrations_make(
    postgres_ready: Postgres,
) -> None:
    """pg_dump tells both databases alike, and no migration fills a row that one of the two would
    lack.
    """
    each = await postgres_ready.create("by_migrations")
    await migrate_each(each)
    told = [
        dumped(postgres_ready, name, "--exclude-table-data=tortoise_migrations")
        for name in ("by_migrations", "migrated")
    ]
    assert told[0] == told[1]
    assert "\nINSERT INTO" not in told[0]
    made = told_by_postgres(
        postgres_ready,
        "by_migrations",
        conditions(structure.file("sqlite").read_text()),
    )
    assert structure.headed(made) == structure.current("postgres")
    assert await applied(postgres_ready.url("migrated")) == set(on_disk())


async def test_an_empty_database_gets_all_or_nothing(
    engine: str,
    tmp_path: Path,
    postgres_ready: Postgres,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is cut off in the middle leaves nothing; a schema that lacks the newest migration is not
    used.
    """
    url = (
        f"sqlite://{tmp_path}/a.sqlite3"
        if engine == "sqlite"
        else await postgres_ready.create("half_made")
    )
    script = structure.current(engine)
    assert script is not None
    monkeypatch.setattr(structure, "current", lambda _: script[: len(script) // 2])
    with pytest.raises((sqlite3.Error, asyncpg.PostgresError)):
        await migrate(url)
    assert await applied(url) == set()
    monkeypatch.undo()
    assert await migrate(url) == on_disk()
    monkeypatch.setattr(structure, "on_disk", lambda: [*on_disk(), "9999_later"])
    assert structure.current(engine) is None


async def test_a_second_migrate_has_nothing_to_do(database_url: str) -> None:
    """It answers without loading a migration."""
    assert await pending(database_url) == []
    assert await migrate(database_url) == []


async def test_two_processes_may_migrate_at_once(tmp_path: Path) -> None:
    """One applies, the other waits and finds nothing left."""
    url = f"sqlite://{tmp_path}/a.sqlite3"
    results = await asyncio.gather(
        *(asyncio.to_thread(migrations.migrate_now, url) for _ in range(2))
    )
    assert sorted(results) == [[], on_disk()]


class TestChecks:
    """What the database itself refuses."""

    async def test_a_check_constraint_is_enforced(self, database: str) -> None:
        """A country has two letters."""
        with pytest.raises(IntegrityError):
            await make_vendor(country="L")

    async def test_defect_44_an_unknown_state_is_refused(self, database: str) -> None:
        """States are words of the state machine."""
        payment = await make_payment(await make_order())
        with pytest.raises(IntegrityError):
            await type(payment).filter(id=payment.id).update(status="half-paid")

    async def test_defect_20_an_order_has_at_most_one_open_payment(
        self, database: str
    ) -> None:
        """The database refuses a second open payment, and takes one after the first was
        canceled.
        """
        order = await make_order()
        first = await make_payment(order, attempt=1, status="failed")
        with pytest.raises(IntegrityError):
            await make_payment(order, attempt=2)
        await type(first).filter(id=first.id).update(status="canceled")
        await make_payment(order, attempt=2)

    async def test_defect_43_a_shopper_has_one_default_card_with_customer_and_consent(
        self, database: str
    ) -> None:
        """A saved method names its Stripe customer and when the shopper agreed; a second default is
        refused.
        """
        shopper = await make_customer()
        saved: dict[str, Any] = {
            "customer_id": shopper.id,
            "payment_method_type": "card",
            "is_default": True,
        }
        given: dict[str, Any] = {
            "stripe_customer_id": "cus_1",
            "consented_at": clock.now(),
        }
        await PaymentMethod.create(**saved, **given, stripe_payment_method_id="pm_1")
        with pytest.raises(IntegrityError):
            await PaymentMethod.create(
                **saved, **given, stripe_payment_method_id="pm_2"
            )
        with pytest.raises(ValueError, match="consented_at"):
            await PaymentMethod.create(
                **{**saved, "is_default": False},
                stripe_customer_id="cus_1",
                stripe_payment_method_id="pm_3",
                consented_at=None,
            )

    async def test_a_foreign_key_is_enforced(self, database: str) -> None:
        """A vendor with products cannot vanish."""
        order = await make_order()
        with pytest.raises(IntegrityError):
            await get_connection("default").execute_query(
                f"DELETE FROM vendors WHERE id = {order.vendor_id}"
            )


async def test_a_rebuilt_sqlite_table_keeps_everything(tmp_path: Path) -> None:
    """Rows, indexes, unique constraints, triggers, comments and the row counter; children stay."""
    path = tmp_path / "a.sqlite3"
    url = f"sqlite://{path}"
    await migrate(url)
    with closing(sqlite3.connect(path)) as db:
        db.execute(
            "INSERT INTO baskets (created_at, updated_at, token_digest) VALUES ('2026-01-01', "
            "'2026-01-01', 'a')"
        )
        db.execute(
            "INSERT INTO baskets (created_at, updated_at, token_digest) VALUES ('2026-01-01', "
            "'2026-01-01', 'b')"
        )
        db.execute("DELETE FROM baskets WHERE token_digest = 'b'")
        db.execute("CREATE TRIGGER t AFTER DELETE ON baskets BEGIN SELECT 1; END")
        db.execute(
            "CREATE INDEX extra ON baskets (updated_at) WHERE token_digest > ';'"
        )
        db.commit()
    before = _dump(path)
    async with opened(url) as context:
        await context.db().execute_query("PRAGMA foreign_keys=OFF")
        await rebuild_table(
            context.db(),
            "baskets",
            lambda body: body + ', CONSTRAINT "c" CHECK (id > 0)',
        )
    after = _dump(path)
    added = [a for a in after["schema"] if a not in before["schema"]]
    assert len(added) == 1
    assert 'CONSTRAINT "c" CHECK (id > 0)' in added[0][1]
    assert len(before["schema"]) == len(after["schema"])
    assert before["baskets"] == after["baskets"]
    assert before["counter"] == after["counter"]


async def test_a_table_is_not_rebuilt_while_foreign_keys_are_enforced(
    database: str, engine: str
) -> None:
    """Dropping the old table would touch its children."""
    if engine == "sqlite":
        with pytest.raises(RuntimeError, match="foreign keys off"):
            await rebuild_table(get_connection("default"), "vendors", str)


async def test_checks_can_be_taken_back(database_url: str, engine: str) -> None:
    """AddChecks is reversible on both engines."""
    from tortoise.migrations.schema_generator.state import State
    from tortoise.migrations.schema_generator.state_apps import StateApps

    from shared.infra.database.executor import Executor, never_queried
    from shared.infra.database.operations import AddChecks

    async with opened(database_url) as context:
        client = context.db()
        if engine == "sqlite":
            await client.execute_query("PRAGMA foreign_keys=OFF")
        executor = Executor(client, config(database_url)["apps"])
        await executor.loader.build_graph()
        with never_queried():
            first = {
                key for key in executor.loader.graph.nodes if key.name == on_disk()[0]
            }
            state: State = await executor._project_state(first)  # it has the table
        operation, editor = (
            AddChecks("Basket", ck_test="id < 2"),
            executor._schema_editor(),
        )
        insert = (
            "INSERT INTO baskets (id, created_at, updated_at, token_digest) VALUES (7, "
            "'2026-01-01', '2026-01-01', 'x')"
        )
        await operation.database_forward("models", state, state, editor)
        with pytest.raises(IntegrityError):
            await client.execute_query(insert)
        await operation.database_backward("models", state, state, editor)
        await client.execute_query(insert)
        assert isinstance(state.apps, StateApps)


def test_a_model_that_points_at_none_is_told() -> None:
    """A migration that leaves a relation without its target is an error of that migration."""
    target = ModelState.make_from_model("models", Vendor)
    pointing = ModelState.make_from_model("models", VendorPaymentConfig)
    state = LazyState.of(
        {("models", each.name): each for each in (target, pointing)}, {}
    )
    state.validate_relations_initialized()
    del state.models["models", "Vendor"]
    with pytest.raises(RuntimeError, match=r"VendorPaymentConfig.*Vendor"):
        state.validate_relations_initialized()


async def test_a_sqlite_file_with_data_is_copied_before_it_is_migrated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy opens and holds the rows; a failed migration leaves the original as it was."""
    url = f"sqlite://{tmp_path}/a.sqlite3"
    await migrate(url)
    monkeypatch.setattr(migrations, "on_disk", lambda: ["0001_initial", "9999_missing"])
    await migrate(url)
    copies = list(tmp_path.glob("a.before-migration-*.sqlite3"))
    assert len(copies) == 1
    assert _dump(copies[0])["schema"] == _dump(tmp_path / "a.sqlite3")["schema"]


async def test_an_upgraded_database_equals_a_fresh_one(tmp_path: Path) -> None:
    """Migrating step by step with rows in the tables ends in the schema that a fresh database
    gets.
    """
    fresh, stepwise = tmp_path / "fresh.sqlite3", tmp_path / "step.sqlite3"
    await migrate(f"sqlite://{fresh}")
    from shared.infra.database.executor import Executor

    async with opened(f"sqlite://{stepwise}") as context:
        await context.db().execute_query("PRAGMA foreign_keys=OFF")
        from tortoise.migrations.executor import MigrationTarget

        first = on_disk()[0]
        await Executor(context.db(), config("sqlite://")["apps"]).migrate(
            [MigrationTarget("models", first)]
        )
    rows = insert_one_of_each(stepwise)
    await migrate(f"sqlite://{stepwise}")
    assert _dump(fresh)["schema"] == _dump(stepwise)["schema"]
    with closing(sqlite3.connect(stepwise)) as db:
        for table, count in rows.items():
            assert db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == count, (
                table
            )
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []


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


async def test_where_payouts_go_is_kept_when_its_columns_go(database: str) -> None:
    """Migration 0012: a bank that sent a payout back, and one that stood in the columns alone, lie
    in `requirements`; and back.
    """
    from shared.infra.database.executor import Executor, never_queried

    def bank(status: str, currency: str = "EUR") -> dict[str, Any]:
        names = {
            "id": "ba_1",
            "name": "BANK",
            "last4": "6789",
            "default_for_currency": True,
        }
        return {**names, "currency": currency, "status": status}

    stored: list[dict[str, Any]] = [
        {"external_accounts": [bank("new"), bank("new", "DKK")]},
        {"external_accounts": [bank("new")]},
        {},
    ]
    rows = [
        await VendorPaymentConfig.create(vendor=await make_vendor(), requirements=found)
        for found in stored
    ]
    client = get_connection("default")
    if "sqlite" in database:
        # As shared.infra.database.migrate does.
        await client.execute_query("PRAGMA foreign_keys=OFF")
    executor = Executor(client, config(database)["apps"])
    await executor.loader.build_graph()
    [one_bank] = [
        migration
        for key, migration in executor.loader.graph.nodes.items()
        if key.name == "0012_one_bank"
    ]
    assert one_bank is not None
    with (
        never_queried()
    ):  # this one alone is taken back: those after it touch other columns
        state = await executor._project_state(
            {k for k in executor.loader.graph.nodes if k.name < "0012"}
        )
        await one_bank.unapply(state.clone(), schema_editor=executor._schema_editor())
    told = await client.execute_query_dict(
        "SELECT payout_bank, payout_bank_errored FROM vendor_payment_configs ORDER BY id"
    )
    assert [(row["payout_bank"], bool(row["payout_bank_errored"])) for row in told] == [
        ("••6789", False),
        ("••6789", False),
        ("", False),
    ]
    for row, errored in ((rows[0], "true"), (rows[2], "true")):
        await client.execute_query(
            "UPDATE vendor_payment_configs SET payout_bank = '••6789', payout_bank_errored = "
            f"{errored} WHERE id = {row.id}"
        )
    with never_queried():
        await one_bank.apply(state.clone(), schema_editor=executor._schema_editor())
    kept = [
        row.requirements["external_accounts"]
        for row in await VendorPaymentConfig.all().order_by("id")
    ]
    assert [
        [(b["last4"], b["currency"], b["status"]) for b in banks] for banks in kept
    ] == [
        [("6789", "EUR", "errored"), ("6789", "DKK", "new")],
        [("6789", "EUR", "new")],
        [("6789", "EUR", "errored")],
    ]


async def test_payments_that_went_back_before_say_so_now(database: str) -> None:
    """Migration 0017: refunded where all that arrived comes to the whole, on either engine; a part
    or a failure is none.
    """
    parts: list[list[tuple[int, str]]] = [
        [(4990, "succeeded")],
        [(4000, "succeeded"), (990, "succeeded")],
        [(4000, "succeeded")],
        [(4990, "failed")],
        [],
    ]
    rows = []
    for refunds in parts:
        payment = await make_payment(await make_order(), status="succeeded")
        for number, (amount, status) in enumerate(refunds, start=1):
            given = {
                "amount": amount,
                "vendor_part": amount,
                "commission_part": 0,
                "status": status,
            }
            await make_refund(payment, number, **given)
        rows.append(payment)
    script = import_module("shared.infra.database.migrations.0015_payments_back")

    await get_connection("default").execute_script(script.REFUNDED)

    for payment in rows:
        await payment.refresh_from_db()
    assert [row.status for row in rows] == [
        "refunded",
        "refunded",
        "succeeded",
        "succeeded",
        "succeeded",
    ]


async def test_what_banks_hold_of_old_orders_is_what_the_rule_says(
    database: str,
) -> None:
    """Migration 0016: for each status of a dispute, with the money where it was, gone, back in part
    and back; on either engine.
    """
    moves = [
        (0, 0),
        (4990, 0),
        (4990, 2000),
        (4990, 4990),
        (5500, 0),
    ]
    orders = []
    for status in DisputeStatus:
        for withdrawn, reinstated in moves:
            order = await make_order()
            parts = {"vendor_part": withdrawn, "vendor_back": reinstated}
            await make_dispute(order, status=status, amount=4990, **parts)
            orders.append(
                (
                    order,
                    withheld(status, 4990, withdrawn=withdrawn, reinstated=reinstated),
                )
            )
    script = import_module("shared.infra.database.migrations.0016_order_money")

    await get_connection("default").execute_script(script.ORDERS)

    for order, expected in orders:
        await order.refresh_from_db()
        assert Withheld(order.disputed_amount, order.lost_amount) == expected


async def test_what_went_back_of_old_orders_is_counted(database: str) -> None:
    """Migration 0016: what has arrived, never more than is spoken for; pieces by their refunds,
    each on the shelf once.
    """
    order = await make_order(refunded_amount=30)
    payment = await make_payment(order, status="succeeded")
    line = await OrderLine.get(order_id=order.id)
    await OrderLine.filter(id=line.id).update(quantity=3)
    for number, (status, shelf) in enumerate(
        [("succeeded", True), ("failed", True), ("pending", False)], start=1
    ):
        made = await make_refund(payment, number, status=status)
        back: dict[str, Any] = {
            "restock": shelf,
            "restocked_at": clock.now() if shelf else None,
        }
        await RefundLine.create(
            refund_id=made.id, order_line_id=line.id, quantity=1, amount=10, **back
        )
    script = import_module("shared.infra.database.migrations.0016_order_money")

    for statement in (script.ORDERS, script.LINES):
        await get_connection("default").execute_script(statement)

    await order.refresh_from_db()
    await line.refresh_from_db()
    assert (order.returned_amount, line.refunded_quantity, line.restocked_quantity) == (
        10,
        2,
        2,
    )


async def test_refunds_of_before_that_wait_for_stripe_go_on_by_a_job(
    database: str, engine: str
) -> None:
    """Migration 0041: whatever became of the job that they had."""
    payment = await make_payment(await make_order(), status="succeeded")
    waits, *_ = [
        await make_refund(payment, n, status=status)
        for n, status in enumerate(("opening", "pending"), start=1)
    ]
    script = import_module("shared.infra.database.migrations.0041_refund_writes")

    await get_connection("default").execute_script(getattr(script, engine.upper()))

    job = await Job.get()
    assert (job.kind, job.args, job.status) == (
        "refunds.carry_out",
        {"refund_id": waits.id},
        "waiting",
    )


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


async def test_answers_to_disputes_that_stripe_was_not_told_go_on_by_a_job(
    database: str, engine: str
) -> None:
    """Migration 0043: whatever became of the job that they had."""
    at = clock.now()
    decided = [
        {"submitted_at": at},
        {"accepted_at": at},
        {},
        {"submitted_at": at, "delivered_at": at},
    ]
    rows = [await make_dispute(await make_order()) for _ in decided]
    for row, values in zip(rows, decided, strict=True):
        await type(row).filter(id=row.id).update(**values)
    script = import_module("shared.infra.database.migrations.0043_dispute_writes")

    await get_connection("default").execute_script(getattr(script, engine.upper()))

    waiting = await Job.filter(kind="disputes.deliver", status="waiting").order_by("id")
    assert [job.args for job in waiting] == [{"dispute_id": row.id} for row in rows[:2]]


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


def test_no_migration_uses_the_operations_that_lose_indexes_on_sqlite() -> None:
    """AddConstraint, AlterField and RemoveField rebuild SQLite tables without their indexes: use
    shared.infra.database.operations.
    """
    for path in MIGRATIONS.glob("[0-9]*.py"):
        text = path.read_text()
        for name in (
            "ops.AddConstraint",
            "ops.AlterField",
            "ops.RemoveField",
            "ops.RemoveConstraint",
        ):
            assert name not in text, f"{path.name} uses {name}"


def test_statements_end_only_where_sqlite_would_end_them() -> None:
    """A semicolon in a comment or a string ends nothing."""
    script = "CREATE TABLE a (b TEXT /* one; two */);\nINSERT INTO a VALUES (';');"
    assert [s.strip() for s in statements(script)] == [
        "CREATE TABLE a (b TEXT /* one; two */);",
        "INSERT INTO a VALUES (';');",
    ]


def test_brackets_in_comments_and_strings_do_not_end_the_column_list() -> None:
    """The column list ends at its own bracket."""
    sql = "CREATE TABLE \"a(\" (b TEXT /* ) */ DEFAULT ')', -- )\n c INT CHECK (c > 0)) STRICT"
    head, body, tail = split_create_table(sql)
    assert head + body + tail == sql
    assert (head, tail) == ('CREATE TABLE "a(" (', ") STRICT")


def _dump(path: Path) -> dict[str, Any]:
    with closing(sqlite3.connect(path)) as db:
        schema = db.execute(
            "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'tortoise%' ORDER BY name"
        ).fetchall()
        return {
            "schema": schema,
            "baskets": db.execute("SELECT * FROM baskets").fetchall(),
            "counter": db.execute(
                "SELECT * FROM sqlite_sequence WHERE name = 'baskets'"
            ).fetchall(),
            "vendors": Vendor._meta.db_table,
        }


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

"""What the database itself refuses, and how SQLite's tables are made anew to hold it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import IntegrityError

from shared.core import clock
from shared.finance.payment_methods.models import PaymentMethod
from shared.infra.database.lifecycle import config
from shared.infra.database.lifecycle import context as opened
from shared.infra.database.migrate import migrate
from shared.infra.database.schema import on_disk
from shared.infra.database.sqlite_rebuild import rebuild_table
from tests.support.dumps import dump
from tests.support.factories import (
    make_customer,
    make_order,
    make_payment,
    make_vendor,
)


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
    before = dump(path)
    async with opened(url) as context:
        await context.db().execute_query("PRAGMA foreign_keys=OFF")
        await rebuild_table(
            context.db(),
            "baskets",
            lambda body: body + ', CONSTRAINT "c" CHECK (id > 0)',
        )
    after = dump(path)
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

"""What stood in a database before an upgrade, and is about money, is found and goes on after it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from tortoise.connection import get_connection

from shared.core import clock
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.disputes.rules import DisputeStatus, Withheld, withheld
from shared.finance.refunds.models import RefundLine
from shared.infra.database.lifecycle import config
from shared.infra.jobs.models import Job
from shared.trade.orders.models import OrderLine
from tests.support.factories import (
    make_dispute,
    make_order,
    make_payment,
    make_refund,
    make_vendor,
)


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

    waiting = await Job.filter(kind="disputes.deliver", status="waiting")
    found = sorted(job.args["dispute_id"] for job in waiting)  # in no order of its own
    assert found == [row.id for row in rows[:2]]

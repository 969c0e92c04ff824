"""A run of the comparison: one at a time, how much it reads, what it says when it cannot."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.finance.ledger.models import LedgerPosting
from shared.finance.payments.models import Payment
from shared.finance.payments.service import create_payment_intent
from shared.finance.reconciliation import jobs, repairs
from shared.finance.reconciliation import service as runs
from shared.finance.reconciliation.errors import AlreadyRunning
from shared.finance.reconciliation.findings import RepairName
from shared.finance.reconciliation.models import Difference, ReconciliationRun
from shared.finance.recovery.models import Movement
from shared.infra import unit
from shared.infra.gateway.errors import StripeUnavailable
from shared.infra.mail.models import Email
from tests.support.factories import make_member
from tests.support.market import check_out, confirm, open_shop
from tests.support.money import DAY, sell
from tests.support.reconciling import (
    NOW,
    busy,
    claim,
    look,
    open_sandbox,
    sandbox,
    store,
    told,
)
from tests.support.sandbox import RunningSandbox
from tests.support.tamper import (
    forget_posting,
    sql,
)

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context

__all__ = ["open_sandbox", "sandbox", "store"]  # fixtures


async def test_the_window_of_the_night_reads_little_and_misses_nothing_of_it(
    database: str, context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """What moved lately is compared although it began before; what is older is left to a look at
    everything.
    """
    old = await busy(gateway, sandbox)
    sandbox.advance(10 * DAY)
    later = clock.now() + timedelta(days=10)
    with clock.use(lambda: later):
        await claim(gateway, old[2], 700, "dispute:903")
        assert await look(gateway, full=False) == []
        lately = await ReconciliationRun.all().order_by("-id").first()
        assert await look(gateway) == []
        whole = await ReconciliationRun.all().order_by("-id").first()
        assert lately is not None
        assert whole is not None
        assert (
            lately.compared["balance transactions"]
            == 2
            < whole.compared["balance transactions"]
        )
        await forget_posting(
            f"moved:{(await Movement.filter(claim__subject='dispute:903').get()).id}"
        )
        found = await look(gateway, full=False)
        assert told(found) == [("money_unposted", "post_movement")]
        await sql("UPDATE payments SET amount_stripe_fee = 1")
        await repairs.apply_all(context, found[0].run_id, actor="test")
        assert await look(gateway, full=False) == []
        assert len(await look(gateway)) == 3


async def test_more_payments_are_no_more_calls(
    database: str, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Lists come by the page, whatever is on it."""

    async def calls() -> int:
        before = sandbox.requests()[-1]["n"]
        assert await look(gateway) == []
        return len(sandbox.requests(before))

    shop = await open_shop(gateway, sandbox, stock=20)
    await claim(gateway, await sell(gateway, sandbox, shop), 500, "dispute:901")
    few = await calls()
    for n in range(4):
        await claim(gateway, await sell(gateway, sandbox, shop), 500, f"dispute:91{n}")
    assert await calls() == few


class TestRuns:
    async def test_one_at_a_time(
        self, database: str, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The second is refused; one whose process died is out of the way after half an hour."""
        async with unit.transaction() as tx:
            await runs.begin(tx, "test")
        with pytest.raises(AlreadyRunning):
            await runs.reconcile(gateway, started_by="test", grace=NOW)
        later = clock.now() + timedelta(hours=1)
        with clock.use(lambda: later):
            assert (
                await runs.reconcile(gateway, started_by="test", grace=NOW)
            ).status == "clean"
        assert await ReconciliationRun.filter(status="failed").count() == 1

    async def test_two_that_begin_at_the_same_moment(self, database: str) -> None:
        """The database lets one of them."""

        async def begin() -> None:
            async with unit.transaction() as tx:
                await runs.begin(tx, "test")

        results = await asyncio.gather(
            *(begin() for _ in range(4)), return_exceptions=True
        )
        assert [isinstance(result, AlreadyRunning) for result in results].count(
            False
        ) == 1

    async def test_stripe_away(
        self, database: str, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The run says so and is over; nothing was found and nothing is half stored."""
        sandbox.fails(503, "/v1/balance_transactions")
        with pytest.raises(StripeUnavailable):
            await runs.reconcile(gateway, started_by="test", grace=NOW)
        sandbox.faults()
        run = await ReconciliationRun.get()
        assert (run.status, run.error) == ("failed", StripeUnavailable.default)
        assert await look(gateway) == []

    async def test_what_is_under_way_is_no_difference(
        self, database: str, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """A payment that settles between the two looks."""
        shop = await open_shop(gateway, sandbox)
        purchase = await check_out(shop)
        view = await create_payment_intent(gateway, order_id=purchase.order_id)
        await confirm(sandbox, view.payment_intent_id)

        async def meanwhile() -> None:
            await asyncio.sleep(1)
            paid = {
                "payment_id": (await Payment.get()).id,
                "intent_id": view.payment_intent_id,
            }
            await repairs.carry_out(context, RepairName.CONFIRM_PAYMENT, paid)
            charge = {"charge_id": (await Payment.get()).stripe_charge_id}
            await repairs.carry_out(context, RepairName.READ_CHARGE, charge)

        said: list[str] = []
        run, _ = await asyncio.gather(
            runs.reconcile(
                gateway, started_by="test", grace=timedelta(seconds=4), tell=said.append
            ),
            meanwhile(),
        )
        assert run.status == "clean"
        assert said[0].endswith("looking again in 4 seconds, some may be under way.")

    async def test_the_operators_hear_of_a_night_that_found_something(
        self,
        database: str,
        context: Context,
        gateway: Gateway,
        sandbox: RunningSandbox,
    ) -> None:
        """Each once, with the first sentences and the page; a clean night says nothing."""
        await make_member(None, email="otto@market.test")
        payment = await sell(gateway, sandbox, await open_shop(gateway, sandbox))
        await jobs.nightly.run(context, {})
        assert not await Email.filter(kind="reconciliation").exists()
        await sql(f"UPDATE payments SET amount_stripe_fee = 1 WHERE id = {payment.id}")
        run = await runs.reconcile(gateway, started_by="system", full=False, grace=NOW)
        await jobs.tell(run)
        await jobs.tell(run)
        mail = await Email.get(kind="reconciliation")
        assert (mail.to, mail.subject) == (
            "otto@market.test",
            "Reconciliation found 1 difference",
        )
        assert "1. What we noted of the charge" in mail.text
        assert "/operator/reconciliation" in mail.text

    async def test_what_cannot_be_repaired_says_why(
        self, database: str, context: Context, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """A repair that no longer fits changes nothing."""
        await sell(gateway, sandbox, await open_shop(gateway, sandbox))
        run = await ReconciliationRun.create(status="differences")
        row = await Difference.create(
            run_id=run.id,
            number=1,
            kind="posting_unexplained",
            subject="posting:sale:1",
            text="x",
            repair="reverse_posting",
            arguments={"keys": ["sale:1"]},
        )
        assert await repairs.apply_all(context, run.id, actor="test") == (0, 1)
        await row.refresh_from_db()
        assert (row.status, row.outcome) == (
            "failed",
            "This cannot be repaired by itself; a person must look.",
        )
        assert not await LedgerPosting.filter(kind="reversed").exists()

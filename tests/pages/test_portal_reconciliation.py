"""The operator's pages about agreement and risk: run, wait, read, repair one or all; what is at
risk, vendor by vendor.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

import run
from shared.core import clock
from shared.core.money import Money
from shared.finance.disputes.models import Dispute
from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.overview.queries import exposure_now
from shared.finance.payments.models import Payment
from shared.finance.reconciliation import jobs, service
from shared.finance.reconciliation.models import Difference, ReconciliationRun
from shared.infra import unit
from shared.infra.gateway.gateway import Gateway
from shared.infra.jobs.models import Job
from shared.infra.jobs.worker import Worker
from shared.trade.orders.models import Order
from tests.support.market import open_shop, stripe_post
from tests.support.money import sell
from tests.support.portal import operator_in, signed_in
from tests.support.tamper import sql

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

HOME = "/operator/reconciliation"


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What differs is looked at again at once."""

    async def at_once(_grace: timedelta) -> None:
        return None

    monkeypatch.setattr("shared.finance.reconciliation.service._wait", at_once)


async def work(context: Context) -> None:
    """Everything that waits, now."""
    await Job.exclude(kind__startswith="reporting.").delete()
    await Worker(context, run.job_handlers()).run_due()


class TestReconciliation:
    @pytest.mark.parametrize("address", [HOME, f"{HOME}/1", "/operator/exposure"])
    async def test_a_vendor_may_not_look(
        self, client: TestClientProtocol, address: str
    ) -> None:
        """Staff pages are for staff."""
        portal = await signed_in(client)
        assert (await portal.send("GET", address)).status_code == 403

    async def test_nothing_was_compared_yet(self, client: TestClientProtocol) -> None:
        """The page says so, and what to do."""
        portal = await operator_in(client)
        assert "Nothing has been compared yet" in await portal.get(HOME)
        assert (await portal.send("GET", f"{HOME}/99")).status_code == 404
        assert (
            await portal.send("GET", f"{HOME}/99999999999999999999")
        ).status_code == 404
        assert (await portal.post(f"{HOME}/differences/99/repair")).status_code == 404

    async def test_run_wait_and_read(
        self, client: TestClientProtocol, context: Context, sandbox: RunningSandbox
    ) -> None:
        """The page asks again by itself while it runs, and not after; pressing twice starts one."""
        portal = await operator_in(client)
        assert (await portal.post(f"{HOME}/run")).status_code == 303
        assert 'hx-trigger="every 3s"' in await portal.get(HOME)
        await portal.post(f"{HOME}/run")
        assert "A reconciliation is running already" in await portal.get(HOME)
        assert await ReconciliationRun.all().count() == 1
        await work(context)
        part = await portal.get(HOME, htmx="div#run")
        assert "Everything agrees" in part
        assert "hx-trigger" not in part
        assert "<html" not in part

    async def test_repair_one_and_all(
        self,
        client: TestClientProtocol,
        context: Context,
        gateway: Gateway,
        sandbox: RunningSandbox,
    ) -> None:
        """Each line says what would be done; afterwards everything is compared again."""
        portal = await operator_in(client)
        shop = await open_shop(gateway, sandbox)
        first, second = [await sell(gateway, sandbox, shop) for _ in range(2)]
        await sql("UPDATE payments SET amount_stripe_fee = 1")
        await sql(f"UPDATE orders SET refunded_amount = 5 WHERE id = {first.order_id}")
        await portal.post(f"{HOME}/run")
        await work(context)
        text = await portal.get(HOME)
        assert "3 differences, 3 open" in text
        assert f"Read charge {second.stripe_charge_id} again" in text

        one = await Difference.get(kind="refunded_miscounted")
        answer = await portal.post(f"{HOME}/differences/{one.id}/repair")
        assert answer.headers["Location"].endswith(f"#difference-{one.number}")
        assert (await Order.get(id=first.order_id)).refunded_amount == 0
        assert "3 differences, 2 open" in await portal.get(HOME)

        await portal.post(f"{HOME}/{one.run_id}/repair")
        assert "Repairing, then comparing again" in await portal.get(HOME)
        await work(context)
        assert "Everything agrees" in await portal.get(HOME)
        assert "Everything that this comparison found is repaired" in await portal.get(
            f"{HOME}/{one.run_id}"
        )
        assert {p.amount_stripe_fee for p in await Payment.all()} != {1}
        await portal.post(f"{HOME}/{one.run_id}/repair")
        assert "There is nothing left to repair" in await portal.get(HOME)

    async def test_a_repair_that_does_not_work_says_so(
        self, client: TestClientProtocol, context: Context, sandbox: RunningSandbox
    ) -> None:
        """In its line and in a sentence above; nothing is repaired that needs a person."""
        portal = await operator_in(client)
        row = await ReconciliationRun.create(
            status="differences", finished_at=clock.now()
        )
        common = {"run_id": row.id, "subject": "x", "text": "Something differs."}
        bad = await Difference.create(
            **common,
            number=1,
            kind="dispute_unknown",
            repair="follow_dispute",
            arguments={"stripe_id": "du_none"},
        )
        person = await Difference.create(
            **common, number=2, kind="payment_missing", our_side="succeeded"
        )
        await portal.post(f"{HOME}/differences/{bad.id}/repair")
        text = await portal.get(HOME)
        assert "Not repaired" in text
        assert "a person must look at this in Stripe" in text
        await portal.post(f"{HOME}/differences/{person.id}/repair")
        assert "cannot be repaired by itself" in await portal.get(HOME)

    async def test_a_run_that_could_not_finish(
        self, client: TestClientProtocol, context: Context, sandbox: RunningSandbox
    ) -> None:
        """Says why, in Stripe's absence too."""
        portal = await operator_in(client)
        sandbox.fails(503, "/v1/balance")
        await jobs.start("member:1")
        await work(context)
        sandbox.faults()
        text = await portal.get(HOME)
        assert "could not finish" in text
        assert "not answering right now" in text
        later = clock.now() + timedelta(minutes=1)
        with clock.use(lambda: later):
            async with unit.transaction() as tx:
                assert await service.begin(tx, "system")


class TestExposure:
    async def test_nothing_is_at_risk(
        self, client: TestClientProtocol, sandbox: RunningSandbox
    ) -> None:
        """And Stripe not answering is no error."""
        portal = await operator_in(client)
        assert "Nothing is at risk" in await portal.get("/operator/exposure")
        sandbox.fails(503, "/v1/balance")
        assert "Stripe is not answering right now" in await portal.get(
            "/operator/exposure"
        )
        sandbox.faults()

    async def test_it_is_what_the_stand_in_adds_up(
        self,
        client: TestClientProtocol,
        context: Context,
        gateway: Gateway,
        sandbox: RunningSandbox,
    ) -> None:
        """Open disputes, refunds on their way, a balance below zero: the same sums from two
        sides.
        """
        portal = await operator_in(client)
        shop = await open_shop(gateway, sandbox)
        pending = await sell(gateway, sandbox, shop, card="pm_card_pendingRefund")
        disputed = await sell(gateway, sandbox, shop)
        await stripe_post(
            sandbox,
            "/v1/refunds",
            payment_intent=str(pending.stripe_payment_intent_id),
            amount="1500",
        )
        sandbox.control(
            "POST",
            "disputes",
            {"charge": disputed.stripe_charge_id, "reason": "fraudulent"},
        )
        run_row = await service.reconcile(
            gateway, started_by="test", grace=timedelta(0)
        )
        await jobs.repair.run(context, {"run_id": run_row.id, "actor": "test"})
        assert await Dispute.all().count() == 1

        theirs = sandbox.control("GET", "exposure")
        view = await exposure_now()
        (together,) = view.together
        assert theirs["currencies"] == {
            "eur": {
                "negative_balances": 0,
                "open_disputes": 4990,
                "unsettled_refunds": 1500,
                "total": 6490,
            }
        }
        assert together.parts.total == theirs["currencies"]["eur"]["total"]
        assert (together.parts.open_disputes, together.parts.unsettled_refunds) == (
            4990,
            1500,
        )
        text = await portal.get("/operator/exposure")
        assert "64.90" in text

    async def test_a_vendor_below_zero(
        self, database: str, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """As a dispute of its own charge leaves it; pending money counts."""
        shop = await open_shop(gateway, sandbox)
        async with unit.transaction() as tx:
            await ledger.post(
                tx,
                postings.unexplained(
                    postings.Unexplained(shop.vendor_id, "EUR", -700, "txn_1")
                ),
            )
        view = await exposure_now()
        assert [
            (
                v.vendor_id,
                v.money(v.parts.negative_balance),
            )
            for v in view.vendors
        ] == [(shop.vendor_id, Money(700, "EUR"))]

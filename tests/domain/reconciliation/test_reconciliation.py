"""Reconciliation: a running marketplace is clean; what was tampered with is found, exactly, and
repaired.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.core.settings import SANDBOX_SECRET_KEY
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.ledger.models import LedgerPosting
from shared.finance.payments.models import Payment
from shared.finance.payments.service import create_payment_intent
from shared.finance.payouts.models import Payout
from shared.finance.reconciliation import jobs, repairs
from shared.finance.reconciliation import service as runs
from shared.finance.reconciliation.checks import suspense, unexplained_money
from shared.finance.reconciliation.errors import AlreadyRunning
from shared.finance.reconciliation.findings import RepairName
from shared.finance.reconciliation.models import Difference, ReconciliationRun
from shared.finance.recovery import movements
from shared.finance.recovery import service as clawback
from shared.finance.recovery.models import Claim, Movement
from shared.finance.recovery.movements import MadeMovement
from shared.finance.recovery.rules import MovementKind
from shared.finance.refunds.models import Refund
from shared.infra import unit
from shared.infra.gateway.errors import StripeUnavailable
from shared.infra.mail.models import Email
from shared.trade.orders.models import Order
from tests.support.factories import make_member
from tests.support.market import check_out, confirm, open_shop, stripe_post
from tests.support.money import DAY, bears, held, sell
from tests.support.sandbox import RunningSandbox
from tests.support.tamper import (
    alter_object,
    delete_object,
    forget_posting,
    sql,
    stand_in,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context

NOW = timedelta(0)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this module's stand-in keeps everything, so that it can be altered."""
    return tmp_path_factory.mktemp("standin") / "sandbox.sqlite3"


@pytest.fixture(scope="module")
def open_sandbox(store: Path) -> Iterator[RunningSandbox]:
    """A stand-in of this module's own. Its audit would refuse to answer after tampering."""
    with RunningSandbox(database=str(store), audit=False) as server:
        yield server


@pytest.fixture
def sandbox(open_sandbox: RunningSandbox) -> RunningSandbox:
    """That stand-in, emptied."""
    open_sandbox.reset()
    return open_sandbox


async def look(gateway: Gateway, *, full: bool = True) -> list[Difference]:
    """Reconcile without patience; what differs."""
    run = await runs.reconcile(gateway, started_by="test", full=full, grace=NOW)
    found = await Difference.filter(run_id=run.id).order_by("number")
    assert run.status == ("differences" if found else "clean")
    assert [row.number for row in found] == list(range(1, len(found) + 1))
    return found


def told(found: list[Difference]) -> list[tuple[str, str]]:
    """What was found, and its repair."""
    return [(row.kind, row.repair) for row in found]


async def expect(
    context: Context,
    *kinds: str,
    vendor: int | None = None,
) -> list[Difference]:
    """Exactly these differ; repairing them all leaves nothing."""
    found = await look(context.gateway)
    assert sorted(row.kind for row in found) == sorted(kinds), [
        (row.kind, row.text, row.our_side, row.stripe_side) for row in found
    ]
    assert all(row.repair for row in found)
    done, left = await repairs.apply_all(context, found[0].run_id, actor="test")
    outcomes = await Difference.filter(run_id=found[0].run_id).values_list(
        "kind", "status", "outcome"
    )
    assert (done, left) == (len(found), 0), outcomes
    again = await look(context.gateway)
    assert again == [], [
        (
            row.kind,
            row.text,
            row.our_side,
            row.stripe_side,
        )
        for row in again
    ]
    return found


async def only_a_person(context: Context, kind: str) -> Difference:
    """Exactly this differs, and nothing mends it by itself."""
    found = await look(context.gateway)
    assert told(found) == [(kind, "")], [
        (row.kind, row.text, row.our_side, row.stripe_side) for row in found
    ]
    return found[0]


async def claim(gateway: Gateway, payment: Payment, amount: int, subject: str) -> None:
    """What the vendor bears, told and taken."""
    row = await Claim.get_or_none(subject=subject)
    await bears(payment, amount - (row.amount if row else 0))
    async with unit.transaction() as tx:
        await clawback.set_claim(tx, subject=subject, payment=payment, amount=amount)
    await clawback.settle(gateway, subject)


async def busy(gateway: Gateway, sandbox: RunningSandbox) -> list[Payment]:
    """Two vendors in two currencies; sales, takings, one given back."""
    euros = await open_shop(gateway, sandbox)
    crowns = await open_shop(gateway, sandbox, country="DK", price=19900)
    payments = [await sell(gateway, sandbox, shop) for shop in (euros, crowns, euros)]
    await claim(gateway, payments[0], 1000, "dispute:901")
    await claim(gateway, payments[1], 2500, "dispute:902")
    await claim(gateway, payments[1], 0, "dispute:902")
    return payments


async def test_a_busy_marketplace_is_clean(
    database: str, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Sales in two currencies, reversals, a transfer back: everything is explained, wholly and by
    the window.
    """
    await busy(gateway, sandbox)
    assert told(await look(gateway)) == []
    assert await look(gateway, full=False) == []


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


async def test_refunds_and_disputes_are_explained_line_by_line(
    database: str, context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Made outside, unknown here: one finding each, and following them explains every line that
    they moved.
    """
    shop = await open_shop(gateway, sandbox, stock=9)
    payments = [await sell(gateway, sandbox, shop) for _ in range(4)]
    asked: tuple[dict[str, str], ...] = (
        {},
        {"reverse_transfer": "true"},
        {"reverse_transfer": "true", "refund_application_fee": "true"},
    )
    for payment, how in zip(payments, asked, strict=False):
        await stripe_post(
            sandbox,
            "/v1/refunds",
            payment_intent=str(payment.stripe_payment_intent_id),
            amount="2000",
            **how,
        )
    await expect(context, "refund_unknown", "refund_unknown", "refund_unknown")
    dispute = sandbox.control(
        "POST",
        "disputes",
        {"charge": payments[3].stripe_charge_id, "reason": "fraudulent"},
    )
    await expect(context, "dispute_unknown")
    sandbox.control("POST", f"disputes/{dispute['id']}/close", {"outcome": "won"})
    found = await expect(context, "dispute_differs")
    assert (found[0].our_side, found[0].stripe_side) == (
        "€49.90, needs response",
        "€49.90, won",
    )


async def test_our_rows_tampered_with(
    database: str, context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Each is told by its name and mended: payments, charges, orders, claims, movements,
    accounts.
    """
    first, second, _ = await busy(gateway, sandbox)

    await sql(f"UPDATE payments SET status = 'pending' WHERE id = {first.id}")
    assert told(await look(gateway)) == [("order_unpaid", "confirm_payment")]
    await sql(
        f"UPDATE orders SET payment_status = 'pending' WHERE id = {first.order_id}"
    )
    await expect(context, "order_unpaid")
    assert (await Order.get(id=first.order_id)).payment_status == "paid"

    await sql(
        f"UPDATE orders SET payment_status = 'processing' WHERE id = {second.order_id}"
    )
    await expect(context, "order_behind")

    await sql(f"UPDATE payments SET amount_stripe_fee = 1 WHERE id = {first.id}")
    await expect(context, "charge_differs")
    await sql(
        "UPDATE payments SET stripe_charge_id = NULL, stripe_balance_transaction_id = NULL "
        f"WHERE id = {first.id}"
    )
    await expect(context, "charge_differs")

    await sql(f"UPDATE orders SET refunded_amount = 7 WHERE id = {second.order_id}")
    await expect(context, "refunded_miscounted")

    await sql("UPDATE claims SET taken = 0 WHERE subject = 'dispute:901'")
    await expect(context, "claim_miscounted")
    await bears(first, 200)
    await sql("UPDATE claims SET amount = 1200 WHERE subject = 'dispute:901'")
    await expect(context, "claim_unsettled")
    assert (await Claim.get(subject="dispute:901")).taken == 1200

    lost = await Movement.filter(claim__subject="dispute:901").order_by("id").first()
    assert lost is not None
    await sql(
        f"UPDATE movements SET status = 'opening', stripe_id = NULL WHERE id = {lost.id}"
    )
    await sql(
        f"UPDATE claims SET taken = taken - {lost.amount} WHERE subject = 'dispute:901'"
    )
    await expect(context, "movement_open")
    assert (await Movement.get(id=lost.id)).stripe_id == lost.stripe_id

    await sql(f"DELETE FROM movements WHERE id = {lost.id}")
    await expect(context, "movement_unknown")
    assert (await Movement.get(id=lost.id)).claim_id == lost.claim_id

    await sql(
        "UPDATE vendor_payment_configs SET payouts_enabled = false, stripe_account_status = "
        "'restricted'"
    )
    await expect(context, "account_differs", "account_differs")


async def test_a_claim_tampered_with_takes_nothing_more_from_the_vendor(
    database: str, context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """What a vendor bears is told by its refund or dispute and the ledger together; a claim that
    says otherwise is set right.
    """
    shop = await open_shop(gateway, sandbox)
    payment, other = (
        await sell(gateway, sandbox, shop),
        await sell(gateway, sandbox, shop),
    )
    await stripe_post(
        sandbox,
        "/v1/refunds",
        payment_intent=str(payment.stripe_payment_intent_id),
        amount="1000",
    )
    sandbox.control(
        "POST", "disputes", {"charge": other.stripe_charge_id, "reason": "fraudulent"}
    )
    await expect(context, "refund_unknown", "dispute_unknown")
    for row in await Claim.all():
        before = row.amount, row.taken, held(sandbox, shop.account_id)
        await sql(f"UPDATE claims SET amount = amount * 2 WHERE id = {row.id}")
        found = await expect(context, "claim_miscounted")
        assert found[0].repair == "recount_claim"
        await clawback.settle(gateway, row.subject)
        row = await Claim.get(id=row.id)
        assert (row.amount, row.taken, held(sandbox, shop.account_id)) == before


async def test_a_repair_of_what_healed_meanwhile_makes_nothing_worse(
    database: str, context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Money that was found without a posting, and has one by the time the operator presses the
    button, is not counted twice.
    """
    shop = await open_shop(gateway, sandbox)
    payment = await sell(gateway, sandbox, shop)
    reversal = await stripe_post(
        sandbox, f"/v1/transfers/{payment.stripe_transfer_id}/reversals", amount="700"
    )
    found = await look(gateway)
    assert told(found) == [("taken_by_hand", "book_taken")]
    await bears(payment, 700)
    async with unit.transaction() as tx:
        row = await clawback.set_claim(
            tx, subject="dispute:901", payment=payment, amount=700
        )
        number = (await Order.get(id=payment.order_id)).number
        transfer = str(payment.stripe_transfer_id)
        made = MadeMovement(MovementKind.REVERSAL, 700, transfer, reversal["id"])
        await movements.record(tx, row, made, order_number=number)
    assert (
        await unexplained_money.suspend(context, found[0].arguments)
        == "It is in the books meanwhile."
    )
    assert await look(gateway) == []


async def test_what_a_vendor_has_earned_lies_somewhere(
    database: str, context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """A refund that the ledger lost moved no money at Stripe, and is missed all the same; what
    nobody can explain is a person's.
    """
    first, second, _ = await busy(gateway, sandbox)
    await stripe_post(
        sandbox,
        "/v1/refunds",
        payment_intent=str(first.stripe_payment_intent_id),
        amount="500",
    )
    await expect(context, "refund_unknown")
    refund = await Refund.get()
    await forget_posting(f"refund:{refund.id}")
    (found,) = await look(gateway)
    assert (found.kind, found.vendor_id, found.repair) == (
        "earned_differs",
        first.vendor_id,
        "post_refunds",
    )
    assert f"lacks postings of refund {refund.id}" in found.text
    assert repairs.would(found.repair, found.arguments).startswith(
        f"Post refund {refund.id} to the ledger again"
    )
    assert told(await look(gateway, full=False)) == [("earned_differs", "post_refunds")]
    await expect(context, "earned_differs")
    await bears(second, 100)
    found = await only_a_person(context, "earned_differs")
    assert (found.vendor_id, "nothing found so far explains it" in found.text) == (
        second.vendor_id,
        True,
    )


async def test_the_ledger_tampered_with(
    database: str, context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Postings that are gone, that nothing stands behind, and money that nobody knows."""
    first, second, third = await busy(gateway, sandbox)
    await stripe_post(
        sandbox,
        "/v1/refunds",
        payment_intent=str(third.stripe_payment_intent_id),
        amount="500",
    )
    await expect(context, "refund_unknown")
    refund = await Refund.get()
    dispute = sandbox.control(
        "POST", "disputes", {"charge": second.stripe_charge_id, "reason": "fraudulent"}
    )
    await expect(context, "dispute_unknown")

    await forget_posting(f"sale:{first.id}")
    await expect(context, "sale_unposted")
    await forget_posting(f"stripe_fee:{second.id}")
    await expect(context, "fee_unposted")
    await forget_posting(f"refund_paid:{refund.id}")
    found = await expect(context, "money_unposted")
    assert found[0].repair == "follow_refund"

    async with unit.transaction() as tx:
        await ledger.post(
            tx,
            postings.sale(
                postings.SaleFact(
                    9999,
                    1,
                    first.vendor_id,
                    "EUR",
                    5000,
                    100,
                    "pi_never",
                )
            ),
        )
    found = await expect(context, "posting_unexplained")
    assert found[0].repair == "reverse_posting"
    assert dispute["status"] == "needs_response"


async def test_money_is_parked_again_when_its_explanation_was_none(
    database: str, context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Parked, explained by a payout's posting, which turned out to stand for nothing: each time one
    finding, and one repair.
    """
    taken = {
        "amount": "900",
        "currency": "eur",
        "payment_method": "pm_card_visa",
        "confirm": "true",
    }
    automatic = {
        "automatic_payment_methods[enabled]": "true",
        "automatic_payment_methods[allow_redirects]": "never",
    }
    own = await stripe_post(sandbox, "/v1/payment_intents", **taken, **automatic)
    sandbox.advance(2)
    for number in (1, 2, 3):
        (found,) = await look(gateway)
        assert told([found]) == [("money_unexplained", "suspend")]
        assert (
            await repairs.apply(context, found.id, actor="test")
            == "Parked as unexplained."
        )
        assert (
            await unexplained_money.suspend(context, found.arguments)
            == "It is in the books meanwhile."
        )
        assert await look(gateway) == []
        ((row, _, net, _),) = found.arguments["transactions"]
        async with unit.transaction() as tx:
            await ledger.post(
                tx,
                postings.payout_sent(
                    postings.PaidOut(
                        9000 + number,
                        None,
                        "EUR",
                        -net,
                        own["id"],
                    )
                ),
            )
        explained = [
            one for one in await look(gateway) if one.kind == "suspense_explained"
        ]
        for _ in range(2):
            assert (
                await suspense.clear_suspense(context, explained[0].arguments)
                == "Taken out of suspense."
            )
        assert (
            await unexplained_money.suspend(context, found.arguments)
            == "It is in the books meanwhile."
        )
        sent = {"keys": [f"payout_sent:{9000 + number}"]}
        await repairs.carry_out(context, RepairName.REVERSE_POSTING, sent)
    keys = (
        await LedgerPosting.filter(kind__in=["unexplained", "explained"])
        .order_by("id")
        .values_list("key", flat=True)
    )
    names = [
        f"{kind}:{row}{again}"
        for again in ("", ":2", ":3")
        for kind in ("unexplained", "explained")
    ]
    assert list(keys) == names
    await expect(context, "money_unexplained")


@pytest.mark.sqlite_only
async def test_a_posting_that_was_left_open_is_closed(
    database: str, context: Context, sandbox: RunningSandbox
) -> None:
    """PostgreSQL refuses it at commit; SQLite has no trigger for that."""
    async with unit.transaction():
        row = await LedgerPosting.create(
            kind="correction", key="correction:1", subject="order:1"
        )
        for account, amount in (("commission", 5), ("stripe_fees", -5)):
            await sql(
                "INSERT INTO ledger_entries (created_at, updated_at, posting_id, account, amount, "
                "currency, stripe_id)"
                f" VALUES ('2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00', {row.id}, "
                f"'{account}', {amount}, 'EUR', 'x')"
            )
    await expect(context, "posting_open")


async def test_stripe_tampered_with(
    database: str,
    context: Context,
    gateway: Gateway,
    sandbox: RunningSandbox,
    store: Path,
) -> None:
    """What Stripe says otherwise needs a person; what Stripe moved by itself is followed or
    parked.
    """
    first, second, third = await busy(gateway, sandbox)
    intent = str(first.stripe_payment_intent_id)

    alter_object(store, intent, amount=1)
    assert (await only_a_person(context, "payment_differs")).stripe_id == intent
    alter_object(store, intent, amount=4990, status="processing")
    await only_a_person(context, "payment_differs")
    alter_object(store, intent, status="succeeded")
    with stand_in(store) as db:
        kept = db.execute(
            "SELECT id, platform, scope, object, created, body, hidden FROM docs WHERE id = ?",
            (intent,),
        ).fetchone()
    delete_object(store, intent)
    assert (await only_a_person(context, "payment_missing")).stripe_id == intent
    with stand_in(store) as db:
        db.execute(
            (
                "INSERT INTO docs (id, platform, scope, object, created, body, hidden) VALUES (?, "
                "?, ?, ?, ?, ?, ?)"
            ),
            kept,
        )
    assert await look(gateway) == []

    account = (
        await VendorPaymentConfig.get(vendor_id=first.vendor_id)
    ).stripe_account_id
    sandbox.control(
        "POST",
        f"accounts/{account}",
        {"payouts_enabled": False, "disabled_reason": "under_review"},
    )
    await expect(context, "account_differs")

    await stripe_post(
        sandbox, f"/v1/transfers/{third.stripe_transfer_id}/reversals", amount="300"
    )
    found = await expect(context, "taken_by_hand")
    assert (found[0].our_side, found[0].stripe_side) == ("none", "€3.00")
    made = await stripe_post(
        sandbox,
        f"/v1/application_fees/{third.stripe_application_fee_id}/refunds",
        amount="20",
    )
    assert made["object"] == "fee_refund", made
    await expect(context, "movement_unknown")
    other = (
        await VendorPaymentConfig.get(vendor_id=second.vendor_id)
    ).stripe_account_id
    headers = {
        "Authorization": f"Bearer {SANDBOX_SECRET_KEY}",
        "Stripe-Account": str(other),
        "Content-Type": "application/x-www-form-urlencoded",
    }
    form = (
        "amount=8000&currency=dkk&payment_method=pm_card_visa&confirm=true"
        "&automatic_payment_methods[enabled]=true&automatic_payment_methods[allow_redirects]=never"
    )
    status, body = sandbox.request("POST", "/v1/payment_intents", form, headers)
    assert status == 200, body
    sandbox.advance(2)
    await expect(context, "money_unexplained", "money_unexplained")

    with stand_in(store) as db:
        db.execute(
            (
                "UPDATE balances SET net = net + 7 WHERE scope = ? AND currency = 'eur' AND "
                "available_on = (SELECT max(available_on) FROM balances WHERE scope = ?)"
            ),
            (account, account),
        )
    await only_a_person(context, "balance_differs")


async def test_a_success_that_nobody_heard_of_is_found_by_its_intent(
    database: str, context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Even when the answer that brought the intent's id was lost with everything else."""
    shop = await open_shop(gateway, sandbox)
    purchase = await check_out(shop)
    view = await create_payment_intent(gateway, order_id=purchase.order_id)
    await confirm(sandbox, view.payment_intent_id)
    sandbox.advance(1)
    await sql("UPDATE payments SET stripe_payment_intent_id = NULL, status = 'opening'")
    found = await look(gateway)
    assert told(found) == [("order_unpaid", "confirm_payment")]
    assert "Read payment" in repairs.would(found[0].repair, found[0].arguments)
    await repairs.apply(context, found[0].id, actor="test")
    assert (await Order.get(id=purchase.order_id)).payment_status == "paid"
    await expect(context, "fee_unposted")  # the charge's own job is a minute away


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
        sandbox.faults(
            {
                "match": {"path": "/v1/balance_transactions"},
                "effect": "status",
                "status": 503,
            }
        )
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


async def test_payouts_are_explained_until_they_arrive_and_when_they_come_back(
    database: str, context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Stripe's own schedule made them; each state is one finding, and following it is enough."""
    payments = await busy(gateway, sandbox)
    account = (
        await VendorPaymentConfig.get(vendor_id=payments[0].vendor_id)
    ).stripe_account_id
    headers = {
        "Authorization": f"Bearer {SANDBOX_SECRET_KEY}",
        "Stripe-Account": str(account),
    }
    sandbox.advance(4 * DAY)
    sandbox.request(
        "POST",
        "/v1/balance_settings",
        "payments[payouts][schedule][interval]=daily",
        headers,
    )
    sandbox.advance(DAY)
    found = [row for row in await look(gateway) if row.kind != "account_differs"]
    assert {row.kind for row in found} == {"payout_unknown"}
    await repairs.apply_all(context, found[0].run_id, actor="test")
    assert await look(gateway) == []
    sandbox.advance(5 * DAY)
    found = await look(gateway)
    assert {row.kind for row in found} <= {"payout_differs", "payout_unknown"}
    assert found
    await repairs.apply_all(context, found[0].run_id, actor="test")
    assert await look(gateway) == []
    payout = await Payout.filter(vendor_id=payments[0].vendor_id).order_by("id").first()
    assert payout is not None
    sandbox.control(
        "POST",
        f"payouts/{payout.stripe_payout_id}/fail",
        {"failure_code": "account_closed"},
    )
    found = await look(gateway)
    assert sorted(row.kind for row in found) == ["account_differs", "payout_differs"]
    await repairs.apply_all(context, found[0].run_id, actor="test")
    assert await look(gateway) == []
    await forget_posting(f"payout_sent:{payout.id}")
    await expect(context, "money_unposted")

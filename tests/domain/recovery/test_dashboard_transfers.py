"""Money that staff took back from a vendor, or sent to it again, in Stripe's dashboard, past us."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import run
from shared.core.errors import TryLater
from shared.finance.inbox.rules import EventStatus
from shared.finance.ledger.chart import Account
from shared.finance.reconciliation import repairs
from shared.finance.reconciliation.errors import CannotRepair
from shared.finance.reconciliation.findings import RepairName
from shared.finance.recovery import (
    dashboard_transfers,
    jobs,
    manual_attribution,
    service,
)
from shared.finance.recovery.models import Claim, Movement
from shared.finance.recovery.rules import MovementKind
from shared.infra import unit
from shared.infra.audit.models import AuditEntry
from shared.infra.jobs.models import Job
from tests.support.claims import empty_the_balance
from tests.support.market import Shop, open_shop, stripe_post
from tests.support.money import assert_books_agree, bears, booked, held, sell
from tests.support.reconciling import look, told
from tests.support.webhooks import deliver, event

if TYPE_CHECKING:
    from shared.finance.inbox.models import WebhookEvent
    from shared.finance.payments.models import Payment
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


async def claim(payment: Payment, amount: int, subject: str = "dispute:1") -> None:
    """The vendor bears so much: in the books, and as a claim that is not settled yet."""
    await bears(payment, amount)
    async with unit.transaction() as tx:
        await service.set_claim(tx, subject=subject, payment=payment, amount=amount)


async def reverse(
    sandbox: RunningSandbox, payment: Payment, amount: int, **more: str
) -> dict[str, Any]:
    """Somebody reverses a part of an order's transfer."""
    path = f"/v1/transfers/{payment.stripe_transfer_id}/reversals"
    return await stripe_post(sandbox, path, amount=str(amount), **more)


async def hear(context: Context, payment: Payment, number: int = 1) -> WebhookEvent:
    """Stripe's event about the transfer arrives."""
    subject = {"id": str(payment.stripe_transfer_id), "object": "transfer"}
    return await deliver(context, event("transfer.reversed", subject, number=number))


async def owing(gateway: Gateway, sandbox: RunningSandbox) -> tuple[Shop, Payment]:
    """A vendor that owes ten euros of an order, and has sold again since."""
    shop = await open_shop(gateway, sandbox)
    payment = await sell(gateway, sandbox, shop)
    await empty_the_balance(sandbox, shop.account_id)
    await claim(payment, 1000)
    assert (await service.settle(gateway, "dispute:1")).receivable == 1000
    await sell(gateway, sandbox, shop)
    return shop, payment


async def test_what_is_owed_and_taken_by_hand_is_paid(
    context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """The webhook notes it with the claim; nothing is taken a second time, however often it is
    told.
    """
    shop, payment = await owing(gateway, sandbox)
    before = held(sandbox, shop.account_id)["EUR"]
    reversal = await reverse(sandbox, payment, 400)
    heard = await hear(context, payment)
    assert (heard.status, heard.outcome) == (
        EventStatus.HANDLED,
        "noted 1 taken by hand",
    )
    row = await Claim.get()
    assert (row.taken, row.receivable) == (400, 600)
    assert await AuditEntry.exists(
        action="claim.by_hand", actor="stripe", subject="dispute:1"
    )
    assert (await hear(context, payment, 2)).outcome == "nothing was taken by hand"
    assert await Movement.filter(stripe_id=reversal["id"]).count() == 1
    assert (await service.settle(gateway, "dispute:1")).taken == 1000
    assert held(sandbox, shop.account_id)["EUR"] == before - 1000
    assert await booked(Account.VENDOR_RECEIVABLE) == {}


async def test_the_sweep_finds_it_too(
    context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Where no webhook came; what is known is not looked at again."""
    _, payment = await owing(gateway, sandbox)
    await reverse(sandbox, payment, 1000)
    for _ in range(2):
        await jobs.sweep.run(context, {})
    job = await Job.get(kind="clawback.by_hand")
    await run.job_handlers()[job.kind](context, job.args)
    row = await Claim.get()
    assert (row.taken, row.receivable) == (1000, 0)
    await Job.all().delete()
    await jobs.sweep.run(context, {})
    assert not await Job.filter(kind="clawback.by_hand").exists()


async def test_what_was_taken_by_hand_before_the_claim_is_not_taken_again(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Staff reverse the transfer first and refund then, or the webhook is late: settling looks
    before it takes.
    """
    shop = await open_shop(gateway, sandbox)
    payment = await sell(gateway, sandbox, shop)
    before = held(sandbox, shop.account_id)["EUR"]
    await reverse(sandbox, payment, 700)
    await claim(payment, 1000)
    assert (await service.settle(gateway, "dispute:1")).taken == 1000
    assert held(sandbox, shop.account_id)["EUR"] == before - 1000
    assert sorted(await Movement.all().values_list("amount", flat=True)) == [300, 700]
    await assert_books_agree(sandbox)


async def test_what_an_order_cannot_bring_any_more_is_taken_out_of_other_sales(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Taken by hand and booked so, then all of it refunded: the order's own transfer is too small
    for both.
    """
    shop = await open_shop(gateway, sandbox)
    payment = await sell(gateway, sandbox, shop)
    other = await sell(gateway, sandbox, shop)
    before = held(sandbox, shop.account_id)["EUR"]
    reversal = await reverse(sandbox, payment, 700)
    moved = dashboard_transfers.DashboardTransfer(
        MovementKind.REVERSAL, 700, str(payment.stripe_transfer_id), reversal["id"]
    )
    await manual_attribution.book(payment, moved, actor="test")
    await claim(payment, payment.amount_vendor)
    settled = await service.settle(gateway, "dispute:1")
    assert (settled.taken, settled.receivable) == (payment.amount_vendor, 0)
    assert held(sandbox, shop.account_id)["EUR"] == before - 700 - payment.amount_vendor
    assert await Movement.exists(stripe_source_id=other.stripe_transfer_id)
    await assert_books_agree(sandbox)


async def test_ours_that_is_under_way_is_nobodys_hand(
    context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """The answer to our own reversal got lost: neither webhook nor repair books it as
    somebody's.
    """
    payment = await sell(gateway, sandbox, await open_shop(gateway, sandbox))
    await claim(payment, 1000)
    sandbox.breaks("/v1/transfers", "reset_after", times=3)
    with pytest.raises(TryLater):
        await service.settle(gateway, "dispute:1")
    sandbox.faults()
    assert (await hear(context, payment)).outcome == "nothing was taken by hand"
    (reversal,) = await gateway.transfers.list_reversals(
        str(payment.stripe_transfer_id)
    )
    given = {
        "payment_id": payment.id,
        "type": "transfer_refund",
        "amount": 1000,
        "source": payment.stripe_transfer_id,
        "stripe_id": reversal.id,
    }
    with pytest.raises(CannotRepair, match="under way"):
        await repairs.carry_out(context, RepairName.BOOK_TAKEN, given)
    assert (await service.settle(gateway, "dispute:1")).taken == 1000


async def test_where_nothing_is_owed_a_person_decides(
    context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Every comparison says so until it is booked as taken from the vendor; booked twice it is
    one.
    """
    shop = await open_shop(gateway, sandbox)
    payment = await sell(gateway, sandbox, shop)
    share = held(sandbox, shop.account_id)["EUR"]
    await reverse(sandbox, payment, 700)
    assert (await hear(context, payment)).outcome.endswith(
        "reconciliation asks a person"
    )
    assert not await Claim.exists()
    (found,) = await look(gateway)
    assert (
        told([found]) == told(await look(gateway)) == [("taken_by_hand", "book_taken")]
    )
    assert "€7.00" in found.text
    assert "send it back there first" in found.text
    assert "as a correction that it bears" in repairs.would(
        found.repair, found.arguments
    )
    for _ in range(2):
        said = await repairs.carry_out(context, RepairName.BOOK_TAKEN, found.arguments)
        assert said == f"Noted with correction {payment.id}."
    row = await Claim.get()
    assert (row.amount, row.taken, row.receivable) == (700, 700, 0)
    assert await booked(Account.VENDOR_PAYABLE) == {"EUR": 700 - share}
    assert await booked(Account.DISPUTE_LOSSES) == {"EUR": -700}
    assert told(await look(gateway)) == []
    await assert_books_agree(sandbox)


async def test_more_than_is_owed_is_no_payment_of_it(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Else settling would send the rest back, which nobody asked for."""
    _, payment = await owing(gateway, sandbox)
    await reverse(sandbox, payment, 1001)
    assert await dashboard_transfers.sync_transfer(
        gateway, str(payment.stripe_transfer_id)
    ) == dashboard_transfers.DashboardTransfersFound(0, 1)
    assert (await Claim.get()).receivable == 1000


async def test_a_mistake_that_is_sent_back_by_hand_comes_to_nothing(
    context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Reversal, with the fee given back along with it, and transfer: each is noted, in whatever
    order they are told.
    """
    shop = await open_shop(gateway, sandbox)
    payment = await sell(gateway, sandbox, shop)
    share = held(sandbox, shop.account_id)
    await reverse(sandbox, payment, 800, refund_application_fee="true")
    assert sorted(told(await look(gateway))) == [
        ("movement_unknown", "adopt_movement"),
        ("taken_by_hand", "book_taken"),
    ]
    missing = share["EUR"] - held(sandbox, shop.account_id)["EUR"]
    sent = await stripe_post(
        sandbox,
        "/v1/transfers",
        amount=str(missing),
        currency="eur",
        destination=shop.account_id,
        source_transaction=str(payment.stripe_charge_id),
    )
    assert sent["object"] == "transfer", sent
    found = await look(gateway)
    assert [row.kind for row in found] == [
        "taken_by_hand",
        "movement_unknown",
        "movement_unknown",
    ]
    assert await repairs.apply_all(context, found[0].run_id, actor="test") == (3, 0)
    row = await Claim.get()
    assert (row.amount, row.taken) == (0, 0)
    assert told(await look(gateway)) == []
    assert held(sandbox, shop.account_id) == share
    assert await booked(Account.SUSPENSE) == {}
    await assert_books_agree(sandbox)
    await service.settle(gateway, row.subject)
    assert held(sandbox, shop.account_id) == share


async def test_a_payback_by_hand_settles_what_we_owed(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """A dispute was won and staff were faster than the job; and what is sent without a reason is
    nobody's payback.
    """
    shop = await open_shop(gateway, sandbox)
    payment = await sell(gateway, sandbox, shop)
    await claim(payment, 1000)
    await service.settle(gateway, "dispute:1")
    moved = dashboard_transfers.DashboardTransfer(
        MovementKind.TRANSFER, 600, str(payment.stripe_charge_id), "tr_by_hand"
    )
    assert await dashboard_transfers.note(payment, moved) is None
    async with unit.transaction() as tx:
        await service.set_claim(tx, subject="dispute:1", payment=payment, amount=300)
    noted = await dashboard_transfers.note(payment, moved)
    assert noted is not None
    assert (await Claim.get()).taken == 400


async def test_transfers_of_others_are_not_ours(
    context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Another system on the same Stripe account."""
    shop = await open_shop(gateway, sandbox)
    payment = await sell(gateway, sandbox, shop, card="pm_card_bypassPending")
    other = await stripe_post(
        sandbox,
        "/v1/transfers",
        amount="10",
        currency="eur",
        destination=shop.account_id,
    )
    for number, stripe_id in enumerate((other["id"], "tr_nobody"), 7):
        row = await deliver(
            context,
            event(
                "transfer.reversed",
                {"id": stripe_id, "object": "transfer"},
                number=number,
            ),
        )
        assert row.outcome == "not ours"
    assert (await hear(context, payment)).outcome == "nothing was taken by hand"

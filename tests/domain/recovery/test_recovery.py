"""Claims: what a vendor bears is taken out of its Stripe balance, the rest is owed and netted from
the next sales.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from shared.core.errors import TryLater
from shared.finance.ledger.chart import Account
from shared.finance.ledger.models import LedgerPosting
from shared.finance.recovery import jobs, receivables, service
from shared.finance.recovery.errors import NothingOwed
from shared.finance.recovery.models import Claim, Movement
from shared.finance.recovery.queries import owed_by, totals_owed
from shared.infra import unit
from shared.infra.jobs.models import Job
from shared.trade.orders.models import Order
from tests.support.claims import claim, empty_the_balance
from tests.support.market import open_shop
from tests.support.money import booked, held, sell
from tests.support.payouts import time_of

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox


async def test_a_claim_is_taken_out_of_the_vendors_balance(
    database: str, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """By a reversal of the order's own transfer; the money lies with the platform then."""
    shop = await open_shop(gateway, sandbox)
    payment = await sell(gateway, sandbox, shop)
    before = held(sandbox, shop.account_id)["EUR"]
    await claim(payment, 1000)
    settled = await service.settle(gateway, "dispute:1")
    assert (settled.taken, settled.receivable) == (1000, 0)
    assert held(sandbox, shop.account_id)["EUR"] == before - 1000
    assert await booked(Account.STRIPE_VENDOR, vendor_id=shop.vendor_id) == {
        "EUR": before - 1000
    }
    assert await booked(Account.STRIPE_PLATFORM) == held(sandbox)


async def test_settling_twice_takes_once(
    database: str, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """A claim at rest stays at rest."""
    payment = await sell(gateway, sandbox, await open_shop(gateway, sandbox))
    await claim(payment, 1000)
    for _ in range(2):
        settled = await service.settle(gateway, "dispute:1")
    assert settled.taken == 1000
    assert await Movement.all().count() == 1


async def test_what_the_balance_does_not_cover_is_owed_and_dated(
    database: str, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """The platform advances it; nothing half-done is left at Stripe."""
    shop = await open_shop(gateway, sandbox)
    payment = await sell(gateway, sandbox, shop)
    await empty_the_balance(sandbox, shop.account_id)
    await claim(payment, 1000)
    settled = await service.settle(gateway, "dispute:1")
    assert (settled.taken, settled.receivable) == (0, 1000)
    (owed,) = await owed_by(shop.vendor_id)
    assert (owed.left.amount, owed.subject) == (1000, "dispute:1")
    assert await booked(Account.VENDOR_RECEIVABLE, vendor_id=shop.vendor_id) == {
        "EUR": 1000
    }
    assert await totals_owed() == {"EUR": 1000}


async def test_the_next_sale_pays_what_is_owed(
    database: str, context: Context, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """As soon as its transfer is there a job takes it, the oldest debt first."""
    shop = await open_shop(gateway, sandbox)
    payment = await sell(gateway, sandbox, shop)
    await empty_the_balance(sandbox, shop.account_id)
    await claim(payment, 1000)
    await service.settle(gateway, "dispute:1")
    await sell(gateway, sandbox, shop)
    job = await Job.get(kind="clawback.collect")
    share = held(sandbox, shop.account_id)["EUR"]
    await jobs.collect.run(context, job.args)
    assert held(sandbox, shop.account_id)["EUR"] == share - 1000
    assert await booked(Account.VENDOR_RECEIVABLE, vendor_id=shop.vendor_id) == {}
    assert await owed_by(shop.vendor_id) == ()


async def test_a_claim_that_is_undone_goes_back_to_the_vendor(
    database: str, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """By a transfer out of the same charge, and it can be taken again later from that one."""
    shop = await open_shop(gateway, sandbox)
    payment = await sell(gateway, sandbox, shop)
    before = held(sandbox, shop.account_id)["EUR"]
    share = before
    await claim(payment, share)
    await service.settle(gateway, "dispute:1")
    assert held(sandbox, shop.account_id) == {}
    await claim(payment, 0)
    assert (await service.settle(gateway, "dispute:1")).taken == 0
    assert held(sandbox, shop.account_id)["EUR"] == before
    await claim(payment, share, "refund:1")
    assert (await service.settle(gateway, "refund:1")).taken == share


async def test_a_debt_that_is_undone_is_not_owed_any_more(
    database: str, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Nothing was taken, so nothing goes back."""
    shop = await open_shop(gateway, sandbox)
    payment = await sell(gateway, sandbox, shop)
    await empty_the_balance(sandbox, shop.account_id)
    await claim(payment, 1000)
    await service.settle(gateway, "dispute:1")
    await claim(payment, 0)
    settled = await service.settle(gateway, "dispute:1")
    assert (settled.taken, settled.receivable, settled.owed_since) == (0, 0, None)
    assert held(sandbox, shop.account_id) == {}


@pytest.mark.parametrize("effect", ["reset_before", "reset_after"])
async def test_a_lost_answer_heals_under_the_same_key(
    database: str, gateway: Gateway, sandbox: RunningSandbox, effect: str
) -> None:
    """The reversal is made once, whether Stripe heard us the first time or not."""
    shop = await open_shop(gateway, sandbox)
    payment = await sell(gateway, sandbox, shop)
    before = held(sandbox, shop.account_id)["EUR"]
    await claim(payment, 1000)
    sandbox.breaks("/v1/transfers", effect, times=3)
    with pytest.raises(TryLater):
        await service.settle(gateway, "dispute:1")
    sandbox.faults()
    assert (await service.settle(gateway, "dispute:1")).taken == 1000
    assert held(sandbox, shop.account_id)["EUR"] == before - 1000
    assert await LedgerPosting.filter(kind="moved").count() == 1


async def test_a_key_that_stripe_forgot_moves_nothing_twice(
    database: str, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """After a day the key means nothing any more; reversal and transfer are found by their
    marks.
    """
    shop = await open_shop(gateway, sandbox)
    with time_of(sandbox) as time:
        payment = await sell(gateway, sandbox, shop)
        before = held(sandbox, shop.account_id)["EUR"]
        for amount in (1000, 300):
            await claim(payment, amount)
            sandbox.breaks("/v1/transfers", "reset_after", times=3)
            with pytest.raises(TryLater):
                await service.settle(gateway, "dispute:1")
            sandbox.faults()
            time.days(1.5)
            assert (await service.settle(gateway, "dispute:1")).taken == amount
            assert held(sandbox, shop.account_id)["EUR"] == before - amount


@pytest.mark.postgres_only
async def test_a_claim_that_changes_while_it_is_settled_waits_for_its_order(
    database: str, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """A refund fails at the moment in which its reversal is noted: one waits for the other, and
    nobody for both.
    """
    shop = await open_shop(gateway, sandbox)
    payment = await sell(gateway, sandbox, shop)
    before = held(sandbox, shop.account_id)["EUR"]
    await claim(payment, 1000)

    async def undo() -> None:
        async with unit.transaction() as tx:
            await tx.lock_first(Order.filter(id=payment.order_id))
            await asyncio.sleep(
                1.5
            )  # meanwhile the other one has its answer from Stripe
            await service.set_claim(tx, subject="dispute:1", payment=payment, amount=0)

    undoing = asyncio.create_task(undo())
    await asyncio.sleep(0.1)
    await asyncio.gather(undoing, service.settle(gateway, "dispute:1"))
    assert (await service.settle(gateway, "dispute:1")).taken == 0
    assert held(sandbox, shop.account_id)["EUR"] == before


async def test_the_operator_gives_up_on_a_debt_once(
    database: str, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """It becomes the platform's loss, and no sale pays it any more."""
    shop = await open_shop(gateway, sandbox)
    payment = await sell(gateway, sandbox, shop)
    await empty_the_balance(sandbox, shop.account_id)
    await claim(payment, 1000)
    await service.settle(gateway, "dispute:1")
    row = await Claim.get(subject="dispute:1")
    await receivables.write_off(row.id, actor="member:1")
    with pytest.raises(NothingOwed):
        await receivables.write_off(row.id, actor="member:1")
    assert await booked(Account.DISPUTE_LOSSES) == {"EUR": 1000}
    assert (await service.settle(gateway, "dispute:1")).receivable == 0


async def test_a_debt_that_was_given_up_and_then_undone_is_no_loss(
    database: str, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """A won dispute after the write-off: the vendor gets nothing that it never paid, the
    marketplace has lost nothing.
    """
    shop = await open_shop(gateway, sandbox)
    payment = await sell(gateway, sandbox, shop)
    await empty_the_balance(sandbox, shop.account_id)
    await claim(payment, 1000)
    await service.settle(gateway, "dispute:1")
    await receivables.write_off(
        (await Claim.get(subject="dispute:1")).id, actor="member:1"
    )
    await claim(payment, 0)
    settled = await service.settle(gateway, "dispute:1")
    assert (settled.taken, settled.receivable, settled.written_off) == (0, 0, 0)
    assert await booked(Account.DISPUTE_LOSSES) == {}
    assert await booked(Account.VENDOR_RECEIVABLE, vendor_id=shop.vendor_id) == {}
    assert held(sandbox, shop.account_id) == {}

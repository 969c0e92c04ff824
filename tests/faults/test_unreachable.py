"""A vendor took our access to its Stripe account away while money was still between us: what is set
off, what waits, what is sent.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from shared.core import clock
from shared.finance.connect import jobs as vendor_jobs
from shared.finance.connect import service as connect
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.ledger.chart import Account
from shared.finance.payments.models import Payment
from shared.finance.reconciliation.checks import REPAIRS
from shared.finance.reconciliation.findings import RepairName
from shared.finance.recovery import jobs, service, set_off
from shared.finance.recovery.models import Claim, Movement
from shared.finance.recovery.queries import owed_by, waiting_for_vendors
from shared.infra import unit
from shared.sandbox.events import emit
from shared.sandbox.resources import connected, dispute_lifecycle
from tests.support import market_acts as acts
from tests.support import market_disputes, market_findings, market_payouts
from tests.support.machine import Market
from tests.support.money import bears, booked, held
from tests.support.tamper import sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.market import Shop


@contextmanager
def gone(market: Market, shop: Shop) -> Iterator[None]:
    """The vendor cuts its ties to us at Stripe, and connects its account again at the end; no event
    is delivered here.
    """
    act, db = market.act(), market.stand.world.store.db
    kept = db.execute("SELECT * FROM docs WHERE id = ?", (shop.account_id,)).fetchone()
    with act.store.transaction():
        connected.part(act, act.get("account", shop.account_id))
    yield
    db.execute(f"INSERT INTO docs VALUES ({', '.join('?' * len(kept))})", tuple(kept))


async def claims(shop: Shop) -> dict[str, tuple[int, int, int, int]]:
    """What each kind of claim comes to: what it is about -> amount, taken, set off, owed."""
    rows = await Claim.filter(vendor_id=shop.vendor_id).order_by("id")
    return {
        row.subject.partition(":")[0]: (
            row.amount,
            row.taken,
            row.netted,
            row.receivable,
        )
        for row in rows
    }


async def between_us(market: Market) -> tuple[Shop, int, int]:
    """A vendor from which a dispute took everything of a sale, and which owes half of another:
    (shop, taken, owed).
    """
    (shop,) = await market.fill("LU")
    paid_out = await acts.buy(market, shop, 1, "bypassPending", back=True)
    await market.rest()
    await market_payouts.pay_out_at_stripe(market, shop, 1.0)
    await market.live(4)
    disputed = await acts.buy(market, shop, 2, "visa", back=True)
    await market.rest()
    await market_disputes.bank_disputes(market, disputed, case="chargeback")
    await market.rest()
    await acts.refund(market, paid_out, 0.5, now=True)
    await market.rest()
    found = await claims(shop)
    taken, owed = found["dispute"][1], found["refund"][3]
    assert taken > owed > 0
    return shop, taken, owed


async def win(market: Market) -> None:
    """The bank decides for the vendor."""
    act = market.act()
    with act.store.transaction():
        dispute_lifecycle.end(act, market_disputes.open_disputes(market)[0], won=True)


async def test_what_we_owe_is_set_off_and_the_rest_waits_until_the_vendor_is_back(
    market: Market,
) -> None:
    """A won dispute is set against a refund that was never covered; then the money follows, by
    itself.
    """
    shop, taken, owed = await between_us(market)
    before = held(market, shop.account_id)  # type: ignore[arg-type]
    with gone(market, shop):
        await market.settle()
        assert await set_off.is_unreachable(shop.vendor_id)
        bore, some = (await claims(shop))["refund"][:2]
        await win(market)
        await market.live(2)
        assert await claims(shop) == {
            "dispute": (0, taken, -owed, 0),
            "refund": (bore, some, owed, 0),
        }
        assert await booked(Account.VENDOR_RECEIVABLE) == {}
        assert await owed_by(shop.vendor_id) == ()
        (waits,) = await waiting_for_vendors()
        assert (
            waits.vendor_id,
            waits.amount.amount,
            waits.subject.split(":")[0],
        ) == (
            shop.vendor_id,
            taken - owed,
            "dispute",
        )
        assert await market_findings.differences(market) == []
        assert market.complaints.found == []
    emit(market.act().within(shop.account_id), "account.application.authorized", {})
    await market.settle()
    assert held(market, shop.account_id)["EUR"] == before.get("EUR", 0) + taken - owed  # type: ignore[arg-type]
    assert await claims(shop) == {
        "dispute": (0, owed, -owed, 0),
        "refund": (bore, some, owed, 0),
    }
    assert await waiting_for_vendors() == ()
    assert await market_findings.differences(market) == []
    config = await VendorPaymentConfig.get(vendor_id=shop.vendor_id)
    assert (config.deauthorized_at, config.accepts_payments) == (None, True)


async def test_a_return_that_nobody_told_us_of_is_found(market: Market) -> None:
    """Once a day it is looked whether Stripe lets us in; not before it does.

    Older news of the break is passed over.
    """
    shop, taken, owed = await between_us(market)
    with gone(market, shop):
        await market.settle()
        broken = clock.now()
        await vendor_jobs.look_again.run(market.context, {})
        assert not await connect.connect_again(market.gateway, shop.account_id)
        assert not await connect.connect_again(market.gateway, "acct_nobody")
        assert await set_off.is_unreachable(shop.vendor_id)
        await win(market)
        await market.settle()
    market.advance(60)
    await vendor_jobs.look_again.run(market.context, {})
    assert await connect.deauthorize(shop.account_id, at=broken)
    assert not await set_off.is_unreachable(shop.vendor_id)
    await market.settle()
    assert held(market, shop.account_id)["EUR"] == taken - owed  # type: ignore[arg-type]
    market.advance(60)
    await connect.deauthorize(shop.account_id, at=clock.now())
    assert await set_off.is_unreachable(shop.vendor_id)


async def test_a_payback_under_way_when_the_vendor_leaves_is_no_endless_error(
    market: Market,
) -> None:
    """Stripe refuses it: it is noted as refused, once, and what we owe waits like any other."""
    shop, taken, owed = await between_us(market)
    await win(market)
    for delivery in market.pending():
        await market.deliver(delivery)
    row = await Claim.get(subject__startswith="dispute")
    payment = await Payment.get(id=row.payment_id)
    await Movement.create(
        claim_id=row.id,
        kind="transfer",
        amount=taken,
        idempotency_key="order:1:dispute:1:transfer:9",
        stripe_source_id=str(payment.stripe_charge_id),
    )
    with gone(market, shop):
        await connect.deauthorize(shop.account_id)
        await market.live(2)
        await service.settle(market.gateway, row.subject)
        assert (
            await Movement.get(claim_id=row.id, kind="transfer")
        ).status == "refused"
        assert (await claims(shop))["dispute"] == (0, taken, -owed, 0)
        assert market.complaints.found == []
        assert await market_findings.differences(market) == []


async def test_what_is_lost_again_after_it_was_set_off_is_owed_again(
    market: Market,
) -> None:
    """The set-off stays; the claim that grew is owed, and what can be is set off once more."""
    shop, taken, owed = await between_us(market)
    with gone(market, shop):
        await market.settle()
        await win(market)
        await market.settle()
        row = await Claim.get(subject__startswith="dispute")
        payment = await Payment.get(id=row.payment_id)
        await bears(payment, taken)
        async with unit.transaction() as tx:
            await service.set_claim(
                tx, subject=row.subject, payment=payment, amount=taken
            )
        await market.settle()
        await jobs.collect.run(market.context, {"vendor_id": shop.vendor_id})
        found = await claims(shop)
        assert (found["dispute"], found["refund"][2:]) == (
            (taken, taken, -owed, owed),
            (owed, 0),
        )
        assert await booked(Account.VENDOR_RECEIVABLE) == {"EUR": owed}


async def test_a_set_off_that_was_tampered_with_pays_nobody(market: Market) -> None:
    """It comes to zero over the vendor's claims, or a person must look."""
    shop, _, owed = await between_us(market)
    await sql(f"UPDATE claims SET netted = {owed + 5} WHERE subject LIKE 'refund:%'")
    found = await market_findings.differences(market)
    assert [(row[0], row[1]) for row in found] == [
        ("claim_miscounted", f"vendor:{shop.vendor_id}:EUR")
    ]
    assert "does not come to zero" in found[0][2]
    assert RepairName.NONE not in REPAIRS

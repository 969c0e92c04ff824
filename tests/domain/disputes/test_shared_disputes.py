"""A dispute of a charge that several vendors share: one at Stripe, shared by what is left of each
order, and each vendor's part a claim of its own (decision 19).
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.finance.disputes import fraud_warnings, responses
from shared.finance.disputes.errors import AnswerClosed
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.service import sync_dispute
from shared.finance.disputes.shared_disputes import parts_of
from shared.finance.ledger.chart import Account
from shared.finance.reconciliation.claim_amounts import amounts_borne
from shared.finance.recovery.models import Claim
from shared.infra.gateway.balance_transactions import BalanceTransaction
from shared.infra.gateway.disputes import StripeDispute
from shared.infra.mail.models import Email
from tests.support import market_acts as acts
from tests.support.killing import Killed, killed_at
from tests.support.market_findings import at_rest, differences
from tests.support.money import booked
from tests.support.purchases import (
    SharedPurchase,
    buy_and_pay,
    buy_from,
    pay,
)

if TYPE_CHECKING:
    from tests.support.machine import Market
    from tests.support.market import Shop

EUROS = ("LU", "FR", "DE")
NOW = datetime(2026, 11, 30, tzinfo=UTC)


async def _disputed(
    market: Market, *, share: float | None = None, case: str = "chargeback"
) -> tuple[list[Shop], SharedPurchase]:
    shops = await market.fill(*EUROS)
    purchase = await buy_and_pay(market, shops, quantity=2)
    await _complain(market, purchase, share=share, case=case)
    return shops, purchase


async def _complain(
    market: Market,
    purchase: SharedPurchase,
    *,
    share: float | None = None,
    case: str = "chargeback",
) -> None:
    (lead, *_) = await purchase.payments()
    market.stand.complain(str(lead.stripe_charge_id), case, share)
    await at_rest(market)


async def _holds(shop: Shop) -> int:
    sums = await booked(Account.STRIPE_VENDOR, vendor_id=shop.vendor_id)
    return sums.get("EUR", 0)


class TestMoney:
    """Who bears what, and who has what back."""

    @pytest.mark.both_engines
    async def test_each_vendor_bears_its_part_and_has_it_back_when_it_is_won(
        self, market: Market
    ) -> None:
        """Of its own order; the commission gives back its own; the fee is the marketplace's."""
        shops, purchase = await _disputed(market)
        paid = await purchase.payments()
        rows = await Dispute.all().order_by("id")
        assert [row.order_id for row in rows] == list(purchase.order_ids)
        assert [row.amount for row in rows] == [each.amount_total for each in paid]
        assert [row.vendor_part for row in rows] == [p.amount_vendor for p in paid]
        assert [await _holds(shop) for shop in shops] == [0, 0, 0]
        orders = await purchase.orders()
        assert [o.disputed_amount for o in orders] == [p.amount_total for p in paid]
        market.stand.decide_dispute(won=True)
        await at_rest(market)
        assert {row.status for row in await Dispute.all()} == {"won"}
        assert [await _holds(shop) for shop in shops] == [p.amount_vendor for p in paid]
        orders = await purchase.orders()
        assert {(o.disputed_amount, o.lost_amount) for o in orders} == {(0, 0)}
        assert {claim.amount for claim in await Claim.all()} == {0}

    async def test_what_was_given_back_before_bears_nothing(
        self, market: Market
    ) -> None:
        """By what is left of each order; one that is given back whole has no part in it."""
        shops = await market.fill(*EUROS)
        purchase = await buy_and_pay(market, shops, quantity=2)
        await acts.refund(market, purchase.order_ids[0], 1.0, now=True)
        await acts.refund(market, purchase.order_ids[1], 0.5, now=True)
        await market.rest()
        orders = await purchase.orders()
        left = [o.total_amount_cents - o.refunded_amount for o in orders]
        await _complain(market, purchase)
        rows = await Dispute.all().order_by("id")
        assert [(row.order_id, row.amount) for row in rows] == [
            (purchase.order_ids[1], left[1]),
            (purchase.order_ids[2], left[2]),
        ]
        market.stand.decide_dispute(won=False)
        await at_rest(market)
        orders = await purchase.orders()
        assert [order.lost_amount for order in orders] == [0, left[1], left[2]]
        assert [await _holds(shop) for shop in shops] == [0, 0, 0]

    @pytest.mark.parametrize("share", [0.3, 1.1])
    async def test_a_part_of_the_charge_or_more_than_it_is_shared_to_the_cent(
        self, market: Market, share: float
    ) -> None:
        """Decided in part: what comes back is shared alike."""
        _, purchase = await _disputed(market, share=share)
        total = sum(each.amount_total for each in await purchase.payments())
        rows = await Dispute.all()
        assert sum(row.amount for row in rows) == int(total * share)
        assert max(row.amount for row in rows) - min(row.amount for row in rows) <= 1
        market.stand.decide_dispute(won=False, share=0.5)
        await at_rest(market)

    async def test_an_inquiry_takes_nothing_and_keeps_its_shares(
        self, market: Market
    ) -> None:
        """As they were frozen with the first word of it, whatever is given back meanwhile."""
        shops, purchase = await _disputed(market, case="inquiry")
        assert await Claim.all().count() == 0
        before = await Dispute.all().order_by("id").values_list("id", "amount")
        assert len(before) == 3
        await acts.refund(market, purchase.order_ids[0], 0.5, now=True)
        await at_rest(market)
        after = await Dispute.all().order_by("id").values_list("id", "amount")
        assert after == before
        assert await _holds(shops[0]) > 0

    async def test_each_vendor_is_told_of_its_own_part(self, market: Market) -> None:
        """One mail each, with its order's number."""
        _, purchase = await _disputed(market)
        told = await Email.filter(kind="dispute_opened").order_by("order_id")
        assert [mail.order_id for mail in told] == list(purchase.order_ids)

    @pytest.mark.both_engines
    async def test_a_kill_at_any_statement_books_each_part_once(
        self, market: Market
    ) -> None:
        """All of the parts, or none; whoever reads it again finishes."""
        shops = await market.fill("LU", "FR")
        for number in count(0, 2):
            purchase = await buy_and_pay(market, shops)
            (lead, _) = await purchase.payments()
            market.stand.complain(str(lead.stripe_charge_id), "chargeback")
            for delivery in market.pending():
                market.drop(delivery)
            charge = str(lead.stripe_charge_id)
            listed = market.stand.v1.disputes.list({"charge": charge})
            stripe_id = listed.data[0].id
            try:
                with killed_at(number):
                    await sync_dispute(market.gateway, stripe_id)
            except Killed:
                is_over = False
            else:
                is_over = True
            rows = await Dispute.filter(stripe_dispute_id=stripe_id)
            assert len(rows) in (0, 2)
            for _ in range(2):
                await sync_dispute(market.gateway, stripe_id)
            rows = await Dispute.filter(stripe_dispute_id=stripe_id)
            assert [row.amount for row in rows] == [1999, 1999]
            if is_over:
                break
        assert number > 5
        await at_rest(market)

    async def test_a_warning_of_fraud_reaches_each_vendor_once(
        self, market: Market
    ) -> None:
        """While each can still give its own order back."""
        purchase = await buy_from(await market.fill("LU", "FR"))
        view = await purchase.open(market)
        pay(market, view.payment_intent_id, "pm_card_createIssuerFraudRecord")
        market.advance(1)
        for delivery in market.pending():
            await market.deliver(delivery, times=2)
        await market.settle()
        told = await Email.filter(kind="fraud_warning").order_by("order_id")
        assert [mail.order_id for mail in told] == list(purchase.order_ids)
        for order in purchase.order_ids:
            assert await fraud_warnings.is_warned(order)

    async def test_the_one_answer_is_no_single_vendors(self, market: Market) -> None:
        """Neither handed in nor accepted by one for all."""
        await _disputed(market)
        row = await Dispute.all().first()
        assert row is not None
        whose = {
            "vendor_id": row.vendor_id,
            "dispute_id": row.id,
            "actor": "member:1",
        }
        version = await responses.save_draft(texts={"customer_name": "Ada"}, **whose)
        with pytest.raises(AnswerClosed):
            await responses.accept(market.gateway, **whose)
        with pytest.raises(AnswerClosed):
            await responses.submit(market.gateway, version=version, **whose)


AMOUNTS = st.integers(min_value=1, max_value=9_999_999)
WEIGHTS = st.dictionaries(
    st.integers(min_value=1, max_value=500), AMOUNTS, min_size=2, max_size=20
)


def _row(amount: int, fee: int) -> BalanceTransaction:
    return BalanceTransaction(
        id="txn_1",
        type="adjustment",
        amount=amount,
        fee=fee,
        net=amount - fee,
        currency="EUR",
        source="du_1",
        available_on=NOW,
        created=NOW,
        reporting_category="dispute",
    )


@example(amount=143, fee=144, weights={1: 9919, 2: 1, 3: 2826916})
@given(amount=AMOUNTS, fee=st.integers(0, 10_000), weights=WEIGHTS)
def test_the_parts_of_a_dispute_come_to_it_in_every_sum(
    amount: int, fee: int, weights: dict[int, int]
) -> None:
    """Amount, money that went and came back, fee; what was won gives each exactly its own back."""
    out, back = _row(-amount, fee), _row(amount, 0)
    seen = StripeDispute(
        id="du_1",
        status="won",
        amount=amount,
        currency="EUR",
        reason="general",
        charge="ch_1",
        payment_intent="pi_1",
        is_inquiry=False,
        is_charge_refundable=False,
        due_by=None,
        has_evidence=False,
        past_due=False,
        submission_count=0,
        evidence={},
        network_reason_code=None,
        transactions=(out, back),
        created=NOW,
    )
    parts = parts_of(seen, weights)
    assert sum(part.amount for part in parts.values()) == amount
    for each in parts.values():
        gone, returned = each.transactions
        assert -gone.amount == returned.amount == each.amount
        assert gone.net == gone.amount - gone.fee
    mine = {order_id: weights[order_id] for order_id in parts}
    again = parts_of(seen, mine)
    assert sum(p.amount for p in again.values()) == amount
    for place, row in enumerate((out, back)):
        rows = [part.transactions[place] for part in again.values()]
        assert sum(each.amount for each in rows) == row.amount
        assert sum(each.fee for each in rows) == row.fee


@pytest.mark.both_engines
@pytest.mark.parametrize("is_won", [False, True])
async def test_a_claim_of_each_part_is_compared_with_what_its_vendor_bears(
    market: Market, *, is_won: bool
) -> None:
    """By its own row and its own order's postings: the transaction is noted for one of them."""
    _, purchase = await _disputed(market)
    if is_won:
        market.stand.decide_dispute(won=True)
        await at_rest(market)
    subjects = [f"dispute:{row.id}" for row in await Dispute.all().order_by("id")]
    borne = await amounts_borne(subjects)
    parts = [0 if is_won else p.amount_vendor for p in await purchase.payments()]
    assert [borne[subject] for subject in subjects] == parts
    assert await amounts_borne(subjects[1:2]) == {subjects[1]: parts[1]}
    for subject in subjects:
        claim = await Claim.get(subject=subject)
        await Claim.filter(id=claim.id).update(amount=claim.amount + 100)
        (found,) = await differences(market)
        assert found[:2] == ("claim_miscounted", f"claim:{claim.id}")
        await Claim.filter(id=claim.id).update(amount=claim.amount)
    await at_rest(market)

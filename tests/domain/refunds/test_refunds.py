"""Refunds by each policy, and how Stripe is asked for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.finance.ledger.chart import Account
from shared.finance.payments.models import Payment
from shared.finance.recovery.models import Claim
from shared.finance.refunds import preview, service
from shared.finance.refunds.models import Refund
from shared.finance.refunds.rules import (
    RefundState,
)
from shared.infra.mail.models import Email
from shared.infra.stripe_writes.models import StripeWrite
from shared.trade.commission.rules import RefundPolicy
from shared.trade.orders.models import Order
from tests.support.money import assert_books_agree, booked, held, stripe_get
from tests.support.refunds import (
    PRICE,
    WHOLE,
    amount,
    ask,
    by_one_call,
    leave,
    refund,
    run_jobs,
    set_policy,
    sold,
)

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")

POLICIES = list(RefundPolicy)


PARTS = {
    "whole": [WHOLE],
    "part": [amount(777)],
    "parts": [amount(333), amount(1), amount(1000), WHOLE],
}


async def changes(
    sandbox: RunningSandbox, account: str | None, *, after: set[str]
) -> tuple[int, set[str]]:
    """What an account's balance transactions that are not in `after` come to, and all of their
    ids.
    """
    rows = stripe_get(sandbox, "/v1/balance_transactions?limit=100", account)["data"]
    return sum(row["net"] for row in rows if row["id"] not in after), {
        row["id"] for row in rows
    }


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("parts", PARTS)
class TestEachPolicy:
    async def test_the_preview_equals_the_balance_transactions_afterwards(
        self,
        gateway: Gateway,
        sandbox: RunningSandbox,
        context: Context,
        policy: RefundPolicy,
        parts: str,
    ) -> None:
        """Who gets and bears what is said before, and is what Stripe did; the books agree after
        each part.
        """
        await set_policy(policy)
        sale = await sold(gateway, sandbox)
        _, mine = await changes(sandbox, None, after=set())
        _, theirs = await changes(sandbox, sale.shop.account_id, after=set())
        back = 0
        for wish in PARTS[parts]:
            told = await preview.preview(
                gateway,
                vendor_id=sale.shop.vendor_id,
                number=sale.order.number,
                wish=wish,
            )
            made = await refund(gateway, sale, wish)
            assert made.status == RefundState.SUCCEEDED
            assert (made.amount, made.vendor_part, made.commission_part) == (
                told.amount,
                told.vendor_part,
                told.commission_part,
            )
            platform, mine = await changes(sandbox, None, after=mine)
            vendor, theirs = await changes(sandbox, sale.shop.account_id, after=theirs)
            assert (platform, vendor) == (told.platform_change, told.vendor_change)
            back += made.commission_part
            await assert_books_agree(sandbox)
        order = await Order.get(id=sale.order.id)
        whole = parts != "part"
        assert order.payment_status == ("refunded" if whole else "paid")
        assert order.refunded_amount == (PRICE if whole else 777)
        if whole:
            assert back == (0 if policy is RefundPolicy.KEEP else 200)
        await run_jobs(context)
        await assert_books_agree(sandbox)
        assert not await Claim.filter(receivable__gt=0).exists()

    async def test_a_vendor_that_is_short_owes_the_rest(
        self,
        gateway: Gateway,
        sandbox: RunningSandbox,
        context: Context,
        policy: RefundPolicy,
        parts: str,
    ) -> None:
        """What its balance covers is taken, the rest is a receivable, as the preview said."""
        await set_policy(policy)
        sale = await sold(gateway, sandbox)
        await leave(sandbox, sale.shop, 500)
        owed = 0
        for wish in PARTS[parts]:
            told = await preview.preview(
                gateway,
                vendor_id=sale.shop.vendor_id,
                number=sale.order.number,
                wish=wish,
            )
            await refund(gateway, sale, wish)
            owed += told.owed
            await assert_books_agree(sandbox)
        assert owed > 0
        assert await booked(
            Account.VENDOR_RECEIVABLE, vendor_id=sale.shop.vendor_id
        ) == {"EUR": owed}
        await run_jobs(context)
        await assert_books_agree(sandbox)

    @pytest.mark.parametrize(
        ("card", "rest"),
        [
            ("pm_card_pendingRefund", 0),
            ("pm_card_refundFail", None),
            ("pm_card_refundFail", 0),
        ],
    )
    async def test_a_slow_refund_arrives_and_one_that_fails_is_undone(  # noqa: PLR0917 - fixtures and parameters
        self,
        gateway: Gateway,
        sandbox: RunningSandbox,
        context: Context,
        policy: RefundPolicy,
        parts: str,
        card: str,
        rest: int | None,
    ) -> None:
        """Without any webhook: order, vendor, commission and books are as the bank decided; the
        order can be refunded again.
        """
        await set_policy(policy)
        sale = await sold(gateway, sandbox, card=card)
        if rest is not None:
            await leave(sandbox, sale.shop, rest)
        at = held(sandbox, sale.shop.account_id).get("EUR", 0)
        for wish in PARTS[parts]:
            made = await refund(gateway, sale, wish)
            assert made.status == (
                RefundState.PENDING if "pending" in card else RefundState.SUCCEEDED
            )
        await assert_books_agree(sandbox)
        sandbox.advance(120)
        await run_jobs(context)
        await assert_books_agree(sandbox)
        order, payment = (
            await Order.get(id=sale.order.id),
            await Payment.get(id=sale.payment.id),
        )
        states = set(await Refund.all().values_list("status", flat=True))
        if "pending" in card:
            assert states == {RefundState.SUCCEEDED}
            assert order.payment_status == ("paid" if parts == "part" else "refunded")
            return
        assert states == {RefundState.FAILED}
        assert (order.payment_status, order.refunded_amount, payment.refunded_at) == (
            "paid",
            0,
            None,
        )
        assert held(sandbox, sale.shop.account_id).get("EUR", 0) == at
        assert await booked(Account.VENDOR_RECEIVABLE) == {}
        again = await refund(gateway, sale, WHOLE)
        assert (again.status, again.reverse_transfer) == (RefundState.SUCCEEDED, False)
        await assert_books_agree(sandbox)


class TestTheWayItIsAsked:
    async def test_the_plain_case_is_one_call(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Transfer and fee come back along with the refund; nothing is asked for afterwards."""
        sale = await sold(gateway, sandbox)
        before = len(sandbox.requests())
        made = await refund(gateway, sale, amount(1000))
        posts = [r for r in sandbox.requests()[before:] if r["method"] == "POST"]
        assert [r["path"] for r in posts] == ["/v1/refunds"]
        assert (made.reverse_transfer, made.refund_application_fee) == (True, True)
        assert made.idempotency_key == f"order:{sale.order.number}:refund:1:1"
        assert made.stripe_reversal_id
        claim = await Claim.get(subject=f"refund:{made.id}")
        assert (claim.amount, claim.taken) == (900, 900)

    async def test_a_balance_that_shrinks_at_the_last_moment_makes_the_platform_pay(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Where Stripe refuses the reversal, the next attempt has the next key and claims what is
        there.
        """
        sandbox.control("PUT", "settings", {"destination_reversals": "covered"})
        sale = await sold(gateway, sandbox, others=0)
        made = await ask(gateway, sale)
        await leave(sandbox, sale.shop, 300)
        await by_one_call(made)
        await service.try_now(gateway, made.id)
        made = await Refund.get(id=made.id)
        assert (made.status, made.reverse_transfer) == (RefundState.SUCCEEDED, False)
        write = await StripeWrite.get(subject=f"refund:{made.id}")
        assert (write.attempt, write.key) == (2, f"{made.idempotency_key}:2")
        claim = await Claim.get(subject=f"refund:{made.id}")
        assert (claim.taken, claim.receivable) == (300, 1500)
        await assert_books_agree(sandbox)

    async def test_where_stripe_takes_it_all_the_same_the_vendor_is_below_zero(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """One attempt, nothing is owed to us beside it: the debt lies in the vendor's balance, and
        its next sale pays it.
        """
        sale = await sold(gateway, sandbox, others=0)
        made = await ask(gateway, sale)
        await leave(sandbox, sale.shop, 300)
        await by_one_call(made)
        await service.try_now(gateway, made.id)
        made = await Refund.get(id=made.id)
        assert (made.status, made.reverse_transfer) == (RefundState.SUCCEEDED, True)
        assert (await StripeWrite.get(subject=f"refund:{made.id}")).attempt == 1
        claim = await Claim.get(subject=f"refund:{made.id}")
        assert (claim.taken, claim.receivable) == (1800, 0)
        assert held(sandbox, sale.shop.account_id) == {"EUR": -1500}
        await assert_books_agree(sandbox)

    async def test_where_stripe_gives_back_another_part_of_the_fee_its_number_counts(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """How it rounds is not written anywhere; the books follow what really moved."""
        sale = await sold(gateway, sandbox)
        made = await ask(gateway, sale, amount(1000))
        await Refund.filter(id=made.id).update(vendor_part=901, commission_part=99)
        await by_one_call(made)
        await service.try_now(gateway, made.id)
        made = await Refund.get(id=made.id)
        assert (made.status, made.vendor_part, made.commission_part) == (
            RefundState.SUCCEEDED,
            900,
            100,
        )
        await assert_books_agree(sandbox)

    async def test_a_platform_that_is_short_of_money_owes_the_refund(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """It waits in words, and the books agree while it does."""
        sale = await sold(gateway, sandbox, funded=False, others=0)
        made = await refund(gateway, sale)
        assert (made.status, made.pending_reason) == (
            RefundState.PENDING,
            "insufficient_funds",
        )
        await assert_books_agree(sandbox)
        assert await booked(Account.SHOPPERS_DUE) == {"EUR": -PRICE}
        assert not await Email.filter(kind="refunded").exists()

    async def test_an_earlier_refund_without_answer_goes_first(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """Two of one payment are never under way together; both arrive."""
        sale = await sold(gateway, sandbox)
        first, second = (
            await ask(gateway, sale, amount(500)),
            await ask(gateway, sale, amount(400)),
        )
        await service.try_now(gateway, second.id)
        assert (await Refund.get(id=second.id)).status == RefundState.OPENING
        await run_jobs(context)
        rows = await Refund.all().order_by("id")
        assert [row.status for row in rows] == [RefundState.SUCCEEDED] * 2
        assert [row.id for row in rows] == [first.id, second.id]
        await assert_books_agree(sandbox)

"""Refunds through service, stand-in and books: each policy, whole and in parts, whatever the card
and the vendor's balance do.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from shared.core.errors import MarketError, NotFound
from shared.finance.ledger.chart import Account
from shared.finance.ledger.models import LedgerPosting
from shared.finance.payments.models import Payment
from shared.finance.recovery.models import Claim
from shared.finance.refunds import preview, service, sync
from shared.finance.refunds.errors import (
    BadRefund,
    ChargedBack,
    NotPaid,
    RefundedMeanwhile,
    TooMuch,
)
from shared.finance.refunds.models import Refund, RefundLine
from shared.finance.refunds.refundability import Refundability
from shared.finance.refunds.rules import (
    Reach,
    RefundRequest,
    RefundState,
)
from shared.infra.mail.models import Email
from shared.infra.stripe_writes.models import StripeWrite
from shared.trade.catalogue.models import Product
from shared.trade.commission.rules import RefundPolicy
from shared.trade.orders.models import Order, OrderLine
from tests.support.factories import make_order
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


class TestWhatMayBeAsked:
    @pytest.mark.parametrize(
        ("wish", "param"),
        [
            (amount(2001), "amount"),
            (amount(0), "amount"),
            (amount(-5), "amount"),
            (RefundRequest(Reach.AMOUNT), "amount"),
            (RefundRequest(Reach.LINES), "reach"),
            (RefundRequest(Reach.LINES, quantities={10**9: 1}), None),
        ],
    )
    async def test_an_amount_that_cannot_be_is_told_at_its_field(
        self,
        gateway: Gateway,
        sandbox: RunningSandbox,
        wish: RefundRequest,
        param: str | None,
    ) -> None:
        """Nothing is written down."""
        sale = await sold(gateway, sandbox, others=0)
        with pytest.raises(BadRefund) as told:
            await ask(gateway, sale, wish)
        assert told.value.param == param
        assert not await Refund.exists()
        assert (await Order.get(id=sale.order.id)).refunded_amount == 0

    async def test_two_at_once_one_wins(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The other is told what is left; together they never exceed the order."""
        sale = await sold(gateway, sandbox)
        both = await asyncio.gather(
            refund(gateway, sale, amount(1500)),
            refund(gateway, sale, amount(1200)),
            return_exceptions=True,
        )
        [lost] = [r for r in both if isinstance(r, BaseException)]
        [made] = [r for r in both if isinstance(r, Refund)]
        assert isinstance(lost, TooMuch)
        assert f"{(PRICE - made.amount) / 100:.2f}" in lost.message
        assert await Refund.all().count() == 1
        assert (await Order.get(id=sale.order.id)).refunded_amount == made.amount
        await assert_books_agree(sandbox)

    async def test_pressed_twice_is_one_refund(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Both would fit, but the second had not seen the first."""
        sale = await sold(gateway, sandbox)
        both = await asyncio.gather(
            ask(gateway, sale, amount(100), seen=0),
            ask(gateway, sale, amount(100), seen=0),
            return_exceptions=True,
        )
        assert sorted(type(r).__name__ for r in both) == ["Refund", "RefundedMeanwhile"]
        assert any(
            isinstance(r, RefundedMeanwhile) and "€19.00" in r.message for r in both
        )

    async def test_another_vendors_order_is_not_there(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """404, whatever is asked."""
        sale = await sold(gateway, sandbox, others=0)
        other = await make_order()
        for call in (
            preview.refundable(other.vendor_id, sale.order.number),
            preview.preview(
                gateway, vendor_id=other.vendor_id, number=sale.order.number, wish=WHOLE
            ),
            service.request(
                gateway,
                vendor_id=other.vendor_id,
                number=sale.order.number,
                wish=WHOLE,
                reason="duplicate",
                note="",
                by="member:1",
            ),
        ):
            with pytest.raises(NotFound):
                await call

    async def test_an_unpaid_order_has_nothing_to_give_back(
        self, gateway: Gateway
    ) -> None:
        """A sentence."""
        order = await make_order()
        with pytest.raises(NotPaid):
            await service.request(
                gateway,
                vendor_id=order.vendor_id,
                number=order.number,
                wish=WHOLE,
                reason="duplicate",
                note="",
                by="member:1",
            )

    async def test_a_reason_that_blocks_the_shoppers_card_is_never_sent(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """`fraudulent` is refused here already."""
        sale = await sold(gateway, sandbox, others=0)
        with pytest.raises(MarketError):
            await service.request(
                gateway,
                vendor_id=sale.shop.vendor_id,
                number=sale.order.number,
                wish=WHOLE,
                reason="fraudulent",
                note="",
                by="member:1",
            )

    async def test_what_the_bank_took_is_not_given_back_as_well(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """A chargeback stands in the way, in a sentence."""
        sale = await sold(gateway, sandbox)
        sandbox.control(
            "POST",
            "disputes",
            {"charge": sale.payment.stripe_charge_id, "reason": "fraudulent"},
        )
        with pytest.raises(ChargedBack):
            await ask(gateway, sale)
        told = await preview.preview(
            gateway, vendor_id=sale.shop.vendor_id, number=sale.order.number, wish=WHOLE
        )
        assert told.refundability is Refundability.CHARGED_BACK
        assert (await Order.get(id=sale.order.id)).refunded_amount == 0

    async def test_an_inquiry_is_no_obstacle(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """A refund closes it, and the preview says so."""
        sale = await sold(gateway, sandbox)
        sandbox.control(
            "POST",
            "disputes",
            {
                "charge": sale.payment.stripe_charge_id,
                "reason": "fraudulent",
                "inquiry": True,
            },
        )
        told = await preview.preview(
            gateway, vendor_id=sale.shop.vendor_id, number=sale.order.number, wish=WHOLE
        )
        assert told.refundability is Refundability.INQUIRY
        assert (await refund(gateway, sale)).status == RefundState.SUCCEEDED

    async def test_a_chargeback_between_looking_and_asking_is_told(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Stripe refuses; what was spoken for is left again, and the vendor gets the sentence."""
        sale = await sold(gateway, sandbox)
        made = await ask(gateway, sale)
        sandbox.control(
            "POST",
            "disputes",
            {"charge": sale.payment.stripe_charge_id, "reason": "fraudulent"},
        )
        await service.try_now(gateway, made.id)
        made = await Refund.get(id=made.id)
        assert made.status == RefundState.REFUSED
        assert "bank has taken" in made.refusal
        assert (await Order.get(id=sale.order.id)).refunded_amount == 0
        assert await Email.filter(kind="refund_refused").count() == 1


class TestLines:
    async def test_pieces_go_back_on_the_shelf_once(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """When the money has gone; refunded again after a failure, they are not counted twice."""
        sale = await sold(
            gateway, sandbox, card="pm_card_refundFail", quantity=3, others=0
        )
        line = await OrderLine.get(order_id=sale.order.id)
        shelf = (await Product.get(id=sale.shop.product_id)).stock
        wish = RefundRequest(
            Reach.LINES,
            quantities={line.id: 2},
            restock=frozenset({line.id}),
        )
        made = await refund(gateway, sale, wish)
        assert (made.amount, made.status) == (2 * PRICE, RefundState.SUCCEEDED)
        assert (await Product.get(id=sale.shop.product_id)).stock == shelf + 2
        sandbox.advance(120)
        await run_jobs(context)
        assert (await Refund.get(id=made.id)).status == RefundState.FAILED
        again = await refund(
            gateway, sale, RefundRequest(Reach.WHOLE, restock=frozenset({line.id}))
        )
        assert again.amount == 3 * PRICE
        assert (await Product.get(id=sale.shop.product_id)).stock == shelf + 3
        await assert_books_agree(sandbox)

    async def test_a_piece_is_given_back_once(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """The line says how many are left."""
        sale = await sold(gateway, sandbox, quantity=3)
        line = await OrderLine.get(order_id=sale.order.id)
        await refund(gateway, sale, RefundRequest(Reach.LINES, quantities={line.id: 2}))
        with pytest.raises(BadRefund, match="At most 1") as told:
            await ask(
                gateway, sale, RefundRequest(Reach.LINES, quantities={line.id: 2})
            )
        assert told.value.param == f"quantity_{line.id}"
        rest = await refund(gateway, sale)
        assert rest.amount == PRICE
        assert [p.quantity for p in await RefundLine.all().order_by("id")] == [2, 1]

    async def test_not_asked_for_nothing_goes_back_on_the_shelf(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Broken goods are refunded too."""
        sale = await sold(gateway, sandbox)
        shelf = (await Product.get(id=sale.shop.product_id)).stock
        await refund(gateway, sale)
        assert (await Product.get(id=sale.shop.product_id)).stock == shelf


class TestPeople:
    async def test_the_shopper_is_told_and_later_that_it_did_not_arrive(
        self, gateway: Gateway, sandbox: RunningSandbox, context: Context
    ) -> None:
        """With the vendor's note; the vendor is told of the failure with its reason."""
        sale = await sold(gateway, sandbox, card="pm_card_refundFail")
        await refund(gateway, sale)
        mail = await Email.get(kind="refunded")
        assert mail.to == "ada@example.test"
        assert "Sorry." in mail.text
        assert "€20.00" in mail.subject
        sandbox.advance(120)
        await run_jobs(context)
        assert (
            "expired or was cancelled" in (await Email.get(kind="refund_failed")).text
        )
        assert (await Email.get(kind="refund_came_back")).to == "ada@example.test"

    async def test_following_twice_does_everything_once(
        self, gateway: Gateway, sandbox: RunningSandbox
    ) -> None:
        """Postings, mails, movements."""
        sale = await sold(gateway, sandbox)
        made = await refund(gateway, sale)
        await asyncio.gather(*(sync.sync_refund(gateway, made.id) for _ in range(3)))
        assert await LedgerPosting.filter(kind__startswith="refund").count() == 2
        assert await Email.filter(kind="refunded").count() == 1
        await assert_books_agree(sandbox)

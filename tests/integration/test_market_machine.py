"""A marketplace in which anything may happen in any order, and every cent is counted: by our books, by Stripe's, by both.

Sales in several currencies, refunds under each policy, disputes, fees that change, webhooks late, doubled, reordered or lost,
lines that break, time that passes. After every step the ledger comes to nought and so do Stripe's books. Whenever the
marketplace had two quiet hours, its books say of each balance what Stripe says, its exposure is what Stripe adds up, no job
is stuck; and at the end reconciliation finds nothing.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from shared.baskets import service as baskets
from shared.disputes import answers
from shared.disputes.models import Dispute
from shared.errors import MarketError
from shared.fees import service as fees
from shared.fees.rules import RefundPolicy
from shared.gateway.seam import StripeRefused
from shared.ledger.chart import Account
from shared.money import step
from shared.orders.models import Order
from shared.orders.service import place_order
from shared.payments.models import Payment
from shared.payments.service import confirm_payment, create_payment_intent
from shared.refunds import asking
from shared.refunds import service as refunds
from shared.refunds.models import Refund
from shared.refunds.rules import Reach, RefundState, Wish
from shared.reporting.models import Difference
from shared.reporting.queries import exposure_now
from shared.reporting.reconcile import reconcile
from shared.sandbox.control_exposure import added_up
from shared.sandbox.resources import chargebacks
from shared.vendors import service as vendors
from tests.support.machine import HOUR, Market
from tests.support.market import ADA
from tests.support.money import assert_books_agree, booked

if TYPE_CHECKING:
    from pathlib import Path

    from shared.sandbox.store import Document
    from tests.support.market import Shop

T = TypeVar("T")
CARDS = (
    "visa",
    "visa",
    "bypassPending",
    "createDispute",
    "createDisputeInquiry",
    "createMultipleDisputes",
    "pendingRefund",
    "refundFail",
)
SHARES = st.sampled_from((0.1, 0.333, 0.5, 1.0))
HOURS = st.sampled_from((0.02, 0.5, 3, 24, 24 * 8))
EVIDENCE = st.sampled_from(("winning_evidence", "losing_evidence", "escalate_inquiry_evidence", "our side of it"))
LIMITS = st.sampled_from(({}, {"EUR": 1000}, {"EUR": 0, "DKK": 10_000, "HUF": 500_000}))
CALM = st.booleans()  # whether two quiet hours follow, and everything is compared
WHICH = st.integers(0, 20)


class MarketMachine(RuleBasedStateMachine):
    """Every rule is something that a person, a bank, Stripe, the network or the clock may do."""

    sales: Any = Bundle("sales")

    def __init__(self, start: Start) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.market, self.shops, self.sold = start.market(), start.shops, start.sales
        self.sound = False
        self.waits = False  # whether a refund may wait for the operator

    def disputes(self) -> list[Document]:
        """Those at Stripe that are not decided."""
        act = self.market.act()
        found = act.store.select("platform = ? AND object = 'dispute'", [act.platform])
        return [doc for doc in found if doc.body["status"] not in (*chargebacks.CLOSED, "prevented")]

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Let it happen; what breaks is not made worse by the end of the test."""
        self.sound = False
        done = self.loop.run_until_complete(work)
        self.sound = True
        return done

    async def attempt(self, work: Coroutine[Any, Any, T]) -> T | None:
        """Do it, or be told why not in a sentence."""
        try:
            return await work
        except StripeRefused:
            raise
        except MarketError:
            return None

    @initialize(target=sales)
    def the_market_opens(self) -> Any:
        self.run(self.market.open())
        return multiple(*self.sold)

    def teardown(self) -> None:
        try:
            if self.sound:
                self.run(self.compare())
                self.run(self.reconcile())
        finally:
            self.loop.run_until_complete(self.market.close())
            self.loop.close()

    def then(self, calm: bool) -> None:
        """The quiet after a step, if there is one."""
        if calm:
            self.run(self.compare())

    # Selling.

    @rule(target=sales, shop=st.integers(0, 2), quantity=st.integers(1, 3), card=st.sampled_from(CARDS),
          back=st.booleans(), calm=CALM)  # fmt: skip
    def a_shopper_buys(self, *, shop: int, quantity: int, card: str, back: bool, calm: bool) -> Any:
        sale = self.run(self.attempt(buy(self.market, self.shops[shop], quantity, card, back=back)))
        self.then(calm)
        return multiple() if sale is None else sale

    @rule(shop=st.integers(0, 2))
    def a_shopper_leaves(self, shop: int) -> None:
        self.run(self.attempt(buy(self.market, self.shops[shop], 1, None, back=False)))

    @rule(shop=st.integers(0, 2), percentage=st.sampled_from(("0", "2.5", "10", "33.33", "99.99")))
    def the_fee_changes(self, shop: int, percentage: str) -> None:
        vendor = self.shops[shop].vendor_id
        self.run(vendors.set_platform_fee(vendor_id=vendor, percentage=Decimal(percentage), actor="test"))

    # Giving back.

    @rule(policy=st.sampled_from(RefundPolicy), limits=LIMITS)
    def the_policy_changes(self, policy: RefundPolicy, limits: dict[str, int]) -> None:
        self.run(fees.set_policy(refund_policy=policy, refund_approval_limits=limits, actor="test"))

    @rule(sale=sales, share=SHARES, now=st.booleans(), calm=CALM)
    def the_vendor_refunds(self, sale: int, share: float, now: bool, calm: bool) -> None:
        self.run(self.attempt(self.refund(sale, share, now=now)))
        self.then(calm)

    async def refund(self, sale: int, share: float, *, now: bool) -> None:
        """A part, or what is left; asked of Stripe at once, or by the job."""
        order = await Order.get(id=sale)
        unit = step(order.currency)
        part = max(unit, int(order.total_amount_cents * share) // unit * unit)
        made = await refunds.request(
            self.market.gateway,
            vendor_id=order.vendor_id,
            number=order.number,
            wish=Wish(Reach.WHOLE) if share == 1 else Wish(Reach.AMOUNT, part),
            reason="requested_by_customer",
            note="",
            by="member:1",
        )
        self.waits |= made.state is RefundState.AWAITING_APPROVAL
        if now and made.state is RefundState.OPENING:
            await asking.try_now(self.market.gateway, made.id)

    @precondition(lambda self: self.waits)
    @rule(yes=st.booleans(), calm=CALM)
    def the_operator_decides(self, yes: bool, calm: bool) -> None:
        self.run(self.decide(yes=yes))
        self.then(calm)

    async def decide(self, *, yes: bool) -> None:
        """About the refund that waits longest."""
        waiting = await Refund.filter(status=RefundState.AWAITING_APPROVAL).order_by("id").first()
        self.waits = waiting is not None
        if waiting is None:
            return
        if yes:
            await refunds.approve(waiting.id, by="member:2")
        else:
            await refunds.decline(waiting.id, reason="Not like this.", by="member:2")

    @rule(sale=sales, share=SHARES, reverse=st.booleans(), fee=st.booleans(), calm=CALM)
    def staff_refunds_at_stripe(self, *, sale: int, share: float, reverse: bool, fee: bool, calm: bool) -> None:
        """Past us, in Stripe's dashboard."""
        order = self.run(order_of(sale))
        unit = step(order.currency)
        part = max(unit, int(order.total_amount_cents * share) // unit * unit)
        given: dict[str, Any] = {"payment_intent": order.payment_intent_id, "amount": part}
        given |= {"reverse_transfer": "true"} if reverse else {}
        given |= {"refund_application_fee": "true"} if reverse and fee else {}
        self.market.stand.send("POST", "/v1/refunds", {k: str(v) for k, v in given.items()})
        self.then(calm)

    # Disputes.

    @rule(sale=sales, inquiry=st.booleans(), calm=CALM)
    def the_bank_disputes(self, sale: int, inquiry: bool, calm: bool) -> None:
        payment = self.run(payment_of(sale))
        act = self.market.act()
        charge = act.find("charge", payment.stripe_charge_id) if payment and payment.stripe_charge_id else None
        if charge is not None and (amount := chargebacks.disputable(act, charge)) > 0:
            with act.store.transaction():
                chargebacks.open_up(act, charge, "product_not_received", amount, inquiry=inquiry)
        self.then(calm)

    @precondition(lambda self: self.disputes())
    @rule(which=WHICH, won=st.booleans(), calm=CALM)
    def the_bank_decides(self, which: int, won: bool, calm: bool) -> None:
        act, found = self.market.act(), self.disputes()
        with act.store.transaction():
            chargebacks.end(act, found[which % len(found)], won=won)
        self.then(calm)

    @precondition(lambda self: self.disputes())
    @rule(which=WHICH, words=EVIDENCE, accept=st.booleans(), calm=CALM)
    def the_vendor_answers(self, *, which: int, words: str, accept: bool, calm: bool) -> None:
        self.run(self.attempt(self.answer(which, words, accept=accept)))
        self.then(calm)

    async def answer(self, which: int, words: str, *, accept: bool) -> None:
        """Hand evidence in, or give the dispute up."""
        rows = await Dispute.all().order_by("id")
        if not rows:
            return
        row, gateway = rows[which % len(rows)], self.market.gateway
        mine: dict[str, Any] = {"vendor_id": row.vendor_id, "dispute_id": row.id, "actor": "member:1"}
        if accept:
            await answers.accept(gateway, **mine)
            return
        version = await answers.save_draft(texts={"uncategorized_text": words}, **mine)
        await answers.submit(gateway, version=version, **mine)

    # Weather.

    @precondition(lambda self: self.market.pending())
    @rule(which=WHICH, times=st.integers(1, 3))
    def a_webhook_arrives(self, which: int, times: int) -> None:
        """Any of those on their way, before or after others, once or more often."""
        waiting = self.market.pending()
        self.run(self.market.deliver(waiting[which % len(waiting)], times=times))

    @precondition(lambda self: self.market.pending())
    @rule(which=WHICH)
    def a_webhook_is_lost(self, which: int) -> None:
        waiting = self.market.pending()
        self.market.drop(waiting[which % len(waiting)])

    @precondition(lambda self: len(self.market.pending()) > 1)
    @rule()
    def all_webhooks_are_lost(self) -> None:
        for delivery in self.market.pending():
            self.market.drop(delivery)

    @rule(breaks=st.lists(st.sampled_from(("", "before", "after")), max_size=8))
    def the_line_breaks(self, breaks: list[str]) -> None:
        """Of the next requests to Stripe some are not heard, some not answered."""
        self.market.line.breaks = breaks

    @rule(hours=HOURS, calm=CALM)
    def time_passes(self, hours: float, calm: bool) -> None:
        self.market.advance(hours * HOUR)
        self.then(calm)

    @rule()
    def the_worker_works(self) -> None:
        self.run(self.market.work())

    # What must hold.

    @invariant()
    def nothing_appears_or_vanishes(self) -> None:
        if self.sound:
            assert self.run(booked(*Account)) == {}, "the ledger does not come to nought"
            assert self.market.stand.problems() == []
            assert not self.market.complaints.found, "\n".join(self.market.complaints.found)

    async def compare(self) -> None:
        """After two quiet hours everything is known, booked and settled."""
        await self.market.rest()
        assert not self.market.complaints.found, "\n".join(self.market.complaints.found)
        assert await self.market.stuck() == []
        await assert_books_agree(self.market)  # type: ignore[arg-type]
        theirs = {
            currency.upper(): (parts["negative_balances"], parts["open_disputes"], parts["unsettled_refunds"])
            for currency, parts in added_up(self.market.act())["currencies"].items()
            if parts["total"]
        }
        ours = {
            risk.currency: (risk.parts.negative_balance, risk.parts.open_disputes, risk.parts.unsettled_refunds)
            for risk in (await exposure_now()).together
            if risk.parts.total
        }
        assert ours == theirs, "the exposure"

    async def reconcile(self) -> None:
        """Nothing differs."""
        from datetime import timedelta

        run = await reconcile(self.market.gateway, started_by="machine", grace=timedelta(0))
        found = [(d.kind, d.subject, d.text, d.ours, d.theirs) for d in await Difference.filter(run_id=run.id)]
        assert found == []


async def buy(market: Market, shop: Shop, quantity: int, card: str | None, *, back: bool) -> int:
    """An order, paid with this card; `back`: the shopper comes to the return page."""
    basket = await baskets.add(None, product_id=shop.product_id, quantity=quantity)
    token = await place_order(basket_token=basket, contact=ADA, customer_id=None, hold_minutes=30)
    order = await Order.get(checkout__token=token)
    intent = await create_payment_intent(market.gateway, order_id=order.id)
    if card is not None:
        given = {"payment_method": f"pm_card_{card}", "return_url": "http://127.0.0.1/back"}
        path = f"/v1/payment_intents/{intent.payment_intent_id}/confirm"
        status, body, _ = market.stand.send("POST", path, given)
        assert status == 200, body
        market.advance(1)
    if back:
        await confirm_payment(market.gateway, intent.payment_intent_id)
    return int(order.id)


async def order_of(sale: int) -> Order:
    """A sale's order."""
    return await Order.get(id=sale)


async def payment_of(sale: int) -> Payment | None:
    """A sale's first payment."""
    return await Payment.filter(order_id=sale).order_by("id").first()


@dataclass(frozen=True)
class Start:
    """A marketplace with three shops and some sales, made once; each sequence begins with a copy of it."""

    shops: list[Shop]
    sales: list[int]
    folder: Path
    copy_database: Callable[[], str]

    def market(self) -> Market:
        """A copy, not open yet."""
        return Market(url=self.copy_database(), store=copied(self.folder / "stand.sqlite3"), folder=self.folder)


def copied(path: Path) -> Path:
    """A fresh copy of a SQLite file that nobody has open."""
    copy = path.with_name(f"copy-{path.name}")
    for old in path.parent.glob(f"{copy.name}*"):
        old.unlink()
    shutil.copyfile(path, copy)
    return copy


async def begin(url: str, folder: Path) -> tuple[list[Shop], list[int]]:
    """Three shops in three currencies, and a sale of each kind that is settled."""
    market = Market(url=url, store=folder / "stand.sqlite3", folder=folder)
    await market.open()
    try:
        shops = await market.fill("LU", "DK", "HU")
        kinds = ((0, "visa"), (1, "bypassPending"), (2, "pendingRefund"), (0, "refundFail"), (1, "visa"))
        sales = [await buy(market, shops[shop], 2, card, back=True) for shop, card in kinds]
        await market.rest()
    finally:
        await market.close()
    return shops, sales


# The long form: `run.py test --hypothesis-profile=long tests/integration/test_market_machine.py`.
LONG = settings.get_current_profile_name() == "long"
EXAMPLES = {"sqlite": 2000 if LONG else 30, "postgres": 200 if LONG else 4}
pytestmark = [pytest.mark.timeout(6 * 3600)] if LONG else []


def test_every_cent_is_accounted_for(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Whatever happens, in whatever order."""

    if engine == "sqlite":
        ours = tmp_path / "opened.sqlite3"
        url = f"sqlite://{shutil.copyfile(request.getfixturevalue('sqlite_file'), ours)}"
        copy = lambda: f"sqlite://{copied(ours)}"  # noqa: E731
    else:
        server = request.getfixturevalue("postgres_ready")
        url = asyncio.run(server.create("machine_opened", template=server.name))
        copy = lambda: str(asyncio.run(server.create("machine", template="machine_opened")))  # noqa: E731
    shops, sales = asyncio.run(begin(url, tmp_path))
    start = Start(shops, sales, tmp_path, copy)
    run_state_machine_as_test(
        lambda: MarketMachine(start),  # type: ignore[arg-type]
        settings=settings(
            max_examples=EXAMPLES[engine],
            stateful_step_count=50 if LONG else 25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

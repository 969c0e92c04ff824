"""A marketplace in which anything may happen in any order, and every cent is counted: by our books,
by Stripe's, by both.

Sales in several currencies, refunds under each policy, disputes, fees that change, webhooks late,
doubled, reordered or lost, lines that break, time that passes. After every step the ledger comes to
zero and so do Stripe's books. Whenever the marketplace had a quiet hour, its books say of each
balance what Stripe says, its exposure is what Stripe adds up, no job is stuck; and at the end
reconciliation finds nothing.
"""

from __future__ import annotations

import asyncio
import shutil
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.support import market_acts as acts
from tests.support import market_disputes, market_findings, market_payouts
from tests.support.machine import HOUR
from tests.support.machine_checks import Start, begin, copied
from tests.support.machine_sales import CALM, SHARES, SHOPS, Selling

if TYPE_CHECKING:
    from pathlib import Path


HOURS = st.sampled_from((0.02, 0.5, 3, 24, 24 * 8))
EVIDENCE = st.sampled_from(
    (
        "winning_evidence",
        "losing_evidence",
        "escalate_inquiry_evidence",
        "our side of it",
    )
)
BANKS = st.sampled_from(("000123456789", "000111111116", "000111111113"))
WHICH = st.integers(0, 20)


class MarketMachine(Selling):
    """Every rule is something that a person, a bank, Stripe, the network or the clock may do."""

    # Disputes.

    @rule(
        sale=Selling.sales,
        case=st.sampled_from(market_disputes.CASES),
        share=st.sampled_from(market_disputes.DISPUTED),
        calm=CALM,
    )
    def the_bank_disputes(
        self,
        sale: int,
        case: str,
        share: float | None,
        calm: bool,
    ) -> None:
        self.attempt(
            market_disputes.bank_disputes(self.market, sale, case=case, share=share),
            calm,
        )

    @precondition(lambda self: bool(market_disputes.lost_disputes(self.market)))
    @rule(which=WHICH, calm=CALM)
    def a_loss_can_be_appealed(self, which: int, calm: bool) -> None:
        self.attempt(market_disputes.offer_appeal(self.market, which), calm)

    @precondition(lambda self: bool(market_disputes.open_disputes(self.market)))
    @rule(
        which=WHICH,
        won=st.booleans(),
        share=st.sampled_from((0.0, 0.0, 0.4)),
        calm=CALM,
    )
    def the_bank_decides(
        self,
        *,
        which: int,
        won: bool,
        share: float,
        calm: bool,
    ) -> None:
        market_disputes.bank_decides(self.market, which, won=won, share=share)
        self.then(calm)

    @precondition(lambda self: bool(market_disputes.open_disputes(self.market)))
    @rule(which=WHICH, words=EVIDENCE, accept=st.booleans(), calm=CALM)
    def the_vendor_answers(
        self,
        *,
        which: int,
        words: str,
        accept: bool,
        calm: bool,
    ) -> None:
        """Of a dispute that several vendors share, its part; only the marketplace accepts that."""
        self.attempt(
            market_disputes.answer(self.market, which, words, accept=accept), calm
        )

    @precondition(lambda self: bool(market_disputes.open_disputes(self.market)))
    @rule(which=WHICH, accept=st.booleans(), calm=CALM)
    def the_operator_answers_for_all(
        self, which: int, accept: bool, calm: bool
    ) -> None:
        """What the vendors of a shared dispute have written so far, or nothing any more."""
        self.attempt(
            market_disputes.answer_for_all(self.market, which, accept=accept), calm
        )

    # Paying out.

    @rule(
        shop=SHOPS,
        schedule=st.sampled_from(("daily", "weekly", "monthly")),
        minimum=st.sampled_from((0, 5000)),
    )
    def the_vendor_plans(self, shop: int, schedule: str, minimum: int) -> None:
        self.attempt(
            market_payouts.plan(self.market, self.shops[shop], schedule, minimum)
        )

    @rule(shop=SHOPS, calm=CALM)
    def the_vendor_is_paid_at_once(self, shop: int, calm: bool) -> None:
        self.attempt(market_payouts.pay_at_once(self.market, self.shops[shop]), calm)

    @precondition(lambda self: bool(market_payouts.payouts_at_stripe(self.market)))
    @rule(which=WHICH, calm=CALM)
    def a_payout_is_called_back(self, which: int, calm: bool) -> None:
        self.attempt(market_payouts.call_back(self.market, which), calm)

    @precondition(lambda self: bool(market_payouts.payouts_at_stripe(self.market)))
    @rule(which=WHICH, calm=CALM)
    def a_payout_comes_back(self, which: int, calm: bool) -> None:
        market_payouts.bank_returns(self.market, which)
        self.then(calm)

    @rule(shop=SHOPS, number=BANKS)
    def the_vendor_has_another_bank(self, shop: int, number: str) -> None:
        market_payouts.another_bank(self.market, self.shops[shop], number)

    @rule(shop=st.none() | SHOPS, share=SHARES, calm=CALM)
    def staff_pay_out_at_stripe(
        self, shop: int | None, share: float, calm: bool
    ) -> None:
        place = None if shop is None else self.shops[shop]
        self.attempt(market_payouts.pay_out_at_stripe(self.market, place, share), calm)

    @rule(shop=SHOPS)
    def the_operator_holds_or_releases(self, shop: int) -> None:
        self.attempt(market_payouts.hold_or_release(self.shops[shop]))

    @rule(shop=SHOPS, percentage=st.sampled_from((0, 10, 50)))
    def the_operator_reserves(self, shop: int, percentage: int) -> None:
        self.attempt(market_payouts.reserve(self.shops[shop], percentage))

    # Both worlds of reversal.

    @rule()
    def stripe_sees_reversals_in_the_other_way(self) -> None:
        acts.other_world(self.market)

    @rule(shop=SHOPS, what=st.sampled_from(("money", "world")))
    def something_happens_between_our_look_and_our_call(
        self, shop: int, what: str
    ) -> None:
        acts.meanwhile(self.market, self.shops[shop], what)

    # Stripe's own reserve.

    @rule(shop=st.none() | SHOPS, share=SHARES, calm=CALM)
    def stripe_holds_money_back(
        self, shop: int | None, share: float, calm: bool
    ) -> None:
        market_payouts.stripe_holds(
            self.market, None if shop is None else self.shops[shop], share
        )
        self.then(calm)

    @precondition(lambda self: bool(market_payouts.held_in_reserve(self.market)))
    @rule(which=WHICH, share=SHARES, calm=CALM)
    def stripe_lets_money_go(self, which: int, share: float, calm: bool) -> None:
        market_payouts.stripe_lets_go(self.market, which, share)
        self.then(calm)

    # Weather.

    @precondition(lambda self: bool(self.market.pending()))
    @rule(which=WHICH, times=st.integers(1, 3))
    def a_webhook_arrives(self, which: int, times: int) -> None:
        """Any of those on their way, before or after others, once or more often."""
        waiting = self.market.pending()
        self.run(self.market.deliver(waiting[which % len(waiting)], times=times))

    @precondition(lambda self: bool(self.market.pending()))
    @rule(which=WHICH)
    def a_webhook_is_lost(self, which: int) -> None:
        waiting = self.market.pending()
        self.market.drop(waiting[which % len(waiting)])

    @precondition(lambda self: len(self.market.pending()) > 1)
    @rule()
    def all_webhooks_are_lost(self) -> None:
        for delivery in self.market.pending():
            self.market.drop(delivery)

    @rule(count=st.integers(0, 6), calm=CALM)
    def everything_at_once(self, count: int, calm: bool) -> None:
        """Webhooks arrive together while two workers are at work."""
        self.attempt(self.market.at_once(count), calm)

    @rule(which=WHICH, calm=CALM)
    def an_event_is_replayed(self, which: int, calm: bool) -> None:
        self.attempt(acts.replay(self.market, which), calm)

    @rule(repair=st.booleans(), calm=CALM)
    def somebody_reconciles(self, repair: bool, calm: bool) -> None:
        self.attempt(
            market_findings.reconcile_in_passing(self.market, repair=repair), calm
        )

    @rule(
        breaks=st.lists(
            st.sampled_from(("", "before", "after")),
            max_size=8,
        )
    )
    def the_line_breaks(self, breaks: list[str]) -> None:
        """Of the next requests to Stripe some are not heard, some not answered."""
        self.market.line.breaks = breaks

    @rule(hours=HOURS, calm=CALM)
    def time_passes(self, hours: float, calm: bool) -> None:
        self.market.advance(hours * HOUR)
        self.then(calm)

    @rule(days=st.sampled_from((1, 3, 8)))
    def days_pass(self, days: int) -> None:
        """With the worker at work: paydays come."""
        self.run(self.market.live(days))

    @rule()
    def the_worker_works(self) -> None:
        self.run(self.market.work())


class QuietMachine(MarketMachine):
    """The same with a quiet hour after every step: then our books, Stripe's, and what is at risk
    agree after each of them.
    """

    @invariant()
    def everything_agrees(self) -> None:
        if self.sound:
            self.run(self.compare())


# The long form: `run.py test --hypothesis-profile=long tests/domain/market/test_market_machine.py`.
LONG = settings.get_current_profile_name() == "long"
EXAMPLES = {"sqlite": 2000 if LONG else 8, "postgres": 200 if LONG else 2}
QUIET_EXAMPLES = {"sqlite": 500 if LONG else 2, "postgres": 50 if LONG else 1}
pytestmark = [pytest.mark.slow, pytest.mark.timeout(6 * 3600 if LONG else 600)]


@pytest.mark.parametrize(
    ("machine", "examples"), [(MarketMachine, EXAMPLES), (QuietMachine, QUIET_EXAMPLES)]
)
def test_every_cent_is_accounted_for(
    engine: str,
    machine: type[MarketMachine],
    examples: dict[str, int],
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    """Whatever happens, in whatever order; with a quiet hour now and then, and with one after every
    step.
    """

    if engine == "sqlite":
        ours = tmp_path / "opened.sqlite3"
        url = (
            f"sqlite://{shutil.copyfile(request.getfixturevalue('sqlite_file'), ours)}"
        )
        copy = lambda: f"sqlite://{copied(ours)}"  # noqa: E731
    else:
        server = request.getfixturevalue("postgres_ready")
        server.empty()  # what another test left there would meet the same ids of ours
        server.let_go()
        url = asyncio.run(server.create(f"{server.name}_opened", template=server.name))
        opened = f"{server.name}_opened"
        copied_at = partial(server.create, f"{server.name}_machine", template=opened)
        copy = lambda: str(asyncio.run(copied_at()))  # noqa: E731
    shops, sales = asyncio.run(begin(url, tmp_path))
    start = Start(shops, sales, tmp_path, copy)
    run_state_machine_as_test(
        lambda: machine(start),  # type: ignore[arg-type]
        settings=settings(
            max_examples=examples[engine],
            stateful_step_count=50 if LONG else 25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

"""A machine that moves money through the API in any order, and counts every cent by itself.

The stand-in's own audit runs after every step. After every fifth (in the long form after each) and
at the end the machine adds up what the API shows: balances, balance transactions, and what passed
to and from the card network, the banks and Stripe. Money that appeared or vanished stays so;
reading all of it after each step was three quarters of the machine's time.
"""

from __future__ import annotations

from typing import Any

import pytest
import stripe
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from tests.support.inprocess import InProcess
from tests.support.standin_accounts import EXPRESS
from tests.support.standin_sums import (
    nobody_gives_back_more_than_there_was,
    nothing_appears_or_vanishes,
)

CARDS = (
    "visa",
    "bypassPending",
    "createDispute",
    "createDisputeInquiry",
    "createMultipleDisputes",
    "pendingRefund",
    "refundFail",
)
BANKS = ("000123456789", "000111111116", "000111111113")
# The long form: `run.py test --hypothesis-profile=long tests/sandbox/test_money_machine.py` (half
# an hour).
LONG = settings.get_current_profile_name() == "long"
EVERY = 1 if LONG else 5  # steps from one addition to the next
AMOUNTS = st.integers(100, 30_000)
CURRENCIES = st.sampled_from(("usd", "usd", "eur", "jpy"))
SHARES = st.sampled_from((0.0, 0.1, 0.333, 0.5, 0.999, 1.0))


class Money(RuleBasedStateMachine):
    """Pay, capture, refund, reverse, dispute, pay out, fail, and let time pass."""

    charges: Any = Bundle("charges")
    holds: Any = Bundle("holds")
    payouts: Any = Bundle("payouts")
    direct: Any = Bundle("direct")

    @initialize(banks=st.lists(st.sampled_from(BANKS), min_size=2, max_size=2))
    def platform(self, banks: list[str]) -> None:
        self.stand = InProcess(seed=1, audit=False)  # audited once a step, below
        self.v1: Any = self.stand.v1
        self.steps = 0
        self.accounts: list[str] = []
        for bank in banks:
            external = {
                "object": "bank_account",
                "country": "US",
                "currency": "usd",
                "routing_number": "110000000",
                "account_number": bank,
            }
            account = self.v1.accounts.create({"country": "US", **EXPRESS})
            self.stand.complete(account.id)
            self.v1.accounts.external_accounts.create(
                account.id, {"external_account": external, "default_for_currency": True}
            )
            self.accounts.append(account.id)

    def teardown(self) -> None:
        if hasattr(self, "stand"):
            self.add_up()
            self.stand.close()

    def attempt(self, call: Any, *given: Any) -> Any:
        """Do it, or be refused as Stripe refuses: with a 4xx that says why."""
        try:
            return call(*given)
        except stripe.StripeError as error:
            if error.http_status not in (400, 402):
                raise
            return None

    # Paying.

    @rule(
        target=charges,
        amount=AMOUNTS,
        fee=SHARES,
        to=st.integers(0, 1),
        card=st.sampled_from(CARDS),
        async_=st.booleans(),
        currency=CURRENCIES,
    )
    def pay_a_vendor(
        self,
        *,
        amount: int,
        fee: float,
        to: int,
        card: str,
        async_: bool,
        currency: str,
    ) -> Any:
        given: dict[str, Any] = {"transfer_data": {"destination": self.accounts[to]}}
        if int(amount * fee):
            given["application_fee_amount"] = int(amount * fee)
        method = "automatic_async" if async_ else "automatic"
        return self.pay(amount, card, **given, capture_method=method, currency=currency)

    @rule(
        target=charges, amount=AMOUNTS, card=st.sampled_from(CARDS), currency=CURRENCIES
    )
    def pay_the_platform(self, amount: int, card: str, currency: str) -> Any:
        return self.pay(amount, card, currency=currency)

    @rule(
        target=direct,
        amount=AMOUNTS,
        fee=SHARES,
        to=st.integers(0, 1),
        card=st.sampled_from(CARDS),
    )
    def pay_a_vendor_directly(self, amount: int, fee: float, to: int, card: str) -> Any:
        given = (
            {"application_fee_amount": int(amount * fee)} if int(amount * fee) else {}
        )
        options = {"stripe_account": self.accounts[to]}
        return (*self.pay(amount, card, options, **given), options)

    def pay(
        self,
        amount: int,
        card: str,
        options: Any = None,
        **given: Any,
    ) -> Any:
        intent = self.v1.payment_intents.create(
            {
                "amount": amount,
                "currency": "usd",
                "payment_method": f"pm_card_{card}",
                "confirm": True,
                "automatic_payment_methods": {
                    "enabled": True,
                    "allow_redirects": "never",
                },
                **given,
            },
            options or {},
        )
        return (intent.id, str(intent.latest_charge), amount)

    @rule(target=holds, amount=AMOUNTS, to=st.integers(0, 1))
    def authorize(self, amount: int, to: int) -> Any:
        data = {
            "transfer_data": {"destination": self.accounts[to]},
            "application_fee_amount": amount // 10,
        }
        return self.pay(amount, "visa", **data, capture_method="manual")

    @rule(target=charges, hold=consumes(holds), share=SHARES)
    def capture(self, hold: Any, share: float) -> Any:
        part = max(1, int(hold[2] * share))
        done = self.attempt(
            self.v1.payment_intents.capture, hold[0], {"amount_to_capture": part}
        )
        return hold if done else multiple()

    @rule(hold=consumes(holds))
    def give_up(self, hold: Any) -> None:
        self.attempt(self.v1.payment_intents.cancel, hold[0])

    # Giving back.

    @rule(
        charge=charges,
        share=SHARES,
        reverse=st.booleans(),
        fee=st.booleans(),
    )
    def refund(self, charge: Any, share: float, reverse: bool, fee: bool) -> None:
        given: dict[str, Any] = {
            "charge": charge[1],
            "reverse_transfer": reverse,
            "refund_application_fee": fee,
        }
        if share:
            given["amount"] = max(1, int(charge[2] * share))
        self.attempt(
            self.v1.refunds.create,
            {key: value for key, value in given.items() if value is not False},
        )

    @rule(charge=direct, share=SHARES, fee=st.booleans())
    def refund_directly(self, charge: Any, share: float, fee: bool) -> None:
        given: dict[str, Any] = {
            "charge": charge[1],
            "amount": max(1, int(charge[2] * share)),
        }
        self.attempt(
            self.v1.refunds.create,
            given | ({"refund_application_fee": True} if fee else {}),
            charge[3],
        )

    @rule(charge=charges, share=SHARES, fee=st.booleans())
    def reverse(self, charge: Any, share: float, fee: bool) -> None:
        transfer = getattr(self.v1.charges.retrieve(charge[1]), "transfer", None)
        if transfer:
            given: dict[str, Any] = {
                "amount": max(1, int(charge[2] * share)),
                "refund_application_fee": fee,
            }
            self.attempt(self.v1.transfers.reversals.create, transfer, given)

    @rule(charge=charges, share=SHARES)
    def give_the_fee_back(self, charge: Any, share: float) -> None:
        fee = self.v1.charges.retrieve(charge[1]).application_fee
        if fee:
            self.attempt(
                self.v1.application_fees.refunds.create,
                fee,
                {"amount": max(1, int(charge[2] * share / 10))},
            )

    @rule(
        amount=AMOUNTS,
        to=st.integers(0, 1),
        charge=charges,
        tied=st.booleans(),
    )
    def transfer(self, amount: int, to: int, charge: Any, tied: bool) -> None:
        given = {"amount": amount, "currency": "usd", "destination": self.accounts[to]}
        self.attempt(
            self.v1.transfers.create,
            given | ({"source_transaction": charge[1]} if tied else {}),
        )

    # Disputes.

    @rule(
        words=st.sampled_from(
            (
                "winning_evidence",
                "losing_evidence",
                "escalate_inquiry_evidence",
                "our side",
            )
        ),
        sent=st.booleans(),
    )
    def answer_a_dispute(self, words: str, sent: bool) -> None:
        for dispute in self.v1.disputes.list({"limit": 3}).data:
            self.attempt(
                self.v1.disputes.update,
                dispute.id,
                {"evidence": {"uncategorized_text": words}, "submit": sent},
            )

    @rule()
    def accept_a_dispute(self) -> None:
        for dispute in self.v1.disputes.list({"limit": 1}).data:
            self.attempt(self.v1.disputes.close, dispute.id)

    @rule(
        charge=charges,
        how=st.sampled_from(("block", "resolution", "chargeback", "inquiry")),
        share=st.none() | st.sampled_from((0.1, 0.5, 1.0, 1.1)),
    )
    def a_complaint(self, charge: Any, how: str, share: float | None) -> None:
        """Of what is left, or of a part, of all of it again, of more than it."""
        self.stand.complain(charge[1], how, share)

    @rule(
        won=st.booleans(),
        share=st.sampled_from((0.0, 0.0, 0.4)),
    )
    def a_bank_decides(self, won: bool, share: float) -> None:
        """The newest dispute, for either side or in part."""
        self.stand.decide_dispute(won=won, share=share)

    @rule()
    def losses_can_be_appealed(self) -> None:
        self.stand.offer_appeals()

    # Paying out.

    @rule(
        target=payouts,
        of=st.sampled_from((None, 0, 1)),
        which=st.integers(0, 2),
        share=SHARES,
        instant=st.booleans(),
    )
    def pay_out(
        self,
        of: int | None,
        which: int,
        share: float,
        instant: bool,
    ) -> Any:
        options = {} if of is None else {"stripe_account": self.accounts[of]}
        lines = self.v1.balance.retrieve({}, options).available
        line = lines[which % len(lines)]
        amount = max(1, int(line.amount * share))
        given = {
            "amount": amount,
            "currency": line.currency,
            "method": "instant" if instant else "standard",
        }
        made = self.attempt(self.v1.payouts.create, given, options)
        assert made is None or amount <= line.amount
        return (made.id, options) if made else multiple()

    @rule(payout=payouts, back=st.booleans())
    def take_a_payout_back(self, payout: Any, back: bool) -> None:
        call = self.v1.payouts.reverse if back else self.v1.payouts.cancel
        self.attempt(call, payout[0], {}, payout[1])

    @rule(payout=payouts, code=st.sampled_from(("account_closed", "could_not_process")))
    def a_payout_fails(self, payout: Any, code: str) -> None:
        self.stand.fail_payout(payout[1].get("stripe_account"), payout[0], code)

    @rule(
        interval=st.sampled_from(("manual", "daily")),
        of=st.integers(0, 1),
    )
    def schedule(self, interval: str, of: int) -> None:
        given = {"payments": {"payouts": {"schedule": {"interval": interval}}}}
        self.v1.balance_settings.update(given, {"stripe_account": self.accounts[of]})

    @rule(
        hours=st.sampled_from(
            (
                0.01,
                1,
                24,
                72,
                24 * 8,
                24 * 100,
            )
        )
    )
    def time_passes(self, hours: float) -> None:
        self.stand.advance(hours * 3600)

    # What must hold.

    @invariant()
    def the_books_are_whole(self) -> None:
        if not hasattr(self, "stand"):
            return
        assert self.stand.problems() == []
        self.steps += 1
        if self.steps % EVERY == 0:
            self.add_up()

    def add_up(self) -> None:
        nothing_appears_or_vanishes(self.v1, self.accounts)
        nobody_gives_back_more_than_there_was(self.v1)


TestMoney = Money.TestCase
TestMoney.settings = settings(
    max_examples=1000 if LONG else 30,
    stateful_step_count=50 if LONG else 25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
pytestmark = [pytest.mark.timeout(3600)] if LONG else []

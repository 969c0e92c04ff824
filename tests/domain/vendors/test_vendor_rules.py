"""An account's facts in our words: pure, every state."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.money import decimals, step
from shared.core.words import codes
from shared.finance.connect.requirements import general, requirement
from shared.finance.connect.requirements_due import items, needs_of
from shared.finance.connect.rules import (
    SELLING,
    AccountFacts,
    AccountStatus,
    accepts_payments,
    account_status,
    is_closed,
    payouts_have_nowhere_to_go,
    reminder_due,
)
from shared.infra.gateway.accounts import Alternative, RequirementError
from shared.sandbox.currencies import COUNTRIES as STAND_IN_COUNTRIES
from shared.trade.vendors.countries import (
    COUNTRIES,
    CURRENCIES,
    default_currency,
    minimum_payout,
)

DISABLED = codes("connect.disabled") - {"paused_by_stripe", "rejected"} | {"other"}
READY = AccountFacts(
    charges_enabled=True,
    payouts_enabled=True,
    details_submitted=True,
    transfers_active=True,
    disabled_reason=None,
)
NEW = AccountFacts(
    charges_enabled=False,
    payouts_enabled=False,
    details_submitted=False,
    transfers_active=False,
    disabled_reason=None,
)

facts = st.builds(
    AccountFacts,
    charges_enabled=st.booleans(),
    payouts_enabled=st.booleans(),
    details_submitted=st.booleans(),
    transfers_active=st.booleans(),
    disabled_reason=st.sampled_from(
        [None, *sorted(DISABLED), "rejected.new", "requirements.new", "x"]
    ),
    currently_due=st.sampled_from([(), ("external_account",)]),
    past_due=st.sampled_from([(), ("external_account",)]),
    pending_verification=st.sampled_from([(), ("individual.verification.document",)]),
    external_account_errored=st.booleans(),
    ability_reason=st.sampled_from(
        [None, *sorted(codes("connect.causes")), "pending.new", "x"]
    ),
)
DUE = ("external_account",)
OFF = replace(
    READY, charges_enabled=False, payouts_enabled=False, transfers_active=False
)


class TestStatus:
    @pytest.mark.parametrize(
        ("given_facts", "expected"),
        [
            # no account
            (None, AccountStatus.NOT_CONFIGURED),
            # incomplete
            (NEW, AccountStatus.PENDING),
            (replace(NEW, currently_due=DUE), AccountStatus.PENDING),
            (replace(READY, details_submitted=False), AccountStatus.PENDING),
            (
                replace(OFF, disabled_reason="requirements.past_due", past_due=DUE),
                AccountStatus.PENDING,
            ),
            (
                replace(OFF, disabled_reason="requirements.past_due"),
                AccountStatus.PENDING,
            ),
            (
                replace(OFF, disabled_reason="action_required.requested_capabilities"),
                AccountStatus.PENDING,
            ),
            (replace(OFF, currently_due=DUE), AccountStatus.PENDING),
            (
                replace(READY, charges_enabled=False, currently_due=DUE),
                AccountStatus.PENDING,
            ),
            # under review
            (replace(OFF, disabled_reason="under_review"), AccountStatus.UNDER_REVIEW),
            (
                replace(OFF, disabled_reason="requirements.pending_verification"),
                AccountStatus.UNDER_REVIEW,
            ),
            (
                replace(
                    OFF,
                    disabled_reason="requirements.pending_verification",
                    currently_due=DUE,
                ),
                AccountStatus.UNDER_REVIEW,
            ),
            (replace(OFF, pending_verification=("x",)), AccountStatus.UNDER_REVIEW),
            (OFF, AccountStatus.UNDER_REVIEW),
            # enabled, with items due or without
            (READY, AccountStatus.ACTIVE),
            (replace(READY, pending_verification=("x",)), AccountStatus.ACTIVE),
            (replace(READY, currently_due=DUE), AccountStatus.RESTRICTED_SOON),
            (replace(READY, past_due=DUE), AccountStatus.RESTRICTED_SOON),
            # payouts blocked only: payments go on
            (replace(READY, payouts_enabled=False), AccountStatus.RESTRICTED),
            (
                replace(READY, payouts_enabled=False, past_due=DUE),
                AccountStatus.RESTRICTED,
            ),
            (
                replace(
                    READY,
                    payouts_enabled=False,
                    disabled_reason="requirements.past_due",
                ),
                AccountStatus.RESTRICTED,
            ),
            (replace(READY, external_account_errored=True), AccountStatus.RESTRICTED),
            (
                replace(OFF, external_account_errored=True, currently_due=DUE),
                AccountStatus.PENDING,
            ),
            # paused or closed, whatever else is said
            *(
                (replace(READY, disabled_reason=reason), AccountStatus.INACTIVE)
                for reason in sorted(DISABLED)
                if is_closed(reason)
            ),
            (replace(NEW, disabled_reason="rejected.fraud"), AccountStatus.INACTIVE),
            (
                replace(NEW, disabled_reason="rejected.something_new"),
                AccountStatus.INACTIVE,
            ),
            (replace(OFF, disabled_reason="something_new"), AccountStatus.INACTIVE),
        ],
    )
    def test_every_part_of_the_account_decides_the_status(
        self, given_facts: AccountFacts | None, expected: AccountStatus
    ) -> None:
        """Two booleans at creation are not the state: requirements, reasons and capabilities
        are.
        """
        assert account_status(given_facts) is expected

    def test_an_account_that_can_be_paid_accepts_payments(self) -> None:
        """accepts_payments follows the account; it is no switch that nothing ever sets."""
        assert accepts_payments(READY)
        assert not accepts_payments(NEW)
        assert not accepts_payments(None)

    @given(facts)
    def test_every_combination_is_one_state_that_agrees_with_selling(
        self, some: AccountFacts
    ) -> None:
        """The checkout takes money exactly in the three states that say so, and each state keeps
        what it says.
        """
        state = account_status(some)

        assert accepts_payments(some) == (state in SELLING)
        assert state is not AccountStatus.NOT_CONFIGURED
        if state in SELLING:
            assert some.charges_enabled
            assert some.transfers_active
            assert some.details_submitted
        if state in (AccountStatus.ACTIVE, AccountStatus.RESTRICTED_SOON):
            assert some.payouts_enabled
            assert not some.external_account_errored
        if state is AccountStatus.ACTIVE:
            assert not some.currently_due
            assert not some.past_due
        if some.disabled_reason and is_closed(some.disabled_reason):
            assert state is AccountStatus.INACTIVE

    @pytest.mark.parametrize(
        ("targets", "nowhere"),
        [
            ([], False),
            ([("EUR", True, "new")], False),
            ([("EUR", True, "errored")], True),
            ([("EUR", True, "verification_failed")], True),
            ([("EUR", True, "errored"), ("EUR", False, "new")], True),
            ([("EUR", True, "new"), ("EUR", False, "errored")], False),
            ([("EUR", False, "errored"), ("EUR", False, "new")], False),
            ([("EUR", True, "new"), ("DKK", True, "errored")], True),
        ],
    )
    def test_payouts_have_nowhere_to_go_when_the_account_they_use_is_broken(
        self, targets: list[tuple[str, bool, str]], nowhere: bool
    ) -> None:
        """Per currency; a spare account that is broken stops nothing."""
        assert payouts_have_nowhere_to_go(targets) is nowhere


class TestReminders:
    DAY = datetime(2026, 12, 3, 12, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("before", "stage"),
        [
            (timedelta(days=15), None),
            (timedelta(days=14), 14),
            (timedelta(days=14, hours=11), 14),
            (timedelta(days=8), 14),
            (timedelta(days=7), 7),
            (timedelta(days=2), 7),
            (timedelta(days=1), 1),
            (timedelta(hours=1), 1),
            (timedelta(0), None),
            (timedelta(days=-1), None),
        ],
    )
    def test_a_reminder_is_due_14_7_and_1_days_before(
        self, before: timedelta, stage: int | None
    ) -> None:
        """By the calendar; a missed day is made up for, and after the deadline it is too late."""
        assert reminder_due(self.DAY, self.DAY - before, UTC) == stage


class TestChecklist:
    def test_the_same_thing_is_asked_for_once(self) -> None:
        """Day, month and year of birth are one line; what we do not know comes last."""
        keys = [
            "new.thing",
            "individual.dob.day",
            "individual.dob.month",
            "individual.dob.year",
            "external_account",
        ]

        found = items(keys)

        titles = (
            "Your date of birth",
            "The bank account that you want to be paid to",
            general().what,
        )
        assert tuple(item.title for item in found) == titles
        assert needs_of(found) == "3 things from you"
        assert (
            needs_of(found[:2])
            == "your date of birth and the bank account that you want to be paid to"
        )

    def test_an_error_says_why_and_what_may_be_given_instead(self) -> None:
        """The reason in our words; Stripe's own only among the codes, which the operator sees."""
        wrong = RequirementError(
            "verification_failed_id_number_match", "No match.", "individual.id_number"
        )
        other = Alternative(
            ("individual.id_number",), ("individual.verification.document",)
        )

        (found,) = items(["individual.id_number"], [wrong], [other])

        assert (
            found.reason == "The number does not go with this name and date of birth."
        )
        assert found.todo == "Check all three, or upload a passport or identity card."
        assert found.instead == "a photo of your passport or identity card"
        assert found.codes == (
            "individual.id_number",
            "individual.id_number: verification_failed_id_number_match (No match.)",
        )

    @given(st.text(max_size=60))
    def test_any_key_has_words(self, key: str) -> None:
        """Whatever Stripe sends, something can be said."""
        assert requirement(key).what


class TestCountries:
    def test_no_country_is_hard_coded(self) -> None:
        """Each country sells in its own currency or in euros, and every currency has a name and a
        least payout.
        """
        assert default_currency("DK") == "DKK"
        assert default_currency("LU") == "EUR"
        for country in COUNTRIES.values():
            assert "EUR" in country.currencies
            assert set(country.currencies) <= set(CURRENCIES)

    @pytest.mark.parametrize("currency", sorted(CURRENCIES))
    def test_the_least_payout_is_in_minor_units_of_its_currency(
        self, currency: str
    ) -> None:
        """It can be paid at all: a multiple of the currency's step, and no euros beside cents."""
        assert minimum_payout(currency) % step(currency) == 0
        assert minimum_payout(currency) >= 10 * 10 ** decimals(currency)


def test_every_country_that_is_offered_can_have_an_account() -> None:
    """A vendor that signs up must not find a dead end at Stripe."""
    assert set(COUNTRIES) <= set(STAND_IN_COUNTRIES)

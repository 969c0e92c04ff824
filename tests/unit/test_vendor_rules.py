"""An account's facts in our words: pure, every state."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.money import decimals, step
from shared.vendors.countries import COUNTRIES, CURRENCY_NAMES, default_currency, minimum_payout
from shared.vendors.requirements import GENERAL, as_sentences, in_words
from shared.vendors.rules import AccountFacts, AccountStatus, accepts_payments, account_status

READY = AccountFacts(
    charges_enabled=True, payouts_enabled=True, details_submitted=True, transfers_active=True, disabled_reason=None
)
NEW = AccountFacts(
    charges_enabled=False, payouts_enabled=False, details_submitted=False, transfers_active=False, disabled_reason=None
)

facts = st.builds(
    AccountFacts,
    charges_enabled=st.booleans(),
    payouts_enabled=st.booleans(),
    details_submitted=st.booleans(),
    transfers_active=st.booleans(),
    disabled_reason=st.sampled_from(
        [
            None,
            "requirements.past_due",
            "requirements.pending_verification",
            "under_review",
            "rejected.fraud",
            "listed",
            "x",
        ]
    ),
    currently_due=st.sampled_from([(), ("external_account",)]),
    past_due=st.sampled_from([(), ("external_account",)]),
    pending_verification=st.sampled_from([(), ("individual.verification.document",)]),
)


class TestStatus:
    @pytest.mark.parametrize(
        ("given_facts", "expected"),
        [
            (None, AccountStatus.NOT_CONFIGURED),
            (NEW, AccountStatus.PENDING),
            (replace(NEW, currently_due=("external_account",)), AccountStatus.PENDING),
            (READY, AccountStatus.ACTIVE),
            (replace(READY, currently_due=("external_account",)), AccountStatus.RESTRICTED_SOON),
            (replace(READY, payouts_enabled=False, past_due=("external_account",)), AccountStatus.RESTRICTED),
            (replace(READY, payouts_enabled=False), AccountStatus.RESTRICTED),
            (replace(NEW, details_submitted=True, disabled_reason="under_review"), AccountStatus.UNDER_REVIEW),
            (
                replace(NEW, details_submitted=True, disabled_reason="requirements.pending_verification"),
                AccountStatus.UNDER_REVIEW,
            ),
            (
                replace(NEW, details_submitted=True, disabled_reason="requirements.past_due", past_due=("tos",)),
                AccountStatus.PENDING,
            ),
            (replace(READY, disabled_reason="rejected.fraud"), AccountStatus.INACTIVE),
            (replace(READY, disabled_reason="platform_paused"), AccountStatus.INACTIVE),
        ],
    )
    def test_defect_38_every_part_of_the_account_decides_the_status(
        self, given_facts: AccountFacts | None, expected: AccountStatus
    ) -> None:
        """Two booleans at creation are not the state: requirements, reasons and capabilities are."""
        assert account_status(given_facts) is expected

    def test_defect_01_an_account_that_can_be_paid_accepts_payments(self) -> None:
        """accepts_payments follows the account; it is no switch that nothing ever sets."""
        assert accepts_payments(READY)
        assert not accepts_payments(NEW)
        assert not accepts_payments(None)

    @given(facts)
    def test_active_means_that_it_accepts_payments(self, some: AccountFacts) -> None:
        """No vendor is called active who cannot sell, and none sells without the transfers capability."""
        if account_status(some) in (AccountStatus.ACTIVE, AccountStatus.RESTRICTED_SOON):
            assert accepts_payments(some)
        if not some.transfers_active:
            assert not accepts_payments(some)


class TestRequirements:
    KEYS = (
        "external_account",
        "tos_acceptance.date",
        "business_profile.url",
        "business_profile.mcc",
        "company.tax_id",
        "company.name",
        "individual.first_name",
        "individual.dob.day",
        "individual.verification.document",
        "individual.verification.additional_document",
        "person_1A2b.verification.document",
        "representative.address.city",
        "owners.email",
        "something.nobody.has.seen",
    )

    @pytest.mark.parametrize("key", KEYS)
    def test_no_code_of_stripe_reaches_a_shop_owner(self, key: str) -> None:
        """Words, not keys: no dots inside, no underscores."""
        assert not re.search(r"[a-z]\.[a-z]|_", in_words(key))

    def test_the_same_thing_is_asked_for_once(self) -> None:
        """Day, month and year of birth are one line; what we do not know comes last."""
        keys = ["new.thing", "individual.dob.day", "individual.dob.month", "individual.dob.year", "external_account"]

        assert as_sentences(keys) == ("Your date of birth", "The bank account that you want to be paid to", GENERAL)

    @given(st.text(max_size=60))
    def test_any_key_has_words(self, key: str) -> None:
        """Whatever Stripe sends, something can be said."""
        assert in_words(key)


class TestCountries:
    def test_defect_36_no_country_is_hard_coded(self) -> None:
        """Each country sells in its own currency or in euros, and every currency has a name and a least payout."""
        assert default_currency("DK") == "DKK"
        assert default_currency("LU") == "EUR"
        for country in COUNTRIES.values():
            assert "EUR" in country.currencies
            assert set(country.currencies) <= set(CURRENCY_NAMES)

    @pytest.mark.parametrize("currency", sorted(CURRENCY_NAMES))
    def test_defect_18_the_least_payout_is_in_minor_units_of_its_currency(self, currency: str) -> None:
        """It can be paid at all: a multiple of the currency's step, and no euros beside cents."""
        assert minimum_payout(currency) % step(currency) == 0
        assert minimum_payout(currency) >= 10 * 10 ** decimals(currency)

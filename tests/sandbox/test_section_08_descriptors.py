"""stripe-facts 8: the suffix of a card statement is checked, kept, and shown behind the platform's
prefix.
"""

import pytest

from tests.support.standin_errors import refused


async def test_the_platform_reads_its_own_prefix(platform):
    """`GET /v1/account` without an account is the platform itself."""
    account = await platform.v1.accounts.retrieve_current_async()
    assert account.settings.card_payments.statement_descriptor_prefix == "MARKET"
    assert account.settings.payments.statement_descriptor == "MARKETPLACE"


@pytest.mark.parametrize(
    ("suffix", "shown"),
    [
        ("ATELIER LUXE", "MARKET* ATELIER LUXE"),
        ("a.b & c-4/5", "MARKET* A.B & C-4/5"),
        ("X" * 22, "MARKET* " + "X" * 14),
    ],
)
async def test_a_suffix_is_kept_and_shown_behind_the_prefix(platform, suffix, shown):
    """On intent and charge as it was given; what is longer together than a statement's line is
    cut.
    """
    intent = await platform.intent(
        statement_descriptor_suffix=suffix,
        confirm=True,
        payment_method="pm_card_visa",
        return_url="https://shop.test",
    )
    assert intent.statement_descriptor_suffix == suffix
    charge = await platform.v1.charges.retrieve_async(intent.latest_charge)
    assert (
        charge.statement_descriptor_suffix,
        charge.calculated_statement_descriptor,
    ) == (
        suffix,
        shown,
    )


async def test_without_a_suffix_the_whole_descriptor_is_shown(platform):
    """The static one."""
    intent = await platform.intent(
        confirm=True, payment_method="pm_card_visa", return_url="https://shop.test"
    )
    charge = await platform.v1.charges.retrieve_async(intent.latest_charge)
    assert charge.calculated_statement_descriptor == "MARKETPLACE"


@pytest.mark.parametrize(
    "suffix",
    [
        "X" * 23,
        "123",
        "5 < 6 A",
        "A > B",
        "A\\B",
        "A'B",
        'A"B',
        "A*B",
        "Café",
        "花店",
        "A\nB",
    ],
)
async def test_a_suffix_that_no_statement_can_show_is_refused(platform, suffix):
    """Too long, without a letter, with a forbidden sign, not Latin: on create and on update."""
    error = await refused(platform.intent(statement_descriptor_suffix=suffix))
    assert (error.http_status, error.param) == (400, "statement_descriptor_suffix")
    intent = await platform.intent()
    error = await refused(
        platform.v1.payment_intents.update_async(
            intent.id, {"statement_descriptor_suffix": suffix}
        )
    )
    assert error.param == "statement_descriptor_suffix"
    kept = await platform.v1.payment_intents.retrieve_async(intent.id)
    assert kept.statement_descriptor_suffix is None

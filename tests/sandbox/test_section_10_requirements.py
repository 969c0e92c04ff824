"""stripe-facts 10: what an account owes is real: it has a day, it stops the account, it can be
met.
"""

import pytest

from tests.support.standin_accounts import EXPRESS
from tests.support.standin_errors import refused
from tests.support.standin_onboarding import read, visit
from tests.support.standin_persons import CUSTOM, WHOLE

DUE = "individual.verification.document"


async def test_a_new_account_owes_everything_and_works_with_nothing(platform):
    account = await platform.v1.accounts.create_async({"country": "LU", **EXPRESS})
    needs = account.requirements
    assert {
        "business_type",
        "external_account",
        "representative.dob.day",
        "tos_acceptance.date",
    } < set(needs.currently_due)
    assert needs.past_due == needs.currently_due == needs.eventually_due
    assert (needs.disabled_reason, needs.current_deadline, needs.errors) == (
        "requirements.past_due",
        None,
        [],
    )
    assert account.future_requirements.currently_due == []


async def test_requirements_name_the_person_once_there_is_one(platform):
    account = await platform.v1.accounts.create_async(
        {**CUSTOM, "business_type": "company"}
    )
    person = await platform.v1.accounts.persons.create_async(
        account.id, {"relationship": {"representative": True}}
    )
    due = (await read(platform, account.id)).requirements.currently_due
    assert f"{person.id}.first_name" in due
    assert not any(name.startswith("representative.") for name in due)


async def test_the_united_states_ask_for_a_number(platform):
    bank = {"external_account": "btok_us_verified"}
    person = {**WHOLE, "dob": {"day": 1, "month": 1, "year": 1902}}
    account = await platform.v1.accounts.create_async(
        {**CUSTOM, **bank, "country": "US", "individual": person}
    )
    assert account.requirements.currently_due == ["individual.ssn_last_4"]
    seen = await platform.v1.accounts.update_async(
        account.id, {"individual": {"ssn_last_4": "0000"}}
    )
    assert (seen.requirements.currently_due, seen.requirements.eventually_due) == (
        [],
        ["individual.id_number"],
    )


async def test_an_account_that_its_platform_told_everything_has_submitted_its_details(
    platform,
):
    person = {**WHOLE, "dob": {"day": 1, "month": 1, "year": 1902}}
    account = await platform.v1.accounts.create_async(CUSTOM)
    assert not account.details_submitted
    seen = await platform.v1.accounts.update_async(account.id, {"individual": person})
    assert (seen.details_submitted, seen.charges_enabled, seen.payouts_enabled) == (
        True,
        True,
        True,
    )


async def test_a_demand_goes_past_due_on_its_day(platform):
    account = await platform.vendor()
    day = platform.control("GET", "state")["clock"] + 86400
    platform.control(
        "POST",
        f"accounts/{account}",
        {"requirements": {"currently_due": [DUE], "current_deadline": day}},
    )
    seen = await read(platform, account)
    assert (
        seen.charges_enabled,
        seen.requirements.currently_due,
        seen.requirements.past_due,
    ) == (
        True,
        [DUE],
        [],
    )
    assert platform.kinds()[-3:] == [
        "capability.updated",
        "capability.updated",
        "account.updated",
    ]

    platform.sandbox.advance(86401)
    late = await read(platform, account)
    assert (late.charges_enabled, late.requirements.past_due) == (False, [DUE])
    assert late.requirements.disabled_reason == "requirements.past_due"
    changed = platform.events("account.updated")[-1]["data"]["previous_attributes"]
    assert changed["capabilities"] == {"card_payments": "active", "transfers": "active"}
    capability = await platform.v1.accounts.capabilities.retrieve_async(
        account, "transfers"
    )
    assert (capability.status, capability.requirements.disabled_reason) == (
        "inactive",
        "requirements.fields_needed",
    )


async def test_what_is_announced_becomes_due_on_its_day(platform):
    account = await platform.vendor()
    day = platform.control("GET", "state")["clock"] + 86400
    coming = {"currently_due": ["company.phone"], "current_deadline": day}
    platform.control("POST", f"accounts/{account}", {"future_requirements": coming})
    seen = await read(platform, account)
    assert (
        seen.future_requirements.currently_due,
        seen.requirements.currently_due,
    ) == (
        ["company.phone"],
        [],
    )
    platform.sandbox.advance(86401)
    later = await read(platform, account)
    assert (
        later.future_requirements.currently_due,
        later.requirements.currently_due,
    ) == (
        [],
        ["company.phone"],
    )
    assert (later.charges_enabled, later.requirements.current_deadline > day) == (
        True,
        True,
    )


async def test_the_control_api_finishes_what_it_demanded(platform):
    account = await platform.vendor()
    platform.control(
        "POST",
        f"accounts/{account}",
        {"requirements": {"currently_due": [DUE]}, "payouts_enabled": False},
    )
    platform.control("POST", f"accounts/{account}", {"complete": True})
    seen = await read(platform, account)
    assert (seen.requirements.currently_due, seen.payouts_enabled) == ([], True)


@pytest.mark.parametrize(
    "body",
    [
        {"requirements": []},
        {"requirements": {"colour": []}},
        {"requirements": {"currently_due": "x"}},
        {"charges_enabled": 1},
        {"future_requirements": {"current_deadline": "soon"}},
        {"disabled_reason": 3},
        {"requirements": {"currently_due": [1]}},
        {"requirements": {"errors": ["x"]}},
    ],
)
async def test_a_demand_that_means_nothing_is_refused(platform, body):
    account = await platform.vendor()
    with pytest.raises(RuntimeError, match="400"):
        platform.control("POST", f"accounts/{account}", body)


async def test_an_account_that_cuts_its_ties_is_a_stranger(platform):
    account, urls = (
        await platform.vendor(),
        {"refresh_url": "https://s.test", "return_url": "https://s.test"},
    )
    platform.control("POST", f"accounts/{account}", {"deauthorize": True})
    event = platform.events()[-1]
    assert (event["type"], event["account"]) == (
        "account.application.deauthorized",
        account,
    )
    assert event["data"]["object"]["object"] == "application"

    calls = [
        platform.v1.accounts.retrieve_async(account),
        platform.v1.accounts.update_async(account, {}),
        platform.v1.balance.retrieve_async(options={"stripe_account": account}),
        platform.v1.account_links.create_async(
            {"account": account, "type": "account_onboarding", **urls}
        ),
    ]
    for call in calls:
        error = await refused(call)
        assert (error.http_status, error.error.code) == (403, "account_invalid")
        assert "Application access may have been revoked." in error.user_message
    assert (await platform.v1.accounts.list_async()).data == []
    with pytest.raises(RuntimeError, match="404"):
        platform.control("POST", f"accounts/{account}", {"complete": True})


async def test_the_pages_say_what_is_due(platform):
    account = await platform.vendor()
    platform.control(
        "POST",
        f"accounts/{account}",
        {"requirements": {"currently_due": ["external_account", "company.tax_id"]}},
    )
    visitor = await visit(platform, account)
    for _ in range(3):
        await visitor.press("continue")
    assert visitor.step == "review"
    assert (await read(platform, account)).requirements.currently_due == []

"""stripe-facts 7: the values that decide how a test verification ends."""

import asyncio
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.sandbox.shopper import FORM, typed
from tests.support.standin_onboarding import read, seller, visit, walk
from tests.support.standin_persons import CUSTOM, WHOLE


async def told(platform, *, year: int = 1901, **given: Any):
    """An account whose platform sends everything itself."""
    person = {**WHOLE, "dob": {"day": 1, "month": 1, "year": year}, **given}
    return await platform.v1.accounts.create_async({**CUSTOM, "individual": person})


async def test_1901_is_verified_a_moment_later(platform):
    account = await told(platform)
    assert account.individual.verification.status == "pending"
    assert account.capabilities.transfers == "pending"
    assert account.requirements.disabled_reason == "requirements.pending_verification"
    assert "individual.dob.day" in account.requirements.pending_verification
    assert (account.charges_enabled, account.payouts_enabled) == (False, False)

    platform.sandbox.advance(5)
    seen = await read(platform, account.id)
    assert (
        seen.individual.verification.status,
        seen.requirements.pending_verification,
    ) == (
        "verified",
        [],
    )
    assert (
        seen.charges_enabled,
        seen.payouts_enabled,
        seen.capabilities.transfers,
    ) == (
        True,
        True,
        "active",
    )
    kinds = platform.kinds()
    assert kinds[kinds.index("person.updated") :] == [
        "person.updated",
        "capability.updated",
        "capability.updated",
        "account.updated",
    ]


@pytest.mark.parametrize("how", [{"year": 1902}, {"id_number": "222222222"}])
async def test_some_values_are_verified_at_once(platform, how):
    account = await told(platform, **how)
    assert (account.individual.verification.status, account.charges_enabled) == (
        "verified",
        True,
    )


async def test_1900_is_on_a_sanctions_list_and_stops_the_account(platform):
    account = await told(platform, year=1900)
    assert (account.requirements.disabled_reason, account.charges_enabled) == (
        "listed",
        False,
    )
    assert account.capabilities.transfers == "inactive"
    platform.sandbox.advance(86400)
    assert (await read(platform, account.id)).requirements.disabled_reason == "listed"


@pytest.mark.parametrize("country", ["US", "LU", "DE"])
@pytest.mark.parametrize(
    "business", ["individual", "company", "non_profit", "government_entity"]
)
@pytest.mark.parametrize("profile", ["url", "product_description"])
async def test_an_account_that_its_platform_tells_the_test_values_is_enabled(
    platform, country, business, profile
):
    about = {"url": "https://accessible.stripe.com", "product_description": "Bags."}
    given = {
        **CUSTOM,
        "country": country,
        "business_type": business,
        "external_account": "btok_us_verified",
        "business_profile": {"mcc": "5734", profile: about[profile]},
    }
    person = {
        **WHOLE,
        "dob": {"day": 1, "month": 1, "year": 1901},
        "id_number": "000000000",
    }
    if business == "individual":
        account = await platform.v1.accounts.create_async(
            {**given, "individual": person}
        )
    else:
        account = await platform.v1.accounts.create_async(
            {**given, "company": {"name": "Co", "tax_id": "000000000"}}
        )
        roles = {"relationship": {"representative": True}}
        await platform.v1.accounts.persons.create_async(account.id, {**person, **roles})
    platform.sandbox.advance(6)
    seen = await read(platform, account.id)
    assert (seen.requirements.currently_due, seen.requirements.disabled_reason) == (
        [],
        None,
    )
    assert (seen.charges_enabled, seen.payouts_enabled, seen.details_submitted) == (
        True,
        True,
        True,
    )


async def test_a_description_may_stand_in_place_of_an_address(platform):
    account = await platform.v1.accounts.create_async(
        {**CUSTOM, "business_profile": {"mcc": "5734"}}
    )
    ways = {
        tuple(way.original_fields_due): way.alternative_fields_due
        for way in account.requirements.alternatives
    }
    assert ways["business_profile.url",] == ["business_profile.product_description"]


@pytest.mark.parametrize("given", [{"id_number": "000000000"}, {"ssn_last_4": "0000"}])
async def test_zeros_are_this_persons_number(platform, given):
    account = await told(platform, **given)
    assert account.individual.ssn_last_4_provided
    platform.sandbox.advance(5)
    assert (
        await read(platform, account.id)
    ).individual.verification.status == "verified"


@pytest.mark.parametrize(
    ("given", "code", "due"),
    [
        (
            {"id_number": "111111111"},
            "verification_failed_id_number_match",
            "individual.id_number",
        ),
        (
            {"address": {**WHOLE["address"], "line1": "address_no_match"}},
            "verification_failed_address_match",
            "individual.address.line1",
        ),
        (
            {"verification": {"document": {"front": "file_identity_document_failure"}}},
            "verification_document_failed_test_mode",
            "individual.verification.document",
        ),
    ],
)
async def test_what_does_not_match_is_asked_for_again(platform, given, code, due):
    account = await told(platform, **given)
    platform.sandbox.advance(5)
    seen = await read(platform, account.id)
    [error] = seen.requirements.errors
    assert (error.code, error.requirement) == (code, due)
    assert (seen.requirements.currently_due, seen.charges_enabled) == ([due], False)
    assert seen.individual.verification.status == "unverified"

    good = {
        "id_number": "000000000",
        "address": WHOLE["address"],
        "verification": {"document": {"front": "file_identity_document_success"}},
    }
    await platform.v1.accounts.update_async(account.id, {"individual": good})
    platform.sandbox.advance(5)
    healed = await read(platform, account.id)
    assert (
        healed.requirements.errors,
        healed.requirements.currently_due,
        healed.charges_enabled,
    ) == ([], [], True)


async def test_a_good_document_settles_a_number_that_does_not_match(platform):
    account = await told(platform, year=1902, id_number="111111111")
    [way] = account.requirements.alternatives
    assert (way.original_fields_due, way.alternative_fields_due) == (
        ["individual.id_number"],
        ["individual.verification.document"],
    )
    paper = {"verification": {"document": {"front": "file_identity_document_success"}}}
    seen = await platform.v1.accounts.update_async(account.id, {"individual": paper})
    assert (seen.requirements.currently_due, seen.charges_enabled) == ([], True)


async def test_a_business_number_that_does_not_match_is_asked_for_again(platform):
    account = (await seller(platform)).id
    await walk(platform, account, business={"tax_id": "111111111"})
    seen = await read(platform, account)
    assert [(e.code, e.requirement) for e in seen.requirements.errors] == [
        ("verification_failed_tax_id_match", "company.tax_id")
    ]
    assert not seen.charges_enabled
    await walk(platform, account, business={"tax_id": "000000000"})
    assert (await read(platform, account)).charges_enabled


async def test_the_hosted_form_offers_these_values(platform):
    for dob, reason in (
        ("1900-01-01", "listed"),
        ("1901-01-01", "requirements.pending_verification"),
        ("1902-01-01", None),
    ):
        account = (await seller(platform)).id
        await walk(platform, account, person={"dob": dob})
        assert (await read(platform, account)).requirements.disabled_reason == reason


async def test_the_hosted_form_shows_what_verification_found(platform):
    account = (await seller(platform)).id
    await walk(platform, account, person={"id_number": "111111111"})
    assert (await read(platform, account)).requirements.errors[
        0
    ].code == "verification_failed_id_number_match"
    visitor = await visit(platform, account)
    await visitor.press("continue")
    assert "could not be matched" in visitor.errors()["id_number"]
    await visitor.press("continue", id_number="000000000")
    assert (await read(platform, account)).charges_enabled


@pytest.mark.parametrize(
    ("number", "charges", "payouts"),
    [
        ("4000000000004202", True, True),
        ("4000000000004210", False, True),
        ("4000000000004236", True, False),
    ],
)
async def test_some_cards_make_stripe_ask_for_more(platform, number, charges, payouts):
    account = await platform.vendor()
    _, method = await typed(platform, number=number)
    await platform.pay(
        method["id"], on_behalf_of=account, transfer_data={"destination": account}
    )
    seen = await read(platform, account)
    [due] = seen.requirements.currently_due
    assert due.endswith(".verification.document")
    assert (seen.charges_enabled, seen.payouts_enabled) == (charges, payouts)
    assert seen.requirements.current_deadline > seen.created
    platform.control("POST", f"accounts/{account}", {"complete": True})
    healed = await read(platform, account)
    assert (
        healed.requirements.currently_due,
        healed.charges_enabled,
        healed.payouts_enabled,
    ) == (
        [],
        True,
        True,
    )


async def test_a_payment_that_is_not_on_its_behalf_asks_nothing_of_an_account(platform):
    account = await platform.vendor()
    _, method = await typed(platform, number="4000000000004210")
    await platform.pay(method["id"], transfer_data={"destination": account})
    assert (await read(platform, account)).requirements.currently_due == []


async def test_a_direct_charge_asks_too(platform):
    account = await platform.vendor()
    headers = {
        **FORM,
        "Authorization": f"Bearer {platform.key}",
        "Stripe-Account": account,
    }
    body = urlencode(
        {
            "type": "card",
            "card[number]": "4000000000004202",
            "card[exp_month]": "12",
            "card[exp_year]": "2034",
            "card[cvc]": "123",
        }
    )
    status, raw = await asyncio.to_thread(
        platform.sandbox.request, "POST", "/v1/payment_methods", body, headers
    )
    assert status == 200, raw
    automatic = {"enabled": True, "allow_redirects": "never"}
    direct = {
        "amount": 1000,
        "currency": "usd",
        "payment_method": json.loads(raw)["id"],
        "confirm": True,
        "automatic_payment_methods": automatic,
    }
    await platform.v1.payment_intents.create_async(direct, {"stripe_account": account})
    assert (await read(platform, account)).requirements.currently_due != []

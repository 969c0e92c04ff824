"""stripe.md section 10: connected accounts, their capabilities and links, and the hosted form."""

import asyncio
import re
from typing import Any

import pytest

from tests.contract.conftest import EXPRESS
from tests.contract.test_section_03_errors import refused

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


async def fetch(platform, method, url, body=None):
    path = url.removeprefix(platform.sandbox.base_url)
    return await asyncio.to_thread(platform.sandbox.request, method, path, body, FORM if body else None)


def form_of(page):
    """Where the onboarding form is sent."""
    found = re.search(rb'action="(/hosted/onboarding/\w+)"', page)
    assert found
    return found[1].decode()


async def link(platform, account, **given: Any):
    urls = {"refresh_url": "https://shop.test/refresh", "return_url": "https://shop.test/back"}
    return await platform.v1.account_links.create_async(
        {"account": account, "type": "account_onboarding", **urls, **given}
    )


async def test_controller_properties_make_type_none(platform):
    account = await platform.v1.accounts.create_async({"country": "DK", **EXPRESS})
    assert (account.type, account.default_currency) == ("none", "dkk")
    assert account.controller.to_dict() == {
        "type": "application", "is_controller": True, "fees": {"payer": "application"},
        "losses": {"payments": "application"}, "requirement_collection": "stripe", "stripe_dashboard": {"type": "express"},
    }  # fmt: skip
    assert (account.charges_enabled, account.payouts_enabled, account.details_submitted) == (False, False, False)
    assert account.requirements.disabled_reason == "requirements.past_due"
    assert account.capabilities.transfers == "inactive"


@pytest.mark.parametrize(
    ("kind", "payer", "dashboard"),
    [
        ("express", "application_express", "express"),
        ("standard", "account", "full"),
        ("custom", "application_custom", "none"),
    ],
)
async def test_the_old_types_map_to_controllers(platform, kind, payer, dashboard):
    account = await platform.v1.accounts.create_async({"type": kind})
    assert (account.type, account.controller.fees.payer, account.controller.stripe_dashboard.type) == (
        kind,
        payer,
        dashboard,
    )


async def test_type_and_controller_exclude_each_other(platform):
    assert (await refused(platform.v1.accounts.create_async({"type": "express", **EXPRESS}))).param == "type"


async def test_losses_need_fees(platform):
    assert (
        await refused(platform.v1.accounts.create_async({"controller": {"losses": {"payments": "application"}}}))
    ).http_status == 400


async def test_an_unknown_country_is_refused(platform):
    assert (await refused(platform.v1.accounts.create_async({"country": "ZZ"}))).param == "country"


async def test_onboarding_is_a_form_that_works_without_javascript(platform):
    account = await platform.v1.accounts.create_async({"country": "LU", "email": "a@b.test", **EXPRESS})
    made = await link(platform, account.id)
    assert made.expires_at - made.created == 300
    before = len(platform.kinds())

    _, page = await fetch(platform, "GET", made.url)
    action = form_of(page)
    assert (await fetch(platform, "POST", action, "action=complete&business_type=company&name=Luxe"))[0] == 303

    done = await platform.v1.accounts.retrieve_async(account.id)
    assert (done.charges_enabled, done.payouts_enabled, done.details_submitted) == (True, True, True)
    assert (done.requirements.currently_due, done.requirements.disabled_reason) == ([], None)
    assert done.capabilities.to_dict() == {"card_payments": "active", "transfers": "active"}
    assert done.business_profile.name == "Luxe"
    kinds = platform.kinds(before)
    assert kinds.count("capability.updated") == 2
    assert kinds[-1] == "account.updated"
    last = platform.events("account.updated")[-1]
    assert last["account"] == account.id
    assert last["data"]["previous_attributes"]["charges_enabled"] is False


async def test_saving_for_later_leaves_things_missing(platform):
    account = await platform.v1.accounts.create_async({"country": "LU", **EXPRESS})
    _, page = await fetch(platform, "GET", (await link(platform, account.id)).url)
    action = form_of(page)
    await fetch(platform, "POST", action, "action=save&business_type=individual")
    seen = await platform.v1.accounts.retrieve_async(account.id)
    assert (seen.details_submitted, seen.business_type) == (False, "individual")
    assert "individual.first_name" in seen.requirements.currently_due
    assert "business_type" not in seen.requirements.currently_due


@pytest.mark.parametrize("why", ["visited", "expired"])
async def test_a_link_works_once_and_not_for_long(platform, why):
    account = await platform.v1.accounts.create_async({"country": "LU", **EXPRESS})
    made = await link(platform, account.id)
    if why == "visited":
        assert (await fetch(platform, "GET", made.url))[0] == 200
    else:
        platform.sandbox.advance(301)
    assert (await fetch(platform, "GET", made.url))[0] == 303


async def test_links_need_both_addresses_and_fit_the_account(platform):
    account = await platform.vendor()
    assert (
        await refused(platform.v1.account_links.create_async({"account": account, "type": "account_onboarding"}))
    ).code == "parameter_missing"
    assert (await refused(link(platform, account, type="account_update"))).param == "type"
    assert (await refused(link(platform, account, return_url="nowhere"))).code == "url_invalid"


async def test_a_login_link_needs_finished_onboarding(platform):
    account = await platform.v1.accounts.create_async({"country": "LU", **EXPRESS})
    error = await refused(platform.v1.accounts.login_links.create_async(account.id))
    assert error.user_message == "Cannot create a login link for an account that has not completed onboarding."
    platform.control("POST", f"accounts/{account.id}", {"complete": True})
    made = await platform.v1.accounts.login_links.create_async(account.id)
    status, page = await fetch(platform, "GET", made.url)
    assert status == 200
    assert b"Available" in page


async def test_capabilities_are_objects_too(platform):
    account = await platform.vendor()
    services = platform.v1.accounts.capabilities
    assert [c.id for c in (await services.list_async(account)).data] == ["card_payments", "transfers"]
    assert (await services.retrieve_async(account, "sepa_debit_payments")).status == "unrequested"
    assert (await services.update_async(account, "sepa_debit_payments", {"requested": True})).status == "active"
    await services.update_async(account, "transfers", {"requested": False})
    assert (await platform.v1.accounts.retrieve_async(account)).capabilities.to_dict() == {
        "card_payments": "active",
        "sepa_debit_payments": "active",
    }
    assert (await refused(services.retrieve_async(account, "nonsense"))).http_status == 404


async def test_an_update_tells_what_was_before(platform):
    account = await platform.vendor()
    await platform.v1.accounts.update_async(account, {"business_profile": {"name": "New"}, "metadata": {"k": "v"}})
    event = platform.events("account.updated")[-1]
    assert event["data"]["previous_attributes"] == {"business_profile": {"name": None}, "metadata": {"k": None}}


async def test_requirements_can_come_back(platform):
    account = await platform.vendor()
    due = {
        "requirements": {"currently_due": ["individual.verification.document"], "current_deadline": 1900000000},
        "payouts_enabled": False,
    }
    platform.control("POST", f"accounts/{account}", due)
    seen = await platform.v1.accounts.retrieve_async(account)
    assert (seen.charges_enabled, seen.payouts_enabled) == (True, False)
    assert seen.requirements.currently_due == ["individual.verification.document"]
    assert platform.events("account.updated")[-1]["data"]["previous_attributes"]["payouts_enabled"] is True


async def test_a_disabled_account_loses_its_capabilities(platform):
    account = await platform.vendor()
    platform.control("POST", f"accounts/{account}", {"disabled_reason": "rejected.fraud", "charges_enabled": False})
    assert (
        await refused(platform.intent(transfer_data={"destination": account}))
    ).code == "insufficient_capabilities_for_transfer"


async def test_accounts_are_listed(platform):
    one, two = await platform.vendor(), await platform.vendor()
    assert [a.id for a in (await platform.v1.accounts.list_async()).data] == [two, one]


async def test_the_platform_has_an_account_of_its_own(platform):
    own = await platform.client.v1.accounts.retrieve_current_async()
    assert own.charges_enabled
    assert own.type == "standard"

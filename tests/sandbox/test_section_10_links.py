"""stripe-facts 10: account links, login links with the dashboard behind them, and account
sessions.
"""

import pytest

from tests.sandbox.visitor import Visitor
from tests.support.standin_accounts import EXPRESS
from tests.support.standin_errors import refused
from tests.support.standin_onboarding import link, read
from tests.support.standin_persons import CUSTOM


async def dashboard(platform, account):
    made = await platform.v1.accounts.login_links.create_async(account)
    assert (made.object, "id" in made) == ("login_link", False)
    return await Visitor(platform.sandbox.base_url).open(made.url)


async def test_links_need_both_addresses_and_fit_the_account(platform):
    account = await platform.vendor()
    for given in (
        {},
        {"return_url": "https://s.test"},
        {"refresh_url": "https://s.test"},
    ):
        wanted = {"account": account, "type": "account_onboarding", **given}
        assert (
            await refused(platform.v1.account_links.create_async(wanted))
        ).code == "parameter_missing"
    assert (
        await refused(link(platform, account, type="account_update"))
    ).param == "type"
    assert (
        await refused(link(platform, account, return_url="nowhere"))
    ).code == "url_invalid"
    assert (
        await refused(link(platform, account, collection_options={"fields": "all"}))
    ).param == "collection_options[fields]"


async def test_a_link_has_no_id_and_lives_five_minutes(platform):
    made = await link(
        platform, await platform.vendor(), refresh_url="http://127.0.0.1/again"
    )
    assert (made.object, "id" in made, made.expires_at - made.created) == (
        "account_link",
        False,
        300,
    )


async def test_update_links_are_for_accounts_without_a_dashboard(platform):
    account = await platform.v1.accounts.create_async(CUSTOM)
    made = await link(platform, account.id, type="account_update")
    assert (await Visitor(platform.sandbox.base_url).open(made.url)).step == "business"


async def test_coming_back_does_not_mean_finished(platform):
    account = await platform.v1.accounts.create_async({"country": "LU", **EXPRESS})
    visitor = await Visitor(platform.sandbox.base_url).open(
        (await link(platform, account.id)).url
    )
    await visitor.press("save")
    assert visitor.url == "https://shop.test/back"
    assert not (await read(platform, account.id)).details_submitted


async def test_a_login_link_needs_finished_onboarding(platform):
    account = await platform.v1.accounts.create_async({"country": "LU", **EXPRESS})
    error = await refused(platform.v1.accounts.login_links.create_async(account.id))
    assert (
        error.user_message
        == "Cannot create a login link for an account that has not completed onboarding."
    )
    full = await platform.vendor(controller={})
    assert (
        await refused(platform.v1.accounts.login_links.create_async(full))
    ).http_status == 400


async def test_the_dashboard_shows_balance_movements_and_bank(platform):
    account = await platform.vendor(business_profile={"name": "Luxe <b>"})
    await platform.pay(
        amount=2000, transfer_data={"destination": account}, application_fee_amount=200
    )
    platform.settle()
    visitor = await dashboard(platform, account)
    assert visitor.status == 200
    for words in (
        "Luxe <b>",
        "Available",
        "18.00 USD",
        "Payment",
        "STRIPE TEST BANK •••• 6789",
        "No payout yet.",
    ):
        assert words in visitor.text
    assert "<b>" not in visitor.page


async def test_the_dashboard_shows_payouts_with_their_states(platform):
    account = await platform.vendor(country="US")
    for _ in range(2):
        await platform.pay(
            "pm_card_bypassPending", amount=5000, transfer_data={"destination": account}
        )
    platform.settle()
    mine = {"stripe_account": account}
    await platform.v1.payouts.create_async({"amount": 3000, "currency": "usd"}, mine)
    assert "Being prepared" in (await dashboard(platform, account)).text
    platform.sandbox.advance(10 * 86400)
    assert "Paid" in (await dashboard(platform, account)).text


async def test_the_dashboard_leads_to_what_is_due(platform):
    account = await platform.vendor()
    needs = {
        "requirements": {"currently_due": ["individual.verification.document"]},
        "disabled_reason": "requirements.past_due",
    }
    platform.control("POST", f"accounts/{account}", needs)
    visitor = await dashboard(platform, account)
    home = visitor.url
    assert "Identity document" in visitor.text
    await visitor.press("")
    assert visitor.step == "business"
    for _ in range(4):
        await visitor.press("continue")
    await visitor.press("complete")
    assert visitor.url == home
    assert (await read(platform, account)).charges_enabled
    assert "Identity document" not in visitor.text


async def test_a_login_link_works_once_and_not_for_long(platform):
    account = await platform.vendor()
    made = await platform.v1.accounts.login_links.create_async(account)
    visitor = await Visitor(platform.sandbox.base_url).open(made.url)
    inside = visitor.url
    assert (await visitor.open(made.url)).status == 404
    assert (await visitor.open(inside)).status == 200
    platform.sandbox.advance(3601)
    assert (await visitor.open(inside)).status == 404
    late = await platform.v1.accounts.login_links.create_async(account)
    platform.sandbox.advance(301)
    assert (await visitor.open(late.url)).status == 404


async def test_a_session_echoes_its_components(platform):
    account = await platform.vendor()
    wanted = {
        "account": account,
        "components": {
            "payments": {"enabled": True, "features": {"refund_management": False}},
            "payouts": {"enabled": True},
        },
    }
    made = await platform.v1.account_sessions.create_async(wanted)
    assert (made.account, made.livemode) == (account, False)
    assert made.client_secret.startswith("accs_secret__")
    assert made.expires_at > platform.control("GET", "state")["clock"]
    parts = made.components
    assert (parts.payments.enabled, parts.payouts.enabled, parts.balances.enabled) == (
        True,
        True,
        False,
    )
    assert (
        parts.payments.features.refund_management,
        parts.payments.features.dispute_management,
    ) == (False, True)
    assert parts.payments.features.smart_disputes_management
    assert (
        parts.payouts.features.standard_payouts,
        parts.payouts.features.external_account_collection,
    ) == (
        False,
        True,
    )


@pytest.mark.parametrize(
    "components",
    [{"nonsense": {"enabled": True}}, {"payouts": {}}],
)
async def test_a_session_of_nothing_real_is_refused(platform, components):
    wanted = {"account": await platform.vendor(), "components": components}
    assert (
        await refused(platform.v1.account_sessions.create_async(wanted))
    ).http_status == 400


async def test_user_authentication_stays_where_stripe_collects(platform):
    off = {
        "payouts": {
            "enabled": True,
            "features": {"disable_stripe_user_authentication": True},
        }
    }
    error = await refused(
        platform.v1.account_sessions.create_async(
            {"account": await platform.vendor(), "components": off}
        )
    )
    assert error.http_status == 400
    custom = await platform.v1.accounts.create_async(CUSTOM)
    made = await platform.v1.account_sessions.create_async(
        {"account": custom.id, "components": off}
    )
    assert made.components.payouts.features.disable_stripe_user_authentication

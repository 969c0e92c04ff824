"""stripe-facts 10: connected accounts and their capabilities."""

import pytest

from tests.support.standin_accounts import EXPRESS
from tests.support.standin_errors import refused


async def test_controller_properties_make_type_none(platform):
    account = await platform.v1.accounts.create_async({"country": "DK", **EXPRESS})
    assert (account.type, account.default_currency) == ("none", "dkk")
    assert account.controller.to_dict() == {
        "type": "application",
        "is_controller": True,
        "fees": {"payer": "application"},
        "losses": {"payments": "application"},
        "requirement_collection": "stripe",
        "stripe_dashboard": {"type": "express"},
    }
    assert (
        account.charges_enabled,
        account.payouts_enabled,
        account.details_submitted,
    ) == (
        False,
        False,
        False,
    )
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
    assert (
        account.type,
        account.controller.fees.payer,
        account.controller.stripe_dashboard.type,
    ) == (
        kind,
        payer,
        dashboard,
    )


async def test_type_and_controller_exclude_each_other(platform):
    assert (
        await refused(platform.v1.accounts.create_async({"type": "express", **EXPRESS}))
    ).param == "type"


async def test_losses_need_fees(platform):
    assert (
        await refused(
            platform.v1.accounts.create_async(
                {"controller": {"losses": {"payments": "application"}}}
            )
        )
    ).http_status == 400


async def test_an_unknown_country_is_refused(platform):
    assert (
        await refused(platform.v1.accounts.create_async({"country": "ZZ"}))
    ).param == "country"


async def test_capabilities_are_objects_too(platform):
    account = await platform.vendor()
    services = platform.v1.accounts.capabilities
    assert [c.id for c in (await services.list_async(account)).data] == [
        "card_payments",
        "transfers",
    ]
    assert (
        await services.retrieve_async(account, "sepa_debit_payments")
    ).status == "unrequested"
    assert (
        await services.update_async(account, "sepa_debit_payments", {"requested": True})
    ).status == "active"
    await services.update_async(account, "transfers", {"requested": False})
    assert (
        await platform.v1.accounts.retrieve_async(account)
    ).capabilities.to_dict() == {
        "card_payments": "active",
        "sepa_debit_payments": "active",
    }
    assert (
        await refused(services.retrieve_async(account, "nonsense"))
    ).http_status == 404


async def test_an_update_tells_what_was_before(platform):
    account = await platform.vendor()
    await platform.v1.accounts.update_async(
        account, {"business_profile": {"name": "New"}, "metadata": {"k": "v"}}
    )
    event = platform.events("account.updated")[-1]
    assert event["data"]["previous_attributes"] == {
        "business_profile": {"name": None},
        "metadata": {"k": None},
    }


async def test_requirements_can_come_back(platform):
    account = await platform.vendor()
    due = {
        "requirements": {
            "currently_due": ["individual.verification.document"],
            "current_deadline": 1900000000,
        },
        "payouts_enabled": False,
    }
    platform.control("POST", f"accounts/{account}", due)
    seen = await platform.v1.accounts.retrieve_async(account)
    assert (seen.charges_enabled, seen.payouts_enabled) == (True, False)
    assert seen.requirements.currently_due == ["individual.verification.document"]
    assert (
        platform.events("account.updated")[-1]["data"]["previous_attributes"][
            "payouts_enabled"
        ]
        is True
    )


async def test_a_disabled_account_loses_its_capabilities(platform):
    account = await platform.vendor()
    platform.control(
        "POST",
        f"accounts/{account}",
        {"disabled_reason": "rejected.fraud", "charges_enabled": False},
    )
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


async def test_express_needs_a_platform_that_bears_losses(platform):
    """Stripe-owned losses with Express came with a later version than ours."""
    express = {
        "stripe_dashboard": {"type": "express"},
        "fees": {"payer": "application"},
    }
    error = await refused(platform.v1.accounts.create_async({"controller": express}))
    assert error.param == "controller[losses][payments]"


async def test_without_a_controller_an_account_is_standard(platform):
    account = await platform.v1.accounts.create_async({})
    assert account.controller.to_dict() == {
        "type": "application",
        "is_controller": True,
        "fees": {"payer": "account"},
        "losses": {"payments": "stripe"},
        "requirement_collection": "stripe",
        "stripe_dashboard": {"type": "full"},
    }
    assert account.type == "standard"


@pytest.mark.parametrize("payer", ["application_express", "application_custom"])
async def test_some_fee_payers_are_for_reading_only(platform, payer):
    error = await refused(
        platform.v1.accounts.create_async({"controller": {"fees": {"payer": payer}}})
    )
    assert error.param == "controller[fees][payer]"


@pytest.mark.parametrize(
    "change",
    [
        {"country": "DE"},
        {"type": "custom"},
        {"controller": {"stripe_dashboard": {"type": "none"}}},
    ],
)
async def test_country_type_and_dashboard_stay(platform, change):
    account = await platform.vendor()
    assert (
        await refused(platform.v1.accounts.update_async(account, change))
    ).code == "parameter_unknown"


async def test_charges_are_on_with_one_of_two_capabilities(platform):
    services = platform.v1.accounts.capabilities
    account = await platform.vendor(capabilities={"transfers": {"requested": True}})
    assert (await platform.v1.accounts.retrieve_async(account)).charges_enabled
    await services.update_async(account, "transfers", {"requested": False})
    assert not (await platform.v1.accounts.retrieve_async(account)).charges_enabled
    await services.update_async(account, "card_payments", {"requested": True})
    assert (await platform.v1.accounts.retrieve_async(account)).charges_enabled
    assert (
        await refused(platform.intent(transfer_data={"destination": account}))
    ).code == "insufficient_capabilities_for_transfer"


async def test_the_three_flags_are_independent(platform):
    account = await platform.vendor()
    for flags in (
        {"charges_enabled": False},
        {"charges_enabled": True, "payouts_enabled": False},
    ):
        platform.control("POST", f"accounts/{account}", flags)
        seen = await platform.v1.accounts.retrieve_async(account)
        assert seen.details_submitted
        assert seen.charges_enabled != seen.payouts_enabled


async def test_nothing_due_does_not_mean_able(platform):
    account = await platform.vendor(capabilities={})
    seen = await platform.v1.accounts.retrieve_async(account)
    assert (seen.requirements.currently_due, seen.charges_enabled) == ([], False)


@pytest.mark.parametrize(
    ("reason", "seen_as"),
    [
        ("fraud_other", "rejected.platform_fraud"),
        ("terms_of_service", "rejected.platform_terms_of_service"),
        ("credit", "rejected.platform_other"),
        ("other", "rejected.platform_other"),
    ],
)
async def test_a_rejected_account_does_nothing_until_it_is_taken_back(
    platform, reason, seen_as
):
    account = await platform.vendor()
    seen = await platform.v1.accounts.reject_async(account, {"reason": reason})
    assert (
        seen.charges_enabled,
        seen.payouts_enabled,
        seen.requirements.disabled_reason,
    ) == (
        False,
        False,
        seen_as,
    )
    assert seen.capabilities.transfers == "inactive"
    assert platform.kinds()[-3:] == [
        "capability.updated",
        "capability.updated",
        "account.updated",
    ]
    back = await platform.v1.accounts.unreject_async(account)
    assert (
        back.charges_enabled,
        back.payouts_enabled,
        back.requirements.disabled_reason,
    ) == (
        True,
        True,
        None,
    )


async def test_a_rejection_can_leave_payouts_on(platform):
    account = await platform.vendor()
    seen = await platform.v1.accounts.reject_async(
        account, {"reason": "other", "payouts_action": "none"}
    )
    assert (seen.charges_enabled, seen.payouts_enabled) == (False, True)


async def test_what_may_be_rejected_and_why(platform):
    account, standard = (
        await platform.vendor(),
        await platform.v1.accounts.create_async({}),
    )
    assert (
        await refused(platform.v1.accounts.reject_async(account, {"reason": "fraud"}))
    ).param == "reason"
    assert (
        await refused(
            platform.v1.accounts.reject_async(standard.id, {"reason": "other"})
        )
    ).http_status == 400
    assert (
        await refused(platform.v1.accounts.unreject_async(account))
    ).http_status == 400


async def test_taking_back_a_rejection_leaves_other_restrictions(platform):
    account = await platform.vendor()
    await platform.v1.accounts.reject_async(account, {"reason": "other"})
    platform.control("POST", f"accounts/{account}", {"payouts_enabled": False})
    back = await platform.v1.accounts.unreject_async(account)
    assert (back.charges_enabled, back.payouts_enabled) == (True, False)


async def test_a_deleted_account_is_a_stranger(platform):
    account = await platform.vendor()
    gone = await platform.v1.accounts.delete_async(account)
    assert gone.to_dict() == {"id": account, "object": "account", "deleted": True}
    assert (
        await refused(platform.v1.accounts.retrieve_async(account))
    ).error.code == "account_invalid"
    assert (await platform.v1.accounts.list_async()).data == []


async def test_accounts_of_other_platforms_are_strangers(platform):
    account = await platform.vendor()
    other = platform.as_key(platform.key + "x").v1
    calls = [
        other.accounts.retrieve_async(account),
        other.accounts.delete_async(account),
        other.accounts.capabilities.list_async(account),
        other.accounts.persons.list_async(account),
        other.accounts.login_links.create_async(account),
        other.accounts.reject_async(account, {"reason": "other"}),
        other.account_sessions.create_async(
            {"account": account, "components": {"payouts": {"enabled": True}}}
        ),
    ]
    for call in calls:
        assert (await refused(call)).error.code == "account_invalid"


async def test_the_own_account_can_be_looked_at_and_not_changed(platform):
    own = (await platform.v1.accounts.retrieve_current_async()).id
    assert (await platform.v1.accounts.retrieve_async(own)).id == own
    assert (
        await platform.v1.accounts.capabilities.retrieve_async(own, "transfers")
    ).status == "active"
    calls = [
        platform.v1.accounts.update_async(own, {"email": "a@b.test"}),
        platform.v1.accounts.delete_async(own),
        platform.v1.accounts.reject_async(own, {"reason": "other"}),
    ]
    for call in calls:
        assert (await refused(call)).http_status == 400


async def test_stripe_account_answers_for_itself(platform):
    one, two = await platform.vendor(), await platform.vendor()
    mine = {"stripe_account": one}
    assert (await platform.v1.accounts.retrieve_current_async(options=mine)).id == one
    assert (await platform.v1.accounts.retrieve_async(one, options=mine)).id == one
    error = await refused(platform.v1.accounts.retrieve_async(two, options=mine))
    assert (
        "does not match the account specified in the Stripe-Account header"
        in error.user_message
    )


async def test_a_token_that_nobody_made_is_missing(platform):
    assert (
        await refused(platform.v1.accounts.create_async({"account_token": "ct_1"}))
    ).param == "account_token"


async def test_a_connected_account_has_no_accounts_of_its_own(platform):
    account = await platform.vendor()
    error = await refused(
        platform.v1.accounts.create_async(
            {"country": "US"}, {"stripe_account": account}
        )
    )
    assert (error.http_status, "signed up for Connect" in error.user_message) == (
        400,
        True,
    )


async def test_a_link_leads_back_to_a_whole_address(platform):
    account = await platform.vendor()
    for url in ("https://", "https://shop.test/\r\nX: y", "market://back"):
        given = {
            "account": account,
            "type": "account_onboarding",
            "refresh_url": "https://shop.test",
            "return_url": url,
        }
        assert (
            await refused(platform.v1.account_links.create_async(given))
        ).code == "url_invalid"

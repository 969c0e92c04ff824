"""stripe-facts 14: the settings of an account's balance, and their mirror on the account."""

from typing import Any

import pytest

from tests.sandbox.sellers import CUSTOM
from tests.support.standin_errors import refused


@pytest.fixture
async def of(platform):
    return {"stripe_account": await platform.vendor()}


async def change(platform, of, **payments: Any):
    return await platform.v1.balance_settings.update_async({"payments": payments}, of)


async def mirrored(platform, of):
    return (
        await platform.v1.accounts.retrieve_async(of["stripe_account"])
    ).settings.payouts.to_dict()


async def test_a_new_account_is_paid_out_daily_after_two_days(platform, of):
    payments = (
        await platform.v1.balance_settings.retrieve_async(None, of)
    ).payments.to_dict()
    assert payments == {
        "debit_negative_balances": True,
        "payouts": {
            "automatic_transfer_rules_by_currency": {},
            "minimum_balance_by_currency": None,
            "schedule": {"interval": "daily"},
            "statement_descriptor": None,
            "status": "enabled",
        },
        "settlement_timing": {
            "delay_days": 2,
            "start_of_day": {"hour": 0, "minutes": 0, "timezone": "Etc/UTC"},
        },
    }
    own = await platform.v1.balance_settings.retrieve_async()
    assert own.payments.payouts.schedule.interval == "manual"


async def test_where_the_platform_collects_requirements_nothing_is_reclaimed_by_default(
    platform,
):
    account = await platform.vendor(**CUSTOM)
    told = await platform.v1.balance_settings.retrieve_async(
        None, {"stripe_account": account}
    )
    assert told.payments.debit_negative_balances is False
    assert (await mirrored(platform, {"stripe_account": account}))[
        "debit_negative_balances"
    ] is False


async def test_payout_schedules(platform, of):
    plan = {"interval": "weekly", "weekly_payout_days": ["friday"]}
    changed = await change(
        platform,
        of,
        payouts={"schedule": plan, "minimum_balance_by_currency": {"eur": 5000}},
    )
    assert changed.payments.payouts.schedule.weekly_payout_days == ["friday"]
    assert changed.payments.payouts.minimum_balance_by_currency.to_dict() == {
        "eur": 5000
    }
    assert (
        platform.events("balance_settings.updated")[-1]["account"]
        == of["stripe_account"]
    )
    manual = await change(platform, of, payouts={"schedule": {"interval": "manual"}})
    assert "weekly_payout_days" not in manual.payments.payouts.schedule
    assert manual.payments.payouts.minimum_balance_by_currency.to_dict() == {
        "eur": 5000
    }


async def test_the_account_mirrors_everything(platform, of):
    await change(
        platform,
        of,
        debit_negative_balances=False,
        settlement_timing={"delay_days_override": 7},
        payouts={
            "schedule": {"interval": "monthly", "monthly_payout_days": [1, 15]},
            "statement_descriptor": "MARKET",
        },
    )
    assert await mirrored(platform, of) == {
        "debit_negative_balances": False,
        "statement_descriptor": "MARKET",
        "schedule": {
            "delay_days": 7,
            "interval": "monthly",
            "monthly_anchor": 1,
            "monthly_payout_days": [1, 15],
        },
    }
    await change(platform, of, settlement_timing={"delay_days_override": ""})
    assert (await mirrored(platform, of))["schedule"]["delay_days"] == 2


async def test_the_account_can_be_told_in_its_own_words(platform, of):
    schedule = {"interval": "weekly", "weekly_anchor": "monday", "delay_days": 4}
    given = {
        "settings": {
            "payouts": {"schedule": schedule, "statement_descriptor": "MARKET"}
        }
    }
    await platform.v1.accounts.update_async(of["stripe_account"], given)
    payments = (await platform.v1.balance_settings.retrieve_async(None, of)).payments
    assert payments.payouts.schedule.to_dict() == {
        "interval": "weekly",
        "weekly_payout_days": ["monday"],
    }
    assert (
        payments.settlement_timing.delay_days,
        payments.payouts.statement_descriptor,
    ) == (
        4,
        "MARKET",
    )
    mirror = await mirrored(platform, of)
    assert mirror["schedule"] == {
        "delay_days": 4,
        "interval": "weekly",
        "weekly_anchor": "monday",
        "weekly_payout_days": ["monday"],
    }
    await platform.v1.accounts.update_async(
        of["stripe_account"],
        {"settings": {"payouts": {"schedule": {"delay_days": "minimum"}}}},
    )
    assert (await mirrored(platform, of))["schedule"]["delay_days"] == 2


async def test_the_day_can_begin_elsewhere_and_go_back(platform, of):
    begins = {"hour": 17, "minutes": 30, "timezone": "America/New_York"}
    changed = await change(platform, of, settlement_timing={"start_of_day": begins})
    assert changed.payments.settlement_timing.start_of_day.to_dict() == begins
    back = await change(platform, of, settlement_timing={"start_of_day": ""})
    assert back.payments.settlement_timing.start_of_day.timezone == "Etc/UTC"


async def test_nothing_changed_tells_nobody(platform, of):
    await change(platform, of, debit_negative_balances=True)
    assert platform.events("balance_settings.updated") == []


@pytest.mark.parametrize(
    "payments",
    [
        {"payouts": {"schedule": {"interval": "weekly"}}},
        {
            "payouts": {
                "schedule": {"interval": "weekly", "weekly_payout_days": ["saturday"]}
            }
        },
        {
            "payouts": {
                "schedule": {"interval": "weekly", "weekly_payout_days": ["sunday"]}
            }
        },
        {
            "payouts": {
                "schedule": {"interval": "daily", "weekly_payout_days": ["monday"]}
            }
        },
        {"payouts": {"schedule": {"interval": "monthly", "monthly_payout_days": [32]}}},
        {"payouts": {"statement_descriptor": "x" * 23}},
        {"payouts": {"minimum_balance_by_currency": {"usd": -1}}},
        {
            "payouts": {
                "automatic_transfer_rules_by_currency": {
                    "usd": [{"payout_method": "fa_1", "type": "transfer_all"}]
                }
            }
        },
        {"settlement_timing": {"delay_days_override": 32}},
        {"settlement_timing": {"delay_days_override": 1}},
        {"settlement_timing": {"start_of_day": {"hour": 24}}},
        {"settlement_timing": {"start_of_day": {"minutes": 15}}},
        {"settlement_timing": {"start_of_day": {"timezone": "Mars/Olympus"}}},
    ],
)
async def test_bad_settings_are_refused(platform, of, payments):
    error = await refused(
        platform.v1.balance_settings.update_async({"payments": payments}, of)
    )
    assert (error.http_status, error.param.partition("[")[0]) == (400, "payments")

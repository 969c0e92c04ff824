"""stripe-facts 14: paydays, on which what is available of an account leaves by itself."""

import datetime as dt
import time
import zoneinfo
from typing import Any

import pytest

from tests.sandbox.sellers import (
    DAY,
    balance,
    bank,
    by_hand,
    earn,
    seller,
    until_midnight,
)
from tests.support.standin_errors import refused
from tests.support.standin_rows import rows


async def paid_out(platform, of):
    """The account's payouts, oldest first."""
    return list(
        reversed((await platform.v1.payouts.list_async({"limit": 100}, of)).data)
    )


async def settings(platform, of, **payments: Any):
    return await platform.v1.balance_settings.update_async({"payments": payments}, of)


def midnight(platform):
    """The next one."""
    return (platform.control("GET", "state")["clock"] // DAY + 1) * DAY


async def test_what_is_available_leaves_at_midnight(platform):
    of = await seller(platform)
    await earn(platform, of)
    due = midnight(platform)
    until_midnight(platform)
    [payout] = await paid_out(platform, of)
    assert (payout.amount, payout.automatic, payout.created, payout.status) == (
        10_000,
        True,
        due,
        "pending",
    )
    assert payout.description == "STRIPE PAYOUT"
    assert await balance(platform, of) == (0, 0)
    platform.sandbox.advance(2 * DAY)
    assert [p.status for p in await paid_out(platform, of)] == ["paid"]
    told = [kind for kind in platform.kinds() if kind.startswith("payout")]
    assert told == [
        "payout.created",
        "payout.reconciliation_completed",
        "payout.updated",
        "payout.paid",
    ]


async def test_pending_money_waits_for_its_day(platform):
    of = await seller(platform)
    await earn(platform, of, at_once=False)
    until_midnight(platform)
    assert await paid_out(platform, of) == []
    until_midnight(platform)
    assert [p.amount for p in await paid_out(platform, of)] == [10_000]


async def test_each_day_has_its_payout_and_idle_days_none(platform):
    of = await seller(platform)
    for amount in (1000, 2000):
        await earn(platform, of, amount)
        await earn(platform, of, amount)
        until_midnight(platform)
    until_midnight(platform, 5)
    assert [p.amount for p in await paid_out(platform, of)] == [2000, 4000]


async def test_money_of_a_later_hour_of_the_same_day_leaves_too(platform):
    of = await seller(platform)
    await earn(platform, of, 1000)
    until_midnight(platform)
    await earn(platform, of, 500)
    payout = (await paid_out(platform, of))[0]
    assert payout.amount == 1000
    until_midnight(platform)
    assert [p.amount for p in await paid_out(platform, of)] == [1000, 500]


async def test_a_payout_names_the_transactions_that_it_pays_out(platform):
    of, listed = await seller(platform), platform.v1.balance_transactions.list_async
    for amount in (1000, 2000, 4000):
        await earn(platform, of, amount, at_once=amount != 4000)
        until_midnight(platform)
    until_midnight(platform, 3)
    payouts = await paid_out(platform, of)
    assert [p.amount for p in payouts] == [1000, 2000, 4000]
    assert {p.reconciliation_status for p in payouts} == {"completed"}
    for payout in payouts:
        found = (await listed({"payout": payout.id}, of)).data
        assert [(t.type, t.amount) for t in found] == [
            ("payout", -payout.amount),
            ("payment", payout.amount),
        ]
    only = (
        await listed(
            {"payout": payouts[0].id, "type": "payment"},
            of,
        )
    ).data
    assert [t.amount for t in only] == [1000]


async def test_money_that_came_back_is_paid_out_again_with_its_own_row(platform):
    of = await seller(platform)
    await earn(platform, of)
    until_midnight(platform)
    [first] = await paid_out(platform, of)
    platform.control("POST", f"payouts/{first.id}/fail", {"failure_code": "declined"})
    [broken] = (
        await platform.v1.accounts.external_accounts.list_async(of["stripe_account"])
    ).data
    await platform.v1.accounts.external_accounts.update_async(
        of["stripe_account"], broken.id
    )
    until_midnight(platform)
    second = (await paid_out(platform, of))[-1]
    found = (
        await platform.v1.balance_transactions.list_async({"payout": second.id}, of)
    ).data
    assert [(t.type, t.amount) for t in found] == [
        ("payout", -10_000),
        ("payout_failure", 10_000),
    ]


async def test_a_broken_bank_stops_paydays_until_it_is_looked_after(platform):
    of = await seller(platform, bank("000111111116"))
    await earn(platform, of)
    until_midnight(platform, 4)
    [failed] = await paid_out(platform, of)
    assert (failed.status, failed.failure_code) == ("failed", "no_account")
    assert await balance(platform, of) == (10_000, 0)
    accounts, account = platform.v1.accounts, of["stripe_account"]
    [broken] = (await accounts.retrieve_async(account)).external_accounts.data
    assert broken.status == "errored"
    await accounts.external_accounts.create_async(
        account, {"external_account": bank(), "default_for_currency": True}
    )
    until_midnight(platform, 4)
    assert [p.status for p in await paid_out(platform, of)] == ["failed", "paid"]


async def test_a_minimum_balance_stays(platform):
    of = await seller(platform)
    await settings(platform, of, payouts={"minimum_balance_by_currency": {"usd": 3000}})
    await earn(platform, of)
    until_midnight(platform)
    assert [p.amount for p in await paid_out(platform, of)] == [7000]
    assert await balance(platform, of) == (3000, 0)
    await settings(platform, of, payouts={"minimum_balance_by_currency": ""})
    until_midnight(platform)
    assert [p.amount for p in await paid_out(platform, of)] == [7000, 3000]


async def test_by_hand_means_that_nothing_leaves_until_the_schedule_says_otherwise(
    platform,
):
    of = await by_hand(platform, await seller(platform))
    await earn(platform, of)
    await earn(platform, of, at_once=False)
    until_midnight(platform)
    assert await paid_out(platform, of) == []
    await settings(platform, of, payouts={"schedule": {"interval": "daily"}})
    until_midnight(platform, 3)
    assert [p.amount for p in await paid_out(platform, of)] == [20_000]


async def test_the_platform_is_paid_out_by_hand_unless_it_asks_for_more(platform):
    await platform.pay("pm_card_bypassPending")
    platform.settle()
    until_midnight(platform, 2)
    assert await paid_out(platform, {}) == []
    await settings(platform, {}, payouts={"schedule": {"interval": "daily"}})
    until_midnight(platform)
    assert [p.amount for p in await paid_out(platform, {})] == [941]


def weekday_of(payout):
    return dt.datetime.fromtimestamp(payout.created, dt.UTC).strftime("%A").lower()


async def test_weekly_paydays_fall_on_their_days(platform):
    of = await seller(platform)
    plan = {"interval": "weekly", "weekly_payout_days": ["tuesday", "friday"]}
    await settings(platform, of, payouts={"schedule": plan})
    for _ in range(14):
        await earn(platform, of, 100)
        until_midnight(platform)
    payouts = await paid_out(platform, of)
    assert len(payouts) == 4
    assert {weekday_of(p) for p in payouts} == {"tuesday", "friday"}
    assert sum(p.amount for p in payouts) + (await balance(platform, of))[0] == 1400


async def test_monthly_paydays_fall_on_the_last_day_of_shorter_months(platform):
    of = await seller(platform)
    await settings(
        platform,
        of,
        payouts={"schedule": {"interval": "monthly", "monthly_payout_days": [31]}},
    )
    for _ in range(4):
        await earn(platform, of, 100)
        until_midnight(platform, 31)
    days = [
        dt.datetime.fromtimestamp(p.created, dt.UTC)
        for p in await paid_out(platform, of)
    ]
    assert len(days) >= 3
    assert {(day + dt.timedelta(days=1)).day for day in days} == {1}


async def test_money_waits_as_long_as_the_settings_say(platform):
    of = await by_hand(platform, await seller(platform))
    await settings(platform, of, settlement_timing={"delay_days_override": 5})
    await earn(platform, of, at_once=False)
    until_midnight(platform, 4)
    assert await balance(platform, of) == (0, 10_000)
    until_midnight(platform)
    assert await balance(platform, of) == (10_000, 0)
    [row] = (await platform.v1.balance_transactions.list_async({}, of)).data
    assert row.available_on % DAY == 0


async def test_days_begin_when_the_account_says(platform):
    of = await seller(platform)
    begins = {"hour": 17, "minutes": 30, "timezone": "America/New_York"}
    await settings(platform, of, settlement_timing={"start_of_day": begins})
    await earn(platform, of)
    platform.sandbox.advance(DAY)
    [payout] = await paid_out(platform, of)
    local = dt.datetime.fromtimestamp(
        payout.created, zoneinfo.ZoneInfo("America/New_York")
    )
    assert (local.hour, local.minute) == (17, 30)


async def test_an_account_in_trouble_is_paid_when_it_is_out_of_it(platform):
    of = await seller(platform)
    platform.control(
        "POST", f"accounts/{of['stripe_account']}", {"payouts_enabled": False}
    )
    await earn(platform, of)
    until_midnight(platform, 3)
    assert await paid_out(platform, of) == []
    assert (
        await platform.v1.balance_settings.retrieve_async(None, of)
    ).payments.payouts.status == "disabled"
    platform.control(
        "POST", f"accounts/{of['stripe_account']}", {"payouts_enabled": True}
    )
    until_midnight(platform)
    assert [p.amount for p in await paid_out(platform, of)] == [10_000]


async def test_money_without_a_bank_waits_for_one(platform):
    of = await seller(platform)
    await earn(platform, of, 5000, "eur")
    until_midnight(platform, 3)
    assert await paid_out(platform, of) == []
    given = {"external_account": bank(currency="eur")}
    await platform.v1.accounts.external_accounts.create_async(
        of["stripe_account"], given
    )
    until_midnight(platform)
    assert [(p.amount, p.currency) for p in await paid_out(platform, of)] == [
        (5000, "eur")
    ]


@pytest.mark.parametrize("currency", ["huf", "twd"])
async def test_what_is_less_than_a_whole_unit_stays(platform, currency):
    of = await seller(platform, bank(currency=currency))
    await earn(platform, of, 2_000_050, currency)
    until_midnight(platform)
    assert [p.amount for p in await paid_out(platform, of)] == [2_000_000]
    assert await balance(platform, of, currency) == (50, 0)


async def test_automatic_payouts_cannot_be_called_back(platform):
    of = await seller(platform)
    await earn(platform, of)
    until_midnight(platform)
    [payout] = await paid_out(platform, of)
    error = await refused(platform.v1.payouts.cancel_async(payout.id, None, of))
    assert "automatic" in error.user_message


async def test_a_balance_below_zero_pays_nothing_out(platform):
    of = await seller(platform)
    await earn(platform, of, 1000)
    until_midnight(platform)
    await platform.pay("pm_card_bypassPending", amount=5000)
    dispute = {
        "payment_method": "pm_card_createDispute",
        "amount": 1000,
        "currency": "usd",
        "confirm": True,
    }
    automatic = {"enabled": True, "allow_redirects": "never"}
    await platform.v1.payment_intents.create_async(
        {**dispute, "automatic_payment_methods": automatic}, of
    )
    platform.settle()
    until_midnight(platform, 4)
    assert sum(await balance(platform, of)) < 0
    assert len(await paid_out(platform, of)) == 1
    assert "payout" not in [row[0] for row in (await rows(platform, **of))[2:]]


async def test_a_quiet_year_passes_quickly(platform):
    of = await seller(platform)
    await earn(platform, of)
    before = time.monotonic()
    platform.sandbox.advance(365 * DAY)
    assert time.monotonic() - before < 5
    assert [p.status for p in await paid_out(platform, of)] == ["paid"]

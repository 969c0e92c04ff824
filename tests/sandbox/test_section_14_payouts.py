"""stripe-facts 14: payouts by hand, from the request to the bank and sometimes back."""

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


@pytest.fixture
async def rich(platform):
    """A seller with a hundred dollars, paid out by hand."""
    of = await by_hand(platform, await seller(platform))
    await earn(platform, of)
    return of


async def pay_out(platform, of, amount=4000, **given: Any):
    return await platform.v1.payouts.create_async(
        {"amount": amount, "currency": "usd", **given}, of
    )


async def status(platform, of, payout):
    return (await platform.v1.payouts.retrieve_async(payout.id, None, of)).status


def told(platform):
    return [
        kind
        for kind in platform.kinds()
        if kind.startswith(("payout.", "account.external"))
    ]


async def test_a_payout_leaves_the_balance_at_once(platform, rich):
    given = {
        "description": "For March",
        "metadata": {"month": "3"},
        "statement_descriptor": "MARKET",
    }
    payout = await pay_out(platform, rich, **given)
    assert (payout.status, payout.method, payout.automatic, payout.type) == (
        "pending",
        "standard",
        False,
        "bank_account",
    )
    assert (payout.description, payout.metadata.to_dict()) == (
        "For March",
        {"month": "3"},
    )
    assert (payout.statement_descriptor, payout.source_type) == ("MARKET", "card")
    assert payout.reconciliation_status == "not_applicable"
    assert await balance(platform, rich) == (6000, 0)
    assert (await rows(platform, **rich))[-1] == ("payout", -4000, 0, -4000)
    found = await platform.v1.balance_transactions.retrieve_async(
        payout.balance_transaction, None, rich
    )
    assert found.source == payout.id


async def test_it_is_on_its_way_at_midnight_and_there_at_the_next(platform, rich):
    payout = await pay_out(platform, rich)
    assert payout.arrival_date % DAY == 0
    until_midnight(platform)
    assert await status(platform, rich, payout) == "in_transit"
    until_midnight(platform)
    arrived = await platform.v1.payouts.retrieve_async(payout.id, None, rich)
    assert (arrived.status, arrived.trace_id.status) == ("paid", "supported")
    assert told(platform)[-3:] == ["payout.created", "payout.updated", "payout.paid"]
    assert {e["account"] for e in platform.events("payout.created", "payout.paid")} == {
        rich["stripe_account"]
    }
    assert platform.events("payout.updated")[0]["data"]["previous_attributes"] == {
        "status": "pending"
    }
    assert not {"transfer.paid", "transfer.failed"} & set(platform.kinds())


async def test_an_instant_payout_arrives_within_a_minute(platform, rich):
    payout = await pay_out(platform, rich, method="instant")
    platform.sandbox.advance(60)
    assert await status(platform, rich, payout) == "paid"
    assert told(platform)[-2:] == ["payout.created", "payout.paid"]


async def test_only_available_money_leaves(platform):
    of = await by_hand(platform, await seller(platform))
    await earn(platform, of, at_once=False)
    error = await refused(pay_out(platform, of, 1))
    assert (error.code, error.http_status) == ("balance_insufficient", 400)
    platform.sandbox.advance(3 * DAY)
    assert (await pay_out(platform, of, 10_000)).status == "pending"
    assert (await refused(pay_out(platform, of, 1))).code == "balance_insufficient"


async def test_money_of_other_sources_is_not_there(platform, rich):
    assert (
        await refused(pay_out(platform, rich, source_type="fpx"))
    ).code == "balance_insufficient"


async def test_a_pending_payout_can_be_cancelled(platform, rich):
    payout = await pay_out(platform, rich)
    canceled = await platform.v1.payouts.cancel_async(payout.id, None, rich)
    assert canceled.status == "canceled"
    assert await balance(platform, rich) == (10_000, 0)
    back = await platform.v1.balance_transactions.retrieve_async(
        canceled.failure_balance_transaction, None, rich
    )
    assert (back.type, back.amount, back.source) == ("payout_cancel", 4000, payout.id)
    assert told(platform)[-2:] == ["payout.created", "payout.canceled"]
    platform.sandbox.advance(3 * DAY)
    assert await status(platform, rich, payout) == "canceled"


async def test_later_it_cannot(platform, rich):
    payout = await pay_out(platform, rich)
    until_midnight(platform)
    error = await refused(platform.v1.payouts.cancel_async(payout.id, None, rich))
    assert error.user_message == "Payouts can only be canceled while they are pending."


async def test_a_paid_payout_may_still_fail(platform, rich):
    payout = await pay_out(platform, rich)
    platform.sandbox.advance(3 * DAY)
    assert await status(platform, rich, payout) == "paid"
    platform.control(
        "POST", f"payouts/{payout.id}/fail", {"failure_code": "account_closed"}
    )
    failed = await platform.v1.payouts.retrieve_async(payout.id, None, rich)
    assert (failed.status, failed.failure_code) == ("failed", "account_closed")
    assert failed.failure_message == "The bank account has been closed."
    back = await platform.v1.balance_transactions.retrieve_async(
        failed.failure_balance_transaction, None, rich
    )
    assert (back.type, back.net) == ("payout_failure", 4000)
    assert await balance(platform, rich) == (10_000, 0)


async def test_a_reversal_takes_the_money_back_from_the_bank(platform, rich):
    payout = await pay_out(platform, rich)
    platform.sandbox.advance(3 * DAY)
    back = await platform.v1.payouts.reverse_async(
        payout.id, {"metadata": {"why": "too much"}}, rich
    )
    assert (back.amount, back.original_payout, back.metadata.to_dict()) == (
        -4000,
        payout.id,
        {"why": "too much"},
    )
    original = await platform.v1.payouts.retrieve_async(payout.id, None, rich)
    assert original.reversed_by == back.id
    assert await balance(platform, rich) == (6000, 4000)
    platform.sandbox.advance(3 * DAY)
    assert await balance(platform, rich) == (10_000, 0)
    assert (
        await refused(platform.v1.payouts.reverse_async(payout.id, None, rich))
    ).http_status == 400


async def test_what_cannot_be_reversed(platform, rich):
    pending = await pay_out(platform, rich)
    error = await refused(platform.v1.payouts.reverse_async(pending.id, None, rich))
    assert "cancel" in error.user_message
    await platform.pay("pm_card_bypassPending")
    platform.settle()
    own = await platform.v1.payouts.create_async({"amount": 100, "currency": "usd"})
    assert (await refused(platform.v1.payouts.reverse_async(own.id))).http_status == 400


async def test_the_platform_pays_itself_out_too(platform):
    await platform.pay("pm_card_bypassPending")
    platform.settle()
    payout = await platform.v1.payouts.create_async({"amount": 941, "currency": "usd"})
    again = await platform.v1.payouts.retrieve_async(
        payout.id, {"expand": ["destination", "balance_transaction"]}
    )
    assert (again.destination.object, again.balance_transaction.amount) == (
        "bank_account",
        -941,
    )
    assert "account" not in platform.events("payout.created")[0]


async def test_payouts_are_listed_by_what_they_are(platform, rich):
    payouts = platform.v1.payouts
    first = await pay_out(platform, rich, 100)
    until_midnight(platform)
    second = await pay_out(platform, rich, 200)

    async def ids(**given: Any):
        return [p.id for p in (await payouts.list_async(given, rich)).data]

    assert await ids() == [second.id, first.id]
    assert await ids(status="in_transit") == [first.id]
    assert await ids(destination=first.destination) == [second.id, first.id]
    assert await ids(destination="ba_other") == []
    assert await ids(arrival_date=second.arrival_date) == [second.id]
    assert await ids(arrival_date={"lt": second.arrival_date}) == [first.id]
    assert await ids(created={"gt": first.created + 60}) == [second.id]
    assert (await payouts.list_async()).data == []


async def test_a_payout_can_be_annotated(platform, rich):
    payout = await pay_out(platform, rich)
    changed = await platform.v1.payouts.update_async(
        payout.id,
        {"metadata": {"month": "3"}},
        rich,
    )
    assert changed.metadata.to_dict() == {"month": "3"}
    assert platform.events("payout.updated")[-1]["data"]["previous_attributes"] == {
        "metadata": {"month": None}
    }


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"amount": 0}, "amount"),
        ({"statement_descriptor": "x" * 23}, "statement_descriptor"),
        ({"destination": "ba_nowhere"}, "destination"),
        ({"payout_method": "fa_1"}, "payout_method"),
        ({"method": "slow"}, "method"),
    ],
)
async def test_bad_payouts_are_refused(platform, rich, given, param):
    assert (await refused(pay_out(platform, rich, **given))).param == param


async def test_a_currency_needs_a_bank(platform, rich):
    await earn(platform, rich, currency="eur")
    error = await refused(pay_out(platform, rich, currency="eur"))
    assert (
        error.user_message
        == "Sorry, you don't have any external accounts in that currency (eur)."
    )


@pytest.mark.parametrize("currency", ["huf", "twd"])
async def test_some_currencies_leave_in_whole_units(platform, currency):
    country = {"huf": "HU", "twd": "US"}[currency]
    of = await by_hand(
        platform, await seller(platform, bank(country=country, currency=currency))
    )
    await earn(platform, of, 2_000_050, currency)
    payouts = platform.v1.payouts
    error = await refused(
        payouts.create_async({"amount": 2_000_050, "currency": currency}, of)
    )
    assert (error.param, error.http_status) == ("amount", 400)
    assert (
        await payouts.create_async({"amount": 2_000_000, "currency": currency}, of)
    ).amount == 2_000_000


async def test_an_account_that_may_not_pay_out_does_not(platform, rich):
    platform.control(
        "POST", f"accounts/{rich['stripe_account']}", {"payouts_enabled": False}
    )
    assert (await refused(pay_out(platform, rich))).code == "payouts_not_allowed"


async def test_transactions_of_a_payout_by_hand_cannot_be_told(platform, rich):
    payout = await pay_out(platform, rich)
    transactions = platform.v1.balance_transactions
    error = await refused(transactions.list_async({"payout": payout.id}, rich))
    assert "automatic" in error.user_message
    assert (
        await refused(transactions.list_async({"payout": "po_none"}, rich))
    ).code == "resource_missing"


async def test_what_can_leave_instantly_is_told_with_where_to(platform, rich):
    asked = {"expand": ["instant_available.net_available"]}
    [line] = (await platform.v1.balance.retrieve_async(asked, rich)).instant_available
    account = await platform.v1.accounts.retrieve_async(rich["stripe_account"])
    assert (line.amount, line.net_available[0].destination) == (
        10_000,
        account.external_accounts.data[0].id,
    )
    slow = await by_hand(platform, await seller(platform, bank(country="DE")))
    await earn(platform, slow)
    [line] = (await platform.v1.balance.retrieve_async(asked, slow)).instant_available
    assert (line.amount, line.net_available) == (0, [])


@pytest.mark.parametrize("days", [0, 3])
async def test_money_that_is_on_its_way_back_does_not_come_twice(platform, rich, days):
    payout = await pay_out(platform, rich)
    platform.sandbox.advance(3 * DAY)
    back = await platform.v1.payouts.reverse_async(payout.id, None, rich)
    platform.sandbox.advance(days * DAY)
    platform.control(
        "POST", f"payouts/{payout.id}/fail", {"failure_code": "account_closed"}
    )
    assert await status(platform, rich, back) == "failed"
    platform.sandbox.advance(3 * DAY)
    assert await balance(platform, rich) == (10_000, 0)

"""stripe-facts 7: the test banks and debit cards that payouts go to, and how accounts come by them
(stripe-facts 14).
"""

from typing import Any

import pytest

from tests.sandbox.sellers import (
    CUSTOM,
    balance,
    bank,
    by_hand,
    earn,
    seller,
    until_midnight,
)
from tests.support.standin_errors import refused


def card(number: str, **given: Any):
    return {
        "object": "card",
        "number": number,
        "exp_month": 12,
        "exp_year": 2060,
        "currency": "usd",
        **given,
    }


async def outcome(platform, external, **given: Any):
    """A payout to this bank, once it has arrived or failed."""
    of = await by_hand(platform, await seller(platform, external))
    await earn(platform, of)
    payout = await platform.v1.payouts.create_async(
        {"amount": 10_000, "currency": "usd", **given}, of
    )
    until_midnight(platform, 2)
    return of, await platform.v1.payouts.retrieve_async(payout.id, None, of)


async def test_the_plain_test_bank_takes_the_money(platform):
    _, payout = await outcome(platform, bank())
    assert (payout.status, payout.failure_code) == ("paid", None)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("000111111116", "no_account"),
        ("000111111113", "account_closed"),
        ("000222222227", "insufficient_funds"),
        ("000333333335", "debit_not_authorized"),
        ("000444444440", "invalid_currency"),
    ],
)
async def test_the_other_numbers_fail_at_arrival_and_the_bank_is_errored(
    platform, number, code
):
    of, payout = await outcome(platform, bank(number))
    assert (payout.status, payout.failure_code) == ("failed", code)
    assert payout.failure_message
    assert await balance(platform, of) == (10_000, 0)
    [broken] = (
        await platform.v1.accounts.external_accounts.list_async(of["stripe_account"])
    ).data
    assert broken.status == "errored"
    told = [
        e
        for e in platform.events("account.external_account.updated")
        if e["account"] == of["stripe_account"]
    ]
    assert told[-1]["data"]["previous_attributes"] == {"status": "new"}
    kinds = platform.kinds()
    assert kinds.index("payout.failed") < kinds.index(
        "account.external_account.updated"
    )


@pytest.mark.parametrize(
    ("method", "status"),
    [("standard", "paid"), ("instant", "failed")],
)
async def test_one_bank_fails_instant_payouts_alone(platform, method, status):
    # So that all of the money can leave.
    platform.control("POST", "instant_pricing", {"percentage": 0})
    of, payout = await outcome(platform, bank("000888888883"), method=method)
    assert payout.status == status
    account = await platform.v1.accounts.retrieve_async(of["stripe_account"])
    assert (account.payouts_enabled, account.requirements.currently_due) == (True, [])
    assert account.external_accounts.data[0].status != "errored"


@pytest.mark.parametrize(
    ("number", "status", "code"),
    [
        ("4000056655665556", "paid", None),
        ("4000056655665572", "failed", "could_not_process"),
    ],
)
async def test_debit_cards_are_good_for_payouts(platform, number, status, code):
    _, payout = await outcome(platform, card(number))
    assert (payout.type, payout.status, payout.failure_code) == ("card", status, code)


async def test_a_token_stands_for_a_test_bank_or_card(platform):
    of = await seller(platform, "btok_us_verified_accountClosed")
    add = platform.v1.accounts.external_accounts.create_async
    more = await add(
        of["stripe_account"], {"external_account": "tok_visa_debit_us_transferFail"}
    )
    assert (
        more.object,
        more.brand,
        more.last4,
        more.funding,
    ) == ("card", "Visa", "5572", "debit")
    error = await refused(
        add(of["stripe_account"], {"external_account": "btok_unknown"})
    )
    assert (error.code, error.param) == ("resource_missing", "external_account")


async def test_a_bank_account_shows_no_more_than_its_last_digits(platform):
    of = await seller(
        platform, bank(account_holder_name="Ada", account_holder_type="individual")
    )
    [kept] = (
        await platform.v1.accounts.external_accounts.list_async(of["stripe_account"])
    ).data
    assert (kept.last4, kept.routing_number, kept.country, kept.currency) == (
        "6789",
        "110000000",
        "US",
        "usd",
    )
    assert (kept.account_holder_name, kept.account_holder_type, kept.status) == (
        "Ada",
        "individual",
        "new",
    )
    assert (kept.account, kept.default_for_currency) == (of["stripe_account"], True)
    assert "000123456789" not in str(kept.to_dict())
    other = await seller(platform)
    [same] = (
        await platform.v1.accounts.external_accounts.list_async(other["stripe_account"])
    ).data
    assert same.fingerprint == kept.fingerprint


async def test_an_iban_needs_no_routing_number(platform):
    given = {
        "object": "bank_account",
        "country": "DE",
        "currency": "eur",
        "account_number": "DE89 3704 0044 0532 0130 00",
    }
    account = await platform.vendor(country="DE", external_account=given, **CUSTOM)
    [kept] = (await platform.v1.accounts.external_accounts.list_async(account)).data
    assert (kept.last4, kept.country, kept.currency) == ("3000", "DE", "eur")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (
            bank(
                country="DE", account_number="DE89370400440532013001", routing_number=""
            ),
            "account_number_invalid",
        ),
        (
            bank(
                country="FR", account_number="DE89370400440532013000", routing_number=""
            ),
            "account_number_invalid",
        ),
        (bank(account_number="1"), "account_number_invalid"),
        (
            bank(account_number="000123456789", routing_number="12"),
            "routing_number_invalid",
        ),
        (bank(country="XX"), "country_unsupported"),
        (bank(currency="zzz"), None),
        (card("4242424242424242"), "invalid_card_type"),
        (card("4000056655665556", currency=""), "parameter_missing"),
        (card("4000056655665557"), "incorrect_number"),
    ],
)
async def test_what_no_payout_can_reach_is_refused(platform, given, code):
    account = await platform.vendor(**CUSTOM)
    add = platform.v1.accounts.external_accounts.create_async(
        account, {"external_account": given}
    )
    assert (await refused(add)).code == code


async def test_the_first_of_a_currency_is_its_default_until_another_is_chosen(platform):
    account = (await seller(platform))["stripe_account"]
    accounts = platform.v1.accounts.external_accounts
    second = await accounts.create_async(
        account, {"external_account": bank("000222222227"), "metadata": {"no": "2"}}
    )
    euro = await accounts.create_async(
        account, {"external_account": bank(currency="eur")}
    )
    assert (second.default_for_currency, euro.default_for_currency) == (False, True)
    assert second.metadata.to_dict() == {"no": "2"}
    chosen = await accounts.update_async(
        account, second.id, {"default_for_currency": True}
    )
    assert chosen.default_for_currency is True
    found = {
        b.last4 + b.currency: b.default_for_currency
        for b in (await accounts.list_async(account)).data
    }
    assert found == {"6789eur": True, "2227usd": True, "6789usd": False}
    mirrored = (
        await platform.v1.accounts.retrieve_async(account)
    ).external_accounts.data
    assert [b.default_for_currency for b in mirrored] == [True, True, False]


async def test_the_default_cannot_be_deleted_while_it_is_needed(platform):
    account = (await seller(platform))["stripe_account"]
    accounts = platform.v1.accounts.external_accounts
    [first] = (await accounts.list_async(account)).data
    error = await refused(accounts.delete_async(account, first.id))
    assert error.user_message.startswith(
        "You cannot delete the default external account for your default currency."
    )
    second = await accounts.create_async(
        account, {"external_account": bank(), "default_for_currency": True}
    )
    gone = await accounts.delete_async(account, first.id)
    assert (gone.id, gone.deleted) == (first.id, True)
    assert [b.id for b in (await accounts.list_async(account)).data] == [second.id]
    assert (
        platform.events("account.external_account.deleted")[0]["data"]["object"]["id"]
        == first.id
    )
    assert (
        await refused(accounts.retrieve_async(account, first.id))
    ).http_status == 404


async def test_an_account_update_replaces_the_default(platform):
    account = (await seller(platform))["stripe_account"]
    changed = await platform.v1.accounts.update_async(
        account, {"external_account": bank("000222222227")}
    )
    assert [b.last4 for b in changed.external_accounts.data] == ["2227"]
    kinds = [
        e["type"] for e in platform.events() if e["type"].startswith("account.external")
    ]
    assert kinds == ["account.external_account.created"] * 2 + [
        "account.external_account.deleted"
    ]


async def test_an_empty_update_gives_an_errored_bank_another_chance(platform):
    of, _ = await outcome(platform, bank("000111111116"))
    account, accounts = of["stripe_account"], platform.v1.accounts.external_accounts
    assert (await platform.v1.accounts.retrieve_async(account)).payouts_enabled is False
    [broken] = (await accounts.list_async(account)).data
    assert (await accounts.update_async(account, broken.id)).status == "new"
    assert (await platform.v1.accounts.retrieve_async(account)).payouts_enabled is True


async def test_only_where_the_platform_collects_may_it_change_a_bank(platform):
    account = await platform.vendor()
    accounts = platform.v1.accounts.external_accounts
    [kept] = (await accounts.list_async(account)).data
    error = await refused(
        accounts.update_async(
            account,
            kept.id,
            {"metadata": {"a": "1"}},
        )
    )
    assert "requirement_collection" in error.user_message


async def test_banks_are_annotated_and_cards_renewed(platform):
    account = (await seller(platform))["stripe_account"]
    accounts = platform.v1.accounts.external_accounts
    [kept] = (await accounts.list_async(account)).data
    changed = await accounts.update_async(
        account, kept.id, {"metadata": {"a": "1"}, "account_holder_name": "Ada"}
    )
    assert (changed.metadata.to_dict(), changed.account_holder_name) == (
        {"a": "1"},
        "Ada",
    )
    assert (
        await refused(accounts.update_async(account, kept.id, {"exp_month": "1"}))
    ).code == "parameter_unknown"
    debit = await accounts.create_async(
        account, {"external_account": card("4000056655665556")}
    )
    renewed = await accounts.update_async(
        account, debit.id, {"exp_month": "3", "exp_year": "2061"}
    )
    assert (renewed.exp_month, renewed.exp_year) == (3, 2061)


async def test_external_accounts_are_listed_in_pages_and_by_kind(platform):
    account = (await seller(platform))["stripe_account"]
    accounts = platform.v1.accounts.external_accounts
    for _ in range(2):
        await accounts.create_async(account, {"external_account": bank()})
    debit = await accounts.create_async(
        account, {"external_account": card("5200828282828210")}
    )
    assert [
        c.id for c in (await accounts.list_async(account, {"object": "card"})).data
    ] == [debit.id]
    whole = [
        b.id
        async for b in (
            await accounts.list_async(account, {"limit": 1})
        ).auto_paging_iter()
    ]
    assert len(whole) == 4
    newer = await accounts.list_async(account, {"ending_before": whole[2], "limit": 1})
    assert (
        [b.id for b in newer.data],
        newer.has_more,
    ) == ([whole[1]], True)
    expanded = await accounts.retrieve_async(account, debit.id, {"expand": ["account"]})
    assert expanded.account.id == account

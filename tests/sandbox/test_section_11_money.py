"""stripe-facts 11: the money of a destination charge, and balances."""

import pytest

from tests.support.standin_errors import refused
from tests.support.standin_rows import rows


async def test_a_destination_charge_makes_exactly_these_rows(platform):
    account = await platform.vendor()
    await platform.pay(
        transfer_data={"destination": account}, application_fee_amount=123
    )
    platform.settle()
    assert await rows(platform) == [
        ("charge", 1000, 59, 941),
        ("transfer", -1000, 0, -1000),
        ("application_fee", 123, 0, 123),
    ]
    assert await rows(platform, stripe_account=account) == [("payment", 1000, 123, 877)]


async def test_each_object_names_the_others(platform):
    account = await platform.vendor()
    paid = await platform.pay(
        transfer_data={"destination": account}, application_fee_amount=123
    )
    platform.settle()
    charge = await platform.v1.charges.retrieve_async(paid.latest_charge)
    transfer = await platform.v1.transfers.retrieve_async(charge.transfer)
    payment = await platform.v1.charges.retrieve_async(
        transfer.destination_payment, None, {"stripe_account": account}
    )
    fee = await platform.v1.application_fees.retrieve_async(charge.application_fee)
    txn = await platform.v1.balance_transactions.retrieve_async(
        charge.balance_transaction
    )
    own = await platform.v1.balance_transactions.retrieve_async(
        payment.balance_transaction, None, {"stripe_account": account}
    )

    assert (transfer.source_transaction, transfer.destination, transfer.amount) == (
        charge.id,
        account,
        1000,
    )
    assert (
        payment.source_transfer,
        payment.application_fee,
        payment.payment_intent,
    ) == (
        transfer.id,
        fee.id,
        None,
    )
    assert payment.id.startswith("py_")
    assert (fee.account, fee.charge, fee.originating_transaction, fee.amount) == (
        account,
        payment.id,
        charge.id,
        123,
    )
    assert txn.source == charge.id
    assert own.fee_details[0].type == "application_fee"
    assert transfer.transfer_group == charge.transfer_group == f"group_{paid.id}"


async def test_with_a_transfer_amount_there_is_no_fee_object(platform):
    account = await platform.vendor()
    await platform.pay(transfer_data={"destination": account, "amount": 800})
    platform.settle()
    assert await rows(platform) == [
        ("charge", 1000, 59, 941),
        ("transfer", -800, 0, -800),
    ]
    assert await rows(platform, stripe_account=account) == [("payment", 800, 0, 800)]


@pytest.mark.parametrize("direct", [False, True])
async def test_a_fee_may_be_all_of_the_amount_and_no_more(platform, direct):
    account = await platform.vendor()
    automatic = {"enabled": True, "allow_redirects": "never"}
    given = {"amount": 1000, "currency": "usd", "automatic_payment_methods": automatic}
    given |= {} if direct else {"transfer_data": {"destination": account}}
    options = {"stripe_account": account} if direct else {}
    create = platform.v1.payment_intents.create_async
    error = await refused(create({**given, "application_fee_amount": 1001}, options))
    assert (error.http_status, error.code, error.param) == (
        400,
        None,
        "application_fee_amount",
    )
    intent = await create({**given, "application_fee_amount": 1000}, options)
    update = platform.v1.payment_intents.update_async
    error = await refused(update(intent.id, {"amount": 900}, options))
    assert error.param == "application_fee_amount"
    if not direct:
        await platform.v1.payment_intents.confirm_async(
            intent.id, {"payment_method": "pm_card_visa"}
        )
        platform.settle()
        assert await rows(platform, stripe_account=account) == [
            ("payment", 1000, 1000, 0)
        ]


async def test_money_that_becomes_available_is_told_of_once_a_day(platform):
    account = await platform.vendor()
    for _ in range(2):
        await platform.pay(
            transfer_data={"destination": account}, application_fee_amount=123
        )
    platform.settle()
    assert platform.events("balance.available") == []
    platform.sandbox.advance(3 * 86400)
    told = platform.events("balance.available")
    assert sorted(str(e.get("account")) for e in told) == sorted(["None", account])
    [mine] = [e["data"]["object"] for e in told if e.get("account") == account]
    assert (mine["object"], mine["available"][0]["amount"]) == ("balance", 1754)


async def test_money_that_is_there_at_once_is_told_of_at_once_and_what_goes_out_is_not(
    platform,
):
    await platform.pay("pm_card_bypassPending", amount=5000)
    platform.settle()
    assert [
        e["data"]["object"]["available"][0]["amount"]
        for e in platform.events("balance.available")
    ] == [4825]
    await platform.v1.payouts.create_async({"amount": 1000, "currency": "usd"})
    platform.settle()
    assert len(platform.events("balance.available")) == 1


async def test_funds_are_pending_first_and_available_on_their_day(platform):
    account = await platform.vendor()
    await platform.pay(
        transfer_data={"destination": account}, application_fee_amount=123
    )
    platform.settle()
    of = {"stripe_account": account}
    before = await platform.v1.balance.retrieve_async(None, of)
    assert (
        before.available[0].amount,
        before.pending[0].amount,
    ) == (0, 877)
    platform.sandbox.advance(3 * 86400)
    after = await platform.v1.balance.retrieve_async(None, of)
    assert (
        after.available[0].amount,
        after.pending[0].amount,
    ) == (877, 0)
    assert (await platform.v1.balance_transactions.list_async({}, of)).data[
        0
    ].status == "available"


async def test_a_balance_is_told_by_state_and_by_source(platform):
    account = await platform.vendor()
    await platform.pay(
        "pm_card_bypassPending", transfer_data={"destination": account, "amount": 700}
    )
    platform.settle()
    balance = await platform.v1.balance.retrieve_async()
    assert balance.available[0].to_dict() == {
        "amount": 241,
        "currency": "usd",
        "source_types": {"card": 241},
    }
    assert (
        balance.pending[0].amount,
        balance.connect_reserved[0].amount,
    ) == (0, 0)
    theirs = await platform.v1.balance.retrieve_async(None, {"stripe_account": account})
    assert (
        theirs.available[0].amount,
        theirs.instant_available[0].currency,
    ) == (700, "usd")


async def test_each_currency_has_its_own_balance(platform):
    await platform.pay(currency="usd")
    await platform.pay(currency="eur")
    platform.settle()
    pending = (await platform.v1.balance.retrieve_async()).pending
    assert {line.currency: line.amount for line in pending} == {"usd": 941, "eur": 960}


async def test_a_new_account_has_an_empty_balance_in_its_own_currency(platform):
    account = await platform.vendor(country="DK")
    [line] = (
        await platform.v1.balance.retrieve_async(None, {"stripe_account": account})
    ).available
    assert (line.currency, line.amount) == ("dkk", 0)


async def test_lists_of_money_filter(platform):
    account = await platform.vendor()
    paid = await platform.pay(
        transfer_data={"destination": account}, application_fee_amount=123
    )
    platform.settle()
    v1 = platform.v1
    assert [
        t.type
        for t in (await v1.balance_transactions.list_async({"type": "charge"})).data
    ] == ["charge"]
    assert (
        len(
            (
                await v1.balance_transactions.list_async({"source": paid.latest_charge})
            ).data
        )
        == 1
    )
    assert len((await v1.transfers.list_async({"destination": account})).data) == 1
    assert (await v1.transfers.list_async({"destination": "acct_other"})).data == []
    assert len((await v1.application_fees.list_async()).data) == 1
    assert len((await v1.charges.list_async({"payment_intent": paid.id})).data) == 1

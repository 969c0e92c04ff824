"""stripe-facts 11, 12 and 13: transfers that the platform makes by itself, and takes back."""

import pytest

from tests.support.standin_errors import refused
from tests.support.standin_payments import funded, paid, sold
from tests.support.standin_rows import rows


async def test_a_transfer_moves_available_money(platform):
    await funded(platform)
    account = await platform.vendor()
    before = len(platform.kinds())
    given = {
        "amount": 500,
        "currency": "usd",
        "destination": account,
        "description": "June",
        "metadata": {"month": "6"},
        "transfer_group": "g",
    }
    transfer = await platform.v1.transfers.create_async(
        {**given, "expand": ["balance_transaction"]}
    )
    row = transfer.balance_transaction
    assert (row.type, row.net, row.source, row.status) == (
        "transfer",
        -500,
        transfer.id,
        "available",
    )
    assert (transfer.description, transfer.transfer_group, transfer.metadata.month) == (
        "June",
        "g",
        "6",
    )
    assert (
        transfer.source_transaction,
        transfer.reversed,
        transfer.amount_reversed,
    ) == (
        None,
        False,
        0,
    )
    assert platform.kinds(before) == ["transfer.created"]
    of = {"stripe_account": account}
    payment = await platform.v1.charges.retrieve_async(
        transfer.destination_payment, {}, of
    )
    assert (
        payment.id[:3],
        payment.amount,
        payment.source_transfer,
    ) == ("py_", 500, transfer.id)
    assert await rows(platform, **of) == [("payment", 500, 0, 500)]
    assert (await platform.v1.balance.retrieve_async({}, of)).available[0].amount == 500


async def test_money_that_is_pending_cannot_be_transferred(platform):
    await paid(platform, 10_000)
    account = await platform.vendor()
    given = {"amount": 500, "currency": "usd", "destination": account}
    error = await refused(platform.v1.transfers.create_async(given))
    assert (error.http_status, error.code) == (400, "balance_insufficient")
    platform.sandbox.advance(3 * 86400)
    assert (await platform.v1.transfers.create_async(given)).amount == 500


async def test_a_transfer_out_of_a_charge_needs_no_available_money(platform):
    charge = await paid(platform, 10_000)
    account = await platform.vendor()
    given = {"currency": "usd", "destination": account, "source_transaction": charge.id}
    transfer = await platform.v1.transfers.create_async(
        {**given, "amount": 4000, "expand": ["balance_transaction"]}
    )
    own = await platform.v1.balance_transactions.retrieve_async(
        charge.balance_transaction
    )
    assert transfer.balance_transaction.available_on == own.available_on
    assert transfer.transfer_group == f"group_{charge.id}"
    assert (
        await platform.v1.charges.retrieve_async(charge.id)
    ).transfer_group == transfer.transfer_group
    of = {"stripe_account": account}
    assert (await platform.v1.balance.retrieve_async({}, of)).pending[0].amount == 4000
    error = await refused(platform.v1.transfers.create_async({**given, "amount": 6001}))
    assert error.user_message == (
        "Transfers using this transaction as a source must not exceed the source amount of "
        "$100.00. (There is already a "
        "transfer using this source, amounting to $40.00.)"
    )
    rest = await platform.v1.transfers.create_async(given)
    assert rest.amount == 6000
    await platform.v1.transfers.reversals.create_async(rest.id, {"amount": 5000})
    assert (
        await platform.v1.transfers.create_async(given)
    ).amount == 5000  # what came back is free again


async def test_a_charge_whose_money_is_still_on_its_way_can_be_a_source(platform):
    intent = await platform.pay()
    account = await platform.vendor()
    given = {
        "currency": "usd",
        "destination": account,
        "source_transaction": intent.latest_charge,
        "amount": 100,
    }
    await platform.v1.transfers.create_async(given)
    assert [row[0] for row in await rows(platform)] == ["charge", "transfer"]


@pytest.mark.parametrize(
    ("given", "param", "code"),
    [
        ({"amount": None}, "amount", "parameter_missing"),
        ({"amount": 0}, "amount", "parameter_invalid_integer"),
        ({"destination": "acct_no"}, "destination", "resource_missing"),
        ({"source_transaction": "ch_no"}, "source_transaction", "resource_missing"),
        ({"currency": "zzz"}, "currency", None),
        ({"source_type": "bank_account"}, None, "balance_insufficient"),
        ({"currency": "eur"}, None, "balance_insufficient"),
    ],
)
async def test_a_transfer_that_cannot_be_is_refused(platform, given, param, code):
    await funded(platform)
    account = await platform.vendor()
    whole = {"amount": 500, "currency": "usd", "destination": account, **given}
    error = await refused(
        platform.v1.transfers.create_async(
            {k: v for k, v in whole.items() if v is not None}
        )
    )
    assert (error.http_status, error.param, error.code) == (400, param, code)
    assert "transfer.created" not in platform.kinds()


async def test_an_account_must_be_able_to_receive(platform):
    await funded(platform)
    account = await platform.v1.accounts.create_async(
        {"country": "LU", "controller": {"fees": {"payer": "account"}}}
    )
    given = {"amount": 500, "currency": "usd", "destination": account.id}
    error = await refused(platform.v1.transfers.create_async(given))
    assert error.code == "insufficient_capabilities_for_transfer"


async def test_a_charge_in_another_currency_is_no_source(platform):
    charge = await paid(platform, currency="eur")
    account = await platform.vendor()
    given = {
        "amount": 500,
        "currency": "usd",
        "destination": account,
        "source_transaction": charge.id,
    }
    assert (
        await refused(platform.v1.transfers.create_async(given))
    ).param == "currency"


async def test_a_transfer_is_taken_back_in_parts(platform):
    await funded(platform)
    account = await platform.vendor()
    transfer = await platform.v1.transfers.create_async(
        {"amount": 500, "currency": "usd", "destination": account}
    )
    before = len(platform.kinds())
    reversals = platform.v1.transfers.reversals
    part = await reversals.create_async(
        transfer.id, {"amount": 200, "metadata": {"why": "late"}, "description": "late"}
    )
    assert (part.amount, part.transfer, part.source_refund, part.metadata.why) == (
        200,
        transfer.id,
        None,
        "late",
    )
    [event] = platform.events("transfer.reversed")
    told = event["data"]["object"]
    assert (
        told["id"],
        told["amount_reversed"],
        told["reversed"],
    ) == (transfer.id, 200, False)
    rest = await reversals.create_async(transfer.id)
    seen = await platform.v1.transfers.retrieve_async(transfer.id)
    assert (rest.amount, seen.amount_reversed, seen.reversed) == (300, 500, True)
    assert [r.id for r in seen.reversals.data] == [rest.id, part.id]
    assert platform.kinds(before) == ["transfer.reversed"] * 2
    assert (await rows(platform))[-2:] == [
        ("transfer_refund", 200, 0, 200),
        ("transfer_refund", 300, 0, 300),
    ]
    assert await rows(platform, stripe_account=account) == [
        ("payment", 500, 0, 500),
        ("payment_refund", -200, 0, -200),
        ("payment_refund", -300, 0, -300),
    ]
    assert (await refused(reversals.create_async(transfer.id))).http_status == 400


async def test_reversals_are_read_annotated_and_listed(platform):
    charge, _ = await sold(platform)
    reversals = platform.v1.transfers.reversals
    one = await reversals.create_async(charge.transfer, {"amount": 1})
    two = await reversals.create_async(charge.transfer, {"amount": 2})
    await reversals.update_async(charge.transfer, one.id, {"metadata": {"a": "1"}})
    assert (await reversals.retrieve_async(charge.transfer, one.id)).metadata.a == "1"
    assert [r.id for r in (await reversals.list_async(charge.transfer)).data] == [
        two.id,
        one.id,
    ]
    expand = ["reversals.data.balance_transaction", "destination_payment.refunds"]
    seen = await platform.v1.transfers.retrieve_async(
        charge.transfer, {"expand": expand}
    )
    assert (
        seen.reversals.data[1].metadata.a,
        seen.reversals.data[1].balance_transaction.net,
    ) == (
        "1",
        1,
    )
    assert [
        r.source_transfer_reversal for r in seen.destination_payment.refunds.data
    ] == [
        two.id,
        one.id,
    ]
    assert (
        await refused(reversals.retrieve_async(charge.transfer, "trr_no"))
    ).http_status == 404
    other, _ = await sold(platform)
    assert (
        await refused(reversals.retrieve_async(other.transfer, one.id))
    ).http_status == 404


async def test_no_more_comes_back_than_went(platform):
    charge, _ = await sold(platform)
    error = await refused(
        platform.v1.transfers.reversals.create_async(charge.transfer, {"amount": 1001})
    )
    assert (error.http_status, error.param) == (400, "amount")


async def test_a_transfer_that_is_no_destination_charges_comes_back_only_out_of_what_the_seller_has(
    platform,
):
    await funded(platform)
    charge, account = await sold(platform)
    await platform.v1.transfers.reversals.create_async(charge.transfer, {"amount": 877})
    for tie in (
        {"source_transaction": (await paid(platform)).id},
        {"transfer_group": "g"},
    ):
        given = {"amount": 500, "currency": "usd", "destination": account, **tie}
        sent = await platform.v1.transfers.create_async(given)
        await platform.v1.transfers.reversals.create_async(
            charge.transfer, {"amount": 50}
        )
        error = await refused(platform.v1.transfers.reversals.create_async(sent.id))
        assert error.code == "balance_insufficient"
        seen = await platform.v1.transfers.retrieve_async(sent.id)
        assert (seen.amount_reversed, seen.reversals.data) == (0, [])
        await platform.v1.transfers.reversals.create_async(sent.id, {"amount": 450})


async def test_the_transfer_of_a_destination_charge_comes_back_whatever_the_seller_has(
    platform,
):
    charge, account = await sold(platform)
    await platform.v1.transfers.reversals.create_async(charge.transfer)
    assert await rows(platform, stripe_account=account) == [
        ("payment", 1000, 123, 877),
        ("payment_refund", -1000, 0, -1000),
    ]
    balance = await platform.v1.balance.retrieve_async({}, {"stripe_account": account})
    assert balance.pending[0].amount == -123
    assert platform.control("GET", "exposure")["accounts"] == {account: {"usd": 123}}


async def test_in_the_other_world_it_comes_back_only_out_of_what_the_seller_has(
    platform,
):
    assert platform.control(
        "PUT", "settings", {"destination_reversals": "covered"}
    ) == {"destination_reversals": "covered"}
    charge, _ = await sold(platform)
    error = await refused(platform.v1.transfers.reversals.create_async(charge.transfer))
    assert error.code == "balance_insufficient"
    seen = await platform.v1.transfers.retrieve_async(charge.transfer)
    assert (seen.amount_reversed, seen.reversals.data) == (0, [])
    assert platform.control("PUT", "settings", {}) == platform.control(
        "GET", "settings"
    )
    platform.control("PUT", "settings", {"destination_reversals": "unlimited"})
    assert (
        await platform.v1.transfers.reversals.create_async(charge.transfer)
    ).amount == 1000


@pytest.mark.parametrize(
    "given",
    [
        {"destination_reversals": "maybe"},
        {"destination_reversals": []},
        {"colour": "red"},
    ],
)
async def test_a_setting_that_is_none_is_refused(platform, given):
    with pytest.raises(RuntimeError, match="400"):
        platform.control("PUT", "settings", given)


async def test_a_reversal_can_give_the_fee_back_in_proportion(platform):
    charge, account = await sold(platform)
    reversals = platform.v1.transfers.reversals
    await reversals.create_async(
        charge.transfer, {"amount": 333, "refund_application_fee": True}
    )
    assert (await rows(platform, stripe_account=account))[-1] == (
        "payment_refund",
        -333,
        -41,
        -292,
    )
    await reversals.create_async(charge.transfer, {"refund_application_fee": True})
    fee = await platform.v1.application_fees.retrieve_async(charge.application_fee)
    assert (fee.amount_refunded, fee.refunded) == (123, True)
    assert platform.kinds()[-2:] == ["transfer.reversed", "application_fee.refunded"]
    await funded(platform)
    plain = await platform.v1.transfers.create_async(
        {"amount": 500, "currency": "usd", "destination": account}
    )
    error = await refused(
        reversals.create_async(plain.id, {"refund_application_fee": True})
    )
    assert error.param == "refund_application_fee"


async def test_what_is_written_on_a_transfer_goes_with_it(platform):
    account = await platform.vendor()
    words = {
        "destination": account,
        "description": "for June",
        "metadata": {"order": "1"},
        "payment_data": {"description": "your sale", "metadata": {"seen": "by you"}},
    }
    charge = await paid(platform, transfer_data=words)
    transfer = await platform.v1.transfers.retrieve_async(charge.transfer)
    assert (transfer.description, transfer.metadata.order) == ("for June", "1")
    payment = await platform.v1.charges.retrieve_async(
        transfer.destination_payment, {}, {"stripe_account": account}
    )
    assert (payment.description, payment.metadata.seen) == ("your sale", "by you")

"""stripe-facts 11 and 12: application fees given back, and charges made on the connected account
itself.
"""

from typing import Any

import pytest

from tests.support.standin_accounts import EXPRESS
from tests.support.standin_errors import refused
from tests.support.standin_payments import funded, paid, sold
from tests.support.standin_rows import rows

OWN_FEES: dict[str, Any] = {
    "controller": {"fees": {"payer": "account"}, "stripe_dashboard": {"type": "full"}}
}


async def direct(platform, account, amount=1000, method="pm_card_visa", **given: Any):
    """A charge on the account itself."""
    params = {
        "amount": amount,
        "currency": "usd",
        "payment_method": method,
        "confirm": True,
        "capture_method": "automatic",
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        "expand": ["latest_charge"],
        **given,
    }
    intent = await platform.v1.payment_intents.create_async(
        params, {"stripe_account": account}
    )
    return intent.latest_charge


async def test_a_fee_is_given_back_in_parts(platform):
    charge, account = await sold(platform)
    before = len(platform.kinds())
    refunds = platform.v1.application_fees.refunds
    part = await refunds.create_async(
        charge.application_fee, {"amount": 23, "metadata": {"a": "1"}}
    )
    assert (part.object, part.amount, part.fee, part.metadata.a) == (
        "fee_refund",
        23,
        charge.application_fee,
        "1",
    )
    seen = await platform.v1.application_fees.retrieve_async(charge.application_fee)
    assert (
        seen.amount_refunded,
        seen.refunded,
        seen.refunds.data[0].id,
    ) == (23, False, part.id)
    await platform.pay()
    platform.settle()
    await refunds.create_async(charge.application_fee)
    seen = await platform.v1.application_fees.retrieve_async(
        charge.application_fee, {"expand": ["refunds"]}
    )
    assert (
        seen.amount_refunded,
        seen.refunded,
        len(seen.refunds.data),
    ) == (123, True, 2)
    assert platform.kinds(before).count("application_fee.refunded") == 2
    assert await rows(platform, stripe_account=account) == [
        ("payment", 1000, 123, 877),
        ("adjustment", 23, 0, 23),
        ("adjustment", 100, 0, 100),
    ]
    error = await refused(refunds.create_async(charge.application_fee))
    assert (error.http_status, "already been refunded" in error.user_message) == (
        400,
        True,
    )


async def test_fee_refunds_are_read_annotated_and_listed(platform):
    charge, _ = await sold(platform)
    other, _ = await sold(platform)
    refunds, fee = platform.v1.application_fees.refunds, charge.application_fee
    one = await refunds.create_async(fee, {"amount": 1})
    two = await refunds.create_async(fee, {"amount": 2})
    await refunds.update_async(fee, one.id, {"metadata": {"a": "1"}})
    assert (await refunds.retrieve_async(fee, one.id)).metadata.a == "1"
    assert [r.id for r in (await refunds.list_async(fee)).data] == [two.id, one.id]
    [event] = platform.events("application_fee.refund.updated")
    assert event["data"]["object"]["object"] == "fee_refund"
    assert (
        await refused(refunds.retrieve_async(other.application_fee, one.id))
    ).http_status == 404
    error = await refused(refunds.create_async(fee, {"amount": 121}))
    assert error.param == "amount"


async def test_a_fee_goes_back_whatever_the_platform_holds(platform):
    charge, account = await sold(platform)  # 64 is there, and pending
    made = await platform.v1.application_fees.refunds.create_async(
        charge.application_fee
    )
    assert made.amount == 123
    assert (await rows(platform))[-1] == ("application_fee_refund", -123, 0, -123)
    assert sum(row[3] for row in await rows(platform)) == -59
    assert sum(row[3] for row in await rows(platform, stripe_account=account)) == 1000


async def test_a_direct_charge_belongs_to_the_account_and_pays_both_fees(platform):
    account = await platform.vendor(**OWN_FEES)
    before = len(platform.kinds())
    charge = await direct(platform, account, application_fee_amount=123)
    of = {"stripe_account": account}
    row = await platform.v1.balance_transactions.retrieve_async(
        charge.balance_transaction, {}, of
    )
    assert (row.amount, row.fee, row.net) == (1000, 182, 818)
    assert [(f.type, f.amount) for f in row.fee_details] == [
        ("application_fee", 123),
        ("stripe_fee", 59),
    ]
    assert await rows(platform) == [("application_fee", 123, 0, 123)]
    fee = await platform.v1.application_fees.retrieve_async(charge.application_fee)
    assert (fee.account, fee.charge, fee.originating_transaction) == (
        account,
        charge.id,
        None,
    )
    assert charge.application == fee.application
    assert (
        await refused(platform.v1.charges.retrieve_async(charge.id))
    ).http_status == 404
    told = [(e["type"], e.get("account")) for e in platform.events()][before:]
    assert told == [
        ("payment_intent.created", account),
        ("application_fee.created", None),
        ("charge.succeeded", account),
        ("payment_intent.succeeded", account),
    ]


async def test_the_platform_pays_stripe_where_that_was_agreed(platform):
    account = await platform.vendor()  # controller.fees.payer is application
    await direct(platform, account, application_fee_amount=123)
    assert await rows(platform, stripe_account=account) == [("charge", 1000, 123, 877)]
    assert await rows(platform) == [
        ("stripe_fee", -59, 0, -59),
        ("application_fee", 123, 0, 123),
    ]


async def test_accounts_of_the_old_express_type_pay_stripe_themselves(platform):
    given = {
        "type": "express",
        "country": "LU",
        "capabilities": EXPRESS["capabilities"],
    }
    account = await platform.v1.accounts.create_async(given)
    platform.control("POST", f"accounts/{account.id}", {"complete": True})
    await direct(platform, account.id)
    assert await rows(platform, stripe_account=account.id) == [
        ("charge", 1000, 59, 941)
    ]


async def test_a_direct_charge_settles_later_too(platform):
    account = await platform.vendor(**OWN_FEES)
    charge = await direct(
        platform, account, application_fee_amount=123, capture_method="automatic_async"
    )
    assert (charge.balance_transaction, charge.application_fee) == (None, None)
    platform.settle()
    assert (await rows(platform, stripe_account=account))[0] == (
        "charge",
        1000,
        182,
        818,
    )
    updated = platform.events("charge.updated")[-1]
    assert (
        updated["account"],
        updated["data"]["previous_attributes"]["balance_transaction"],
    ) == (
        account,
        None,
    )


async def test_a_direct_charge_is_refunded_by_the_account_and_its_fee_by_the_platform(
    platform,
):
    account = await platform.vendor(**OWN_FEES)
    of = {"stripe_account": account}
    await direct(platform, account, 5000)
    charge = await direct(platform, account, application_fee_amount=100)
    before = len(platform.kinds())
    await platform.v1.refunds.create_async(
        {"charge": charge.id, "amount": 400, "refund_application_fee": True}, of
    )
    await platform.v1.refunds.create_async({"charge": charge.id}, of)
    assert (await rows(platform, **of))[-2:] == [
        ("refund", -400, -40, -360),
        ("refund", -600, 0, -600),
    ]
    assert await rows(platform) == [
        ("application_fee", 100, 0, 100),
        ("application_fee_refund", -40, 0, -40),
    ]
    told = [(e["type"], e.get("account")) for e in platform.events()][before:]
    assert told[:3] == [
        ("refund.created", account),
        ("charge.refunded", account),
        ("application_fee.refunded", None),
    ]


async def test_an_account_that_is_short_owes_its_direct_refund(platform):
    account = await platform.vendor(**OWN_FEES)
    of = {"stripe_account": account}
    charge = await direct(platform, account, application_fee_amount=100)
    given = {"charge": charge.id, "refund_application_fee": True}
    refund = await platform.v1.refunds.create_async(given, of)
    assert (refund.status, refund.pending_reason) == ("pending", "insufficient_funds")
    assert (await rows(platform, **of))[1:] == [("adjustment", 100, 0, 100)]
    await direct(platform, account, 5000)
    platform.sandbox.advance(86400)
    assert (
        await platform.v1.refunds.retrieve_async(refund.id, {}, of)
    ).status == "succeeded"


async def test_a_direct_charge_fails_and_is_held_on_the_account_too(platform):
    account = await platform.vendor(**OWN_FEES)
    of = {"stripe_account": account}
    charge = await direct(
        platform, account, capture_method="manual", application_fee_amount=123
    )
    await platform.v1.payment_intents.capture_async(
        charge.payment_intent, {"amount_to_capture": 500}, of
    )
    assert (await rows(platform, **of))[0][:2] == ("charge", 500)
    held = await direct(platform, account, capture_method="manual")
    platform.sandbox.advance(8 * 86400)
    assert (
        await platform.v1.payment_intents.retrieve_async(held.payment_intent, {}, of)
    ).status == "canceled"
    assert platform.events("charge.expired")[0]["account"] == account


@pytest.mark.parametrize(
    "given", [{"on_behalf_of": "acct_x"}, {"transfer_data": {"destination": "acct_x"}}]
)
async def test_a_direct_charge_has_no_destination(platform, given):
    account = await platform.vendor(**OWN_FEES)
    error = await refused(direct(platform, account, **given))
    assert error.param in given


async def test_an_account_that_takes_no_cards_cannot_charge(platform):
    account = await platform.v1.accounts.create_async({"country": "LU", **EXPRESS})
    assert (await refused(direct(platform, account.id))).http_status == 400


async def test_on_behalf_of_names_the_account_whose_sale_it_is(platform):
    account = await platform.vendor()
    charge = await paid(
        platform, on_behalf_of=account, transfer_data={"destination": account}
    )
    assert charge.on_behalf_of == account
    await funded(platform)
    with_transfers_only = await platform.v1.accounts.create_async(
        {**EXPRESS, "country": "LU", "capabilities": {"transfers": {"requested": True}}}
    )
    platform.control("POST", f"accounts/{with_transfers_only.id}", {"complete": True})
    assert (
        await refused(platform.intent(on_behalf_of=with_transfers_only.id))
    ).http_status == 400

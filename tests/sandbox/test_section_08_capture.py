"""stripe-facts 8 and 18: money that is held first and captured, released or lost later."""

from typing import Any

import pytest

from tests.support.standin_errors import refused
from tests.support.standin_rows import rows

DAY = 86400


async def hold(platform, **given: Any):
    return await platform.pay(
        capture_method="manual", expand=["latest_charge"], **given
    )


async def test_a_hold_is_a_charge_that_is_not_captured_and_not_booked(platform):
    held = await hold(platform)
    charge = held.latest_charge
    assert (held.status, held.amount_capturable, held.amount_received) == (
        "requires_capture",
        1000,
        0,
    )
    assert (charge.status, charge.paid, charge.captured, charge.amount_captured) == (
        "succeeded",
        True,
        False,
        0,
    )
    assert charge.balance_transaction is None
    assert charge.payment_method_details.card.capture_before == charge.created + 7 * DAY
    assert await rows(platform) == []
    assert platform.kinds() == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
    ]


async def test_capture_takes_the_money_and_books_it(platform):
    held = await hold(platform)
    before = len(platform.kinds())

    taken = await platform.v1.payment_intents.capture_async(
        held.id,
        {
            "metadata": {"packed": "yes"},
            "expand": ["latest_charge.balance_transaction"],
        },
    )

    assert (taken.status, taken.amount_capturable, taken.amount_received) == (
        "succeeded",
        0,
        1000,
    )
    assert taken.metadata.packed == "yes"
    charge = taken.latest_charge
    assert (
        charge.captured,
        charge.amount_captured,
        charge.amount_refunded,
        charge.refunded,
    ) == (
        True,
        1000,
        0,
        False,
    )
    assert charge.balance_transaction.source == charge.id
    assert platform.kinds(before) == ["charge.captured", "payment_intent.succeeded"]
    assert platform.events("charge.captured")[0]["data"]["object"]["captured"] is True


async def test_a_destination_is_served_at_capture(platform):
    account = await platform.vendor()
    held = await hold(
        platform, transfer_data={"destination": account}, application_fee_amount=123
    )
    assert await rows(platform, stripe_account=account) == []
    await platform.v1.payment_intents.capture_async(held.id)
    assert await rows(platform, stripe_account=account) == [("payment", 1000, 123, 877)]
    assert await rows(platform) == [
        ("charge", 1000, 59, 941),
        ("transfer", -1000, 0, -1000),
        ("application_fee", 123, 0, 123),
    ]


async def test_capturing_less_releases_the_rest_as_a_refund_that_moves_no_money(
    platform,
):
    account = await platform.vendor()
    held = await hold(
        platform, transfer_data={"destination": account}, application_fee_amount=123
    )
    before = len(platform.kinds())

    taken = await platform.v1.payment_intents.capture_async(
        held.id, {"amount_to_capture": 600, "expand": ["latest_charge.refunds"]}
    )

    charge = taken.latest_charge
    assert (taken.amount, taken.amount_received) == (1000, 600)
    assert (
        charge.amount,
        charge.amount_captured,
        charge.amount_refunded,
        charge.refunded,
    ) == (
        1000,
        600,
        400,
        False,
    )
    [rest] = charge.refunds.data
    assert (rest.amount, rest.status, rest.balance_transaction) == (
        400,
        "succeeded",
        None,
    )
    assert rest.destination_details.card.type == "reversal"
    assert await rows(platform) == [
        ("charge", 600, 47, 553),
        ("transfer", -600, 0, -600),
        ("application_fee", 123, 0, 123),
    ]
    assert platform.kinds(before) == [
        "transfer.created",
        "application_fee.created",
        "refund.created",
        "charge.captured",
        "payment_intent.succeeded",
    ]


async def test_what_was_captured_of_a_part_can_be_refunded_and_no_more(platform):
    held = await hold(platform)
    await platform.v1.payment_intents.capture_async(held.id, {"amount_to_capture": 600})
    # Money for Stripe's fee.
    await platform.pay("pm_card_bypassPending", capture_method="automatic")
    error = await refused(
        platform.v1.refunds.create_async({"payment_intent": held.id, "amount": 601})
    )
    assert error.param == "amount"
    refund = await platform.v1.refunds.create_async({"payment_intent": held.id})
    charge = await platform.v1.charges.retrieve_async(held.latest_charge.id)
    assert (refund.amount, refund.status) == (600, "succeeded")
    assert (charge.amount_refunded, charge.refunded) == (1000, True)


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"amount_to_capture": 1001}, "amount_to_capture"),
        ({"amount_to_capture": 0}, "amount_to_capture"),
        ({"final_capture": False}, "final_capture"),
        ({"application_fee_amount": 10}, "application_fee_amount"),
        ({"transfer_data": {"amount": 10}}, "transfer_data[amount]"),
    ],
)
async def test_a_capture_that_cannot_be_is_refused(platform, given, param):
    held = await hold(platform)
    error = await refused(platform.v1.payment_intents.capture_async(held.id, given))
    assert (error.http_status, error.param) == (400, param)
    assert (
        await platform.v1.payment_intents.retrieve_async(held.id)
    ).status == "requires_capture"


async def test_capturing_twice_is_refused_on_either_address(platform):
    held = await hold(platform)
    await platform.v1.payment_intents.capture_async(held.id)
    error = await refused(platform.v1.payment_intents.capture_async(held.id))
    assert (error.http_status, error.code) == (400, "payment_intent_unexpected_state")
    assert error.error.payment_intent.status == "succeeded"
    error = await refused(platform.v1.charges.capture_async(held.latest_charge.id))
    assert (error.http_status, error.code) == (400, "charge_already_captured")


async def test_the_fee_or_what_is_passed_on_may_be_set_at_capture(platform):
    account = await platform.vendor()
    one = await hold(
        platform, transfer_data={"destination": account}, application_fee_amount=123
    )
    await platform.v1.payment_intents.capture_async(
        one.id,
        {
            "application_fee_amount": 700,
            "amount_to_capture": 600,
            "statement_descriptor_suffix": "PARTS",
        },
    )
    two = await hold(platform, transfer_data={"destination": account, "amount": 900})
    taken = await platform.v1.payment_intents.capture_async(
        two.id, {"transfer_data": {"amount": 300}}
    )
    assert await rows(platform, stripe_account=account) == [
        ("payment", 600, 600, 0),
        ("payment", 300, 0, 300),
    ]
    assert taken.transfer_data.amount == 300
    charge = await platform.v1.charges.retrieve_async(one.latest_charge.id)
    assert charge.statement_descriptor_suffix == "PARTS"


async def test_a_charge_can_be_captured_by_its_own_address(platform):
    held = await hold(platform)
    charge = await platform.v1.charges.capture_async(
        held.latest_charge.id,
        {"amount": 700, "receipt_email": "a@b.test", "transfer_group": "g"},
    )
    assert (charge.captured, charge.amount_refunded, charge.receipt_email) == (
        True,
        300,
        "a@b.test",
    )
    intent = await platform.v1.payment_intents.retrieve_async(held.id)
    assert (intent.status, intent.amount_received) == ("succeeded", 700)


async def test_canceling_releases_the_hold_as_a_refund(platform):
    held = await hold(platform)
    before = len(platform.kinds())

    canceled = await platform.v1.payment_intents.cancel_async(
        held.id, {"cancellation_reason": "abandoned"}
    )

    assert (canceled.status, canceled.amount_capturable) == ("canceled", 0)
    charge = await platform.v1.charges.retrieve_async(
        held.latest_charge.id, {"expand": ["refunds"]}
    )
    assert (charge.captured, charge.refunded, charge.amount_refunded) == (
        False,
        True,
        1000,
    )
    assert [(r.amount, r.balance_transaction) for r in charge.refunds.data] == [
        (1000, None)
    ]
    assert platform.kinds(before) == [
        "refund.created",
        "charge.refunded",
        "payment_intent.canceled",
    ]
    assert await rows(platform) == []
    assert (
        await refused(platform.v1.charges.capture_async(charge.id))
    ).code == "charge_already_refunded"


async def test_a_hold_is_not_refunded_but_canceled(platform):
    held = await hold(platform)
    error = await refused(
        platform.v1.refunds.create_async({"charge": held.latest_charge.id})
    )
    assert error.http_status == 400
    assert "You must cancel the PaymentIntent" in error.user_message


async def test_a_hold_dies_after_seven_days(platform):
    held = await hold(platform)
    platform.sandbox.advance(7 * DAY - 60)
    assert (
        await platform.v1.payment_intents.retrieve_async(held.id)
    ).status == "requires_capture"
    before = len(platform.kinds())
    platform.sandbox.advance(61)
    dead = await platform.v1.payment_intents.retrieve_async(held.id)
    assert (dead.status, dead.cancellation_reason, dead.amount_capturable) == (
        "canceled",
        "automatic",
        0,
    )
    assert platform.kinds(before) == [
        "refund.created",
        "charge.expired",
        "payment_intent.canceled",
    ]
    charge = await platform.v1.charges.retrieve_async(
        held.latest_charge.id, {"expand": ["refunds"]}
    )
    assert (charge.captured, charge.refunded) == (False, True)
    assert charge.refunds.data[0].reason == "expired_uncaptured_charge"


async def test_what_was_captured_in_time_stays(platform):
    held = await hold(platform)
    await platform.v1.payment_intents.capture_async(held.id)
    platform.sandbox.advance(8 * DAY)
    assert (
        await platform.v1.payment_intents.retrieve_async(held.id)
    ).status == "succeeded"
    assert "charge.expired" not in platform.kinds()


async def test_cards_alone_may_be_captured_by_hand(platform):
    held = await platform.pay(
        payment_method_options={"card": {"capture_method": "manual"}}
    )
    assert (held.status, held.capture_method) == ("requires_capture", "automatic_async")
    assert (
        await platform.v1.payment_intents.capture_async(held.id)
    ).status == "succeeded"

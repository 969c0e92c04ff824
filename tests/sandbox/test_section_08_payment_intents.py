"""stripe-facts 8 and 9: the life of a payment intent, and the order of its events."""

import re

import pytest

from tests.support.standin_errors import refused
from tests.support.standin_intents import answer

PAID = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


LATER = ["transfer.created", "application_fee.created", "charge.updated"]


async def test_defaults(platform):
    intent = await platform.intent()
    assert (intent.status, intent.capture_method, intent.confirmation_method) == (
        "requires_payment_method",
        "automatic_async",
        "automatic",
    )
    assert intent.automatic_payment_methods.to_dict() == {
        "enabled": True,
        "allow_redirects": "always",
    }
    assert re.fullmatch(r"pi_\w+_secret_\w+", intent.client_secret)
    assert intent.latest_charge is None


async def test_asynchronous_capture_tells_the_money_later(platform):
    account = await platform.vendor()
    before = len(platform.kinds())
    paid = await platform.pay(
        transfer_data={"destination": account},
        application_fee_amount=123,
        metadata={"order": "1"},
    )
    charge = await platform.v1.charges.retrieve_async(paid.latest_charge)
    assert (paid.status, paid.amount_received, charge.captured) == (
        "succeeded",
        1000,
        True,
    )
    assert (charge.balance_transaction, charge.transfer, charge.application_fee) == (
        None,
        None,
        None,
    )
    assert charge.metadata.to_dict() == {"order": "1"}
    [told] = platform.events("charge.succeeded")
    assert told["data"]["object"]["captured"] is True
    assert [
        told["data"]["object"][name]
        for name in ("balance_transaction", "transfer", "application_fee")
    ] == [None] * 3

    platform.settle()

    assert platform.kinds(before) == PAID + LATER
    updated = platform.events("charge.updated")[-1]["data"]
    assert updated["previous_attributes"] == {
        "balance_transaction": None,
        "transfer": None,
        "application_fee": None,
    }
    assert all(
        updated["object"][name]
        for name in ("balance_transaction", "transfer", "application_fee")
    )


async def test_automatic_capture_has_the_money_at_once(platform):
    account = await platform.vendor()
    given = {
        "transfer_data": {"destination": account},
        "application_fee_amount": 123,
        "capture_method": "automatic",
    }
    paid = await platform.pay(expand=["latest_charge"], **given)
    charge = paid.latest_charge
    assert all((charge.balance_transaction, charge.transfer, charge.application_fee))
    platform.settle()
    assert "charge.updated" not in platform.kinds()


async def test_metadata_is_copied_to_the_charge_once(platform):
    paid = await platform.pay(metadata={"a": "1"})
    await platform.v1.payment_intents.update_async(paid.id, {"metadata": {"a": "2"}})
    assert (
        await platform.v1.charges.retrieve_async(paid.latest_charge)
    ).metadata.to_dict() == {"a": "1"}


async def test_a_declined_intent_takes_another_card(platform):
    intent = await platform.intent()
    confirm, url = (
        platform.v1.payment_intents.confirm_async,
        {"return_url": "https://shop.test"},
    )
    await refused(
        confirm(intent.id, {"payment_method": "pm_card_visa_chargeDeclined", **url})
    )
    updated = await platform.v1.payment_intents.update_async(
        intent.id, {"description": "x"}
    )
    assert updated.last_payment_error is None
    assert (
        await confirm(intent.id, {"payment_method": "pm_card_visa", **url})
    ).status == "succeeded"


async def test_a_challenge_that_is_passed_pays_and_sends_the_shopper_back(platform):
    intent = await platform.intent()
    given = {
        "payment_method": "pm_card_authenticationRequired",
        "return_url": "https://shop.test/back?o=1",
    }
    waiting = await platform.v1.payment_intents.confirm_async(intent.id, given)
    assert (waiting.status, waiting.next_action.type, waiting.latest_charge) == (
        "requires_action",
        "redirect_to_url",
        None,
    )

    status, _ = await answer(platform, waiting, "complete")

    assert status == 303
    assert (
        await platform.v1.payment_intents.retrieve_async(intent.id)
    ).status == "succeeded"
    assert platform.kinds() == [
        "payment_intent.created",
        "payment_intent.requires_action",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]


async def test_a_challenge_that_fails_makes_no_charge(platform):
    waiting = await platform.pay("pm_card_authenticationRequired")
    await answer(platform, waiting, "fail")
    failed = await platform.v1.payment_intents.retrieve_async(waiting.id)
    assert (failed.status, failed.latest_charge) == ("requires_payment_method", None)
    error = failed.last_payment_error
    assert (error.type, error.code) == (
        "invalid_request_error",
        "payment_intent_authentication_failure",
    )
    assert error.message.startswith(
        "We are unable to authenticate your payment method."
    )
    assert platform.kinds()[-1] == "payment_intent.payment_failed"


async def test_a_card_may_decline_after_its_challenge(platform):
    waiting = await platform.pay(
        "pm_card_authenticationRequiredChargeDeclinedInsufficientFunds"
    )
    assert (await answer(platform, waiting, "complete"))[0] == 200
    failed = await platform.v1.payment_intents.retrieve_async(waiting.id)
    assert failed.last_payment_error.decline_code == "insufficient_funds"
    assert failed.latest_charge


async def test_a_challenge_counts_once(platform):
    waiting = await platform.pay("pm_card_authenticationRequired")
    await answer(platform, waiting, "complete")
    await answer(platform, waiting, "fail")
    assert (
        await platform.v1.payment_intents.retrieve_async(waiting.id)
    ).status == "succeeded"


async def test_confirm_needs_a_method(platform):
    intent = await platform.intent()
    error = await refused(platform.v1.payment_intents.confirm_async(intent.id))
    assert error.code == "payment_intent_unexpected_state"
    assert error.user_message.startswith(
        "You cannot confirm this PaymentIntent because it's missing a payment method."
    )


async def test_server_side_confirm_needs_a_return_url_unless_redirects_are_off(
    platform,
):
    intent = await platform.intent(payment_method="pm_card_visa")
    assert (
        "return_url"
        in (
            await refused(platform.v1.payment_intents.confirm_async(intent.id))
        ).user_message
    )


async def test_paying_twice_is_refused(platform):
    paid = await platform.pay()
    error = await refused(platform.v1.payment_intents.confirm_async(paid.id))
    assert error.code == "payment_intent_unexpected_state"


async def test_cancel_from_anything_open(platform):
    intent = await platform.intent()
    canceled = await platform.v1.payment_intents.cancel_async(
        intent.id, {"cancellation_reason": "abandoned"}
    )
    assert (canceled.status, canceled.cancellation_reason) == ("canceled", "abandoned")
    assert platform.kinds()[-1] == "payment_intent.canceled"


async def test_a_paid_intent_cannot_be_canceled(platform):
    paid = await platform.pay()
    error = await refused(platform.v1.payment_intents.cancel_async(paid.id))
    assert error.user_message == (
        "You cannot cancel this PaymentIntent because it has a status of succeeded. Only a "
        "PaymentIntent with one of the "
        "following statuses may be canceled: requires_payment_method, requires_capture, "
        "requires_confirmation, "
        "requires_action, processing."
    )
    assert error.error.payment_intent.id == paid.id


async def test_amounts_are_fixed_once_paid(platform):
    paid = await platform.pay()
    error = await refused(
        platform.v1.payment_intents.update_async(paid.id, {"amount": 2000})
    )
    assert error.code == "payment_intent_unexpected_state"
    assert (
        await platform.v1.payment_intents.update_async(
            paid.id, {"metadata": {"late": "yes"}}
        )
    ).metadata.late == "yes"


async def test_amounts_may_change_before(platform):
    intent = await platform.intent()
    assert (
        await platform.v1.payment_intents.update_async(intent.id, {"amount": 2000})
    ).amount == 2000


@pytest.mark.parametrize(
    "given", [{"off_session": True}, {"return_url": "https://shop.test"}]
)
async def test_some_parameters_need_confirm(platform, given):
    assert (await refused(platform.intent(**given))).param in given


async def test_a_method_that_paid_cannot_pay_again_unless_it_was_saved(platform):
    customer = await platform.v1.customers.create_async({})
    paid = await platform.pay()
    assert (
        "may not be used again"
        in (await refused(platform.pay(paid.payment_method))).user_message
    )
    saved = await platform.pay(customer=customer.id, setup_future_usage="off_session")
    assert "payment_method.attached" in platform.kinds()
    assert (
        await platform.pay(saved.payment_method, customer=customer.id)
    ).status == "succeeded"
    assert (await refused(platform.pay(saved.payment_method))).param == "payment_method"


async def test_templates_make_a_fresh_method_each_time(platform):
    one, two = await platform.pay(), await platform.pay()
    assert one.payment_method != two.payment_method
    assert (
        await platform.v1.payment_methods.retrieve_async(one.payment_method)
    ).card.last4 == "4242"


async def test_customers_keep_what_they_are_told(platform):
    customers = platform.v1.customers
    made = await customers.create_async(
        {
            "email": "a@b.test",
            "name": "A",
            "address": {"city": "Wien"},
            "metadata": {"k": "v"},
        }
    )
    await customers.update_async(made.id, {"name": "B", "email": ""})
    seen = await customers.retrieve_async(made.id)
    assert (seen.name, seen.email, seen.address.city) == ("B", None, "Wien")
    [event] = platform.events("customer.updated")
    assert event["data"]["previous_attributes"] == {"name": "A", "email": "a@b.test"}


async def test_charges_can_be_annotated(platform):
    paid = await platform.pay()
    await platform.v1.charges.update_async(
        paid.latest_charge,
        {"metadata": {"seen": "yes"}, "fraud_details": {"user_report": "safe"}},
    )
    charge = await platform.v1.charges.retrieve_async(paid.latest_charge)
    assert charge.metadata.seen == "yes"
    assert charge.fraud_details.user_report == "safe"

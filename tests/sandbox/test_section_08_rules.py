"""stripe-facts 8 and 18: what may be said on an intent, and when."""

import pytest

from tests.sandbox.shopper import BACK
from tests.support.standin_errors import refused
from tests.support.standin_intents import answer


async def test_named_types_take_the_place_of_automatic_ones(platform):
    intent = await platform.intent(allowed_payment_method_types=["ideal", "card"])
    assert intent.automatic_payment_methods is None
    assert (intent.payment_method_types, intent.allowed_payment_method_types) == (
        ["card"],
        ["ideal", "card"],
    )
    paid = await platform.v1.payment_intents.confirm_async(
        intent.id, {"payment_method": "pm_card_visa"}
    )
    assert (
        paid.status == "succeeded"
    )  # no redirect is possible, so no return_url is asked for


@pytest.mark.parametrize(
    "other",
    [
        {"excluded_payment_method_types": ["ideal"]},
        {"automatic_payment_methods": {"enabled": True}},
        {"payment_method_configuration": "pmc_1"},
    ],
)
async def test_named_types_exclude_every_other_rule(platform, other):
    error = await refused(
        platform.intent(allowed_payment_method_types=["card"], **other)
    )
    assert (error.http_status, error.param) == (400, "allowed_payment_method_types")
    if "excluded_payment_method_types" in other:
        intent = await platform.intent(allowed_payment_method_types=["card"])
        error = await refused(
            platform.v1.payment_intents.update_async(intent.id, other)
        )
        assert error.param == "allowed_payment_method_types"
        intent = await platform.intent(**other)
        named = {"allowed_payment_method_types": ["card"]}
        error = await refused(
            platform.v1.payment_intents.update_async(intent.id, named)
        )
        assert error.param == "allowed_payment_method_types"


async def test_something_to_pay_with_must_be_left(platform):
    for given in (
        {"allowed_payment_method_types": ["ideal"]},
        {"excluded_payment_method_types": ["card"]},
    ):
        error = await refused(platform.intent(**given))
        assert "No valid payment method types" in error.user_message
    intent = await platform.intent(excluded_payment_method_types=["ideal"])
    assert (intent.payment_method_types, intent.excluded_payment_method_types) == (
        ["card"],
        ["ideal"],
    )
    assert intent.automatic_payment_methods.enabled is True
    error = await refused(
        platform.v1.payment_intents.update_async(
            intent.id, {"excluded_payment_method_types": ["card"]}
        )
    )
    assert error.http_status == 400


async def test_without_automatic_methods_no_return_url_is_asked_for(platform):
    intent = await platform.intent(automatic_payment_methods={"enabled": False})
    assert intent.automatic_payment_methods.enabled is False
    confirmed = await platform.v1.payment_intents.confirm_async(
        intent.id, {"payment_method": "pm_card_visa"}
    )
    assert confirmed.status == "succeeded"


async def test_off_session_that_needs_the_shopper_is_declined(platform):
    error = await refused(
        platform.pay("pm_card_authenticationRequired", off_session=True)
    )
    assert (error.http_status, error.code, error.error.decline_code) == (
        402,
        "authentication_required",
        "authentication_required",
    )
    intent = await platform.v1.payment_intents.retrieve_async(
        error.error.payment_intent.id
    )
    assert (intent.status, intent.last_payment_error.code) == (
        "requires_payment_method",
        "authentication_required",
    )
    assert platform.kinds()[-1] == "payment_intent.payment_failed"


async def test_an_intent_may_refuse_to_ask_the_shopper(platform):
    error = await refused(
        platform.pay("pm_card_authenticationRequired", error_on_requires_action=True)
    )
    assert (error.http_status, error.code) == (402, "authentication_required")
    assert (await platform.pay(error_on_requires_action=True)).status == "succeeded"


@pytest.mark.parametrize(
    "given",
    [
        {"off_session": True},
        {"return_url": BACK},
        {"error_on_requires_action": True},
        {"mandate_data": {"customer_acceptance": {"type": "offline", "offline": {}}}},
    ],
)
async def test_what_belongs_to_a_confirmation_needs_one(platform, given):
    error = await refused(platform.intent(**given))
    assert (error.http_status, error.param) == (400, next(iter(given)))
    assert "confirm" in error.user_message
    assert platform.kinds() == []


async def test_a_method_on_confirm_shows_no_state_in_between(platform):
    intent = await platform.intent()
    await platform.v1.payment_intents.confirm_async(
        intent.id, {"payment_method": "pm_card_visa", "return_url": BACK}
    )
    seen = [
        e["data"]["object"]["status"]
        for e in platform.events()
        if e["type"].startswith("payment_intent.")
    ]
    assert seen == ["requires_payment_method", "succeeded"]


async def test_a_method_by_itself_asks_to_be_confirmed(platform):
    intent = await platform.intent(payment_method="pm_card_visa")
    assert (intent.status, intent.latest_charge) == ("requires_confirmation", None)
    without = await platform.v1.payment_intents.update_async(
        intent.id, {"payment_method": ""}
    )
    assert (without.status, without.payment_method) == ("requires_payment_method", None)


async def test_a_decline_leaves_a_failed_charge_and_an_open_intent(platform):
    error = await refused(platform.pay("pm_card_visa_chargeDeclined"))
    intent = await platform.v1.payment_intents.retrieve_async(
        error.error.payment_intent.id, {"expand": ["latest_charge"]}
    )
    charge = intent.latest_charge
    assert (intent.status, intent.payment_method) == ("requires_payment_method", None)
    assert (charge.paid, charge.status, charge.failure_code) == (
        False,
        "failed",
        "card_declined",
    )
    assert charge.outcome.type == "issuer_declined"
    assert (intent.last_payment_error.code, intent.last_payment_error.charge) == (
        "card_declined",
        charge.id,
    )
    assert platform.kinds()[-2:] == ["charge.failed", "payment_intent.payment_failed"]
    assert "payment_intent.succeeded" not in platform.kinds()


async def test_a_canceled_intent_stays_so(platform):
    waiting = await platform.pay("pm_card_authenticationRequired")
    await platform.v1.payment_intents.cancel_async(waiting.id)
    await answer(platform, waiting, "complete")
    assert (
        await platform.v1.payment_intents.retrieve_async(waiting.id)
    ).status == "canceled"
    for call in (
        platform.v1.payment_intents.cancel_async,
        platform.v1.payment_intents.confirm_async,
    ):
        assert (
            await refused(call(waiting.id))
        ).code == "payment_intent_unexpected_state"


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"application_fee_amount": 10}, "application_fee_amount"),
        (
            {"application_fee_amount": 0, "transfer_data": {"destination": "ACCOUNT"}},
            "application_fee_amount",
        ),
        (
            {
                "application_fee_amount": 1,
                "transfer_data": {"destination": "ACCOUNT", "amount": 1},
            },
            "application_fee_amount",
        ),
        (
            {"transfer_data": {"destination": "ACCOUNT", "amount": 1001}},
            "transfer_data[amount]",
        ),
        ({"transfer_data": {"destination": "acct_no"}}, "transfer_data[destination]"),
        ({"hooks": {"inputs": {"tax": {"calculation": "taxcalc_1"}}}}, "hooks"),
        (
            {
                "amount_details": {
                    "line_items": [{"product_name": "x", "quantity": 1, "unit_cost": 1}]
                }
            },
            "amount_details[line_items]",
        ),
    ],
)
async def test_what_cannot_be_is_refused(platform, given, param):
    account = await platform.vendor()
    if given.get("transfer_data", {}).get("destination") == "ACCOUNT":
        given = {
            **given,
            "transfer_data": {**given["transfer_data"], "destination": account},
        }
    error = await refused(platform.intent(**given))
    assert (error.http_status, error.param) == (400, param)


async def test_what_the_networks_are_told_is_kept(platform):
    intent = await platform.intent(
        amount_details={"tax": {"total_tax_amount": 190}, "shipping": {"amount": 5}},
        payment_details={"order_reference": "A1"},
    )
    assert (
        intent.amount_details.tax.total_tax_amount,
        intent.amount_details.shipping.amount,
    ) == (
        190,
        5,
    )
    assert (
        intent.payment_details.order_reference,
        intent.payment_details.customer_reference,
    ) == (
        "A1",
        None,
    )
    cleared = await platform.v1.payment_intents.update_async(
        intent.id, {"amount_details": ""}
    )
    assert "tax" not in cleared.amount_details


async def test_options_of_the_card_can_come_with_the_confirmation(platform):
    intent = await platform.intent(payment_method="pm_card_visa")
    options = {"card": {"capture_method": "manual"}}
    given = {"payment_method_options": options, "return_url": BACK}
    confirmed = await platform.v1.payment_intents.confirm_async(intent.id, given)
    assert confirmed.status == "requires_capture"


async def test_intents_are_listed_by_customer(platform):
    customer = await platform.v1.customers.create_async({})
    own, _ = await platform.intent(customer=customer.id), await platform.intent()
    found = await platform.v1.payment_intents.list_async({"customer": customer.id})
    assert [intent.id for intent in found.data] == [own.id]


async def test_who_takes_part_must_still_be_able_when_it_is_confirmed(platform):
    """What was true when the intent was made may have ended: no money goes where it could not be
    sent by now.
    """
    account = await platform.vendor()
    intent = await platform.intent(
        transfer_data={"destination": account}, payment_method="pm_card_visa"
    )
    confirm = platform.v1.payment_intents.confirm_async
    await platform.v1.accounts.reject_async(account, {"reason": "terms_of_service"})
    error = await refused(confirm(intent.id, {"return_url": BACK}))
    assert error.code == "insufficient_capabilities_for_transfer"
    await platform.v1.accounts.unreject_async(account)
    held = await platform.pay(
        transfer_data={"destination": account}, capture_method="manual"
    )
    await platform.v1.accounts.delete_async(account)
    assert (
        await refused(confirm(intent.id, {"return_url": BACK}))
    ).code == "resource_missing"
    assert (
        await refused(platform.v1.payment_intents.capture_async(held.id))
    ).code == "resource_missing"
    assert platform.events("transfer.created") == []


async def test_nothing_is_saved_to_a_customer_who_was_deleted(platform):
    customer = await platform.v1.customers.create_async({})
    given = {"customer": customer.id, "setup_future_usage": "off_session"}
    intent = await platform.intent(**given)
    waiting = await platform.pay("pm_card_authenticationRequired", **given)
    await platform.v1.customers.delete_async(customer.id)
    sent = {"payment_method": "pm_card_visa", "return_url": BACK}
    error = await refused(platform.v1.payment_intents.confirm_async(intent.id, sent))
    assert (error.code, error.param) == ("resource_missing", "customer")
    setup = await refused(
        platform.v1.setup_intents.create_async({"customer": customer.id})
    )
    assert setup.code == "resource_missing"
    assert (await answer(platform, waiting, "complete"))[0] == 200
    assert platform.events("payment_method.attached") == []


async def test_a_charge_is_given_to_customers_who_exist(platform):
    paid = await platform.pay()
    error = await refused(
        platform.v1.charges.update_async(paid.latest_charge, {"customer": "cus_none"})
    )
    assert (error.http_status, error.param) == (400, "customer")

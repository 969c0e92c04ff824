"""stripe-facts 3: what an error looks like."""

import asyncio
import base64
from typing import Any

import pytest
import stripe

from tests.support.standin_errors import refused


@pytest.mark.parametrize(
    ("params", "code", "param", "message"),
    [
        (
            {"amount": 1000, "currency": "usd", "foo": 1},
            "parameter_unknown",
            "foo",
            "Received unknown parameter: foo",
        ),
        (
            {"amount": 1000, "currency": "usd", "foo": 1, "bar": 2},
            "parameter_unknown",
            "foo",
            "Received unknown parameters: foo, bar",
        ),
        (
            {"amount": 1000, "currency": "usd", "transfer_data": {"to": 1}},
            "parameter_unknown",
            "transfer_data[to]",
            "Received unknown parameter: transfer_data[to]",
        ),
        (
            {"amount": 1000},
            "parameter_missing",
            "currency",
            "Missing required param: currency.",
        ),
        (
            {"amount": 1000, "currency": "usd", "shipping": {"name": "x"}},
            "parameter_missing",
            "shipping[address]",
            "Missing required param: shipping[address].",
        ),
        (
            {"amount": "abc", "currency": "usd"},
            "parameter_invalid_integer",
            "amount",
            "Invalid integer: abc",
        ),
        (
            {"amount": 0, "currency": "usd"},
            "parameter_invalid_integer",
            "amount",
            "Invalid positive integer",
        ),
        (
            {"amount": 1000, "currency": "usd", "capture_method": "x"},
            None,
            "capture_method",
            "Invalid capture_method: must be one of automatic, automatic_async, or manual",
        ),
        (
            {"amount": 1000, "currency": "usd", "confirm": "yes"},
            None,
            "confirm",
            "Invalid boolean: yes",
        ),
        (
            {"amount": 49, "currency": "usd"},
            "amount_too_small",
            "amount",
            "Amount must be at least $0.50 usd",
        ),
        (
            {"amount": 100_000_000, "currency": "usd"},
            "amount_too_large",
            "amount",
            "Amount must be no more than $999,999.99",
        ),
        (
            {"amount": 1000, "currency": "usd", "payment_method_types": ["card"]},
            "payment_method_types_no_longer_supported",
            "payment_method_types",
            None,
        ),
        (
            {"amount": 1000, "currency": "usd", "customer": "cus_no"},
            "resource_missing",
            "customer",
            "No such customer: 'cus_no'",
        ),
        (
            {"amount": 1000, "currency": "usd", "metadata": {"k" * 41: "v"}},
            None,
            "metadata",
            None,
        ),
        (
            {"amount": 1000, "currency": "usd", "metadata": {"k": "v" * 501}},
            None,
            "metadata",
            None,
        ),
    ],
)
async def test_a_bad_parameter_is_named(platform, params, code, param, message):
    error = await refused(platform.v1.payment_intents.create_async(params))

    assert type(error).__name__ == "InvalidRequestError"
    assert (error.http_status, error.code, error.param) == (400, code, param)
    assert message is None or error.user_message == message
    assert platform.kinds() == []


async def test_an_unknown_currency_lists_all_that_are_known(platform):
    error = await refused(platform.intent(currency="zzz"))
    assert error.param == "currency"
    assert error.user_message.startswith(
        "Invalid currency: zzz. Stripe currently supports these currencies: usd, aed"
    )


async def test_a_missing_object_is_404_with_the_name_in_the_path(platform):
    error = await refused(platform.v1.payment_intents.retrieve_async("pi_no"))
    assert (error.http_status, error.code, error.param) == (
        404,
        "resource_missing",
        "intent",
    )
    assert error.user_message == "No such payment_intent: 'pi_no'"


async def test_an_account_of_somebody_else_is_403(platform):
    error = await refused(platform.v1.accounts.retrieve_async("acct_no"))
    assert type(error).__name__ == "PermissionError"
    assert error.error.code == "account_invalid"


async def test_a_stripe_account_header_that_is_not_ours_is_403(platform):
    error = await refused(
        platform.v1.balance.retrieve_async(None, {"stripe_account": "acct_no"})
    )
    assert type(error).__name__ == "PermissionError"
    assert f"****{platform.key[-4:]}' does not have access to account 'acct_no'" in str(
        error.user_message
    )


async def test_path_and_header_must_name_the_same_account(platform):
    one, two = await platform.vendor(), await platform.vendor()
    error = await refused(
        platform.v1.accounts.retrieve_async(one, None, {"stripe_account": two})
    )
    assert error.user_message.startswith(
        "The account specified in the path of /v1/accounts/:account does not match"
    )


async def test_a_bad_key_is_401_and_shown_masked(platform):
    error = await refused(
        platform.as_key("rubbish_1234abcd").v1.balance.retrieve_async()
    )
    assert type(error).__name__ == "AuthenticationError"
    assert "1234" not in error.user_message
    assert error.user_message.endswith("abcd")


async def test_no_key_is_401(platform):
    status, body = await asyncio.to_thread(
        platform.sandbox.request, "GET", "/v1/balance"
    )
    assert status == 401
    assert b"You did not provide an API key." in body


async def test_basic_auth_works_too(platform):
    word = base64.b64encode(f"{platform.key}:".encode()).decode()
    status, _ = await asyncio.to_thread(
        platform.sandbox.request,
        "GET",
        "/v1/balance",
        None,
        {"Authorization": f"Basic {word}"},
    )
    assert status == 200


async def test_an_unknown_route_is_404(platform):
    error = await refused(platform.v1.products.create_async({"name": "Tea"}))
    assert (error.http_status, error.user_message) == (
        404,
        "Unrecognized request URL (POST: /v1/products).",
    )


async def test_platforms_do_not_see_each_other(platform):
    intent = await platform.intent()
    error = await refused(
        platform.as_key(f"{platform.key}x").v1.payment_intents.retrieve_async(intent.id)
    )
    assert error.http_status == 404


async def test_replies_carry_request_id_and_version(platform):
    intent = await platform.intent()
    headers = intent.last_response.headers
    assert headers["Request-Id"].startswith("req_")
    assert headers["Stripe-Version"] == "2026-10-28.endive"
    assert "Stripe-Notice" not in headers


async def test_a_destination_without_transfers_is_refused(platform):
    account = await platform.v1.accounts.create_async({"country": "LU"})
    error = await refused(platform.intent(transfer_data={"destination": account.id}))
    assert error.code == "insufficient_capabilities_for_transfer"
    assert error.user_message == (
        "Your destination account needs to have at least one of the following capabilities "
        "enabled: transfers, "
        "crypto_transfers, legacy_payments"
    )


async def test_a_refused_create_leaves_nothing_behind(platform):
    await refused(platform.intent(payment_method="pm_no"))
    assert (await platform.v1.payment_intents.list_async()).data == []
    assert platform.kinds() == []


def test_an_error_says_no_more_than_it_knows(process):
    """What is null is left out; the address of the docs follows the code."""
    status, body, _ = process.send("POST", "/v1/customers", {"colour": "red"})
    assert status == 400
    assert body == {
        "error": {
            "type": "invalid_request_error",
            "message": "Received unknown parameter: colour",
            "code": "parameter_unknown",
            "param": "colour",
            "doc_url": "https://stripe.com/docs/error-codes/parameter-unknown",
        }
    }
    assert process.send("POST", "/v1/customers", {"expand": ["no"]})[1] == {
        "error": {
            "type": "invalid_request_error",
            "message": "This property cannot be expanded (no).",
        }
    }


def test_an_empty_value_is_no_value_where_nothing_can_be_cleared(process):
    status, body, _ = process.send(
        "POST", "/v1/payment_intents", {"amount": "", "currency": "usd"}
    )
    assert (status, body["error"]["code"]) == (400, "parameter_invalid_empty")
    assert body["error"]["param"] == "amount"


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"shipping": "x"}, "shipping"),
        ({"expand": "customer"}, "expand"),
        ({"metadata": "x"}, "metadata"),
        ({"metadata": {"a": {"b": "c"}}}, "metadata[a]"),
        ({"amount": ["1"]}, "amount"),
    ],
)
def test_a_value_of_another_shape_is_refused(process, given, param):
    status, body, _ = process.send(
        "POST", "/v1/payment_intents", {"amount": "1000", "currency": "usd", **given}
    )
    assert (status, body["error"]["param"]) == (400, param)


def test_a_declined_card_tells_everything(process):
    given = {
        "payment_method": "pm_card_visa_chargeDeclinedInsufficientFunds",
        "return_url": "https://shop.test",
    }
    intent = process.v1.payment_intents.create({"amount": 1000, "currency": "usd"}).id
    with pytest.raises(stripe.CardError) as caught:
        process.v1.payment_intents.confirm(intent, given)
    body: Any = caught.value.json_body
    error = body["error"]
    assert caught.value.http_status == 402
    assert (error["type"], error["code"], error["decline_code"]) == (
        "card_error",
        "card_declined",
        "insufficient_funds",
    )
    assert error["charge"].startswith("ch_")
    assert (error["payment_intent"]["id"], error["payment_method"]["object"]) == (
        intent,
        "payment_method",
    )
    assert error["doc_url"] == "https://stripe.com/docs/error-codes/card-declined"


PAID = {
    "amount": 1000,
    "currency": "usd",
    "payment_method": "pm_card_visa",
    "confirm": True,
    "return_url": "https://a.test",
}


def test_a_finished_intent_cannot_be_canceled_nor_an_empty_one_confirmed(process):
    paid = process.v1.payment_intents.create(PAID).id
    with pytest.raises(stripe.InvalidRequestError) as caught:
        process.v1.payment_intents.cancel(paid)
    assert caught.value.code == "payment_intent_unexpected_state"
    assert caught.value.user_message == (
        "You cannot cancel this PaymentIntent because it has a status of succeeded. Only a "
        "PaymentIntent with one of the "
        "following statuses may be canceled: requires_payment_method, requires_capture, "
        "requires_confirmation, "
        "requires_action, processing."
    )
    body: Any = caught.value.json_body
    assert body["error"]["payment_intent"]["id"] == paid
    empty = process.v1.payment_intents.create({"amount": 1000, "currency": "usd"}).id
    with pytest.raises(
        stripe.InvalidRequestError, match="because it's missing a payment method"
    ) as caught:
        process.v1.payment_intents.confirm(empty)
    assert caught.value.code == "payment_intent_unexpected_state"


def test_no_more_is_refunded_than_was_paid(process):
    charge = process.v1.payment_intents.create(PAID).latest_charge
    process.advance(1)
    with pytest.raises(stripe.InvalidRequestError) as caught:
        process.v1.refunds.create({"charge": charge, "amount": 1001})
    assert (caught.value.code, caught.value.param) == (None, "amount")
    assert (
        caught.value.user_message
        == "Refund amount ($10.01) is greater than unrefunded amount on charge ($10.00)"
    )
    process.v1.refunds.create({"charge": charge})
    with pytest.raises(stripe.InvalidRequestError) as caught:
        process.v1.refunds.create({"charge": charge})
    assert caught.value.code == "charge_already_refunded"
    assert caught.value.user_message == f"Charge {charge} has already been refunded."


def test_a_login_link_waits_for_the_end_of_onboarding(process):
    account = process.v1.accounts.create(
        {
            "country": "LU",
            "controller": {
                "stripe_dashboard": {"type": "express"},
                "fees": {"payer": "application"},
                "losses": {"payments": "application"},
            },
        }
    ).id
    with pytest.raises(stripe.InvalidRequestError) as caught:
        process.v1.accounts.login_links.create(account)
    assert (
        caught.value.user_message
        == "Cannot create a login link for an account that has not completed onboarding."
    )


def test_keys_are_shown_masked(process):
    for key, shown in (
        ("sk_test_abcdefgh1234", "sk_test_********1234"),
        ("rubbish", "****bish"),
    ):
        given = {"authorization": f"Bearer {key}", "stripe-account": "acct_no"}
        status, body, _ = process.send("GET", "/v1/charges", {}, given)
        assert status == (403 if key.startswith("sk_test_") else 401)
        assert shown in body["error"]["message"]
        assert key not in body["error"]["message"]

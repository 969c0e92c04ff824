"""stripe.md section 4: the same key does the same thing once."""

import asyncio

import pytest

from tests.contract.test_section_03_errors import refused

NEW = {"amount": 1000, "currency": "usd"}


async def test_a_replay_is_the_first_answer_with_a_new_request_id(platform):
    first = await platform.v1.payment_intents.create_async(NEW, {"idempotency_key": "k"})
    second = await platform.v1.payment_intents.create_async(NEW, {"idempotency_key": "k"})

    assert second.to_dict() == first.to_dict()
    headers = second.last_response.headers
    assert headers["Idempotent-Replayed"] == "true"
    assert headers["Original-Request"] == first.last_response.headers["Request-Id"] != headers["Request-Id"]
    assert headers["Idempotency-Key"] == "k"
    assert platform.kinds() == ["payment_intent.created"]


async def test_other_parameters_under_the_same_key_are_400(platform):
    await platform.v1.payment_intents.create_async(NEW, {"idempotency_key": "k"})
    error = await refused(platform.v1.payment_intents.create_async({**NEW, "amount": 2000}, {"idempotency_key": "k"}))
    assert type(error).__name__ == "IdempotencyError"
    assert (error.http_status, error.error.code) == (400, None)
    assert error.user_message.startswith("Keys for idempotent requests can only be used with the same parameters")


async def test_another_endpoint_under_the_same_key_is_400(platform):
    await platform.v1.payment_intents.create_async(NEW, {"idempotency_key": "k"})
    error = await refused(platform.v1.customers.create_async({}, {"idempotency_key": "k"}))
    assert type(error).__name__ == "IdempotencyError"
    assert "/v1/payment_intents" in error.user_message
    assert "/v1/customers" in error.user_message


async def test_a_decline_is_replayed(platform):
    intent = await platform.intent()
    given = {"payment_method": "pm_card_visa_chargeDeclined", "return_url": "https://shop.test"}
    first = await refused(platform.v1.payment_intents.confirm_async(intent.id, given, {"idempotency_key": "pay"}))
    second = await refused(platform.v1.payment_intents.confirm_async(intent.id, given, {"idempotency_key": "pay"}))
    assert type(second).__name__ == "CardError"
    assert second.error.charge == first.error.charge
    assert len((await platform.v1.charges.list_async()).data) == 1


async def test_bad_parameters_are_not_stored(platform):
    await refused(platform.v1.payment_intents.create_async({"amount": 1000}, {"idempotency_key": "k"}))
    assert (await platform.v1.payment_intents.create_async(NEW, {"idempotency_key": "k"})).id


async def test_errors_of_the_operation_are_stored(platform):
    await refused(platform.v1.payment_intents.create_async({**NEW, "amount": 10}, {"idempotency_key": "k"}))
    error = await refused(platform.v1.payment_intents.create_async({**NEW, "amount": 10}, {"idempotency_key": "k"}))
    assert error.headers["Idempotent-Replayed"] == "true"


async def test_platform_and_connected_account_have_keys_of_their_own(platform):
    account = await platform.vendor()
    first = await platform.v1.customers.create_async({}, {"idempotency_key": "k"})
    second = await platform.v1.customers.create_async({}, {"idempotency_key": "k", "stripe_account": account})
    assert first.id != second.id


async def test_a_key_lives_for_a_day(platform):
    first = await platform.v1.payment_intents.create_async(NEW, {"idempotency_key": "k"})
    platform.sandbox.advance(24 * 3600 + 60)
    assert (await platform.v1.payment_intents.create_async(NEW, {"idempotency_key": "k"})).id != first.id


async def test_the_same_key_twice_at_once_is_409(platform):
    rule = {"match": {"method": "POST", "path": "/v1/payment_intents"}, "effect": "delay", "seconds": 0.3, "times": 1}
    platform.sandbox.faults(rule)
    try:
        running = asyncio.create_task(platform.v1.payment_intents.create_async(NEW, {"idempotency_key": "k"}))
        await asyncio.sleep(0.1)
        error = await refused(platform.v1.payment_intents.create_async(NEW, {"idempotency_key": "k"}))
        assert type(error).__name__ == "APIError"
        assert (error.http_status, error.error.code) == (409, "idempotency_key_in_use")
        first = await running
    finally:
        platform.sandbox.faults()
    assert (await platform.v1.payment_intents.create_async(NEW, {"idempotency_key": "k"})).id == first.id


@pytest.mark.parametrize("length", [255, 256])
async def test_keys_have_at_most_255_characters(platform, length):
    call = platform.v1.payment_intents.create_async(NEW, {"idempotency_key": "k" * length})
    if length == 255:
        assert (await call).id
    else:
        await refused(call)

"""stripe-facts 4: the same key does the same thing once."""

import asyncio
from dataclasses import replace

import pytest

from shared.sandbox import forms
from shared.sandbox.routes import find
from tests.support.standin_errors import refused

NEW = {"amount": 1000, "currency": "usd"}


async def test_a_replay_is_the_first_answer_with_a_new_request_id(platform):
    first = await platform.v1.payment_intents.create_async(
        NEW, {"idempotency_key": "k"}
    )
    second = await platform.v1.payment_intents.create_async(
        NEW, {"idempotency_key": "k"}
    )

    assert second.to_dict() == first.to_dict()
    headers = second.last_response.headers
    assert headers["Idempotent-Replayed"] == "true"
    assert (
        headers["Original-Request"]
        == first.last_response.headers["Request-Id"]
        != headers["Request-Id"]
    )
    assert headers["Idempotency-Key"] == "k"
    assert platform.kinds() == ["payment_intent.created"]


async def test_other_parameters_under_the_same_key_are_400(platform):
    await platform.v1.payment_intents.create_async(NEW, {"idempotency_key": "k"})
    error = await refused(
        platform.v1.payment_intents.create_async(
            {**NEW, "amount": 2000}, {"idempotency_key": "k"}
        )
    )
    assert type(error).__name__ == "IdempotencyError"
    assert (error.http_status, error.error.code) == (400, None)
    assert error.user_message.startswith(
        "Keys for idempotent requests can only be used with the same parameters"
    )


async def test_another_endpoint_under_the_same_key_is_400(platform):
    await platform.v1.payment_intents.create_async(NEW, {"idempotency_key": "k"})
    error = await refused(
        platform.v1.customers.create_async({}, {"idempotency_key": "k"})
    )
    assert type(error).__name__ == "IdempotencyError"
    assert "/v1/payment_intents" in error.user_message
    assert "/v1/customers" in error.user_message


async def test_a_decline_is_replayed(platform):
    intent = await platform.intent()
    given = {
        "payment_method": "pm_card_visa_chargeDeclined",
        "return_url": "https://shop.test",
    }
    first = await refused(
        platform.v1.payment_intents.confirm_async(
            intent.id, given, {"idempotency_key": "pay"}
        )
    )
    second = await refused(
        platform.v1.payment_intents.confirm_async(
            intent.id, given, {"idempotency_key": "pay"}
        )
    )
    assert type(second).__name__ == "CardError"
    assert second.error.charge == first.error.charge
    assert len((await platform.v1.charges.list_async()).data) == 1


async def test_bad_parameters_are_not_stored(platform):
    await refused(
        platform.v1.payment_intents.create_async(
            {"amount": 1000}, {"idempotency_key": "k"}
        )
    )
    assert (
        await platform.v1.payment_intents.create_async(NEW, {"idempotency_key": "k"})
    ).id


async def test_errors_of_the_operation_are_stored(platform):
    await refused(
        platform.v1.payment_intents.create_async(
            {**NEW, "amount": 10}, {"idempotency_key": "k"}
        )
    )
    error = await refused(
        platform.v1.payment_intents.create_async(
            {**NEW, "amount": 10}, {"idempotency_key": "k"}
        )
    )
    assert error.headers["Idempotent-Replayed"] == "true"


async def test_platform_and_connected_account_have_keys_of_their_own(platform):
    account = await platform.vendor()
    first = await platform.v1.customers.create_async({}, {"idempotency_key": "k"})
    second = await platform.v1.customers.create_async(
        {}, {"idempotency_key": "k", "stripe_account": account}
    )
    assert first.id != second.id


async def test_a_key_lives_for_a_day(platform):
    first = await platform.v1.payment_intents.create_async(
        NEW, {"idempotency_key": "k"}
    )
    platform.sandbox.advance(24 * 3600 + 60)
    assert (
        await platform.v1.payment_intents.create_async(NEW, {"idempotency_key": "k"})
    ).id != first.id


async def test_the_same_key_twice_at_once_is_409(platform):
    rule = {
        "match": {"method": "POST", "path": "/v1/payment_intents"},
        "effect": "delay",
        "seconds": 0.3,
        "times": 1,
    }
    platform.sandbox.faults(rule)
    try:
        running = asyncio.create_task(
            platform.v1.payment_intents.create_async(NEW, {"idempotency_key": "k"})
        )
        await asyncio.sleep(0.1)
        error = await refused(
            platform.v1.payment_intents.create_async(NEW, {"idempotency_key": "k"})
        )
        assert type(error).__name__ == "APIError"
        assert (error.http_status, error.error.code) == (409, "idempotency_key_in_use")
        first = await running
    finally:
        platform.sandbox.faults()
    assert (
        await platform.v1.payment_intents.create_async(NEW, {"idempotency_key": "k"})
    ).id == first.id


@pytest.mark.parametrize("length", [255, 256])
async def test_keys_have_at_most_255_characters(platform, length):
    call = platform.v1.payment_intents.create_async(
        NEW, {"idempotency_key": "k" * length}
    )
    if length == 255:
        assert (await call).id
    else:
        await refused(call)


def _keyed(process, path="/v1/customers", params=None, key="k", **headers: str):
    given = {"idempotency-key": key} | {
        name.replace("_", "-"): text for name, text in headers.items()
    }
    return process.send("POST", path, params or {}, given)


def test_a_replay_is_word_for_word_whatever_happened_since(process):
    _, first, _ = _keyed(process, params={"name": "a"})
    process.v1.customers.update(first["id"], {"name": "b"})
    process.v1.customers.delete(first["id"])
    status, again, headers = _keyed(process, params={"name": "a"})
    assert (status, again, headers["Idempotent-Replayed"]) == (200, first, "true")


def test_a_fault_of_the_server_is_replayed_too(process, monkeypatch):
    """Once it has begun, a 500 stands under its key: a try again needs a new one."""
    found = find("POST", "/v1/customers")
    assert found is not None
    with monkeypatch.context() as broken:
        broken.setattr(
            "shared.sandbox.engine.find",
            lambda *_: (replace(found[0], handler=_explode), {}),
        )
        assert _keyed(process)[0] == 500
    status, body, headers = _keyed(process)
    assert (status, body["error"]["type"], headers["Idempotent-Replayed"]) == (
        500,
        "api_error",
        "true",
    )
    assert _keyed(process, key="another")[0] == 200
    assert len(process.v1.customers.list().data) == 1


def _explode(act, ids, params):
    raise ZeroDivisionError


async def test_a_rule_may_leave_a_500_behind(platform):
    rule = {
        "match": {"path": "/v1/customers"},
        "effect": "status",
        "status": 500,
        "stored": True,
        "times": 1,
    }
    platform.sandbox.faults(rule)
    for replayed in (False, True):
        error = await refused(
            platform.v1.customers.create_async({}, {"idempotency_key": "k"})
        )
        assert (error.http_status, "Idempotent-Replayed" in error.headers) == (
            500,
            replayed,
        )
    assert (await platform.v1.customers.create_async({}, {"idempotency_key": "l"})).id


@pytest.mark.parametrize(
    ("params", "headers"),
    [
        ({"colour": "red"}, {}),
        ({"balance": "abc"}, {}),
        ({"tax_exempt": "no"}, {}),
        ({"metadata": {"k" * 41: "v"}}, {}),
        ({"expand": ["no"]}, {}),
        ({}, {"authorization": "Bearer rubbish_key"}),
        ({}, {"stripe_account": "acct_no"}),
        ({}, {"stripe_version": "soon"}),
    ],
)
def test_what_never_began_is_not_stored(process, params, headers):
    status, _, answered = _keyed(process, params=params, **headers)
    assert 400 <= status < 404
    assert "Idempotent-Replayed" not in answered
    status, _, answered = _keyed(process)
    assert (status, "Idempotent-Replayed" in answered) == (200, False)


def test_a_missing_object_is_stored_because_it_was_looked_for(process):
    for replayed in (False, True):
        status, _, headers = _keyed(process, "/v1/customers/cus_no")
        assert (status, "Idempotent-Replayed" in headers) == (404, replayed)


def test_the_same_parameters_written_otherwise_are_the_same():
    one, two = "expand[]=a&name=b&metadata[x]=y", "metadata[x]=y&name=b&expand[0]=a"
    assert forms.decode(one) == forms.decode(two)


def test_the_order_of_parameters_does_not_matter(process):
    first = _keyed(process, params={"name": "a", "email": "b@c.test"})
    again = _keyed(
        process, params={"email": "b@c.test", "name": "a"}, stripe_version="2020-08-27"
    )
    assert again[1] == first[1]
    assert again[2]["Idempotent-Replayed"] == "true"


def test_keys_count_on_post_alone(process):
    customer = process.v1.customers.create({}).id
    for _ in range(2):
        status, _, headers = process.send(
            "GET", f"/v1/customers/{customer}", {}, {"idempotency-key": "k"}
        )
        assert (
            status,
            "Idempotent-Replayed" in headers,
            "Idempotency-Key" in headers,
        ) == (
            200,
            False,
            False,
        )
    process.send("DELETE", f"/v1/customers/{customer}", {}, {"idempotency-key": "k"})
    assert _keyed(process)[0] == 200


def test_every_platform_has_keys_of_its_own(process):
    first = _keyed(process)[1]
    assert (
        _keyed(process, authorization="Bearer sk_test_another")[1]["id"] != first["id"]
    )


async def test_a_key_in_use_on_one_account_is_free_on_another(platform):
    account = await platform.vendor()
    rule = {
        "match": {"method": "POST", "path": "/v1/customers"},
        "effect": "delay",
        "seconds": 0.3,
        "times": 1,
    }
    platform.sandbox.faults(rule)
    running = asyncio.create_task(
        platform.v1.customers.create_async({}, {"idempotency_key": "k"})
    )
    await asyncio.sleep(0.1)
    other = await platform.v1.customers.create_async(
        {}, {"idempotency_key": "k", "stripe_account": account}
    )
    assert other.id != (await running).id
    platform.sandbox.faults()

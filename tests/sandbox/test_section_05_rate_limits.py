"""stripe-facts 5: there is no limit of the stand-in's own; fault rules play Stripe's."""

import json

import pytest

from tests.support.standin_errors import refused


async def test_there_is_no_limit_unless_a_rule_sets_one(process):
    for _ in range(150):
        process.v1.balance.retrieve()


async def test_a_429_looks_like_stripes(platform):
    platform.sandbox.faults(
        {
            "match": {"path": "/v1/balance"},
            "effect": "status",
            "status": 429,
            "times": 1,
        }
    )
    error = await refused(platform.v1.balance.retrieve_async())
    assert type(error).__name__ == "RateLimitError"
    assert error.json_body["error"]["type"] == "invalid_request_error"
    assert error.json_body["error"]["code"] == "rate_limit"
    assert error.user_message.startswith(
        "Testmode request rate limit exceeded, the rate limits in testmode are lower"
    )


async def test_a_lock_timeout_is_a_429_of_its_own(platform):
    rule = {
        "match": {"path": "/v1/balance"},
        "effect": "status",
        "status": 429,
        "code": "lock_timeout",
        "times": 1,
    }
    platform.sandbox.faults(rule)
    error = await refused(platform.v1.balance.retrieve_async())
    assert error.json_body["error"]["code"] == "lock_timeout"
    assert error.user_message.startswith(
        "This object cannot be accessed right now because another API request"
    )


async def test_the_limiter_stands_in_front_and_remembers_nothing(platform):
    platform.sandbox.faults(
        {"match": {"method": "POST"}, "effect": "status", "status": 429, "times": 1}
    )
    key = {"idempotency_key": "k"}
    await refused(platform.v1.customers.create_async({}, key))
    made = await platform.v1.customers.create_async({}, key)
    assert "Idempotent-Replayed" not in made.last_response.headers
    platform.sandbox.faults()


@pytest.mark.parametrize("path", ["/v1/customers", "/v1/customers/"])
async def test_a_rule_may_be_for_one_endpoint(platform, path):
    customer = await platform.v1.customers.create_async({})
    platform.sandbox.faults(
        {"match": {"path": path}, "effect": "status", "status": 429}
    )
    status, body = platform.sandbox.request(
        "GET",
        f"/v1/customers/{customer.id}",
        headers={"Authorization": f"Bearer {platform.key}"},
    )
    assert (status, json.loads(body)["error"]["code"]) == (429, "rate_limit")
    status, _ = platform.sandbox.request(
        "GET", "/v1/customers", headers={"Authorization": f"Bearer {platform.key}"}
    )
    assert status == (429 if path == "/v1/customers" else 200)
    platform.sandbox.faults()

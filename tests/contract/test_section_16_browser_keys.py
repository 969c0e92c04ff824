"""stripe.md section 16: what a publishable key may see, and what Stripe.js gets from where."""

import asyncio
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from shared.sandbox.resources.payment_intents import REDUCED

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CARD = {
    "payment_method_data[type]": "card", "payment_method_data[card][number]": "4242424242424242",
    "payment_method_data[card][exp_month]": "12", "payment_method_data[card][exp_year]": "34",
    "payment_method_data[card][cvc]": "123",
}  # fmt: skip


async def browser(platform, method, path, **params: Any):
    """One request of a browser."""
    query = urlencode({"key": platform.publishable, **params})
    where, body = (f"{path}?{query}", None) if method == "GET" else (path, query)
    status, raw = await asyncio.to_thread(platform.sandbox.request, method, where, body, FORM if body else None)
    return status, json.loads(raw)


async def test_the_reduced_intent_needs_its_secret(platform):
    intent = await platform.intent(metadata={"private": "yes"})
    path = f"/v1/payment_intents/{intent.id}"
    status, body = await browser(platform, "GET", path, client_secret=intent.client_secret)
    assert (status, set(body)) == (200, set(REDUCED))
    assert "private" not in json.dumps(body)
    assert (await browser(platform, "GET", path))[0] == 400
    assert (await browser(platform, "GET", path, client_secret=intent.client_secret + "x"))[0] == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/customers"),
        ("POST", "/v1/payment_intents"),
        ("GET", "/v1/balance"),
        ("GET", "/v1/payment_methods/pm_1"),
    ],
)
async def test_a_publishable_key_reaches_nothing_else(platform, method, path):
    status, body = await browser(platform, method, path)
    assert (status, body["error"]["code"]) == (403, "secret_key_required")


async def test_a_browser_confirms_with_card_data(platform):
    intent = await platform.intent()
    status, body = await browser(
        platform, "POST", f"/v1/payment_intents/{intent.id}/confirm", client_secret=intent.client_secret, **CARD
    )
    assert (status, body["status"], set(body)) == (200, "succeeded", set(REDUCED))


async def test_a_challenge_for_stripe_js(platform):
    intent = await platform.intent()
    given = {**CARD, "payment_method_data[card][number]": "4000002760003184", "use_stripe_sdk": "true"}
    _, body = await browser(
        platform, "POST", f"/v1/payment_intents/{intent.id}/confirm", client_secret=intent.client_secret, **given
    )
    assert (body["status"], body["next_action"]["type"]) == ("requires_action", "use_stripe_sdk")


async def test_errors_in_a_browser_carry_the_reduced_intent(platform):
    intent = await platform.intent()
    given = {**CARD, "payment_method_data[card][number]": "4000000000000002"}
    status, body = await browser(
        platform, "POST", f"/v1/payment_intents/{intent.id}/confirm", client_secret=intent.client_secret, **given
    )
    assert (status, set(body["error"]["payment_intent"])) == (402, set(REDUCED))


async def test_a_key_of_another_platform_sees_nothing(platform):
    intent = await platform.intent()
    query = urlencode({"key": f"{platform.publishable}x", "client_secret": intent.client_secret})
    assert (await asyncio.to_thread(platform.sandbox.request, "GET", f"/v1/payment_intents/{intent.id}?{query}"))[
        0
    ] == 404


async def test_browsers_may_ask_from_any_page(platform):
    import aiohttp

    async with (
        aiohttp.ClientSession() as session,
        session.options(f"{platform.sandbox.base_url}/v1/payment_intents/pi_1") as answer,
    ):
        assert answer.status == 204
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "path", ["/js/stripe.js", "/js/elements/payment", "/js/elements/payment.js", "/js/elements/payment.css"]
)
async def test_the_browser_files_are_served(platform, path):
    status, body = await asyncio.to_thread(platform.sandbox.request, "GET", path)
    assert (status, len(body) > 500) == (200, True)


@pytest.mark.parametrize(
    ("path", "ancestors"),
    [
        ("/js/elements/payment", "frame-ancestors *"),
        ("/", "frame-ancestors 'none'"),
        ("/hosted/onboarding/no", "frame-ancestors 'none'"),
    ],
)
async def test_only_elements_and_challenges_may_be_framed(platform, path, ancestors):
    import aiohttp

    async with aiohttp.ClientSession() as session, session.get(platform.sandbox.base_url + path) as answer:
        assert ancestors in answer.headers["Content-Security-Policy"]

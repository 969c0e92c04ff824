"""stripe-facts 16: what a publishable key may see, and what Stripe.js gets from where."""

import asyncio
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from shared.sandbox.resources import setup_intents
from shared.sandbox.resources.payment_intents import REDUCED
from shared.sandbox.routes import ROUTES

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CARD = {
    "payment_method_data[type]": "card",
    "payment_method_data[card][number]": "4242424242424242",
    "payment_method_data[card][exp_month]": "12",
    "payment_method_data[card][exp_year]": "34",
    "payment_method_data[card][cvc]": "123",
}


async def browser(platform, method, path, **params: Any):
    """One request of a browser."""
    query = urlencode({"key": platform.publishable, **params})
    where, body = (f"{path}?{query}", None) if method == "GET" else (path, query)
    status, raw = await asyncio.to_thread(
        platform.sandbox.request, method, where, body, FORM if body else None
    )
    return status, json.loads(raw)


async def test_the_reduced_intent_needs_its_secret(platform):
    intent = await platform.intent(metadata={"private": "yes"})
    path = f"/v1/payment_intents/{intent.id}"
    status, body = await browser(
        platform, "GET", path, client_secret=intent.client_secret
    )
    assert (status, set(body)) == (200, set(REDUCED))
    assert "private" not in json.dumps(body)
    assert (await browser(platform, "GET", path))[0] == 400
    assert (
        await browser(platform, "GET", path, client_secret=intent.client_secret + "x")
    )[0] == 400


# All that a browser may ask; whoever opens another route to browsers must say so here.
OPEN = {
    "GET /v1/payment_intents/{intent}",
    "POST /v1/payment_intents/{intent}/confirm",
    "GET /v1/setup_intents/{intent}",
    "POST /v1/setup_intents/{intent}/confirm",
    "POST /v1/payment_methods",
    "POST /v1/confirmation_tokens",
    "GET /v1/elements/saved_methods",
    "POST /v1/elements/saved_methods/{payment_method}/remove",
}
CLOSED = sorted({f"{route.method} {route.template}" for route in ROUTES} - OPEN)


def test_the_open_routes_are_those_of_stripe_js():
    assert {
        f"{route.method} {route.template}"
        for route in ROUTES
        if route.browser is not None
    } == OPEN


async def test_a_publishable_key_reaches_nothing_else(platform):
    for route in CLOSED:
        method, template = route.split(" ")
        path = "/".join(
            "x" if part.startswith("{") else part for part in template.split("/")
        )
        status, body = await browser(platform, method, path)
        assert (route, status, body["error"].get("code")) == (
            route,
            403,
            "secret_key_required",
        )


async def test_expanding_shows_no_more(platform):
    customer = await platform.v1.customers.create_async(
        {"email": "private@example.test"}
    )
    intent = await platform.intent(customer=customer.id)
    path = f"/v1/payment_intents/{intent.id}"
    for name in (
        "customer",
        "latest_charge",
        "transfer_data.destination",
        "application",
    ):
        _, body = await browser(
            platform,
            "GET",
            path,
            client_secret=intent.client_secret,
            **{"expand[]": name},
        )
        assert "private@example.test" not in json.dumps(body)
        assert set(body) - {"error"} <= set(REDUCED)


async def test_a_confirmation_needs_the_secret_too(platform):
    intent = await platform.intent()
    path = f"/v1/payment_intents/{intent.id}/confirm"
    for secret in (
        {},
        {"client_secret": "pi_x_secret_x"},
        {"client_secret": intent.client_secret + "x"},
    ):
        assert (await browser(platform, "POST", path, **secret, **CARD))[0] == 400
    assert (
        await platform.v1.payment_intents.retrieve_async(intent.id)
    ).status == "requires_payment_method"


async def test_a_setup_intent_is_reduced_and_needs_its_secret(platform):
    intent = await platform.v1.setup_intents.create_async(
        {"metadata": {"private": "yes"}}
    )
    path = f"/v1/setup_intents/{intent.id}"
    status, body = await browser(
        platform, "GET", path, client_secret=intent.client_secret
    )
    assert (status, set(body)) == (200, set(setup_intents.REDUCED))
    assert "private" not in json.dumps(body)
    assert (await browser(platform, "GET", path))[0] == 400
    assert (
        await browser(platform, "GET", path, client_secret=intent.client_secret + "x")
    )[0] == 400
    status, body = await browser(
        platform, "POST", f"{path}/confirm", client_secret=intent.client_secret, **CARD
    )
    assert (status, body["status"], set(body)) == (
        200,
        "succeeded",
        set(setup_intents.REDUCED),
    )


async def test_errors_of_a_setup_carry_the_reduced_intent(platform):
    intent = await platform.v1.setup_intents.create_async(
        {"metadata": {"private": "yes"}}
    )
    given = {**CARD, "payment_method_data[card][number]": "4000000000000002"}
    path = f"/v1/setup_intents/{intent.id}/confirm"
    status, body = await browser(
        platform, "POST", path, client_secret=intent.client_secret, **given
    )
    assert (
        status,
        set(body["error"]["setup_intent"]),
    ) == (402, set(setup_intents.REDUCED))


async def test_a_browser_makes_payment_methods_of_cards_alone(platform):
    card = {
        name.removeprefix("payment_method_data")
        .replace("[type]", "type")
        .replace("[card]", "card"): value
        for name, value in CARD.items()
    }
    status, body = await browser(platform, "POST", "/v1/payment_methods", **card)
    assert (status, body["card"]["last4"], body["customer"]) == (200, "4242", None)
    customer = await platform.v1.customers.create_async(
        {"payment_method": "pm_card_visa"}
    )
    saved = (await platform.v1.customers.payment_methods.list_async(customer.id)).data[
        0
    ]
    status, body = await browser(
        platform,
        "POST",
        "/v1/payment_methods",
        payment_method=saved.id,
        customer=customer.id,
    )
    assert status == 400


async def test_saved_methods_need_the_session_of_their_customer(platform):
    customer = await platform.v1.customers.create_async(
        {"payment_method": "pm_card_visa"}
    )
    path = "/v1/elements/saved_methods"
    assert (await browser(platform, "GET", path))[0] == 400
    assert (
        await browser(
            platform, "GET", path, customer_session_client_secret="cuss_secret_x"
        )
    )[0] == 400
    element = {
        "enabled": True,
        "features": {
            "payment_method_redisplay": "enabled",
            "payment_method_allow_redisplay_filters": ["unspecified"],
        },
    }
    session = await platform.v1.customer_sessions.create_async(
        {"customer": customer.id, "components": {"payment_element": element}}
    )
    status, body = await browser(
        platform, "GET", path, customer_session_client_secret=session.client_secret
    )
    assert (
        status,
        [method["card"]["last4"] for method in body["data"]],
    ) == (200, ["4242"])


async def test_a_browser_confirms_with_card_data(platform):
    intent = await platform.intent()
    status, body = await browser(
        platform,
        "POST",
        f"/v1/payment_intents/{intent.id}/confirm",
        client_secret=intent.client_secret,
        **CARD,
    )
    assert (status, body["status"], set(body)) == (200, "succeeded", set(REDUCED))


async def test_a_challenge_for_stripe_js(platform):
    intent = await platform.intent()
    given = {
        **CARD,
        "payment_method_data[card][number]": "4000002760003184",
        "use_stripe_sdk": "true",
    }
    _, body = await browser(
        platform,
        "POST",
        f"/v1/payment_intents/{intent.id}/confirm",
        client_secret=intent.client_secret,
        **given,
    )
    assert (body["status"], body["next_action"]["type"]) == (
        "requires_action",
        "use_stripe_sdk",
    )


async def test_errors_in_a_browser_carry_the_reduced_intent(platform):
    intent = await platform.intent()
    given = {**CARD, "payment_method_data[card][number]": "4000000000000002"}
    status, body = await browser(
        platform,
        "POST",
        f"/v1/payment_intents/{intent.id}/confirm",
        client_secret=intent.client_secret,
        **given,
    )
    assert (status, set(body["error"]["payment_intent"])) == (402, set(REDUCED))


async def test_a_key_of_another_platform_sees_nothing(platform):
    intent = await platform.intent()
    query = urlencode(
        {"key": f"{platform.publishable}x", "client_secret": intent.client_secret}
    )
    assert (
        await asyncio.to_thread(
            platform.sandbox.request, "GET", f"/v1/payment_intents/{intent.id}?{query}"
        )
    )[0] == 404


async def test_browsers_may_ask_from_any_page(platform):
    import aiohttp

    async with (
        aiohttp.ClientSession() as session,
        session.options(
            f"{platform.sandbox.base_url}/v1/payment_intents/pi_1"
        ) as answer,
    ):
        assert answer.status == 204
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "path",
    [
        "/js/stripe.js",
        "/js/elements/payment",
        "/js/elements/payment.js",
        "/js/elements/payment.css",
        "/js/control.js",
    ],
)
async def test_the_browser_files_are_served(platform, path):
    status, body = await asyncio.to_thread(platform.sandbox.request, "GET", path)
    assert (status, len(body) > 500) == (200, True)


@pytest.mark.parametrize(
    "path",
    [
        "/js/page/base.js",
        "/js/../app.py",
        "/js/payment.html",
        "/js/",
        "/js/%2e%2e/app.py",
    ],
)
async def test_nothing_but_the_browser_files_is_served(platform, path):
    assert (await asyncio.to_thread(platform.sandbox.request, "GET", path))[0] == 404


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

    async with (
        aiohttp.ClientSession() as session,
        session.get(platform.sandbox.base_url + path) as answer,
    ):
        assert ancestors in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "name",
    [
        "off_session",
        "capture_method",
        "error_on_requires_action",
        "mandate",
        "payment_method_options[card][moto]",
    ],
)
async def test_what_a_confirmation_takes_from_servers_alone(platform, name):
    """Stripe.js' own types name none of these; a shopper who could send them would pay otherwise
    than was asked.
    """
    intent = await platform.intent()
    path = f"/v1/payment_intents/{intent.id}/confirm"
    status, body = await browser(
        platform,
        "POST",
        path,
        client_secret=intent.client_secret,
        **CARD,
        **{name: "true"},
    )
    assert (status, body["error"]["param"]) == (400, name.partition("[")[0])
    assert (
        await platform.v1.payment_intents.retrieve_async(intent.id)
    ).status == "requires_payment_method"


@pytest.mark.parametrize(
    ("chosen", "given", "status"),
    [
        ("off_session", "on_session", 400),
        ("on_session", "off_session", 200),
        ("off_session", "off_session", 200),
    ],
)
async def test_a_browser_may_only_widen_the_future_use(platform, chosen, given, status):
    intent = await platform.intent(setup_future_usage=chosen)
    path = f"/v1/payment_intents/{intent.id}/confirm"
    sent = {"client_secret": intent.client_secret, "setup_future_usage": given}
    assert (await browser(platform, "POST", path, **CARD, **sent))[0] == status


async def test_a_browser_does_not_share_methods_with_connected_accounts(platform):
    account = await platform.vendor()
    customer = await platform.v1.customers.create_async(
        {"payment_method": "pm_card_visa"}
    )
    saved = (await platform.v1.customers.payment_methods.list_async(customer.id)).data[
        0
    ]
    form = urlencode(
        {
            "key": platform.publishable,
            "payment_method": saved.id,
            "customer": customer.id,
        }
    )
    headers = {**FORM, "Stripe-Account": account}
    status, raw = await asyncio.to_thread(
        platform.sandbox.request, "POST", "/v1/payment_methods", form, headers
    )
    assert (status, json.loads(raw)["error"]["param"]) == (400, "payment_method")

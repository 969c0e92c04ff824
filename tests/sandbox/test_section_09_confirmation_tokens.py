"""stripe-facts 9: confirmation tokens carry what a form collected to the server that confirms."""

import json
from typing import Any

import pytest

from tests.sandbox.shopper import BACK, FORM, again, browser, card_data, customer
from tests.support.standin_errors import refused

TOKENS = "/v1/confirmation_tokens"


async def for_tests(platform, method="pm_card_visa", **given: Any):
    """A token as a server's tests make it."""
    return await platform.v1.test_helpers.confirmation_tokens.create_async(
        {"payment_method": method, **given}
    )


async def collected(platform, more=None, **card: Any):
    """A token as a form makes it."""
    given = {
        **card_data("payment_method_data", **card),
        "return_url": BACK,
        **(more or {}),
    }
    return await browser(platform, "POST", TOKENS, **given)


async def test_a_token_lives_twelve_hours_and_shows_what_was_collected(platform):
    shipping = {"name": "Ada", "address": {"city": "Esch"}}
    token = await for_tests(
        platform, return_url=BACK, setup_future_usage="off_session", shipping=shipping
    )
    assert (
        token.id.startswith("ctoken_"),
        token.expires_at - token.created,
    ) == (True, 12 * 3600)
    assert (token.payment_intent, token.setup_intent, token.use_stripe_sdk) == (
        None,
        None,
        True,
    )
    assert (
        token.payment_method_preview.type,
        token.payment_method_preview.card.last4,
    ) == (
        "card",
        "4242",
    )
    assert (
        token.shipping.name,
        token.shipping.address.city,
        token.shipping.address.line1,
    ) == (
        "Ada",
        "Esch",
        None,
    )
    kept = await platform.v1.confirmation_tokens.retrieve_async(
        token.id, {"expand": ["payment_method_preview.customer"]}
    )
    assert (kept.return_url, kept.setup_future_usage) == (BACK, "off_session")


async def test_a_form_makes_a_token_and_the_server_pays_with_it(platform):
    status, token = await collected(
        platform, {"payment_method_data[billing_details][name]": "Ada"}
    )
    assert (status, token["payment_method_preview"]["billing_details"]["name"]) == (
        200,
        "Ada",
    )
    assert "4242424242424242" not in json.dumps(token)
    paid = await platform.intent(
        confirm=True, confirmation_token=token["id"], expand=["payment_method"]
    )
    assert (paid.status, paid.payment_method.billing_details.name) == (
        "succeeded",
        "Ada",
    )
    assert (
        await platform.v1.confirmation_tokens.retrieve_async(token["id"])
    ).payment_intent == paid.id


async def test_bad_cards_make_no_token(platform):
    status, body = await collected(platform, number="4242424242424241")
    assert (status, body["error"]["code"]) == (402, "incorrect_number")


async def test_a_token_confirms_a_setup(platform):
    who, token = await customer(platform), await for_tests(platform, return_url=BACK)
    intent = await platform.v1.setup_intents.create_async({"customer": who.id})
    done = await platform.v1.setup_intents.confirm_async(
        intent.id, {"confirmation_token": token.id}
    )
    assert done.status == "succeeded"
    assert (
        await platform.v1.confirmation_tokens.retrieve_async(token.id)
    ).setup_intent == intent.id
    given = {
        "confirm": True,
        "customer": who.id,
        "confirmation_token": (await for_tests(platform)).id,
    }
    assert (await platform.v1.setup_intents.create_async(given)).status == "succeeded"


async def test_a_token_confirms_once(platform):
    token = await for_tests(platform, "pm_card_visa_chargeDeclined")
    first = await refused(platform.intent(confirm=True, confirmation_token=token.id))
    assert first.http_status == 402
    for call in (
        platform.intent(confirm=True, confirmation_token=token.id),
        platform.v1.setup_intents.create_async(
            {"confirm": True, "confirmation_token": token.id}
        ),
    ):
        error = await refused(call)
        assert (
            error.http_status,
            error.param,
            "already used" in error.user_message,
        ) == (
            400,
            "confirmation_token",
            True,
        )


async def test_a_refused_request_does_not_use_a_token_up(platform):
    token = await for_tests(platform, return_url=BACK)
    done = await platform.pay()
    await refused(
        platform.v1.payment_intents.confirm_async(
            done.id, {"confirmation_token": token.id}
        )
    )
    assert (
        await platform.intent(confirm=True, confirmation_token=token.id)
    ).status == "succeeded"


async def test_a_token_expires(platform, sandbox):
    token = await for_tests(platform)
    sandbox.advance(12 * 3600 + 1)
    error = await refused(platform.intent(confirm=True, confirmation_token=token.id))
    assert (error.http_status, "expired" in error.user_message) == (400, True)


async def test_what_the_token_carries_is_written_on_the_intent_and_the_request_wins(
    platform,
):
    who, shipping = (
        await customer(platform),
        {"name": "Ada", "address": {"city": "Esch"}},
    )
    token = await for_tests(
        platform, setup_future_usage="off_session", shipping=shipping, return_url=BACK
    )
    paid = await platform.intent(
        customer=who.id, confirm=True, confirmation_token=token.id
    )
    assert (paid.setup_future_usage, paid.shipping.name) == ("off_session", "Ada")
    assert (
        len((await platform.v1.payment_methods.list_async({"customer": who.id})).data)
        == 1
    )
    token = await for_tests(platform, shipping=shipping)
    given = {
        "confirmation_token": token.id,
        "payment_method": "pm_card_amex",
        "shipping": {"name": "Eva", "address": {"city": "Wiltz"}},
    }
    intent = await platform.intent()
    paid = await platform.v1.payment_intents.confirm_async(
        intent.id, {**given, "return_url": BACK, "expand": ["payment_method"]}
    )
    assert (paid.payment_method.card.brand, paid.shipping.name) == ("amex", "Eva")


async def test_a_challenge_after_a_token_is_for_stripe_js(platform):
    token = await for_tests(platform, "pm_card_authenticationRequired", return_url=BACK)
    intent = await platform.intent(confirm=True, confirmation_token=token.id)
    assert (intent.status, intent.next_action.type) == (
        "requires_action",
        "use_stripe_sdk",
    )
    token = await for_tests(platform, "pm_card_authenticationRequired", return_url=BACK)
    intent = await platform.intent(
        confirm=True, confirmation_token=token.id, use_stripe_sdk=False
    )
    assert intent.next_action.redirect_to_url.return_url == BACK


@pytest.mark.parametrize(
    "given", [{}, {"confirmation_token": "ctoken_no", "confirm": True}]
)
async def test_a_token_must_be_and_is_for_confirming(platform, given):
    token = await for_tests(platform)
    error = await refused(platform.intent(**{"confirmation_token": token.id, **given}))
    assert (error.http_status, error.param) == (400, "confirmation_token")
    error = await refused(platform.v1.confirmation_tokens.retrieve_async("ctoken_no"))
    assert (error.http_status, error.code) == (404, "resource_missing")


async def test_a_servers_key_makes_tokens_in_tests_alone(platform):
    headers = {**FORM, "Authorization": f"Bearer {platform.key}"}
    status, raw = platform.sandbox.request(
        "POST", TOKENS, "payment_method=pm_card_visa", headers
    )
    assert (status, json.loads(raw)["error"]["message"]) == (
        404,
        f"Unrecognized request URL (POST: {TOKENS}).",
    )
    status, body = await browser(platform, "GET", f"{TOKENS}/ctoken_x")
    assert (status, body["error"]["code"]) == (403, "secret_key_required")
    assert (
        "payment_method_data"
        in (
            await refused(platform.v1.test_helpers.confirmation_tokens.create_async())
        ).user_message
    )


async def test_a_saved_method_needs_its_customers_session(platform):
    """Otherwise any publishable key could read what is on a card by its id."""
    who, other = await customer(platform), await customer(platform)
    method = await platform.v1.payment_methods.attach_async(
        "pm_card_visa", {"customer": who.id}
    )
    components = {"payment_element": {"enabled": True}}
    mine, theirs = [
        await platform.v1.customer_sessions.create_async(
            {"customer": one.id, "components": components}
        )
        for one in (who, other)
    ]
    given = {"payment_method": method.id, "return_url": BACK}
    for more in ({}, {"customer_session_client_secret": theirs.client_secret}):
        status, body = await browser(platform, "POST", TOKENS, **given, **more)
        assert (status, body["error"]["param"]) == (
            400,
            "customer_session_client_secret",
        )
    status, token = await browser(
        platform,
        "POST",
        TOKENS,
        **given,
        customer_session_client_secret=mine.client_secret,
    )
    assert (status, token["payment_method_preview"]["customer"]) == (200, who.id)
    error = await refused(
        platform.intent(customer=other.id, confirm=True, confirmation_token=token["id"])
    )
    assert error.param == "payment_method"
    paid = await platform.intent(
        customer=who.id, confirm=True, confirmation_token=token["id"]
    )
    assert (await again(platform, paid)).payment_method == method.id

"""stripe-facts 8: a shopper is asked: by whom, where, how long, and where to they come back."""

import asyncio
import json
import urllib.parse
from typing import Any

import pytest

from tests.sandbox import shopper
from tests.sandbox.shopper import BACK
from tests.support.standin_errors import refused
from tests.support.standin_intents import answer


async def browser(platform, path, **form: Any):
    """What a browser's request with the publishable key is answered."""
    body = urllib.parse.urlencode({"key": platform.publishable, **form})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    status, raw = await asyncio.to_thread(
        platform.sandbox.request, "POST", path, body, headers
    )
    return status, json.loads(raw)


async def test_an_intent_that_the_server_confirms_is_not_for_browsers(platform):
    intent = await platform.intent(
        confirmation_method="manual", payment_method="pm_card_visa"
    )
    path = f"/v1/payment_intents/{intent.id}/confirm"
    status, body = await browser(platform, path, client_secret=intent.client_secret)
    assert (status, "publishable key" in body["error"]["message"]) == (400, True)
    confirmed = await platform.v1.payment_intents.confirm_async(
        intent.id, {"return_url": BACK}
    )
    assert confirmed.status == "succeeded"


async def test_after_a_challenge_such_an_intent_waits_for_its_server(platform):
    waiting = await platform.pay(
        "pm_card_authenticationRequired", confirmation_method="manual"
    )
    assert (await answer(platform, waiting, "complete"))[0] == 200
    seen = await platform.v1.payment_intents.retrieve_async(waiting.id)
    assert (seen.status, seen.latest_charge, seen.next_action) == (
        "requires_confirmation",
        None,
        None,
    )
    confirmed = await platform.v1.payment_intents.confirm_async(waiting.id)
    assert confirmed.status == "succeeded"  # the shopper is not asked again


async def test_without_an_address_to_come_back_to_the_question_is_stripe_jss(platform):
    asked = await platform.pay("pm_card_authenticationRequired")
    assert (asked.status, asked.next_action.type) == (
        "requires_action",
        "use_stripe_sdk",
    )
    assert (await answer(platform, asked, "complete"))[0] == 200
    assert (
        await platform.v1.payment_intents.retrieve_async(asked.id)
    ).status == "succeeded"


async def test_the_question_is_asked_by_stripe_js_or_behind_an_address(platform):
    intent = await platform.intent(payment_method="pm_card_authenticationRequired")
    framed = await platform.v1.payment_intents.confirm_async(
        intent.id, {"use_stripe_sdk": True}
    )
    assert (framed.status, framed.next_action.type) == (
        "requires_action",
        "use_stripe_sdk",
    )
    sent = await platform.v1.payment_intents.confirm_async(
        intent.id, {"return_url": BACK}
    )
    assert sent.next_action.type == "redirect_to_url"
    assert sent.next_action.redirect_to_url.return_url == BACK
    assert (
        sent.next_action.redirect_to_url.url
        != framed.next_action.use_stripe_sdk.stripe_js
    )


async def test_a_change_while_the_shopper_is_asked_ends_the_question(platform):
    waiting = await platform.pay("pm_card_authenticationRequired")
    changed = await platform.v1.payment_intents.update_async(
        waiting.id, {"amount": 2000}
    )
    assert (changed.status, changed.next_action) == ("requires_confirmation", None)
    await answer(platform, waiting, "complete")
    assert (
        await platform.v1.payment_intents.retrieve_async(waiting.id)
    ).status == "requires_confirmation"


@pytest.mark.parametrize(
    "url",
    [
        "nowhere",
        "//shop.test",
        "javascript:alert(1)",
        "https://",
        "https://shop.test/\r\nX: y",
    ],
)
async def test_a_shopper_comes_back_to_a_whole_address(platform, url):
    intent = await platform.intent(payment_method="pm_card_authenticationRequired")
    error = await refused(
        platform.v1.payment_intents.confirm_async(intent.id, {"return_url": url})
    )
    assert (error.code, error.param) == ("url_invalid", "return_url")


async def test_an_address_may_be_an_application_or_have_letters_of_any_kind(platform):
    for url in ("market://paid", "https://shop.test/caf\u00e9"):
        intent = await platform.intent(payment_method="pm_card_authenticationRequired")
        waiting = await platform.v1.payment_intents.confirm_async(
            intent.id, {"return_url": url}
        )
        status, headers = await shopper.answer(platform, waiting)
        assert (
            status,
            headers["Location"].startswith(urllib.parse.quote(url, safe=":/")),
        ) == (
            303,
            True,
        )


async def test_a_challenge_that_is_answered_too_late_has_failed(platform):
    waiting = await platform.pay("pm_card_authenticationRequired")
    platform.sandbox.advance(3600)
    assert (await answer(platform, waiting, "complete"))[0] == 200
    seen = await platform.v1.payment_intents.retrieve_async(waiting.id)
    assert seen.status == "requires_payment_method"
    assert seen.last_payment_error.code == "payment_intent_authentication_failure"


async def test_who_takes_part_must_still_be_able_after_a_challenge(platform):
    account = await platform.vendor()
    waiting = await platform.pay(
        "pm_card_authenticationRequired", transfer_data={"destination": account}
    )
    await platform.v1.accounts.reject_async(account, {"reason": "terms_of_service"})
    assert (await answer(platform, waiting, "complete"))[0] == 200
    seen = await platform.v1.payment_intents.retrieve_async(waiting.id)
    assert (seen.status, seen.latest_charge) == ("requires_payment_method", None)
    assert seen.last_payment_error.code == "transfers_not_allowed"

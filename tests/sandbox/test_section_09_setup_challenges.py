"""stripe-facts 9: a setup asks its shopper: passed, failed, given up, and where they come back."""

from urllib.parse import parse_qs, urlsplit

from tests.sandbox.shopper import (
    BACK,
    again,
    answer,
    customer,
    set_up,
)
from tests.support.standin_errors import refused
from tests.support.standin_setups import ASKED, DONE, FAILED, MADE, attempts


async def test_a_challenge_that_is_passed(platform):
    who = await customer(platform)
    before = len(platform.kinds())
    intent = await set_up(
        platform, "pm_card_authenticationRequiredOnSetup", customer=who.id
    )
    assert (intent.status, intent.next_action.type) == (
        "requires_action",
        "redirect_to_url",
    )
    assert intent.next_action.redirect_to_url.return_url == BACK
    assert await attempts(platform, intent) == ["requires_action"]
    url = intent.next_action.redirect_to_url.url.removeprefix(platform.sandbox.base_url)
    assert b"keep your card" in platform.sandbox.request("GET", url)[1]
    # Whoever answers before a script of the frame has run stays in it, too: the shop's page is not
    # for a frame.
    framed = platform.sandbox.request("GET", f"{url}?framed=1")[1].decode()
    assert f'action="{url}?framed=1"' in framed

    status, headers = await answer(platform, intent)

    back = parse_qs(urlsplit(headers["Location"]).query)
    assert (status, headers["Location"].partition("?")[0]) in ((302, BACK), (303, BACK))
    assert back == {
        "setup_intent": [intent.id],
        "setup_intent_client_secret": [intent.client_secret],
        "redirect_status": ["succeeded"],
    }
    done = await platform.v1.setup_intents.retrieve_async(
        intent.id, {"expand": ["latest_attempt"]}
    )
    seen = done.latest_attempt.payment_method_details.card.three_d_secure
    assert (done.status, done.next_action, done.latest_attempt.status) == (
        "succeeded",
        None,
        "succeeded",
    )
    assert (seen.authentication_flow, seen.result) == ("challenge", "authenticated")
    assert platform.kinds(before) == [MADE, ASKED, *DONE]
    assert (
        await platform.pay(done.payment_method, customer=who.id, off_session=True)
    ).status == "succeeded"


async def test_a_challenge_that_is_failed(platform):
    intent = await set_up(platform, "pm_card_authenticationRequired")
    _, headers = await answer(platform, intent, "fail")
    assert "redirect_status=failed" in headers["Location"]
    failed = await again(platform, intent)
    assert (failed.status, failed.payment_method) == ("requires_payment_method", None)
    error = failed.last_setup_error
    assert (error.type, error.code) == (
        "invalid_request_error",
        "setup_intent_authentication_failure",
    )
    assert await attempts(platform, intent) == ["failed"]
    assert platform.kinds() == [MADE, ASKED, FAILED]


async def test_a_challenge_is_given_up_by_another_confirmation_or_a_cancellation(
    platform,
):
    one, two = [
        await set_up(platform, "pm_card_authenticationRequired") for _ in range(2)
    ]
    given = {"payment_method": "pm_card_visa", "return_url": BACK}
    await platform.v1.setup_intents.confirm_async(one.id, given)
    await platform.v1.setup_intents.cancel_async(two.id)
    assert await attempts(platform, one) == ["succeeded", "abandoned"]
    assert await attempts(platform, two) == ["abandoned"]
    await answer(platform, one)
    await answer(platform, two)
    assert (
        (await again(platform, one)).status,
        (await again(platform, two)).status,
    ) == (
        "succeeded",
        "canceled",
    )


async def test_orders_by_telephone_are_not_challenged(platform):
    done = await set_up(
        platform,
        "pm_card_authenticationRequired",
        payment_method_options={"card": {"moto": True}},
    )
    assert done.status == "succeeded"


async def test_a_server_says_where_the_shopper_returns_to(platform):
    given = {"payment_method": "pm_card_visa", "confirm": True}
    assert (
        "return_url"
        in (await refused(platform.v1.setup_intents.create_async(given))).user_message
    )
    never = {"automatic_payment_methods": {"enabled": True, "allow_redirects": "never"}}
    for more in (
        never,
        {"use_stripe_sdk": True},
        {"allowed_payment_method_types": ["card"]},
    ):
        assert (
            await platform.v1.setup_intents.create_async({**given, **more})
        ).status == "succeeded"

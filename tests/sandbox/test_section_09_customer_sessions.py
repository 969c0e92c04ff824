"""stripe-facts 9: customer sessions, and what a browser may do with one."""

import json
from typing import Any

import pytest

from tests.sandbox.shopper import browser, customer
from tests.support.standin_errors import refused

SAVED = "/v1/elements/saved_methods"
ENABLED = {"payment_element": {"enabled": True}}


async def session(platform, who, **features: Any):
    """A session whose Payment Element shows saved methods, with what else it may."""
    features = {
        f"payment_method_{name}": value
        for name, value in {"redisplay": "enabled", **features}.items()
    }
    components = {"payment_element": {"enabled": True, "features": features}}
    return await platform.v1.customer_sessions.create_async(
        {"customer": who.id, "components": components}
    )


async def saved(platform, who, *names: str):
    """The customer's methods, newest last."""
    methods = platform.v1.payment_methods
    made = [
        await methods.attach_async(f"pm_card_{name}", {"customer": who.id})
        for name in names
    ]
    return [
        (await methods.update_async(one.id, {"allow_redisplay": "always"})).id
        for one in made
    ]


async def shown(platform, opened, **more: Any):
    """What the element gets to see."""
    given = {"customer_session_client_secret": opened.client_secret, **more}
    return await browser(platform, "GET", SAVED, **given)


async def test_a_session_lives_half_an_hour(platform):
    who = await customer(platform)
    given = {"customer": who.id, "components": ENABLED, "expand": ["customer"]}
    made = await platform.v1.customer_sessions.create_async(given)
    assert (made.customer.id, made.expires_at - made.created) == (who.id, 1800)
    assert made.client_secret.startswith("cuss_secret_")
    element = made.components.payment_element
    assert (element.enabled, made.components.buy_button.enabled) == (True, False)
    assert element.features.to_dict() == {
        "payment_method_allow_redisplay_filters": ["always"],
        "payment_method_redisplay": "disabled",
        "payment_method_redisplay_limit": 3,
        "payment_method_remove": "disabled",
        "payment_method_save": "disabled",
        "payment_method_save_usage": None,
    }


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"components": ENABLED}, "customer"),
        ({"customer": "cus_no", "components": ENABLED}, "customer"),
        ({"customer": "cus_no"}, "components"),
    ],
)
async def test_a_session_needs_a_customer_and_components(platform, given, param):
    error = await refused(platform.v1.customer_sessions.create_async(given))
    assert (error.http_status, error.param) == (400, param)


async def test_at_most_ten_methods_are_shown(platform):
    error = await refused(
        session(platform, await customer(platform), redisplay_limit=11)
    )
    assert (
        error.param
        == "components[payment_element][features][payment_method_redisplay_limit]"
    )


async def test_a_browser_sees_the_methods_and_features_of_its_session(platform):
    who = await customer(platform)
    visa, amex = await saved(platform, who, "visa", "amex")
    # Of unspecified redisplay.
    await platform.v1.payment_methods.attach_async(
        "pm_card_mastercard", {"customer": who.id}
    )
    await platform.v1.payment_methods.update_async(
        visa, {"metadata": {"private": "yes"}}
    )
    opened = await session(platform, who, save="enabled", save_usage="off_session")
    status, body = await shown(platform, opened)
    assert (
        status,
        body["object"],
        [m["id"] for m in body["data"]],
    ) == (200, "list", [amex, visa])
    assert body["data"][1]["card"]["last4"] == "4242"
    assert "private" not in json.dumps(body)
    features = body["features"]
    assert (features["payment_method_save"], features["payment_method_save_usage"]) == (
        "enabled",
        "off_session",
    )
    assert (
        features["payment_method_remove"],
        features["payment_method_redisplay"],
    ) == (
        "disabled",
        "enabled",
    )
    assert (body["customer"], body["expires_at"]) == (who.id, opened.expires_at)


async def test_the_session_says_which_and_how_many(platform):
    who = await customer(platform)
    made = await saved(platform, who, "visa", "amex", "mastercard")
    other = (
        await platform.v1.payment_methods.attach_async(
            "pm_card_visa", {"customer": who.id}
        )
    ).id

    async def seen(**features: Any):
        _, body = await shown(platform, await session(platform, who, **features))
        return [m["id"] for m in body["data"]]

    assert await seen(redisplay_limit=2) == [made[2], made[1]]
    assert await seen(allow_redisplay_filters=["unspecified"]) == [other]
    assert await seen(allow_redisplay_filters=["always", "unspecified"]) == [
        other,
        made[2],
        made[1],
    ]
    assert await seen(redisplay="disabled") == []


async def test_only_a_living_secret_of_this_platform_opens(platform, sandbox):
    who = await customer(platform)
    await saved(platform, who, "visa")
    opened = await session(platform, who)
    assert (await browser(platform, "GET", SAVED))[0] == 400
    assert (
        await shown(platform, opened, customer_session_client_secret="cuss_secret_no")
    )[0] == 400
    assert (await shown(platform, opened, key=f"{platform.publishable}x"))[0] == 400
    status, _ = platform.sandbox.request(
        "GET", SAVED, None, {"Authorization": f"Bearer {platform.key}"}
    )
    assert status == 404  # to servers the address does not exist
    sandbox.advance(1801)
    status, body = await shown(platform, opened)
    assert (status, "expired" in body["error"]["message"]) == (400, True)


async def test_a_session_ends_with_its_customer(platform):
    who = await customer(platform)
    opened = await session(platform, who)
    await platform.v1.customers.delete_async(who.id)
    assert (await shown(platform, opened))[0] == 400


async def test_a_browser_removes_a_method_where_its_session_allows_that(platform):
    who, other = await customer(platform), await customer(platform)
    (mine,), (theirs,) = (
        await saved(platform, who, "visa"),
        await saved(platform, other, "visa"),
    )

    async def remove(opened, method):
        return await browser(
            platform,
            "POST",
            f"{SAVED}/{method}/remove",
            customer_session_client_secret=opened.client_secret,
        )

    assert (await remove(await session(platform, who), mine))[0] == 400
    opened = await session(platform, who, remove="enabled")
    assert (await remove(opened, theirs))[0] == 404
    status, body = await remove(opened, mine)
    assert (status, body["id"], body["customer"]) == (200, mine, None)
    assert platform.kinds()[-1] == "payment_method.detached"
    assert (await shown(platform, opened))[1]["data"] == []
    assert (await remove(opened, mine))[0] == 404

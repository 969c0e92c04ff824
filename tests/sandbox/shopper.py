"""What shoppers do in tests: type cards, answer their bank, save a card, pay with it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable
from typing import Any
from urllib.parse import urlencode

import stripe

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
BACK = "https://shop.test/back"


async def browser(
    platform: Any,
    method: str,
    path: str,
    **params: Any,
) -> tuple[int, Any]:
    """One request with the publishable key; status and body."""
    query = urlencode({"key": platform.publishable, **params})
    where, body = (f"{path}?{query}", None) if method == "GET" else (path, query)
    status, raw = await asyncio.to_thread(
        platform.sandbox.request, method, where, body, FORM if body else None
    )
    return status, json.loads(raw)


def card_data(prefix: str = "", **card: Any) -> dict[str, str]:
    """The fields of a card form; None leaves one out."""
    given = {
        "number": "4242424242424242",
        "exp_month": "12",
        "exp_year": "2034",
        "cvc": "123",
        **card,
    }
    kept = {name: value for name, value in given.items() if value is not None}
    return {
        _within(prefix, "type"): "card",
        **{_within(prefix, "card", name): value for name, value in kept.items()},
    }


def _within(*parts: str) -> str:
    head, *rest = [part for part in parts if part]
    return head + "".join(f"[{part}]" for part in rest)


async def typed(
    platform: Any,
    more: dict[str, str] | None = None,
    **card: Any,
) -> tuple[int, Any]:
    """A payment method as the browser makes it; status and body."""
    return await browser(
        platform, "POST", "/v1/payment_methods", **card_data(**card), **(more or {})
    )


def asked_at(intent: Any) -> str:
    """Where the issuer asks the shopper: behind an address, or in the frame that Stripe.js
    opens.
    """
    action = intent.next_action
    return str(
        action.redirect_to_url.url
        if action.type == "redirect_to_url"
        else action.use_stripe_sdk.to_dict()["stripe_js"]
    )


async def answer(
    platform: Any, intent: Any, outcome: str = "complete"
) -> tuple[int, dict[str, str]]:
    """Answer the challenge as a browser without JavaScript would; status and headers."""
    import aiohttp

    url = asked_at(intent)
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data={"outcome": outcome}, allow_redirects=False) as reply,
    ):
        return reply.status, dict(reply.headers)


async def customer(platform: Any, **given: Any) -> Any:
    """A customer."""
    return await platform.v1.customers.create_async(
        {"email": "shopper@shop.test", **given}
    )


async def set_up(platform: Any, method: str = "pm_card_visa", **given: Any) -> Any:
    """A setup that is confirmed at once."""
    params = {"payment_method": method, "confirm": True, "return_url": BACK, **given}
    return await platform.v1.setup_intents.create_async(params)


async def again(platform: Any, intent: Any) -> Any:
    """An intent as it is now."""
    service = (
        platform.v1.payment_intents
        if intent.object == "payment_intent"
        else platform.v1.setup_intents
    )
    return await service.retrieve_async(intent.id)


async def outcome(platform: Any, call: Awaitable[Any]) -> str:
    """What a payment, a setup or an attachment comes to, in words; challenges are passed."""
    try:
        made = await call
    except stripe.CardError as refusal:
        return _told(refusal.error)
    if made.object == "payment_method":
        return "attached"
    if made.status != "requires_action":
        return str(made.status)
    await answer(platform, made)
    ended = await again(platform, made)
    error = (
        ended.last_payment_error
        if ended.object == "payment_intent"
        else ended.last_setup_error
    )
    return f"challenge, {_told(error) if error else ended.status}"


def _told(error: Any) -> str:
    reason = getattr(error, "decline_code", None)
    return f"{error.code} {reason}" if reason else str(error.code)

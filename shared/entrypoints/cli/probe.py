"""`doctor --probe`: proves the webhooks by making Stripe send one event of each scope.

Touched are metadata of an object of ours (the newest charge; on a new platform a SetupIntent, made
and cancelled) and of a connected account. No money moves, nobody is told, and each touch writes the
same key over.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import replace
from datetime import datetime

import aiohttp

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.settings import Settings
from shared.entrypoints.cli import addresses
from shared.entrypoints.cli.findings import Finding
from shared.entrypoints.cli.stripe_over_http import Api, StripeSaysNo, opened
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.inbox import rejected_deliveries
from shared.finance.inbox.models import WebhookEvent, WebhookRefusal
from shared.finance.payments.models import Payment

WAIT_SECONDS = 30.0  # for an event; Stripe sends within a few
LOOK_EVERY = 0.25
MARK = "markethall_doctor"
PATHS = {"platform": addresses.PLATFORM_EVENTS, "connect": addresses.CONNECT_EVENTS}
SECRETS = {
    "platform": "STRIPE_WEBHOOK_SECRET",
    "connect": "STRIPE_CONNECT_WEBHOOK_SECRET",
}
SCOPES = {"platform": "your own account", "connect": "connected accounts"}


@frozen
class Touched:
    """What was touched, and the event that tells of it."""

    source: str
    what: str
    event_id: str
    account: str | None
    type: str
    at: datetime


async def webhooks(
    settings: Settings,
    *,
    wait: float = WAIT_SECONDS,
) -> list[Finding]:
    """Touch, wait for both events, and say what became of each."""
    try:
        async with opened(settings.stripe) as api:
            found = await asyncio.gather(
                _prove(api, "platform", await _touch_platform(api), settings, wait),
                _prove(api, "connect", await _touch_account(api), settings, wait),
            )
    except StripeSaysNo as problem:
        what = f"Stripe does not let us touch anything: {problem}"
        return [Finding(what, "Give the key write access, or use it.")]
    except (aiohttp.ClientError, TimeoutError, ValueError) as problem:
        what = f"Stripe could not be asked ({type(problem).__name__})."
        return [Finding(what, "Try again.")]
    return list(found)


async def _touch_platform(api: Api) -> Touched:
    """The newest charge; on a new platform a SetupIntent."""
    nonce = secrets.token_hex(8)
    mark, key = {f"metadata[{MARK}]": nonce}, f"doctor:{nonce}"
    at = clock.now()
    charged = Payment.filter(stripe_charge_id__not_isnull=True)
    payment = await charged.order_by("-id").first()
    if payment is not None:
        charge = str(payment.stripe_charge_id)
        await api.post(f"/v1/charges/{charge}", mark, key)
        what, kind = f"charge {charge}", "charge.updated"
    else:
        made = await api.post("/v1/setup_intents", mark, key)
        cancel = f"/v1/setup_intents/{made['id']}/cancel"
        await api.post(cancel, {}, f"{key}:cancel")
        what, kind = "a SetupIntent, cancelled at once", "setup_intent.canceled"
    return await _told(api, Touched("platform", what, "", None, kind, at), nonce)


async def _touch_account(api: Api) -> Touched | None:
    nonce = secrets.token_hex(8)
    at = clock.now()
    connected = VendorPaymentConfig.filter(
        stripe_account_id__not_isnull=True, deauthorized_at=None
    )
    config = await connected.order_by("-id").first()
    if config is None:
        return None
    account = str(config.stripe_account_id)
    mark = {f"metadata[{MARK}]": nonce}
    await api.post(f"/v1/accounts/{account}", mark, f"doctor:{nonce}")
    what, kind = f"account {account}", "account.updated"
    return await _told(api, Touched("connect", what, "", account, kind, at), nonce)


async def _told(api: Api, touched: Touched, nonce: str) -> Touched:
    """Find the event that tells of the touch; without one `event_id` stays empty."""
    for _ in range(20):
        params = {"type": touched.type, "limit": "20"}
        listed = await api.get("/v1/events", params, touched.account)
        for event in listed["data"]:
            metadata = event["data"]["object"].get("metadata", {})
            if metadata.get(MARK) == nonce:
                return replace(touched, event_id=str(event["id"]))
        await asyncio.sleep(LOOK_EVERY)
    return touched


async def _prove(
    api: Api,
    source: str,
    touched: Touched | None,
    settings: Settings,
    wait: float,
) -> Finding:
    if touched is None:
        return Finding(
            "No vendor has connected Stripe yet, so nothing can prove the endpoint of "
            "connected accounts.",
            is_open=True,
        )
    if not touched.event_id:
        return Finding(
            f"Stripe made no event of touching {touched.what}.",
            "Look at status.stripe.com; try again.",
        )
    started = time.monotonic()
    named = WebhookEvent.at_either().filter(stripe_event_id=touched.event_id)
    sent = named.filter(fetched=False)
    while (waited := time.monotonic() - started) < wait:
        came = {row.source for row in await sent}
        if source in came:
            return Finding(
                f"{_name(source)} works: {touched.type} of {touched.what} came after "
                f"{waited:.1f} s."
            )
        if came:
            break
        if await _refused(touched) and waited > 2 * rejected_deliveries.EVERY_SECONDS:
            break
        await asyncio.sleep(LOOK_EVERY)
    return await _why_not(api, touched, settings)


async def _refused(touched: Touched) -> WebhookRefusal | None:
    here = WebhookRefusal.filter(source=touched.source)
    return await here.filter(last_at__gte=touched.at).first()


async def _why_not(api: Api, touched: Touched, settings: Settings) -> Finding:
    """The event did not come where it belongs: to the other endpoint, to a closed door, nowhere, or
    it was never sent.
    """
    source, name = touched.source, _name(touched.source)
    other = "connect" if source == "platform" else "platform"
    elsewhere = WebhookEvent.filter(
        stripe_event_id=touched.event_id, source=other, fetched=False
    )
    if await elsewhere.exists():
        return _wrong_scope(settings, source, other)
    if refused := await _refused(touched):
        variable = SECRETS[source]
        return Finding(
            f"{name} refuses what Stripe sends: {refused.why}.",
            (
                f"{variable} does not fit, or expired: copy the signing secret of that endpoint "
                "(whsec_...) once more."
            ),
        )
    event = await api.get(f"/v1/events/{touched.event_id}", {}, touched.account)
    if event.get("pending_webhooks"):
        return Finding(
            f"{name}: Stripe sends {touched.type}, and nothing arrives.",
            (
                f"Does {settings.public_url}{PATHS[source]} lead to this site from outside, "
                "without a redirect?"
            ),
        )
    return Finding(
        f"{name}: no endpoint at Stripe listens to {touched.type} of {SCOPES[source]}.",
        (
            f"Register {settings.public_url}{PATHS[source]} for {SCOPES[source]}, with its events "
            "(README, Going live)."
        ),
    )


def _wrong_scope(settings: Settings, source: str, other: str) -> Finding:
    what = (
        f"{_name(source)} is not registered, but the endpoint at {PATHS[other]} is, for the wrong "
        "scope."
    )
    advice = (
        f"In Stripe's dashboard, make {settings.public_url}{PATHS[source]} listen to "
        f"{SCOPES[source]}, {settings.public_url}{PATHS[other]} to {SCOPES[other]}, and copy both "
        "secrets anew."
    )
    return Finding(what, advice)


def _name(source: str) -> str:
    return f"The webhook endpoint of {SCOPES[source]}"

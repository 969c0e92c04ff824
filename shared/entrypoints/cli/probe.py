"""`doctor --probe`: proves the webhooks by making Stripe send one event of each scope, and the mail
server by a mail.

Touched are metadata of an object of ours (the newest charge; on a new platform a SetupIntent, made
and cancelled) and of a connected account. No money moves, nobody is told, and each touch writes the
same key over.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp

from shared.core import clock
from shared.core.settings import Settings, StripeSettings
from shared.entrypoints.cli import addresses
from shared.entrypoints.cli.findings import Finding
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.inbox import rejected_deliveries
from shared.finance.inbox.models import WebhookEvent, WebhookRefusal
from shared.finance.payments.models import Payment
from shared.infra.gateway.calls import API_VERSION
from shared.infra.mail import service as mail
from shared.infra.mail.models import Email
from shared.trade.marketplace.mail_sender import letterhead
from shared.trade.people.models import Member

WAIT_SECONDS = 30.0  # for an event; Stripe sends within a few
LOOK_EVERY = 0.25
MARK = "markethall_doctor"
PATHS = {"platform": addresses.PLATFORM_EVENTS, "connect": addresses.CONNECT_EVENTS}
SCOPES = {"platform": "your own account", "connect": "connected accounts"}


class StripeSaysNo(Exception):
    """Stripe refused a touch; the words are Stripe's."""


@dataclass(frozen=True)
class Touched:
    """What was touched, and the event that tells of it."""

    source: str
    what: str
    event_id: str
    account: str | None
    type: str
    at: datetime


class Api:
    """Stripe by plain HTTP, as an outsider with the platform's key would ask it."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self._session, self._base = session, base

    async def get(
        self,
        path: str,
        params: dict[str, str],
        account: str | None = None,
    ) -> Any:
        """Read. Raises StripeSaysNo."""
        async with self._session.get(
            self._base + path, params=params, headers=_acting(account)
        ) as answer:
            return await _body(answer)

    async def post(
        self,
        path: str,
        form: dict[str, str],
        key: str,
    ) -> Any:
        """Write under an idempotency key. Raises StripeSaysNo."""
        headers = {"Idempotency-Key": key}
        async with self._session.post(
            self._base + path,
            data=form,
            headers=headers,
        ) as answer:
            return await _body(answer)


def _acting(account: str | None) -> dict[str, str]:
    return {"Stripe-Account": account} if account else {}


async def _body(answer: aiohttp.ClientResponse) -> Any:
    body = await answer.json()
    if answer.status >= 400:
        raise StripeSaysNo(
            str(body.get("error", {}).get("message", f"status {answer.status}"))
        )
    return body


@asynccontextmanager
async def opened(stripe: StripeSettings) -> AsyncIterator[Api]:
    """Stripe, to be asked."""
    headers = {
        "Authorization": f"Bearer {stripe.secret_key}",
        "Stripe-Version": API_VERSION,
    }
    async with aiohttp.ClientSession(
        headers=headers, timeout=aiohttp.ClientTimeout(total=20)
    ) as session:
        yield Api(session, stripe.api_base)


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
        return [
            Finding(
                f"Stripe does not let us touch anything: {problem}",
                "Give the key write access, or use it.",
            )
        ]
    except (aiohttp.ClientError, TimeoutError, ValueError) as problem:
        return [
            Finding(
                f"Stripe could not be asked ({type(problem).__name__}).", "Try again."
            )
        ]
    return list(found)


async def _touch_platform(api: Api) -> Touched:
    nonce = secrets.token_hex(8)
    at = clock.now()
    payment = (
        await Payment.filter(stripe_charge_id__not_isnull=True).order_by("-id").first()
    )
    if payment is not None:
        charge = str(payment.stripe_charge_id)
        await api.post(
            f"/v1/charges/{charge}", {f"metadata[{MARK}]": nonce}, f"doctor:{nonce}"
        )
        return await _told(
            api,
            Touched("platform", f"charge {charge}", "", None, "charge.updated", at),
            nonce,
        )
    made = await api.post(
        "/v1/setup_intents", {f"metadata[{MARK}]": nonce}, f"doctor:{nonce}"
    )
    await api.post(
        f"/v1/setup_intents/{made['id']}/cancel", {}, f"doctor:{nonce}:cancel"
    )
    touched = Touched(
        "platform",
        "a SetupIntent, cancelled at once",
        "",
        None,
        "setup_intent.canceled",
        at,
    )
    return await _told(api, touched, nonce)


async def _touch_account(api: Api) -> Touched | None:
    nonce = secrets.token_hex(8)
    at = clock.now()
    config = (
        await VendorPaymentConfig.filter(
            stripe_account_id__not_isnull=True, deauthorized_at=None
        )
        .order_by("-id")
        .first()
    )
    if config is None:
        return None
    account = str(config.stripe_account_id)
    await api.post(
        f"/v1/accounts/{account}", {f"metadata[{MARK}]": nonce}, f"doctor:{nonce}"
    )
    return await _told(
        api,
        Touched("connect", f"account {account}", "", account, "account.updated", at),
        nonce,
    )


async def _told(api: Api, touched: Touched, nonce: str) -> Touched:
    """Find the event that tells of the touch; without one `event_id` stays empty."""
    for _ in range(20):
        listed = await api.get(
            "/v1/events",
            {"type": touched.type, "limit": "20"},
            touched.account,
        )
        for event in listed["data"]:
            if event["data"]["object"].get("metadata", {}).get(MARK) == nonce:
                return Touched(
                    touched.source,
                    touched.what,
                    str(event["id"]),
                    touched.account,
                    touched.type,
                    touched.at,
                )
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
            "connected accounts."
        )
    if not touched.event_id:
        return Finding(
            f"Stripe made no event of touching {touched.what}.",
            "Look at status.stripe.com; try again.",
        )
    started = time.monotonic()
    while (waited := time.monotonic() - started) < wait:
        came = {
            row.source
            for row in await WebhookEvent.filter(
                stripe_event_id=touched.event_id, fetched=False
            )
        }
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
    return await WebhookRefusal.filter(
        source=touched.source,
        last_at__gte=touched.at,
    ).first()


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
        variable = (
            "STRIPE_WEBHOOK_SECRET"
            if source == "platform"
            else "STRIPE_CONNECT_WEBHOOK_SECRET"
        )
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


async def test_mail(settings: Settings) -> Finding:
    """Send the first operator a mail."""
    person = await Member.filter(role="operator", is_active=True).order_by("id").first()
    if person is None:
        return Finding(
            "There is no operator yet, so no test mail was sent.",
            "Make one: python3 run.py operator you@example.com",
        )
    nonce = secrets.token_hex(8)
    letter = Email(
        kind="doctor",
        to=person.email,
        subject="A test mail",
        text=(
            "This mail proves that mails go out. It was asked for by: python3 run.py doctor "
            "--probe\n"
        ),
        unique_key=f"doctor:{nonce}",
        created_at=clock.now(),
    )
    try:
        await mail.deliver(
            settings,
            mail.compose(letter, settings, await letterhead()),
            name=f"doctor-{nonce}",
        )
    except mail.MailNotSent as problem:
        return Finding(
            f"The test mail to {person.email} did not go out. {problem}",
            "Check MARKETHALL_SMTP_URL.",
        )
    how = (
        "went out"
        if settings.smtp_url
        else f"was written to {settings.data_dir / 'mail'}"
    )
    return Finding(f"A test mail to {person.email} {how}.")

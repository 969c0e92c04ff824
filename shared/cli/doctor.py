"""`doctor`: looks at this installation from outside and says for each finding what to do.

It asks Stripe (or the stand-in) over plain HTTP with the same key, because what it checks, the platform's own account and
its webhook endpoints, is none of the gateway's business.
"""

from __future__ import annotations

import asyncio
import smtplib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp

from shared.cli.stand_in import CONNECT_PATH, PLATFORM_PATH
from shared.database import migrate as migrations
from shared.database.schema import SchemaTooNew
from shared.database.trouble import DatabaseTrouble

if TYPE_CHECKING:
    from shared.settings import Settings


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `advice` empty: all is well."""

    what: str
    advice: str = ""


async def doctor(settings: Settings) -> int:
    """Print every finding; exit 1 when there is something to do."""
    bad = 0
    async for finding in findings(settings):
        mark = "!!" if finding.advice else "ok"
        print(f"  {mark}  {finding.what}" + (f"\n      {finding.advice}" if finding.advice else ""), flush=True)
        bad += bool(finding.advice)
    print("\nEverything is in order." if not bad else f"\n{bad} thing{'s' if bad > 1 else ''} to see to.")
    return 1 if bad else 0


async def findings(settings: Settings) -> AsyncIterator[Finding]:
    """Everything that is checked, in order."""
    yield Finding(f"Settings are complete for {settings.env}.")
    for note in settings.notes:
        yield Finding(note, "Correct the name, or take it out.")
    kind = (
        "the stand-in" if settings.stripe.stand_in else "live, real money" if settings.stripe.livemode else "test mode"
    )
    yield Finding(f"Stripe: {kind}, at {settings.stripe.api_base}.")
    for finding in await _stripe(settings):
        yield finding
    yield await _database(settings)
    if (restored := await _restored(settings)) is not None:
        yield restored
    yield await _mail(settings)


async def _stripe(settings: Settings) -> list[Finding]:
    from shared.gateway.live import API_VERSION

    stripe = settings.stripe
    headers = {"Authorization": f"Bearer {stripe.secret_key}", "Stripe-Version": API_VERSION}
    timeout = aiohttp.ClientTimeout(total=15)
    try:
        async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
            status, balance = await _get(session, f"{stripe.api_base}/v1/balance")
            if status == 401:
                return [
                    Finding("Stripe refuses the key.", "Set STRIPE_SECRET_KEY to a valid secret key of the platform.")
                ]
            if status != 200:
                return [
                    Finding(f"Stripe answered {status} to a simple question.", "Look at status.stripe.com; try again.")
                ]
            found = [_modes(settings, balance), Finding(f"API version {API_VERSION} is accepted.")]
            _, listed = await _get(session, f"{stripe.api_base}/v1/webhook_endpoints?limit=100")
    except (aiohttp.ClientError, TimeoutError, ValueError) as problem:
        advice = (
            "Start it with: python3 run.py sandbox" if stripe.stand_in else "Check the network and STRIPE_API_BASE."
        )
        return [Finding(f"Stripe cannot be reached ({type(problem).__name__}).", advice)]
    return found + _endpoints(settings, listed.get("data", []))


async def _get(session: aiohttp.ClientSession, url: str) -> tuple[int, Any]:
    async with session.get(url) as answer:
        return answer.status, await answer.json()


def _modes(settings: Settings, balance: Any) -> Finding:
    public = settings.stripe.publishable_key
    if bool(balance.get("livemode")) != settings.stripe.livemode or ("_live_" in public) != settings.stripe.livemode:
        return Finding(
            "Secret and publishable key are of different modes.",
            "Use two live keys or two test keys of the same account.",
        )
    return Finding("Secret and publishable key belong together.")


def _endpoints(settings: Settings, listed: list[Any]) -> list[Finding]:
    from shared.webhooks.handlers import HANDLERS

    doors = (
        ("platform", PLATFORM_PATH, "Your account", settings.stripe.webhook_secrets),
        ("connect", CONNECT_PATH, "Connected accounts", settings.stripe.connect_webhook_secrets),
    )
    return [
        _endpoint(settings, listed, path=path, scope=scope, wanted=set(HANDLERS[source]), has_secret=bool(secrets))
        for source, path, scope, secrets in doors
    ]


def _endpoint(
    settings: Settings, listed: list[Any], *, path: str, scope: str, wanted: set[str], has_secret: bool
) -> Finding:
    from shared.gateway.live import API_VERSION

    url = settings.public_url + path
    name = f"Webhook endpoint {path}"
    endpoint = next((e for e in listed if urlsplit(e["url"])[1:3] == urlsplit(url)[1:3]), None)
    if endpoint is None:
        return Finding(
            f"{name} is not registered.",
            f'Create an endpoint for events of "{scope}" at {url}, version {API_VERSION}, events: {", ".join(sorted(wanted))}.',
        )
    if not has_secret:
        return Finding(f"{name} has no signing secret here.", "Copy its whsec_... secret into the settings.")
    if endpoint.get("status", "enabled") != "enabled":
        return Finding(
            f"{name} is disabled.", "Enable it in the Stripe dashboard; Stripe delivers again what was missed."
        )
    enabled = set(endpoint.get("enabled_events", []))
    missing = set() if "*" in enabled else wanted - enabled
    if missing:
        return Finding(f"{name} lacks events.", f"Enable: {', '.join(sorted(missing))}.")
    version = endpoint.get("api_version")
    if version not in (None, API_VERSION):
        return Finding(f"{name} sends version {version}.", f"Make a new endpoint with version {API_VERSION}.")
    return Finding(f"{name} is registered with its {len(wanted)} events.")


async def _database(settings: Settings) -> Finding:
    kind = "SQLite" if settings.database_url.startswith("sqlite://") else "PostgreSQL"
    try:
        lacking = await migrations.pending(settings.database_url)
    except SchemaTooNew as newer:
        return Finding(f"The {kind} database is newer than this version.", str(newer))
    except DatabaseTrouble as problem:
        return Finding(f"The {kind} database cannot be used.", f"{problem} Check MARKETHALL_DATABASE_URL.")
    if lacking:
        return Finding(f"The {kind} database lacks {len(lacking)} migrations.", "Run: python3 run.py migrate")
    return Finding(f"The {kind} database is up to date.")


async def _restored(settings: Settings) -> Finding | None:
    """A restore that nobody has acknowledged."""
    from shared.cli.database import opened
    from shared.reporting.restored import standstill

    try:
        async with opened(settings):
            found = await standstill()
    except Exception:  # that the database is away, or lacks a migration, has been said
        return None
    if found is None:
        return None
    return Finding(
        f"No money moves: the database was restored from a backup of {found.backup_made_at:%Y-%m-%d %H:%M} UTC.",
        "Run: python3 run.py reconcile --repair. Then sign in as an operator and open /operator/restored.",
    )


async def _mail(settings: Settings) -> Finding:
    if not settings.smtp_url:
        advice = "Set MARKETHALL_SMTP_URL, or no customer gets a mail." if settings.production else ""
        return Finding(f"Mail is written to {settings.data_dir / 'mail'}.", advice)
    parts = urlsplit(settings.smtp_url)
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP

    def greet() -> None:
        with kind(parts.hostname or "localhost", parts.port or 0, timeout=10) as server:
            server.noop()

    try:
        await asyncio.to_thread(greet)
    except (OSError, smtplib.SMTPException) as problem:
        return Finding(f"The mail server does not answer: {problem}", "Check MARKETHALL_SMTP_URL.")
    return Finding(f"The mail server {parts.hostname} answers.")

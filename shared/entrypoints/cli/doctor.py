"""`doctor`: looks at this installation from outside and says for each finding what to do.

It asks Stripe (or the stand-in) over plain HTTP with the same key, because what it checks, the
platform's own account and its webhook endpoints, is none of the gateway's business.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import click
from redis.asyncio import Redis
from redis.exceptions import RedisError

from shared.core.settings import Settings
from shared.core.words import word
from shared.entrypoints.cli import front, probe_mail
from shared.entrypoints.cli import probe as probing
from shared.entrypoints.cli.findings import Finding
from shared.entrypoints.cli.law import law
from shared.entrypoints.cli.options import Options
from shared.entrypoints.cli.registered_endpoints import registered
from shared.entrypoints.cli.settings import read_settings
from shared.entrypoints.cli.where import installation, site
from shared.finance.inbox import endpoint_health
from shared.finance.inbox.rules import Light
from shared.finance.inbox.words import sentence
from shared.finance.reconciliation.after_restore import standstill
from shared.infra.database import migrate as migrations
from shared.infra.database.counting import MOST
from shared.infra.database.lifecycle import close_database, open_database
from shared.infra.database.schema import SchemaTooNew, on_disk
from shared.infra.database.trouble import DatabaseTrouble
from shared.infra.gateway.calls import API_VERSION
from shared.infra.mail.queries import unsent
from shared.infra.mail.service import MailNotSent, greet

ROOT = Path(__file__).resolve().parents[3]


async def doctor(settings: Settings, *, probe: bool = False) -> int:
    """Print every finding; exit 1 when there is something to do.

    `probe` also touches things at Stripe and sends a mail.
    """
    bad = 0
    async for finding in findings(settings, probe=probe):
        print(
            f"  {finding.mark}  {finding.what}"
            + (f"\n      {finding.advice}" if finding.advice else ""),
            flush=True,
        )
        bad += bool(finding.advice)
    print(
        "\nEverything is in order."
        if not bad
        else f"\n{bad} thing{'s' if bad > 1 else ''} to see to."
    )
    return 1 if bad else 0


async def findings(
    settings: Settings,
    *,
    probe: bool = False,
) -> AsyncIterator[Finding]:
    """Everything that is checked, in order."""
    yield Finding(f"Settings are complete for {settings.env}.")
    for note in settings.notes:
        yield Finding(note, "Correct the name, or take it out.")
    if settings.production and (history := history_beside(ROOT)) is not None:
        yield history
    kind = (
        "the stand-in"
        if settings.stripe.stand_in
        else "live, real money"
        if settings.stripe.livemode
        else "test mode"
    )
    yield Finding(f"Stripe: {kind}, at {settings.stripe.api_base}.")
    for finding in await _stripe(settings):
        yield finding
    database, is_ready = await _database(settings)
    yield database
    yield await _mail(settings)
    if settings.redis_url:
        yield await _redis(settings.redis_url)
    for finding in await front.ask(settings, must_answer=probe):
        yield finding
    if not is_ready:
        return
    async with _open(settings):
        async for finding in _with_database(settings, probe=probe):
            yield finding


def history_beside(folder: Path) -> Finding | None:
    """A clone's own history, where the site runs out of the clone."""
    if not (folder / ".git").exists():
        return None
    return Finding(
        (
            "The history of the code (.git) lies beside run.py, where whatever reads a file by "
            "mistake would find it."
        ),
        "Take it away, or put each release there by git archive.",
    )


async def _with_database(settings: Settings, *, probe: bool) -> AsyncIterator[Finding]:
    """What the open database knows, and with `probe` what it learns from an event and a mail."""
    if (restored := await _restored()) is not None:
        yield restored
    if probe:
        for finding in await probing.webhooks(settings):
            yield finding
        yield await probe_mail.test_mail(settings)
    for finding in await _health(settings):
        yield finding
    async for finding in law(settings):
        yield finding


@asynccontextmanager
async def _open(settings: Settings) -> AsyncIterator[None]:
    await open_database(settings.database_url)
    try:
        yield
    finally:
        await close_database()


async def _health(settings: Settings) -> list[Finding]:
    """The lights of the webhook endpoints, and mails that do not go out."""
    found = []
    for endpoint in await endpoint_health.endpoints(settings):
        tally, name = endpoint.tally, word("inbox.sources", endpoint.source).lower()
        last = (
            f"{tally.last_event_at:%Y-%m-%d %H:%M} UTC"
            if tally.last_event_at
            else "never"
        )
        what = (
            f"Webhooks of {name}: last event {last}, {tally.share_refused:.0%} "
            "refused in 24 hours."
        )
        found.append(
            Finding(
                what,
                sentence(endpoint) if endpoint.light is Light.BAD else "",
            )
        )
    if count := (await unsent()).count:
        said = str(count) if count <= MOST else f"{MOST}+"
        found.append(
            Finding(
                f"{said} mail{'' if count == 1 else 's'} did not go out.",
                "See /operator/mails.",
            )
        )
    return found


async def _redis(url: str) -> Finding:
    client = Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5)
    try:
        await client.ping()
    except (RedisError, OSError) as problem:
        return Finding(
            f"Redis does not answer ({type(problem).__name__}): each process limits for itself.",
            "Check MARKETHALL_REDIS_URL.",
        )
    finally:
        await client.aclose()
    return Finding("Redis answers, for limits that all processes share.")


async def _stripe(settings: Settings) -> list[Finding]:
    stripe = settings.stripe
    headers = {
        "Authorization": f"Bearer {stripe.secret_key}",
        "Stripe-Version": API_VERSION,
    }
    timeout = aiohttp.ClientTimeout(total=15)
    try:
        async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
            status, balance = await _get(session, f"{stripe.api_base}/v1/balance")
            if status != 200:
                return [_no_answer(status)]
            endpoints = f"{stripe.api_base}/v1/webhook_endpoints?limit=100"
            _, listed = await _get(session, endpoints)
    except (aiohttp.ClientError, TimeoutError, ValueError) as problem:
        advice = "Check the network and STRIPE_API_BASE."
        if stripe.stand_in:
            advice = "Start it with: python3 run.py sandbox"
        what = f"Stripe cannot be reached ({type(problem).__name__})."
        return [Finding(what, advice)]
    found = [
        _modes(settings, balance),
        Finding(f"API version {API_VERSION} is accepted."),
    ]
    return found + registered(settings, listed.get("data", []))


def _no_answer(status: int) -> Finding:
    if status == 401:
        return Finding(
            "Stripe refuses the key.",
            "Set STRIPE_SECRET_KEY to a valid secret key of the platform.",
        )
    return Finding(
        f"Stripe answered {status} to a simple question.",
        "Look at status.stripe.com; try again.",
    )


async def _get(session: aiohttp.ClientSession, url: str) -> tuple[int, Any]:
    async with session.get(url) as answer:
        return answer.status, await answer.json()


def _modes(settings: Settings, balance: Any) -> Finding:
    public = settings.stripe.publishable_key
    if (
        bool(balance.get("livemode")) != settings.stripe.livemode
        or ("_live_" in public) != settings.stripe.livemode
    ):
        return Finding(
            "Secret and publishable key are of different modes.",
            "Use two live keys or two test keys of the same account.",
        )
    return Finding("Secret and publishable key belong together.")


async def _database(settings: Settings) -> tuple[Finding, bool]:
    """What there is to say, and whether it can be used."""
    kind = "SQLite" if settings.database_url.startswith("sqlite://") else "PostgreSQL"
    try:
        lacking = await migrations.pending(settings.database_url)
    except SchemaTooNew as newer:
        return Finding(
            f"The {kind} database is newer than this version.", str(newer)
        ), False
    except DatabaseTrouble as problem:
        advice = f"{problem} Check MARKETHALL_DATABASE_URL."
        return Finding(f"The {kind} database cannot be used.", advice), False
    if len(lacking) == len(on_disk()):
        return Finding(
            f"The {kind} database is empty; the first start makes its tables."
        ), False
    if lacking:
        lacks = f"The {kind} database lacks {len(lacking)} migrations."
        return Finding(lacks, "Run: python3 run.py migrate"), False
    return Finding(f"The {kind} database is up to date."), True


async def _restored() -> Finding | None:
    """A restore that nobody has acknowledged."""
    found = await standstill()
    if found is None:
        return None
    return Finding(
        (
            "No money moves: the database was restored from a backup of "
            f"{found.backup_made_at:%Y-%m-%d %H:%M} UTC."
        ),
        (
            "Run: python3 run.py reconcile --repair. Then sign in as an operator and open "
            "/operator/restored."
        ),
    )


async def _mail(settings: Settings) -> Finding:
    if not settings.smtp_url:
        advice = (
            "Set MARKETHALL_SMTP_URL, or no customer gets a mail."
            if settings.production
            else ""
        )
        return Finding(f"Mail is written to {settings.data_dir / 'mail'}.", advice)
    try:
        await greet(settings.smtp_url)
    except MailNotSent as problem:
        return Finding(problem.message, "Check MARKETHALL_SMTP_URL.")
    return Finding(
        f"The mail server {urlsplit(settings.smtp_url).hostname} lets us in."
    )


@click.command()
@site
@installation
@click.option(
    "--probe",
    is_flag=True,
    help="Also touch metadata at Stripe, wait for both events, and send the operator a mail.",
)
def doctor_command(*, probe: bool, **given: Any) -> int:
    """Check this installation from outside.

    Settings, keys, API version, webhook endpoints, database, mail and the way in. Exit 1 when there
    is something to do.
    """
    return asyncio.run(
        doctor(
            read_settings(Options(**given)),
            probe=probe,
        )
    )

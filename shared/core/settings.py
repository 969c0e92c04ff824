"""Typed settings: read once from the environment or a `.env` file, checked once, passed as
arguments.

What can be given and how it must look is `shared/core/environment.py`; what each one means stands
in docs/operations.md, and a test keeps the two equal.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path

from shared.core.encrypted import SERVICES, is_plain
from shared.core.environment import Environment, read
from shared.core.errors import SettingsError
from shared.core.frozen import frozen

SANDBOX_SECRET_KEY = (
    "sk_test_markethall"  # the stand-in's own platform; no secret outside this machine
)
SANDBOX_PUBLISHABLE_KEY = "pk_test_markethall"
SANDBOX_WEBHOOK_SECRET = "whsec_markethall_platform_stand_in"
SANDBOX_CONNECT_WEBHOOK_SECRET = "whsec_markethall_connect_stand_in"
REAL_STRIPE_JS = "https://js.stripe.com/endive/stripe.js"
REAL_STRIPE_API = "https://api.stripe.com"
REAL_STRIPE_FILES = "https://files.stripe.com"


@frozen
class StripeSettings:
    """How to reach Stripe, or the stand-in."""

    secret_key: str = field(repr=False)
    publishable_key: str
    webhook_secrets: tuple[str, ...] = field(repr=False)
    connect_webhook_secrets: tuple[str, ...] = field(repr=False)
    api_base: str = REAL_STRIPE_API
    js_url: str = REAL_STRIPE_JS
    stand_in: bool = False

    @property
    def livemode(self) -> bool:
        """True when real money moves."""
        return self.secret_key.startswith(("sk_live_", "rk_live_"))

    def secrets_of(self, source: str) -> tuple[str, ...]:
        """The live signing secrets of one webhook endpoint, `platform` or `connect`."""
        return (
            self.connect_webhook_secrets
            if source == "connect"
            else self.webhook_secrets
        )

    @property
    def files_base(self) -> str:
        """Where files are uploaded: Stripe has a host of its own for them, whatever stands in for
        Stripe has not.
        """
        return REAL_STRIPE_FILES if self.api_base == REAL_STRIPE_API else self.api_base


@frozen
class Keeps:
    """For how many days what is over is kept."""

    jobs: int = 30  # that were done
    sessions: int = 30  # after they ended
    baskets: int = 90  # since they were last used
    mails: int = 90  # that were sent and are about no order
    event_bodies: int = 90  # of events that were done with


@frozen
class Settings:
    """Everything that may differ between two installations."""

    env: str
    secret_key: str = field(repr=False)
    database_url: str = field(repr=False)
    public_url: str
    data_dir: Path
    stripe: StripeSettings
    # Still opened with, never signed with.
    old_secret_keys: tuple[str, ...] = field(default=(), repr=False)
    smtp_url: str | None = field(default=None, repr=False)
    redis_url: str | None = field(default=None, repr=False)
    plain_connections: tuple[
        str, ...
    ] = ()  # services on other machines that may go without TLS
    order_hold_minutes: int = 30
    trusted_proxies: int = (
        0  # how many reverse proxies stand before us, each adding to X-Forwarded-For
    )
    allowed_hosts: tuple[str, ...] = ()  # host names besides that of the public address
    keep_alive_seconds: int = 75  # how long an idle connection stays open
    page_memory_mb: int = 16  # for answers that are the same for every visitor
    keeps: Keeps = Keeps()
    reload_pages: bool = False  # look at each template and file again as it is used
    log_level: str = "WARNING"
    metrics_token: str | None = field(default=None, repr=False)
    notes: tuple[
        str, ...
    ] = ()  # names that are probably slips, each a sentence without a value

    @property
    def production(self) -> bool:
        return self.env == "production"

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """The key that signs, and behind it those that are still believed."""
        return (self.secret_key, *self.old_secret_keys)

    @property
    def test_mode(self) -> bool:
        return not self.stripe.livemode

    def with_(self, **changes: object) -> Settings:
        """A copy with some values changed (tests and the command line)."""
        return replace(self, **changes)  # type: ignore[arg-type]


def _stripe(found: Environment, sandbox_base: str) -> StripeSettings:
    if found.stripe_secret_key:
        return StripeSettings(
            secret_key=found.stripe_secret_key,
            publishable_key=found.stripe_publishable_key or "",
            webhook_secrets=found.stripe_webhook_secrets,
            connect_webhook_secrets=found.stripe_connect_webhook_secrets,
            api_base=found.stripe_api_base or REAL_STRIPE_API,
            js_url=found.stripe_js_url or REAL_STRIPE_JS,
        )
    base = found.stripe_api_base or sandbox_base.rstrip("/")
    return StripeSettings(
        secret_key=SANDBOX_SECRET_KEY,
        publishable_key=SANDBOX_PUBLISHABLE_KEY,
        webhook_secrets=found.stripe_webhook_secrets or (SANDBOX_WEBHOOK_SECRET,),
        connect_webhook_secrets=found.stripe_connect_webhook_secrets
        or (SANDBOX_CONNECT_WEBHOOK_SECRET,),
        api_base=base,
        js_url=found.stripe_js_url or base + "/js/stripe.js",
        stand_in=True,
    )


def _keeps(found: Environment) -> Keeps:
    return Keeps(
        jobs=found.keep_jobs_days,
        sessions=found.keep_sessions_days,
        baskets=found.keep_baskets_days,
        mails=found.keep_mails_days,
        event_bodies=found.keep_event_bodies_days,
    )


def _secret_keys(text: str) -> list[str]:
    """The key that signs, empty where none is set, and those of before."""
    keys = (key.strip() for key in text.split(","))
    return list(filter(None, keys)) or [""]


def load(
    environ: Mapping[str, str] | None = None,
    *,
    data_dir: Path | None = None,
    public_url: str = "http://127.0.0.1:8000",
    sandbox_base: str = "http://127.0.0.1:12111",
    dotenv: Path | None = None,
) -> Settings:
    """Read them. Raises SettingsError naming all that is wrong, and all that production lacks."""
    given = os.environ if environ is None else environ
    found, wrong, notes = read(given, dotenv or Path(".env"))
    folder = Path(data_dir or found.data_dir or "var").absolute()
    secret_key, *old_keys = _secret_keys(found.secret_key)
    settings = Settings(
        env=found.env,
        secret_key=secret_key,
        old_secret_keys=tuple(old_keys),
        database_url=found.database_url or f"sqlite://{folder / 'markethall.sqlite3'}",
        public_url=found.public_url or public_url.rstrip("/"),
        data_dir=folder,
        stripe=_stripe(found, sandbox_base),
        smtp_url=found.smtp_url,
        redis_url=found.redis_url,
        plain_connections=found.plain_connections,
        trusted_proxies=found.trusted_proxies,
        allowed_hosts=found.allowed_hosts,
        keep_alive_seconds=found.keep_alive_seconds,
        page_memory_mb=found.page_memory_mb,
        keeps=_keeps(found),
        reload_pages=found.reload_pages,
        log_level=found.log_level,
        metrics_token=found.metrics_token,
        notes=tuple(notes),
    )
    problems = wrong + _not_told_yet(check(settings), wrong)
    if problems:
        raise SettingsError("\n  - ".join(["Markethall cannot start:", *problems]))
    return settings


def _not_told_yet(problems: list[str], told: list[str]) -> list[str]:
    """Leave out what is about a setting that is told of already."""
    names = [problem.split()[0] for problem in told]
    return [each for each in problems if not any(name in each for name in names)]


def check(settings: Settings) -> list[str]:
    """What these settings lack together, one sentence each; empty when all is well."""
    stripe, out = settings.stripe, []
    if not stripe.stand_in and not stripe.publishable_key:
        out.append("STRIPE_SECRET_KEY is set but STRIPE_PUBLISHABLE_KEY is missing.")
    if not settings.production:
        return out
    if len(settings.secret_key) < 32:
        out.append("MARKETHALL_SECRET_KEY is missing or shorter than 32 characters.")
    if any(len(key) < 32 for key in settings.old_secret_keys):
        out.append(
            "MARKETHALL_SECRET_KEY holds an old key that is shorter than 32 characters."
        )
    if not settings.public_url.startswith("https://"):
        out.append("MARKETHALL_PUBLIC_URL is missing or does not start with https://.")
    if stripe.stand_in:
        out.append(
            "STRIPE_SECRET_KEY is missing; the stand-in is for development only."
        )
    else:
        if not stripe.webhook_secrets:
            out.append(
                "STRIPE_WEBHOOK_SECRET is missing (signing secret of the platform endpoint)."
            )
        if not stripe.connect_webhook_secrets:
            out.append(
                "STRIPE_CONNECT_WEBHOOK_SECRET is missing (signing secret of the connected "
                "accounts' endpoint)."
            )
    return out + _plain(settings)


def _plain(settings: Settings) -> list[str]:
    """Connections to other machines that would go without TLS, though nobody has said that they
    may.
    """
    urls = {
        "database": settings.database_url,
        "mail": settings.smtp_url,
        "redis": settings.redis_url,
        "stripe": settings.stripe.api_base,
    }
    readable = [
        name
        for name, url in urls.items()
        if url and name not in settings.plain_connections and is_plain(url)
    ]
    return [
        f"{SERVICES[name][0]} leads to another machine without encryption. Use "
        f"{SERVICES[name][1]}; in a network"
        f" that is yours alone, name {name} in MARKETHALL_PLAIN_CONNECTIONS."
        for name in readable
    ]

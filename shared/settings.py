"""Typed settings from the environment (or a `.env` file): read once, checked once, passed as arguments.

What each one means stands in docs/operations.md; a test keeps the two equal.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

SANDBOX_SECRET_KEY = "sk_test_markethall"  # the stand-in's own platform; no secret outside this machine
SANDBOX_PUBLISHABLE_KEY = "pk_test_markethall"
SANDBOX_WEBHOOK_SECRET = "whsec_markethall_platform_stand_in"
SANDBOX_CONNECT_WEBHOOK_SECRET = "whsec_markethall_connect_stand_in"
REAL_STRIPE_JS = "https://js.stripe.com/endive/stripe.js"
REAL_STRIPE_API = "https://api.stripe.com"
REAL_STRIPE_FILES = "https://files.stripe.com"


class SettingsError(Exception):
    """Settings are missing or contradict each other; the message lists every problem in words."""


@dataclass(frozen=True)
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
        return self.connect_webhook_secrets if source == "connect" else self.webhook_secrets

    @property
    def files_base(self) -> str:
        """Where files are uploaded: Stripe has a host of its own for them, whatever stands in for Stripe has not."""
        return REAL_STRIPE_FILES if self.api_base == REAL_STRIPE_API else self.api_base


@dataclass(frozen=True)
class Settings:
    """Everything that may differ between two installations."""

    env: str
    secret_key: str = field(repr=False)
    database_url: str = field(repr=False)
    public_url: str
    data_dir: Path
    stripe: StripeSettings
    smtp_url: str | None = field(default=None, repr=False)
    redis_url: str | None = field(default=None, repr=False)
    order_hold_minutes: int = 30
    trusted_proxies: int = 0  # how many reverse proxies stand before us, each adding to X-Forwarded-For

    @property
    def production(self) -> bool:
        return self.env == "production"

    @property
    def test_mode(self) -> bool:
        return not self.stripe.livemode

    def with_(self, **changes: object) -> Settings:
        """A copy with some values changed (tests and the command line)."""
        return replace(self, **changes)  # type: ignore[arg-type]


def _secrets(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _count(value: str) -> int:
    """A small whole number; -1 for anything else, which `check` puts in words."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 3 else -1


def read_dotenv(path: Path) -> dict[str, str]:
    """`KEY=value` lines of a .env file; blank lines and # comments are passed over, surrounding quotes are taken off."""
    found: dict[str, str] = {}
    if not path.is_file():
        return found
    for line in path.read_text(encoding="utf-8").splitlines():
        key, sep, value = line.strip().removeprefix("export ").partition("=")
        if sep and not key.startswith("#"):
            found[key.strip()] = value.strip().strip("\"'")
    return found


def _stripe(env: Mapping[str, str], sandbox_base: str) -> StripeSettings:
    key = env.get("STRIPE_SECRET_KEY", "")
    if key:
        return StripeSettings(
            secret_key=key,
            publishable_key=env.get("STRIPE_PUBLISHABLE_KEY", ""),
            webhook_secrets=_secrets(env.get("STRIPE_WEBHOOK_SECRET", "")),
            connect_webhook_secrets=_secrets(env.get("STRIPE_CONNECT_WEBHOOK_SECRET", "")),
            api_base=env.get("STRIPE_API_BASE", REAL_STRIPE_API).rstrip("/"),
            js_url=env.get("STRIPE_JS_URL", REAL_STRIPE_JS),
        )
    base = env.get("STRIPE_API_BASE", sandbox_base).rstrip("/")
    return StripeSettings(
        secret_key=SANDBOX_SECRET_KEY,
        publishable_key=SANDBOX_PUBLISHABLE_KEY,
        webhook_secrets=_secrets(env.get("STRIPE_WEBHOOK_SECRET", SANDBOX_WEBHOOK_SECRET)),
        connect_webhook_secrets=_secrets(env.get("STRIPE_CONNECT_WEBHOOK_SECRET", SANDBOX_CONNECT_WEBHOOK_SECRET)),
        api_base=base,
        js_url=env.get("STRIPE_JS_URL", base + "/js/stripe.js"),
        stand_in=True,
    )


def load(
    environ: Mapping[str, str] | None = None,
    *,
    data_dir: Path | None = None,
    public_url: str = "http://127.0.0.1:8000",
    sandbox_base: str = "http://127.0.0.1:12111",
    dotenv: Path | None = None,
) -> Settings:
    """Read the settings. Raises SettingsError naming everything that production lacks."""
    env = {**read_dotenv(dotenv or Path(".env")), **(os.environ if environ is None else environ)}
    folder = Path(data_dir or env.get("MARKETHALL_DATA_DIR") or "var").absolute()
    settings = Settings(
        env=env.get("MARKETHALL_ENV", "development"),
        secret_key=env.get("MARKETHALL_SECRET_KEY", ""),
        database_url=env.get("MARKETHALL_DATABASE_URL") or f"sqlite://{folder / 'markethall.sqlite3'}",
        public_url=(env.get("MARKETHALL_PUBLIC_URL") or public_url).rstrip("/"),
        data_dir=folder,
        stripe=_stripe(env, sandbox_base),
        smtp_url=env.get("MARKETHALL_SMTP_URL") or None,
        redis_url=env.get("MARKETHALL_REDIS_URL") or None,
        trusted_proxies=_count(env.get("MARKETHALL_TRUSTED_PROXIES") or "0"),
    )
    problems = check(settings)
    if problems:
        raise SettingsError("Markethall cannot start:\n" + "\n".join(f"  - {p}" for p in problems))
    return settings


def check(settings: Settings) -> list[str]:
    """What is wrong with these settings, one sentence each; empty when all is well."""
    stripe, out = settings.stripe, []
    if settings.env not in ("development", "production"):
        out.append(f"MARKETHALL_ENV is {settings.env!r}; it must be development or production.")
    if settings.trusted_proxies < 0:
        out.append("MARKETHALL_TRUSTED_PROXIES must be a whole number: how many proxies stand before this server.")
    if not stripe.stand_in and not stripe.publishable_key:
        out.append("STRIPE_SECRET_KEY is set but STRIPE_PUBLISHABLE_KEY is missing.")
    if not settings.production:
        return out
    if len(settings.secret_key) < 32:
        out.append("MARKETHALL_SECRET_KEY is missing or shorter than 32 characters.")
    if not settings.public_url.startswith("https://"):
        out.append("MARKETHALL_PUBLIC_URL is missing or does not start with https://.")
    if stripe.stand_in:
        out.append("STRIPE_SECRET_KEY is missing; the stand-in is for development only.")
    else:
        if not stripe.webhook_secrets:
            out.append("STRIPE_WEBHOOK_SECRET is missing (signing secret of the platform endpoint).")
        if not stripe.connect_webhook_secrets:
            out.append("STRIPE_CONNECT_WEBHOOK_SECRET is missing (signing secret of the connected accounts' endpoint).")
    return out

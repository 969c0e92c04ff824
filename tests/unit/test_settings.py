"""Settings: read once, checked once, every problem named, no secret shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.cli.keys import development_key
from shared.settings import Settings, SettingsError, load

PRODUCTION = {
    "MARKETHALL_ENV": "production",
    "MARKETHALL_SECRET_KEY": "k" * 40,
    "MARKETHALL_PUBLIC_URL": "https://market.example/",
    "STRIPE_SECRET_KEY": "sk_live_x",
    "STRIPE_PUBLISHABLE_KEY": "pk_live_x",
    "STRIPE_WEBHOOK_SECRET": "whsec_a, whsec_b",
    "STRIPE_CONNECT_WEBHOOK_SECRET": "whsec_c",
}


def read(tmp_path: Path, environ: dict[str, str]) -> Settings:
    """The settings of an environment, without a .env file."""
    return load(environ, data_dir=tmp_path, dotenv=tmp_path / "none")


def test_an_empty_environment_is_development_with_the_stand_in(tmp_path: Path) -> None:
    """One command, no configuration."""
    settings = read(tmp_path, {})
    assert (settings.env, settings.stripe.stand_in, settings.test_mode) == ("development", True, True)
    assert settings.database_url == f"sqlite://{tmp_path}/markethall.sqlite3"


def test_complete_production_settings_are_accepted(tmp_path: Path) -> None:
    """Live keys, both webhook secrets, several while rotating."""
    settings = read(tmp_path, PRODUCTION)
    assert settings.production
    assert settings.stripe.livemode
    assert settings.stripe.webhook_secrets == ("whsec_a", "whsec_b")
    assert settings.public_url == "https://market.example"


@pytest.mark.parametrize("name", [n for n in PRODUCTION if n != "MARKETHALL_ENV"])
def test_production_says_which_setting_is_missing(tmp_path: Path, name: str) -> None:
    """It refuses to start and names it."""
    with pytest.raises(SettingsError, match=name):
        read(tmp_path, {k: v for k, v in PRODUCTION.items() if k != name})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MARKETHALL_ENV", "staging"),
        ("MARKETHALL_PUBLIC_URL", "http://market.example"),
        ("MARKETHALL_SECRET_KEY", "short"),
        ("MARKETHALL_TRUSTED_PROXIES", "-1"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, name: str, value: str) -> None:
    """Not only missing ones."""
    with pytest.raises(SettingsError, match=name):
        read(tmp_path, {**PRODUCTION, name: value})


def test_no_secret_is_in_the_printed_settings(tmp_path: Path) -> None:
    """Secrets stay out of logs and tracebacks."""
    shown = repr(
        read(tmp_path, {**PRODUCTION, "MARKETHALL_SMTP_URL": "smtp://u:hunter2@mail", "MARKETHALL_REDIS_URL": "r"})
    )
    for secret in ("sk_live_x", "k" * 40, "whsec_a", "whsec_c", "hunter2"):
        assert secret not in shown


def test_the_environment_goes_before_the_dotenv_file(tmp_path: Path) -> None:
    """And the file's comments, quotes and `export` are understood."""
    dotenv = tmp_path / ".env"
    dotenv.write_text('# mine\nexport MARKETHALL_SECRET_KEY="from the file"\nMARKETHALL_REDIS_URL=redis://file\n')
    settings = load({"MARKETHALL_REDIS_URL": "redis://env"}, data_dir=tmp_path, dotenv=dotenv)
    assert (settings.secret_key, settings.redis_url) == ("from the file", "redis://env")


def test_the_development_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    """A restart keeps everyone signed in."""
    key = development_key(tmp_path / "var")
    assert len(key) >= 32
    assert development_key(tmp_path / "var") == key
    assert (tmp_path / "var" / "secret-key").stat().st_mode & 0o777 == 0o600

"""Settings: read once, checked once, every problem named, no secret shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shared.core import environment
from shared.core.encrypted import SERVICES
from shared.core.errors import SettingsError
from shared.core.settings import Settings, load
from shared.entrypoints.cli.keys import development_key

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
    assert (settings.env, settings.stripe.stand_in, settings.test_mode) == (
        "development",
        True,
        True,
    )
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
        ("MARKETHALL_KEEP_ALIVE_SECONDS", "0"),
        ("MARKETHALL_KEEP_ALIVE_SECONDS", "3601"),
        ("MARKETHALL_ALLOWED_HOSTS", "https://shop.example"),
        ("MARKETHALL_ALLOWED_HOSTS", "shop.example:443"),
        ("MARKETHALL_ALLOWED_HOSTS", "shop.example, *"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, name: str, value: str) -> None:
    """Not only missing ones."""
    with pytest.raises(SettingsError, match=name):
        read(tmp_path, {**PRODUCTION, name: value})


@pytest.mark.parametrize(
    ("name", "plain", "encrypted"),
    [
        (
            "MARKETHALL_SMTP_URL",
            "smtp://u:p@mail.example:587",
            "smtp+tls://u:p@mail.example:587",
        ),
        ("MARKETHALL_REDIS_URL", "redis://redis.example", "rediss://redis.example"),
        (
            "MARKETHALL_DATABASE_URL",
            "postgres://u:p@10.0.0.7/market",
            "postgres://u:p@10.0.0.7/market?ssl=true",
        ),
        (
            "MARKETHALL_DATABASE_URL",
            "postgres:///market?host=db",
            "postgres:///market?host=/run/postgresql",
        ),
        ("STRIPE_API_BASE", "http://stripe.example", "http://127.0.0.1:12111"),
        ("MARKETHALL_REDIS_URL", "redis://localhost.example", "redis://[::1]:6379"),
        ("MARKETHALL_SMTP_URL", "smtp://128.0.0.1", "smtp://localhost"),
    ],
)
def test_production_sends_nothing_readable_to_another_machine(
    tmp_path: Path, name: str, plain: str, encrypted: str
) -> None:
    """Unless it is said by name that it may; on this machine, and in development, it may."""
    read(tmp_path, {**PRODUCTION, name: encrypted})
    read(tmp_path, {name: plain})
    with pytest.raises(SettingsError, match="without encryption") as refused:
        read(tmp_path, {**PRODUCTION, name: plain})
    assert name in str(refused.value)
    service = next(
        service for service, (setting, _) in SERVICES.items() if setting == name
    )
    allowed = {**PRODUCTION, name: plain, "MARKETHALL_PLAIN_CONNECTIONS": service}
    assert read(tmp_path, allowed).plain_connections == (service,)
    with pytest.raises(SettingsError, match="without encryption"):
        read(
            tmp_path,
            {
                **allowed,
                "MARKETHALL_PLAIN_CONNECTIONS": "stripe"
                if service != "stripe"
                else "mail",
            },
        )


def test_an_old_signing_key_stands_beside_the_new(tmp_path: Path) -> None:
    """The first one signs; a short old one is named."""
    settings = read(
        tmp_path, {**PRODUCTION, "MARKETHALL_SECRET_KEY": f"{'n' * 40}, {'o' * 40}"}
    )
    assert (settings.secret_key, settings.old_secret_keys) == ("n" * 40, ("o" * 40,))
    with pytest.raises(SettingsError, match="MARKETHALL_SECRET_KEY holds an old key"):
        read(tmp_path, {**PRODUCTION, "MARKETHALL_SECRET_KEY": f"{'n' * 40},short"})


def test_no_secret_is_in_the_printed_settings(tmp_path: Path) -> None:
    """Secrets stay out of logs and tracebacks."""
    given = {
        **PRODUCTION,
        "MARKETHALL_SMTP_URL": "smtps://u:hunter2@mail",
        "MARKETHALL_REDIS_URL": "rediss://:r3dis@host",
        "MARKETHALL_DATABASE_URL": "postgres://u:p0stgres@host/db?ssl=true",
    }
    shown = repr(read(tmp_path, given)) + repr(
        environment.read(given, tmp_path / "none")
    )
    for secret in (
        "sk_live_x",
        "k" * 40,
        "whsec_a",
        "whsec_c",
        "hunter2",
        "r3dis",
        "p0stgres",
    ):
        assert secret not in shown


def test_the_environment_goes_before_the_dotenv_file(tmp_path: Path) -> None:
    """And the file's comments, quotes and `export` are understood."""
    dotenv = tmp_path / ".env"
    dotenv.write_text(
        '# mine\nexport MARKETHALL_SECRET_KEY="from the file"\nMARKETHALL_REDIS_URL=redis://file\n'
    )
    settings = load(
        {"MARKETHALL_REDIS_URL": "redis://env"}, data_dir=tmp_path, dotenv=dotenv
    )
    assert (settings.secret_key, settings.redis_url) == ("from the file", "redis://env")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("MARKETHALL_SECRET_KEY=plain", "plain"),
        ("MARKETHALL_SECRET_KEY=plain # of this machine", "plain"),
        ("MARKETHALL_SECRET_KEY=plain\t# of this machine", "plain"),
        ("MARKETHALL_SECRET_KEY=pla#in", "pla#in"),
        ("MARKETHALL_SECRET_KEY='pla # in' # of this machine", "pla # in"),
        ('export MARKETHALL_SECRET_KEY="plain"  ', "plain"),
        ("  MARKETHALL_SECRET_KEY = plain", "plain"),
        ("MARKETHALL_SECRET_KEY=a=b=", "a=b="),
        ("MARKETHALL_SECRET_KEY=pa${HOME}$$in", "pa${HOME}$$in"),
        ("MARKETHALL_SECRET_KEY=first\nMARKETHALL_SECRET_KEY=second", "second"),
        ("\ufeffMARKETHALL_SECRET_KEY=plain\r\n# end\r\n", "plain"),
        ("MARKETHALL_SECRET_KEY= # none yet", ""),
        ("# MARKETHALL_SECRET_KEY=plain", ""),
    ],
)
def test_a_line_of_the_dotenv_file_means_what_it_says(
    tmp_path: Path, line: str, value: str
) -> None:
    """Comments, quotes, `export`, blanks, other systems' line ends; nothing is put in for a dollar
    sign.
    """
    dotenv = tmp_path / ".env"
    dotenv.write_bytes(line.encode())
    assert load({}, data_dir=tmp_path, dotenv=dotenv).secret_key == value


def test_the_settings_of_the_readme_are_complete_as_they_stand_there(
    tmp_path: Path,
) -> None:
    """With each example replaced by a value, comments left where they are."""
    readme = (Path(__file__).resolve().parents[2] / "README.md").read_text()
    lines = re.findall(r"^ {7}((?:MARKETHALL|STRIPE)_\w+=.*)$", readme, re.MULTILINE)
    given = (
        "\n".join(lines)
        .replace("<at least 32 random characters>", "k" * 40)
        .replace("<your address>", "here.example")
    )
    dotenv = tmp_path / ".env"
    dotenv.write_text(given.replace("_...", "_x7"))
    settings = load({}, data_dir=tmp_path, dotenv=dotenv)
    assert settings.production
    assert (
        settings.stripe.webhook_secrets,
        settings.stripe.connect_webhook_secrets,
    ) == (
        ("whsec_x7",),
        ("whsec_x7",),
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\nMARKETHALL_SECRET_KEY='hidden\n", "line 2"),
        (b"hidden\n", "line 1"),
        (b"MARKETHALL_SECRET_KEY=hidden\xff\n", "not UTF-8"),
    ],
)
def test_a_dotenv_file_that_cannot_be_read_is_told_by_its_line(
    tmp_path: Path, content: bytes, said: str
) -> None:
    """Where, and never what: the line may hold a key."""
    dotenv = tmp_path / ".env"
    dotenv.write_bytes(content)
    with pytest.raises(SettingsError, match=said) as refused:
        load({}, data_dir=tmp_path, dotenv=dotenv)
    assert "hidden" not in str(refused.value)


WRONG = {
    "MARKETHALL_DATABASE_URL": ["hidden", "mysql://u:hidden@db/x", "sqlite://"],
    "MARKETHALL_PUBLIC_URL": [
        "hidden.example",
        "https://",
        "https://here/hidden",
        "https://u:hidden@here",
        "https://a:b",
    ],
    "MARKETHALL_SMTP_URL": [
        "mail.example:587",
        "https://u:hidden@mail",
        "smtp://u:hidden@mail # ours",
    ],
    "MARKETHALL_REDIS_URL": ["hidden:6379", "https://u:hidden@redis"],
    "MARKETHALL_TRUSTED_PROXIES": ["hidden", "-1", "1.5", "100", "9" * 5000],
    "MARKETHALL_LOG_LEVEL": ["hidden"],
    "MARKETHALL_PLAIN_CONNECTIONS": ["hidden", "mail redis", "smtp"],
    "STRIPE_SECRET_KEY": [
        "hidden",
        "pk_live_hidden",
        '"sk_live_hidden"',
        "sk_live_hid den",
        "sk_live_...",
    ],
    "STRIPE_PUBLISHABLE_KEY": ["hidden", "sk_live_hidden", "pk_live_"],
    "STRIPE_WEBHOOK_SECRET": [
        "we_hidden",
        "whsec_a,hidden",
        "whsec_hidden#first",
        "whsec_hidden # first",
    ],
    "STRIPE_CONNECT_WEBHOOK_SECRET": ["whsec_", "sk_live_hidden", "<hidden>"],
    "STRIPE_API_BASE": ["hidden", "ftp://hidden"],
    "STRIPE_JS_URL": ["hidden"],
}


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, value) for name, values in WRONG.items() for value in values],
)
def test_a_value_that_cannot_be_right_is_named_and_not_shown(
    tmp_path: Path, name: str, value: str
) -> None:
    """As `docker --env-file` would hand it over, for one: quotes and comments included."""
    with pytest.raises(SettingsError) as refused:
        read(tmp_path, {**PRODUCTION, name: value})
    lines = str(refused.value).splitlines()[1:]
    assert [line.split()[1] for line in lines] == [name], lines
    assert "hid" not in str(refused.value)


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    """Wrong values and missing ones, each once."""
    with pytest.raises(SettingsError) as refused:
        read(
            tmp_path,
            {
                "MARKETHALL_ENV": "production",
                "MARKETHALL_REDIS_URL": "x",
                "STRIPE_SECRET_KEY": "pk_live_x",
            },
        )
    named = [line.split()[1] for line in str(refused.value).splitlines()[1:]]
    assert sorted(named) == [
        "MARKETHALL_PUBLIC_URL",
        "MARKETHALL_REDIS_URL",
        "MARKETHALL_SECRET_KEY",
        "STRIPE_SECRET_KEY",
    ]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("MARKETHALL_TRUSTED_PROXY", "MARKETHALL_TRUSTED_PROXIES"),
        ("markethall_env", "MARKETHALL_ENV"),
        ("STRIPE_WEBHOOK_SECRETS", "STRIPE_WEBHOOK_SECRET"),
        ("MARKETHALL_COLOUR", "docs/operations.md"),
    ],
)
def test_a_name_that_counts_for_nothing_is_told(
    tmp_path: Path, name: str, meant: str
) -> None:
    """With the name that is probably meant; other programs' names are left alone."""
    settings = read(
        tmp_path,
        {
            name: "hidden",
            "STRIPE_DEVICE_NAME": "x",
            "PATH": "x",
            "MARKETHALL_NO_BOOTSTRAP": "1",
        },
    )
    (note,) = settings.notes
    assert note.startswith(f"{name} ")
    assert meant in note
    assert "hidden" not in note


def test_an_empty_value_in_the_environment_takes_back_what_the_file_says(
    tmp_path: Path,
) -> None:
    """`MARKETHALL_REDIS_URL= python3 run.py` runs without Redis."""
    dotenv = tmp_path / ".env"
    dotenv.write_text("MARKETHALL_REDIS_URL=redis://file\n")
    assert (
        load({"MARKETHALL_REDIS_URL": ""}, data_dir=tmp_path, dotenv=dotenv).redis_url
        is None
    )


def test_the_other_usual_spelling_of_postgres_is_the_same_database(
    tmp_path: Path,
) -> None:
    """Most hosts write postgresql://."""
    settings = read(
        tmp_path, {"MARKETHALL_DATABASE_URL": "postgresql://u:p@db/x?max_size=4"}
    )
    assert settings.database_url == "postgres://u:p@db/x?max_size=4"


def test_the_development_key_is_made_once_and_kept_private(tmp_path: Path) -> None:
    """A restart keeps everyone signed in."""
    key = development_key(tmp_path / "var")
    assert len(key) >= 32
    assert development_key(tmp_path / "var") == key
    assert (tmp_path / "var" / "secret-key").stat().st_mode & 0o777 == 0o600

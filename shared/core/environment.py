"""What the environment and a `.env` file say, through pydantic-settings: names, types, shapes,
defaults.

`shared/core/settings.py` makes the application's settings of it. Nothing here prints or keeps a
value in a message: a wrong one is told by its name and by what it should look like.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, cast
from urllib.parse import urlsplit

from dotenv.parser import parse_stream
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from shared.core.encrypted import SERVICES

OUTSIDE = "MARKETHALL_NO_BOOTSTRAP"  # read by run.py before anything is installed
_PREFIXES = ("MARKETHALL_", "STRIPE_")
_DATABASES = ("sqlite", "postgres", "postgresql", "asyncpg")
_KEYS = {
    "whsec_": re.compile(r"whsec_[A-Za-z0-9_+/=-]+"),
    "pk_test_ or pk_live_": re.compile(r"pk_(test|live)_[A-Za-z0-9_]+"),
    "sk_test_ or sk_live_": re.compile(r"[sr]k_(test|live)_[A-Za-z0-9_]+"),
}


def _wrong(sentence: str) -> PydanticCustomError:
    """An error whose text is exactly `sentence`; it says what is expected and never what was
    found.
    """
    return PydanticCustomError("shape", "{sentence}", {"sentence": sentence})


def _key(beginning: str) -> AfterValidator:
    def check(value: str) -> str:
        if _KEYS[beginning].fullmatch(value):
            return value
        other = next(
            (start for start, shape in _KEYS.items() if shape.fullmatch(value)),
            None,
        )
        found = (
            f" What stands there begins with {other}: were two settings exchanged?" if other else ""
        )
        raise _wrong(
            f"must begin with {beginning} and go on in letters and digits, without blanks.{found}"
        )

    return AfterValidator(check)


def _by_commas(value: Any) -> tuple[str, ...]:
    return tuple(part.strip() for part in str(value).split(",") if part.strip())


def _url(*schemes: str, bare: bool = False) -> AfterValidator:
    """An address with one of these schemes and a host; `bare`: nothing may come after the host and
    the port.
    """

    def check(value: str) -> str:
        try:
            parts = urlsplit(value)
            whole = bool(parts.hostname) and (parts.port is None or parts.port > 0)
        except ValueError:
            raise _wrong(f"is no address; it must look like {schemes[0]}://host.") from None
        if parts.scheme not in schemes or not whole or re.search(r"\s", value):
            raise _wrong(
                f"must be an address that begins with {' or '.join(f'{s}://' for s in schemes)}."
            )
        if bare and (
            parts.path.rstrip("/") or parts.query or parts.fragment or parts.username is not None
        ):
            raise _wrong(
                "must be the address alone: scheme, host and perhaps a port, nothing behind them."
            )
        return value.rstrip("/")

    return AfterValidator(check)


def _database(value: str) -> str:
    scheme, _, rest = value.partition("://")
    if scheme not in _DATABASES or not rest:
        raise _wrong("must begin with sqlite:// or postgres:// and go on with a file or a server.")
    return f"postgres://{rest}" if scheme == "postgresql" else value


def _redis(value: str) -> str:
    if not value.startswith(("redis://", "rediss://", "unix://")):
        raise _wrong("must be an address that begins with redis://, rediss:// or unix://.")
    return value


def _whole(
    most: int,
    meaning: str,
    *,
    least: int = 0,
) -> BeforeValidator:
    """A whole number from `least` to `most`; `meaning` ends the sentence that says so."""

    def check(value: Any) -> int:
        text = str(value)
        if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
            raise _wrong(f"must be a whole number: {meaning}.")
        return int(text)

    return BeforeValidator(check)


def _token(value: str) -> str:
    if not re.fullmatch(r"[!-~]{16,}", value):
        raise _wrong("must have at least 16 characters, letters, digits and signs without blanks.")
    return value


def _host_names(value: Any) -> tuple[str, ...]:
    names = _by_commas(value)
    if not all(re.fullmatch(r"[^\s/@:*]+|\[[0-9A-Fa-f:.]+\]", name) for name in names):
        raise _wrong("must be host names separated by commas: no scheme, no port, no *.")
    return names


def _services(value: Any) -> tuple[str, ...]:
    services = _by_commas(value)
    if not set(services) <= set(SERVICES):
        raise _wrong(f"must be some of {', '.join(SERVICES)}, separated by commas.")
    return services


def _environment(value: str) -> str:
    if value not in ("development", "production"):
        raise _wrong(f"is {value!r}; it must be development or production.")
    return value


def _level(value: str) -> str:
    if value.upper() not in logging.getLevelNamesMapping():
        raise _wrong("must be DEBUG, INFO, WARNING, ERROR or CRITICAL.")
    return value.upper()


SigningSecrets = Annotated[tuple[Annotated[str, _key("whsec_")], ...], BeforeValidator(_by_commas)]


def _named(
    name: str,
    default: Any = None,
    *,
    secret: bool = False,
) -> Any:
    return Field(default, validation_alias=name, repr=not secret)


@dataclass(frozen=True)
class DotEnv:
    """A `.env` file as it was read. `problems` and `notes` are sentences without values."""

    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_dotenv(path: Path) -> DotEnv:
    """Read by python-dotenv: a comment behind a value is a comment; quotes, `export` and blanks; a
    `$` stays a `$`.
    """
    if not path.exists():
        return DotEnv()
    try:
        with path.open(encoding="utf-8") as file:
            bindings = list(parse_stream(file))
    except UnicodeDecodeError:
        return DotEnv(problems=(f"{path} is not UTF-8 text.",))
    except OSError as error:
        return DotEnv(problems=(f"{path} cannot be read: {error.strerror}.",))
    values: dict[str, str] = {}
    problems, notes = [], []
    for each in bindings:
        line = each.original.line + _blank_lines(each.original.string)
        if each.error or (each.key is not None and each.value is None):
            problems.append(f"{path}, line {line}: no NAME=value; is a quote or an = missing?")
        elif each.key is not None:
            if each.key in values:
                notes.append(f"{each.key} stands more than once in {path}; line {line} counts.")
            values[each.key] = each.value or ""
    return DotEnv(values, tuple(problems), tuple(notes))


def _blank_lines(text: str) -> int:
    return text[: len(text) - len(text.lstrip())].count("\n")


class _DotEnvSource(DotEnvSettingsSource):
    """The file as `read_dotenv` reads it: python-dotenv's own reading would put other settings in
    for `${NAME}`.
    """

    def _read_env_file(self, file_path: Path) -> Mapping[str, str | None]:
        return dict(read_dotenv(file_path).values)


class Environment(BaseSettings):
    """Every setting that can be given from outside. What each one means: docs/operations.md."""

    model_config = SettingsConfigDict(
        case_sensitive=True,
        enable_decoding=False,  # no JSON: lists are separated by commas
        validate_default=False,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    env: Annotated[str, AfterValidator(_environment)] = _named("MARKETHALL_ENV", "development")
    secret_key: str = _named("MARKETHALL_SECRET_KEY", "", secret=True)
    database_url: Annotated[str, AfterValidator(_database)] | None = _named(
        "MARKETHALL_DATABASE_URL", secret=True
    )
    public_url: Annotated[str, _url("https", "http", bare=True)] | None = _named(
        "MARKETHALL_PUBLIC_URL"
    )
    data_dir: str | None = _named("MARKETHALL_DATA_DIR")
    smtp_url: Annotated[str, _url("smtp", "smtp+tls", "smtps")] | None = _named(
        "MARKETHALL_SMTP_URL", secret=True
    )
    redis_url: Annotated[str, AfterValidator(_redis)] | None = _named(
        "MARKETHALL_REDIS_URL", secret=True
    )
    plain_connections: Annotated[tuple[str, ...], BeforeValidator(_services)] = _named(
        "MARKETHALL_PLAIN_CONNECTIONS", ()
    )
    trusted_proxies: Annotated[int, _whole(99, "how many proxies stand before this server")] = (
        _named("MARKETHALL_TRUSTED_PROXIES", 0)
    )
    allowed_hosts: Annotated[tuple[str, ...], BeforeValidator(_host_names)] = _named(
        "MARKETHALL_ALLOWED_HOSTS", ()
    )
    keep_alive_seconds: Annotated[int, _whole(3600, "from 1 to 3600 seconds", least=1)] = _named(
        "MARKETHALL_KEEP_ALIVE_SECONDS", 75
    )
    log_level: Annotated[str, AfterValidator(_level)] = _named("MARKETHALL_LOG_LEVEL", "WARNING")
    metrics_token: Annotated[str, AfterValidator(_token)] | None = _named(
        "MARKETHALL_METRICS_TOKEN", secret=True
    )
    stripe_secret_key: Annotated[str, _key("sk_test_ or sk_live_")] | None = _named(
        "STRIPE_SECRET_KEY", secret=True
    )
    stripe_publishable_key: Annotated[str, _key("pk_test_ or pk_live_")] | None = _named(
        "STRIPE_PUBLISHABLE_KEY"
    )
    stripe_webhook_secrets: SigningSecrets = _named("STRIPE_WEBHOOK_SECRET", (), secret=True)
    stripe_connect_webhook_secrets: SigningSecrets = _named(
        "STRIPE_CONNECT_WEBHOOK_SECRET", (), secret=True
    )
    stripe_api_base: Annotated[str, _url("https", "http")] | None = _named("STRIPE_API_BASE")
    stripe_js_url: Annotated[str, _url("https", "http")] | None = _named("STRIPE_JS_URL")

    @model_validator(mode="before")
    @classmethod
    def _empty_is_unset(
        cls,
        found: dict[str, Any],
    ) -> dict[str, Any]:
        """`NAME=` means the default, and takes back what the file says where it stands in the
        environment.
        """
        return {name: value for name, value in found.items() if value not in ("", None)}

    @field_validator("*", mode="before")
    @classmethod
    def _filled_in(cls, value: Any) -> Any:
        """Words of an example (`<your address>`, `whsec_...`) are no value."""
        if isinstance(value, str) and (
            value.endswith("...") or (value[:1], value[-1:]) == ("<", ">")
        ):
            raise _wrong("still holds the words of an example; put your own value there.")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What the caller hands over, which is the environment, goes before the file."""
        path = (
            dotenv_settings.env_file if isinstance(dotenv_settings, DotEnvSettingsSource) else None
        )
        return init_settings, _DotEnvSource(settings_cls, env_file=path)


def names() -> list[str]:
    """The names of all settings, as they are written."""
    return [str(each.validation_alias) for each in Environment.model_fields.values()]


def read(environ: Mapping[str, str], dotenv: Path) -> tuple[Environment, list[str], list[str]]:
    """The settings; what is wrong with them, and what is probably a slip, each a sentence.

    Where something is wrong with a value, its default stands in its place, so that the caller can
    look at the rest.
    """
    file = read_dotenv(dotenv)
    if file.problems:
        return Environment(), list(file.problems), list(file.notes)
    given = {name: environ[name] for name in names() if name in environ}
    notes = [
        *file.notes,
        *_slips({**file.values, **environ}),
    ]
    try:
        return _made(dotenv, given), [], notes
    except ValidationError as wrong:
        found = {
            str(each["loc"][0]): f"{each['loc'][0]} {each['msg']}"
            for each in wrong.errors(include_url=False)
        }
    spared = dict.fromkeys(found, "")
    return _made(dotenv, {**given, **spared}), list(found.values()), notes


def _made(dotenv: Path, given: Mapping[str, str]) -> Environment:
    made: Any = Environment  # its arguments are names of settings, which no type checker knows
    return cast("Environment", made(_env_file=dotenv, **given))


def _slips(found: Mapping[str, str]) -> list[str]:
    """Names that look like ours and are none: all that begin with MARKETHALL_, and those close to
    one of Stripe's.
    """
    known = [*names(), OUTSIDE]
    notes = []
    for name in sorted(found):
        spelled = name.upper().replace("-", "_")
        if name in known or not spelled.startswith(_PREFIXES):
            continue
        close = get_close_matches(spelled, known, n=1, cutoff=0.85)
        if close:
            notes.append(f"{name} is no setting and counts for nothing. Is {close[0]} meant?")
        elif spelled.startswith("MARKETHALL_"):
            notes.append(
                f"{name} is no setting and counts for nothing. docs/operations.md lists them all."
            )
    return notes

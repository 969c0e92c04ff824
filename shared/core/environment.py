"""What the environment and a `.env` file say, through pydantic-settings: names, types, shapes,
defaults.

`shared/core/settings.py` makes the application's settings of it. Nothing here prints or keeps a
value in a message: a wrong one is told by its name and by what it should look like.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

from dotenv.parser import parse_stream
from pydantic import (
    Field,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from shared.core import setting_shapes as shapes
from shared.core.frozen import frozen

OUTSIDE = "MARKETHALL_NO_BOOTSTRAP"  # read by run.py before anything is installed
_PREFIXES = ("MARKETHALL_", "STRIPE_")


def _named(
    name: str,
    default: Any = None,
    *,
    secret: bool = False,
) -> Any:
    return Field(default, validation_alias=name, repr=not secret)


@frozen
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
            problems.append(
                f"{path}, line {line}: no NAME=value; is a quote or an = missing?"
            )
        elif each.key is not None:
            if each.key in values:
                notes.append(
                    f"{each.key} stands more than once in {path}; line {line} counts."
                )
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

    env: shapes.EnvironmentName = _named("MARKETHALL_ENV", "development")
    secret_key: str = _named("MARKETHALL_SECRET_KEY", "", secret=True)
    database_url: shapes.Database | None = _named(
        "MARKETHALL_DATABASE_URL", secret=True
    )
    public_url: shapes.PublicUrl | None = _named("MARKETHALL_PUBLIC_URL")
    data_dir: str | None = _named("MARKETHALL_DATA_DIR")
    smtp_url: shapes.Smtp | None = _named("MARKETHALL_SMTP_URL", secret=True)
    redis_url: shapes.Redis | None = _named("MARKETHALL_REDIS_URL", secret=True)
    plain_connections: shapes.Services = _named("MARKETHALL_PLAIN_CONNECTIONS", ())
    trusted_proxies: shapes.Proxies = _named("MARKETHALL_TRUSTED_PROXIES", 0)
    allowed_hosts: shapes.HostNames = _named("MARKETHALL_ALLOWED_HOSTS", ())
    keep_alive_seconds: shapes.Seconds = _named("MARKETHALL_KEEP_ALIVE_SECONDS", 75)
    page_memory_mb: shapes.Megabytes = _named("MARKETHALL_PAGE_MEMORY_MB", 16)
    keep_jobs_days: shapes.Days = _named("MARKETHALL_KEEP_JOBS_DAYS", 30)
    keep_sessions_days: shapes.Days = _named("MARKETHALL_KEEP_SESSIONS_DAYS", 30)
    keep_baskets_days: shapes.Days = _named("MARKETHALL_KEEP_BASKETS_DAYS", 90)
    keep_mails_days: shapes.Days = _named("MARKETHALL_KEEP_MAILS_DAYS", 90)
    keep_event_bodies_days: shapes.Days = _named(
        "MARKETHALL_KEEP_EVENT_BODIES_DAYS", 90
    )
    reload_pages: shapes.Switch = _named("MARKETHALL_RELOAD_PAGES", False)
    log_level: shapes.LogLevel = _named("MARKETHALL_LOG_LEVEL", "WARNING")
    metrics_token: shapes.Token | None = _named("MARKETHALL_METRICS_TOKEN", secret=True)
    stripe_secret_key: shapes.SecretKey | None = _named(
        "STRIPE_SECRET_KEY", secret=True
    )
    stripe_publishable_key: shapes.PublishableKey | None = _named(
        "STRIPE_PUBLISHABLE_KEY"
    )
    stripe_webhook_secrets: shapes.SigningSecrets = _named(
        "STRIPE_WEBHOOK_SECRET", (), secret=True
    )
    stripe_connect_webhook_secrets: shapes.SigningSecrets = _named(
        "STRIPE_CONNECT_WEBHOOK_SECRET", (), secret=True
    )
    stripe_api_base: shapes.WebUrl | None = _named("STRIPE_API_BASE")
    stripe_js_url: shapes.WebUrl | None = _named("STRIPE_JS_URL")

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
        if isinstance(value, str) and _is_example(value):
            raise shapes.wrong(
                "still holds the words of an example; put your own value there."
            )
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
            dotenv_settings.env_file
            if isinstance(dotenv_settings, DotEnvSettingsSource)
            else None
        )
        return init_settings, _DotEnvSource(settings_cls, env_file=path)


def names() -> list[str]:
    """The names of all settings, as they are written."""
    return [str(each.validation_alias) for each in Environment.model_fields.values()]


def read(
    environ: Mapping[str, str], dotenv: Path
) -> tuple[Environment, list[str], list[str]]:
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
    made: Any = (
        Environment  # its arguments are names of settings, which no type checker knows
    )
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
            notes.append(
                f"{name} is no setting and counts for nothing. Is {close[0]} meant?"
            )
        elif spelled.startswith("MARKETHALL_"):
            notes.append(
                f"{name} is no setting and counts for nothing. docs/operations.md lists them all."
            )
    return notes


def _is_example(value: str) -> bool:
    is_in_brackets = value.startswith("<") and value.endswith(">")
    return is_in_brackets or value.endswith("...")

"""How the text of a setting must look, as validators for pydantic.

Each raises a sentence that says what is expected and never what was found: it may be a secret.
"""

from __future__ import annotations

import logging
import re
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError

from shared.core.encrypted import SERVICES

_DATABASES = ("sqlite", "postgres", "postgresql", "asyncpg")
_KEYS = {
    "whsec_": re.compile(r"whsec_[A-Za-z0-9_+/=-]+"),
    "pk_test_ or pk_live_": re.compile(r"pk_(test|live)_[A-Za-z0-9_]+"),
    "sk_test_ or sk_live_": re.compile(r"[sr]k_(test|live)_[A-Za-z0-9_]+"),
}


def wrong(sentence: str) -> PydanticCustomError:
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
            f" What stands there begins with {other}: were two settings exchanged?"
            if other
            else ""
        )
        raise wrong(
            f"must begin with {beginning} and go on in letters and digits, without blanks.{found}"
        )

    return AfterValidator(check)


def _by_commas(value: Any) -> tuple[str, ...]:
    parts = (part.strip() for part in str(value).split(","))
    return tuple(filter(None, parts))


def _url(*schemes: str, bare: bool = False) -> AfterValidator:
    """An address with one of these schemes and a host; `bare`: nothing may come after the host and
    the port.
    """

    def check(value: str) -> str:
        try:
            parts = urlsplit(value)
            whole = bool(parts.hostname) and (parts.port is None or parts.port > 0)
        except ValueError:
            raise wrong(
                f"is no address; it must look like {schemes[0]}://host."
            ) from None
        if parts.scheme not in schemes or not whole or re.search(r"\s", value):
            raise wrong(
                f"must be an address that begins with {' or '.join(f'{s}://' for s in schemes)}."
            )
        if bare and (
            parts.path.rstrip("/")
            or parts.query
            or parts.fragment
            or parts.username is not None
        ):
            raise wrong(
                "must be the address alone: scheme, host and perhaps a port, nothing behind them."
            )
        return value.rstrip("/")

    return AfterValidator(check)


def _database(value: str) -> str:
    scheme, _, rest = value.partition("://")
    if scheme not in _DATABASES or not rest:
        raise wrong(
            "must begin with sqlite:// or postgres:// and go on with a file or a server."
        )
    return f"postgres://{rest}" if scheme == "postgresql" else value


def _redis(value: str) -> str:
    if not value.startswith(("redis://", "rediss://", "unix://")):
        raise wrong(
            "must be an address that begins with redis://, rediss:// or unix://."
        )
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
            raise wrong(f"must be a whole number: {meaning}.")
        return int(text)

    return BeforeValidator(check)


def _token(value: str) -> str:
    if not re.fullmatch(r"[!-~]{16,}", value):
        raise wrong(
            "must have at least 16 characters, letters, digits and signs without blanks."
        )
    return value


def _host_names(value: Any) -> tuple[str, ...]:
    names = _by_commas(value)
    if not all(re.fullmatch(r"[^\s/@:*]+|\[[0-9A-Fa-f:.]+\]", name) for name in names):
        raise wrong("must be host names separated by commas: no scheme, no port, no *.")
    return names


def _services(value: Any) -> tuple[str, ...]:
    services = _by_commas(value)
    if not set(services) <= set(SERVICES):
        raise wrong(f"must be some of {', '.join(SERVICES)}, separated by commas.")
    return services


def _environment(value: str) -> str:
    if value not in ("development", "production"):
        raise wrong(f"is {value!r}; it must be development or production.")
    return value


def _level(value: str) -> str:
    if value.upper() not in logging.getLevelNamesMapping():
        raise wrong("must be DEBUG, INFO, WARNING, ERROR or CRITICAL.")
    return value.upper()


def _switch(value: Any) -> bool:
    if str(value).lower() not in ("yes", "no", "true", "false"):
        raise wrong("must be yes or no.")
    return str(value).lower() in ("yes", "true")


Database = Annotated[str, AfterValidator(_database)]
EnvironmentName = Annotated[str, AfterValidator(_environment)]
HostNames = Annotated[tuple[str, ...], BeforeValidator(_host_names)]
LogLevel = Annotated[str, AfterValidator(_level)]
Proxies = Annotated[int, _whole(99, "how many proxies stand before this server")]
Days = Annotated[int, _whole(36500, "from 7 to 36500 days", least=7)]
Megabytes = Annotated[int, _whole(4096, "from 0 to 4096 megabytes")]
PublicUrl = Annotated[str, _url("https", "http", bare=True)]
PublishableKey = Annotated[str, _key("pk_test_ or pk_live_")]
Redis = Annotated[str, AfterValidator(_redis)]
Seconds = Annotated[int, _whole(3600, "from 1 to 3600 seconds", least=1)]
Switch = Annotated[bool, BeforeValidator(_switch)]
SecretKey = Annotated[str, _key("sk_test_ or sk_live_")]
Services = Annotated[tuple[str, ...], BeforeValidator(_services)]
SigningSecret = Annotated[str, _key("whsec_")]
SigningSecrets = Annotated[tuple[SigningSecret, ...], BeforeValidator(_by_commas)]
Smtp = Annotated[str, _url("smtp", "smtp+tls", "smtps")]
Token = Annotated[str, AfterValidator(_token)]
WebUrl = Annotated[str, _url("https", "http")]

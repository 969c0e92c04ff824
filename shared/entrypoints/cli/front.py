"""The way in as `doctor` finds it: it asks our own site through the public address and judges what
the site saw.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import warnings
from typing import Any
from urllib.parse import urlsplit

import aiohttp

from shared.core.frozen import frozen
from shared.core.settings import Settings
from shared.entrypoints.cli import addresses
from shared.entrypoints.cli.findings import Finding
from shared.entrypoints.web.doctor import HEADER, signer

MADE_UP = "192.0.2.77"  # an address that nobody has (RFC 5737), told as a forging caller would
ASKED = 8  # times, on fresh connections, to meet more than one web process
SECONDS = 15.0


@frozen
class Seen:
    """One answer of the site; see shared/entrypoints/api/seen.py."""

    process: str
    version: str
    address: str
    host: str
    forwarded_for: tuple[str, ...]
    forwarded_proto: tuple[str, ...]
    trusted_proxies: int
    web_processes: int
    limits_are_shared: bool

    @property
    def proxies(self) -> int:
        """How many proxies in front added to X-Forwarded-For; the first may put away what the
        caller made up.
        """
        return len(self.forwarded_for) - (self.forwarded_for[:1] == (MADE_UP,))


def judge(
    answers: list[Seen],
    *,
    public_url: str,
) -> list[Finding]:
    """What the site saw, against what is set."""
    seen, wanted = answers[0], urlsplit(public_url)
    found = [_proxies(seen, is_https=wanted.scheme == "https")]
    if seen.host != wanted.netloc:
        found.append(
            Finding(
                f"The site is asked for as {seen.host}, not as {wanted.netloc}.",
                "Let the proxy pass on the Host header (nginx: proxy_set_header Host $http_host).",
            )
        )
    if (
        wanted.scheme == "https"
        and seen.proxies
        and "https" not in seen.forwarded_proto
    ):
        advice = (
            "Let the proxy say so (nginx: proxy_set_header X-Forwarded-Proto $scheme)."
        )
        found.append(
            Finding("The site does not learn that its callers use https.", advice)
        )
    found.append(_limits(answers))
    return found


def _proxies(seen: Seen, *, is_https: bool) -> Finding:
    there, trusted = seen.proxies, seen.trusted_proxies
    if trusted > there:
        return Finding(
            (
                f"{trusted} proxies are trusted and {there or 'none'} told who calls: anyone can "
                "make up an address."
            ),
            f"Set MARKETHALL_TRUSTED_PROXIES={there}, or let the proxy add to X-Forwarded-For.",
        )
    if trusted < there:
        return Finding(
            f"{there} {'proxy stands' if there == 1 else 'proxies stand'} in front and "
            f"{trusted or 'none'} is trusted:"
            " all callers share one limit.",
            f"Set MARKETHALL_TRUSTED_PROXIES={there}.",
        )
    if not there and is_https:
        return Finding(
            "Whatever ends TLS in front does not tell who calls: all callers share one limit.",
            "Let it add to X-Forwarded-For (nginx: proxy_set_header X-Forwarded-For "
            "$proxy_add_x_forwarded_for)"
            " and set MARKETHALL_TRUSTED_PROXIES=1.",
        )
    if not there:
        return Finding(
            "The public address leads to this site; no proxy stands in front."
        )
    return Finding(
        f"The public address leads to this site, through {there} trusted "
        f"prox{'y' if there == 1 else 'ies'}."
    )


def _limits(answers: list[Seen]) -> Finding:
    processes = max(
        answers[0].web_processes,
        len({seen.process for seen in answers}),
    )
    if processes > 1 and not answers[0].limits_are_shared:
        return Finding(
            (
                f"{processes} web processes count limits each for itself: a caller gets "
                f"{processes} times as many tries."
            ),
            "Set MARKETHALL_REDIS_URL.",
        )
    how = (
        "shared by all processes"
        if answers[0].limits_are_shared
        else "counted in the one web process"
    )
    return Finding(f"Limits are {how}.")


async def ask(
    settings: Settings,
    *,
    must_answer: bool,
) -> list[Finding]:
    """Ask the site through MARKETHALL_PUBLIC_URL, several times on fresh connections.

    Changes nothing.
    """
    public = settings.public_url
    url = public + addresses.SEEN
    try:
        answers = [await _once(url, settings.secret_key) for _ in range(ASKED)]
    except aiohttp.ClientSSLError as problem:
        return [
            Finding(
                f"The certificate of {public} is not accepted: {problem}", "Mend it."
            )
        ]
    except (aiohttp.ClientError, TimeoutError, OSError) as problem:
        what = f"The site does not answer at {public} ({type(problem).__name__})."
        if not must_answer:  # it may not be started yet
            return [Finding(what, is_open=True)]
        start = f"Start it with python3 run.py, and let {public} lead to it."
        return [Finding(what, start)]
    statuses = {status for status, _ in answers}
    if statuses != {200}:
        return [_elsewhere(settings, max(statuses))]
    return judge([_read(body) for _, body in answers], public_url=public) + await _tls(
        url
    )


async def _tls(url: str) -> list[Finding]:
    parts = urlsplit(url)
    if parts.scheme != "https":
        return []
    host, port = parts.hostname or "", parts.port or 443
    if not await asyncio.to_thread(takes_old_tls, host, port):
        return []
    advice = "Let the proxy take 1.2 and 1.3 alone."
    return [Finding("The public address still speaks TLS 1.0 or 1.1.", advice)]


def takes_old_tls(host: str, port: int) -> bool:
    """Whether a server lets somebody in who knows nothing newer than TLS 1.1.

    Nothing is asked of it.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # Judged before, by who asked first.
    context.check_hostname, context.verify_mode = (
        False,
        ssl.CERT_NONE,
    )
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # that they are old is the point
        context.minimum_version, context.maximum_version = (
            ssl.TLSVersion.TLSv1,
            ssl.TLSVersion.TLSv1_1,
        )
    context.set_ciphers("ALL:@SECLEVEL=0")
    try:
        with (
            socket.create_connection((host, port), SECONDS) as line,
            context.wrap_socket(line, server_hostname=host),
        ):
            return True
    except OSError:
        return False


async def _once(
    url: str,
    secret_key: str,
) -> tuple[int, Any]:
    headers = {
        HEADER: signer(secret_key).sign("doctor").decode(),
        "X-Forwarded-For": MADE_UP,
    }
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.get(url, headers=headers, allow_redirects=False) as answer,
    ):
        is_json = answer.content_type == "application/json"
        return (
            answer.status,
            await answer.json() if is_json and answer.status == 200 else None,
        )


def _elsewhere(settings: Settings, status: int) -> Finding:
    """Something answered that is not this installation, or does not let us in."""
    what = (
        f"{settings.public_url} is answered by something that is not this installation (status "
        f"{status})."
    )
    if status in (301, 302, 307, 308):
        what = (
            f"{settings.public_url} sends its callers elsewhere (status {status}); Stripe follows "
            "no redirects."
        )
    return Finding(
        what,
        (
            "Check MARKETHALL_PUBLIC_URL, the proxy, and that the site runs with this "
            "MARKETHALL_SECRET_KEY."
        ),
    )


def _read(body: Any) -> Seen:
    known = {
        **body,
        "forwarded_for": tuple(body["forwarded_for"]),
        "forwarded_proto": tuple(body["forwarded_proto"]),
    }
    return Seen(**{name: known[name] for name in Seen.__dataclass_fields__})

"""Which connections to other machines would be readable on their way.

Rules about addresses alone; nothing is opened.
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import parse_qs, urlsplit

# What may be named in MARKETHALL_PLAIN_CONNECTIONS: the setting of its address, and how it looks
# encrypted.
SERVICES = {
    "database": ("MARKETHALL_DATABASE_URL", "`?ssl=true` behind the address"),
    "mail": ("MARKETHALL_SMTP_URL", "smtp+tls:// or smtps://"),
    "redis": ("MARKETHALL_REDIS_URL", "rediss://"),
    "stripe": ("STRIPE_API_BASE", "https://"),
}
_PLAIN = ("postgres", "asyncpg", "smtp", "redis", "http")


def is_plain(url: str) -> bool:
    """Whether this address leads to another machine without TLS.

    A file, a socket or this machine's own name does not.
    """
    parts = urlsplit(url)
    given = parse_qs(parts.query)
    if parts.scheme not in _PLAIN or "ssl" in given:
        return False
    return not _is_here(parts.hostname or given.get("host", [""])[-1])


def _is_here(host: str) -> bool:
    if host in ("", "localhost") or host.startswith("/") or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False

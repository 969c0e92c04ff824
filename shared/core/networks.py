"""Network addresses as limits count them: whoever can have one of a network's addresses for the
asking has all of them.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

HOUSEHOLD = (
    64  # bits of an IPv6 address that one line is given; the rest is its own to choose
)


@lru_cache(maxsize=4096)
def network_of(address: str | None) -> str:
    """What `address` is counted as: an IPv4 address itself, an IPv6 address its /64, and anything
    else `local`.

    However it is written: `2001:DB8::1` is in the network of `2001:db8:0:0::2`, `::ffff:192.0.2.1`
    is `192.0.2.1`.
    """
    found = _parsed(address or "")
    if found is None:
        return "local"
    if isinstance(found, IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ip_network((int(found), HOUSEHOLD), strict=False))


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    unbracketed = address.strip().removeprefix("[").partition("]")[0]
    bare = unbracketed.partition("%")[0]
    try:
        return ip_address(bare)
    except ValueError:
        return _without_port(bare)


def _without_port(text: str) -> IPv4Address | IPv6Address | None:
    """Some proxies write `192.0.2.1:50312`."""
    host, _, _port = text.rpartition(":")
    try:
        return ip_address(host)
    except ValueError:
        return None

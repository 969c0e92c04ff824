#!/usr/bin/env bash
# Hypercorn 0.18.0: behind two trusted proxies ProxyFixMiddleware finds the caller, but neither scheme nor host.
#
# X-Forwarded-For grows by one address with each proxy; X-Forwarded-Proto and X-Forwarded-Host are set by the first proxy and
# passed on, or set anew, by the next: one value, as nginx, HAProxy and Caddy do. The middleware reads all three at the same
# place, `trusted_hops` from the end, and takes nothing where a header has fewer values. With trusted_hops=2 the address is
# the caller's, the scheme stays http and the host stays the inner one, so an application believes that it is reached without
# TLS. With trusted_hops=1 scheme and host are right, and the address is the first proxy's.
# Seen on 2026-11-28; exits 1 when any of this changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check hypercorn==0.18.0

"$folder/env/bin/python" - <<'PYTHON'
import asyncio

from hypercorn.middleware import ProxyFixMiddleware

HEADERS = [
    (b"host", b"inner.example"),
    (b"x-forwarded-for", b"203.0.113.7, 10.0.0.1"),
    (b"x-forwarded-proto", b"https"),
    (b"x-forwarded-host", b"shop.example"),
]


async def seen(hops: int) -> tuple[str, str, str]:
    """Caller, scheme and host as the application is told."""
    told: list[tuple[str, str, str]] = []

    async def application(scope, _receive, _send) -> None:
        told.append((scope["client"][0], scope["scheme"], dict(scope["headers"])[b"host"].decode()))

    scope = {"type": "http", "scheme": "http", "client": ("10.0.0.2", 40000), "headers": HEADERS}
    await ProxyFixMiddleware(application, mode="legacy", trusted_hops=hops)(scope, None, None)
    return told[0]


two, one = asyncio.run(seen(2)), asyncio.run(seen(1))
print("trusted_hops=2:", two)
print("trusted_hops=1:", one)
assert two == ("203.0.113.7", "http", "inner.example"), two
assert one == ("10.0.0.1", "https", "shop.example"), one
print("As described.")
PYTHON

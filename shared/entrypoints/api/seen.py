"""What this server saw of a request that `doctor` sent through the public address: proxies, names,
limits.

Only who holds our secret key is answered, so the address tells a stranger nothing.
"""

from __future__ import annotations

from itsdangerous import BadSignature
from quart import Blueprint, Response, current_app, jsonify, request
from quart_schema import hide

from shared.core.errors import NotFound
from shared.core.version import VERSION
from shared.entrypoints.web.access import public
from shared.entrypoints.web.doctor import GOOD_FOR, HEADER, signer
from shared.entrypoints.web.kit import kit
from shared.entrypoints.web.measuring import PROCESS

blueprint = Blueprint("seen", __name__, url_prefix="/api/v1/platform")


@blueprint.get("/seen")
@public
@hide
async def seen() -> Response:
    """What this server saw of this very request; for `doctor`, which signs it with our secret
    key.
    """
    settings = kit().settings
    try:
        signer(settings.secret_key).unsign(
            request.headers.get(HEADER, ""),
            max_age=GOOD_FOR,
        )
    except BadSignature:
        raise NotFound from None
    return jsonify(
        process=PROCESS,
        version=VERSION,
        address=request.remote_addr,
        host=request.host,
        forwarded_for=_values("X-Forwarded-For"),
        forwarded_proto=_values("X-Forwarded-Proto"),
        trusted_proxies=settings.trusted_proxies,
        web_processes=int(current_app.config.get("WEB_PROCESSES", 1)),
        limits_are_shared=bool(settings.redis_url),
    )


def _values(name: str) -> list[str]:
    """A header's values, of every line it came in, in their order."""
    return [
        value.strip()
        for line in request.headers.getlist(name)
        for value in line.split(",")
    ]

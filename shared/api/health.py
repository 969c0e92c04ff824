"""Whether this process lives (/healthz) and whether it can do its work (/readyz)."""

from __future__ import annotations

import asyncio
import logging

from quart import Blueprint, Response, jsonify
from quart_schema import hide
from tortoise.connection import get_connection

from shared.errors import TryLater
from shared.web.access import public
from shared.web.hosts import any_host
from shared.web.limits import limit_instead

blueprint = Blueprint("health", __name__)
log = logging.getLogger("markethall.health")


class NotReady(TryLater):
    """The database does not answer."""

    code = "not_ready"
    default = "The database does not answer."


@blueprint.get("/healthz")
@public
@any_host
@hide
@limit_instead("6000/minute")
async def healthz() -> Response:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
@any_host
@hide
@limit_instead("6000/minute")
async def readyz() -> Response:
    """The database answers within two seconds, with our tables in it."""
    try:
        async with asyncio.timeout(2):
            await get_connection("default").execute_query("SELECT 1 FROM vendors LIMIT 1")
    except Exception as problem:
        raise NotReady(log=f"{type(problem).__name__}: {problem}") from None
    return jsonify(status="ready", database="ok")

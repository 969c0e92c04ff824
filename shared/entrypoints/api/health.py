"""Whether this process lives (/healthz) and whether it can do its work (/readyz)."""

from __future__ import annotations

import logging

from quart import Blueprint, Response, current_app, jsonify
from quart_schema import hide

from shared.core.errors import TryLater
from shared.entrypoints.web.access import public
from shared.entrypoints.web.hosts import any_host
from shared.entrypoints.web.limits import limit_instead
from shared.infra.database.probe import Probe
from shared.infra.database.schema import SchemaTooNew
from shared.infra.database.trouble import DatabaseTrouble

blueprint = Blueprint("health", __name__)
log = logging.getLogger("markethall.health")


class NotReady(TryLater):
    """The database takes no write, or is of another version; the message says which."""

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
    """The database took a write a moment ago, and is of this version."""
    probe: Probe = current_app.extensions.setdefault("database_probe", Probe())
    try:
        await probe.ask()
    except SchemaTooNew as newer:
        raise NotReady(str(newer), log=str(newer)) from None
    except DatabaseTrouble as trouble:  # its detail names machines: for the log alone
        raise NotReady(f"{trouble.words}.", log=str(trouble)) from None
    return jsonify(status="ready", database="ok")

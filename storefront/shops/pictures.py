"""The files of uploaded pictures. A picture is named by what it shows, so browsers ask once."""

from __future__ import annotations

import re

from quart import Blueprint, Response

from shared.core.errors import NotFound
from shared.entrypoints.web.access import public
from shared.entrypoints.web.limits import limit_instead
from shared.trade.pictures.rules import FORMATS
from shared.trade.pictures.service import content_of

blueprint = Blueprint("pictures", __name__)

_FILE = re.compile(r"(\d{1,5})\.(\w{1,4})", re.ASCII)
_FOR_EVER = "public, max-age=31536000, immutable"


@blueprint.get("/pictures/<name>/<file>")
@public
@limit_instead("6000/minute")
async def show(name: str, file: str) -> Response:
    """A picture in one width and format."""
    found = _FILE.fullmatch(file)
    if found is None:
        raise NotFound
    width, kind = int(found[1]), found[2]
    content = await content_of(name, width, kind)
    headers = {
        "Content-Type": FORMATS[kind],
        "Cache-Control": _FOR_EVER,
    }
    return Response(content, headers=headers)

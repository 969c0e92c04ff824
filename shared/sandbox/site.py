"""Everything but the API: control, hosted pages, browser files.

Imported with the first page that is asked for: the framework takes longer to load than everything
else together.
"""

from __future__ import annotations

from quart import Quart, Response, request

from shared.sandbox import api, browser, control, control_page, hosted
from shared.sandbox.app import Standin
from shared.sandbox.control_base import known_host


def site_of(standin: Standin) -> Quart:
    """The application that answers them."""
    app = Quart("shared.sandbox", static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = api.MOST_BODY
    app.config["PROPAGATE_EXCEPTIONS"] = False

    @app.before_request
    async def by_a_name_of_ours() -> Response | None:
        if known_host(request.host, standin.world.config.base_url):
            return None
        return Response(
            "This name is not mine; start me with --base-url.",
            421,
            {"Content-Type": "text/plain"},
        )

    for part in (browser, control, control_page, hosted):
        app.register_blueprint(part.blueprint(standin))
    return app

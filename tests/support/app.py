"""The whole application for tests: every blueprint, the real gateway, the test's own database."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from shared.core import settings as configuration
from shared.core.ids import Sealed, sealed
from tests.support import once

if TYPE_CHECKING:
    from quart import Quart

    from shared.core.settings import Settings
    from shared.infra.gateway.gateway import Gateway


SECRET_KEY = "a key of the tests, long enough to sign with"


def settings_for(
    *, database_url: str, data_dir: Path, sandbox_base: str = "http://127.0.0.1:9"
) -> Settings:
    """Development settings with the stand-in, as `run.py` would read them from an empty
    environment.
    """
    return _read(sandbox_base).with_(
        database_url=database_url, data_dir=data_dir, secret_key=SECRET_KEY
    )


@cache
def _read(sandbox_base: str) -> Settings:
    nowhere = Path("/no-such-folder")
    return configuration.load(
        {},
        data_dir=nowhere,
        public_url="http://localhost",
        sandbox_base=sandbox_base,
        dotenv=nowhere / "no.env",
    )


def link_of(token: str) -> str:
    """The link's token of a purchase, as our pages and mails make it."""
    return sealed(SECRET_KEY, token, Sealed.ORDER)


def whole_app(settings: Settings, gateway: Gateway) -> Quart:
    """The application that `run.py` serves, on an already open database and without the worker."""
    import run

    app = run.compose(settings, gateway)
    app.jinja_env.bytecode_cache = once.TEMPLATES
    app.config["PROPAGATE_EXCEPTIONS"] = (
        True  # a crash in a view is the test's failure, not a page
    )
    return app

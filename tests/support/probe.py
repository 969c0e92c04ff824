"""A small application around the shell of shared/entrypoints/web: views that fail, fill forms, wait
and count. No database, no Stripe.
"""

from __future__ import annotations

import asyncio
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from quart import Blueprint, Quart, Response, session
from wtforms import IntegerField, StringField
from wtforms.validators import DataRequired

import run
from shared.core.errors import Conflict, TryLater
from shared.entrypoints.web import limits, links
from shared.entrypoints.web.access import owner, public, unsigned_post
from shared.entrypoints.web.factory import create_app
from shared.entrypoints.web.forms import MarketForm
from shared.entrypoints.web.kit import page_number
from shared.entrypoints.web.number_fields import MoneyField, PercentField
from shared.entrypoints.web.pages import page, see_other
from shared.infra.gateway.gateway import Gateway
from tests.support import once

if TYPE_CHECKING:
    from shared.core.settings import Settings
    from shared.infra.mail.links import Routes


class NoGateway:
    async def close(self) -> None:
        """Nothing is open."""


class ThingForm(MarketForm):
    name = StringField("Name", [DataRequired("Name it.")])
    price = MoneyField("Price")
    rate = PercentField("Rate", default=None)
    many = IntegerField("Many", default=1)


finished: list[str] = []


def failing() -> Blueprint:
    """Views that go wrong."""
    views = Blueprint("failing", __name__)

    @views.get("/boom")
    @public
    async def boom() -> str:
        raise RuntimeError("sk_test_markethall is in the details")

    @views.get("/api/v1/boom")
    @public
    async def api_boom() -> str:
        raise RuntimeError("details")

    @views.get("/conflict")
    @public
    async def conflict() -> str:
        raise Conflict("The last one was just sold.", param="quantity")

    @views.get("/down")
    @public
    async def down() -> str:
        raise TryLater

    return views


def working() -> Blueprint:
    """Views that do what the tests are about."""
    views = Blueprint("working", __name__)

    @views.route("/form", methods=["GET", "POST"])
    @public
    async def form() -> Response:
        filled = await ThingForm.from_request(currency="EUR")
        if filled.ok():
            return see_other(
                "/done",
                ("ok", f"{filled.name.data}|{filled.price.data}|{filled.many.data}"),
            )
        return await page(
            "errors/resend.html",
            status=422 if filled.errors else 200,
            action="/form",
            fields=[(name, str(error)) for name, error in filled.errors.items()],
            has_secret=False,
        )

    @views.get("/parts")
    @public
    async def parts() -> Response:
        return await page(
            "errors/page.html",
            fragments={"words": "text"},
            code=1,
            heading="Whole",
            sentence="Only this",
            is_order_link=False,
        )

    @views.get("/stripe")
    @public
    async def stripe() -> Response:
        return await page(
            "errors/page.html",
            stripe=True,
            code=1,
            heading="x",
            sentence="y",
            is_order_link=False,
        )

    return views


def asked() -> Blueprint:
    """Views about who asks, and how often."""
    views = Blueprint("asked", __name__)

    @views.get("/mine")
    @owner
    async def mine() -> str:
        return "mine"

    @views.post("/json")
    @public
    @unsigned_post("a test", origin=True)
    async def take_json() -> dict[str, bool]:
        return {"taken": True}

    @views.get("/tight")
    @public
    @limits.limit("3/minute")
    async def tight() -> str:
        return "ok"

    return views


def counted() -> Blueprint:
    """Views that are numbered, take their time, or count."""
    views = Blueprint("counted", __name__)

    @views.get("/page")
    @public
    async def numbered() -> str:
        return str(page_number())

    @views.get("/things/<int:thing_id>")
    @public
    async def thing(thing_id: int) -> str:
        return str(thing_id)

    @views.post("/slow")
    @public
    @unsigned_post("a test")
    async def slow() -> str:
        await asyncio.sleep(0.05)
        finished.append("slow")
        return "done"

    @views.get("/count")
    @public
    async def count() -> str:
        session["n"] = session.get("n", 0) + 1
        return str(session["n"])

    return views


def probe() -> list[Blueprint]:
    return [failing(), working(), asked(), counted()]


def small_app(settings: Settings, *more: Blueprint, **kwargs: Any) -> Quart:
    """The shell around the probe's views, and any others.

    Its pages lead to those of the whole application.
    """
    app = create_app(
        settings,
        cast("Gateway", NoGateway()),
        [*probe(), *more],
        **kwargs,
    )
    app.jinja_env.bytecode_cache = once.TEMPLATES
    links.register(app, _everywhere())
    return app


@cache
def _everywhere() -> Routes:
    return run.addresses()

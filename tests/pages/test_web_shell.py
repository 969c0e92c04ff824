"""The shell around every view: access marks, one shape of errors, pages and fragments,
lifecycle.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from quart import Blueprint, Quart

from shared.core import clock
from shared.entrypoints.web import access
from shared.entrypoints.web.access import UnmarkedRouteError, owner, public
from shared.entrypoints.web.observability import LineFormatter
from shared.entrypoints.web.pages import static_url
from shared.infra.audit import watch
from tests.support.probe import finished, small_app
from tests.support.visitor import Visitor, sign_in_as

if TYPE_CHECKING:
    from shared.core.settings import Settings


class TestAccess:
    """Every route says who may use it."""

    def test_a_route_without_a_mark_stops_the_start(self, settings: Settings) -> None:
        """Forgetting the mark cannot go unnoticed."""
        views = Blueprint("bare", __name__)
        views.get("/bare")(lambda: "x")

        with pytest.raises(UnmarkedRouteError, match="/bare"):
            small_app(settings, views)

    def test_two_marks_on_one_route_are_refused(self) -> None:
        """Which of them would count?"""
        with pytest.raises(UnmarkedRouteError):

            @owner
            @public
            async def view() -> None: ...

    async def test_who_is_not_signed_in_is_sent_to_sign_in_and_back(
        self, visitor: Visitor
    ) -> None:
        """The address is kept for afterwards."""
        answer = await visitor.get("/mine?a=1")

        assert answer.status == 303
        assert answer.location == "/vendor/login?next=%2Fmine%3Fa%3D1"

    async def test_htmx_is_told_to_load_the_sign_in_page(
        self, visitor: Visitor
    ) -> None:
        """A sign-in page must not land inside a fragment."""
        answer = await visitor.get("/mine", headers={"HX-Request": "true"})

        assert answer.headers["HX-Redirect"] == "/vendor/login"

    async def test_json_callers_get_401(self, visitor: Visitor) -> None:
        """A program cannot follow a sign-in page."""
        answer = await visitor.get("/mine", headers={"Accept": "application/json"})

        assert answer.status == 401
        assert json.loads(answer.text)["error"]["code"] == "unauthenticated"

    @pytest.mark.one_engine
    @pytest.mark.usefixtures("database")
    async def test_the_mark_alone_keeps_the_wrong_person_out(
        self, settings: Settings
    ) -> None:
        """Nothing inside these views asks again who it is: owner, operator, member and shopper are
        told apart before them.
        """
        views = Blueprint("doors", __name__)
        for mark in (access.owner, access.operator, access.member, access.shopper):
            name = str(mark(lambda: "").market_access)  # type: ignore[attr-defined]
            views.add_url_rule(f"/doors/{name}", name, mark(lambda: "inside"))
        small, found = small_app(settings, views), {}
        for role in ("owner", "operator", "customer"):
            who = Visitor(small)
            await sign_in_as(who, role)
            for door in (access.OWNER, access.OPERATOR, access.MEMBER, access.SHOPPER):
                found[role, door] = (await who.get(f"/doors/{door}")).status
        inside = {("owner", "owner"), ("operator", "operator"), ("customer", "shopper")}
        inside |= {("owner", "member"), ("operator", "member")}
        assert {where for where, status in found.items() if status == 200} == inside
        assert (found["operator", "owner"], found["owner", "operator"]) == (403, 403)


FAILURES = [
    ("GET", "/nowhere", 404, "not_found"),
    ("POST", "/boom", 405, "method_not_allowed"),
    ("GET", "/boom", 500, "internal_error"),
    ("GET", "/conflict", 409, "conflict"),
    ("GET", "/down", 503, "try_later"),
    ("POST", "/form", 422, "form_expired"),
    ("GET", "/things/99999999999999999999", 404, "not_found"),
    ("GET", "/things/-1", 404, "not_found"),
    ("GET", "/static/no/such.css", 404, "not_found"),
    ("GET", "/static/../run.py", 404, "not_found"),
    ("GET", "/page?x=%00", 400, "bad_request"),
    ("GET", "/page?x=" + "a" * 5000, 414, "address_too_long"),
]


class TestErrorShape:
    """One shape for each failing path, in the caller's format."""

    @pytest.mark.parametrize(("method", "path", "status", "code"), FAILURES)
    async def test_a_program_reads_the_one_json_shape(
        self, visitor: Visitor, method: str, path: str, status: int, code: str
    ) -> None:
        """`{"error": {"code", "message", "param"?}}` and nothing else."""
        answer = await visitor.request(
            method, path, headers={"Accept": "application/json"}
        )

        assert answer.status == status
        error = json.loads(answer.text)["error"]
        assert error["code"] == code
        assert error["message"]
        assert set(error) <= {"code", "message", "param"}

    @pytest.mark.parametrize(("method", "path", "status", "code"), FAILURES)
    async def test_a_person_reads_a_page_and_htmx_a_fragment(
        self, visitor: Visitor, method: str, path: str, status: int, code: str
    ) -> None:
        """The page has a layout, the fragment has none; both have the same sentence."""
        whole = await visitor.request(method, path, headers={"Accept": "text/html"})
        part = await visitor.request(
            method, path, headers={"HX-Request": "true", "HX-Target": "div#x"}
        )

        assert whole.status == part.status == status
        assert "<html" in whole.text
        assert "<html" not in part.text
        assert 'class="alert' in part.text
        assert code not in whole.text

    async def test_a_crash_shows_no_details(
        self, visitor: Visitor, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Neither the message nor the trace; the log has the trace, without the key in it."""
        for path in ("/boom", "/api/v1/boom"):
            answer = await visitor.get(path)
            assert answer.status == 500
            assert "details" not in answer.text
            assert "Traceback" not in answer.text
            assert answer.headers["X-Request-Id"]
        record = next(r for r in caplog.records if r.exc_info)
        line = LineFormatter().format(record)
        assert "RuntimeError" in line
        assert "sk_test_markethall" not in line

    async def test_405_names_what_works_and_503_when_to_come_back(
        self, visitor: Visitor
    ) -> None:
        """The wire's own headers survive the translation."""
        assert "GET" in (await visitor.request("POST", "/boom")).headers["Allow"]
        assert (await visitor.get("/down")).headers["Retry-After"] == "5"

    async def test_the_param_that_is_to_blame_is_named(self, visitor: Visitor) -> None:
        """A program can point at the field."""
        answer = await visitor.get("/conflict", headers={"Accept": "application/json"})

        assert json.loads(answer.text)["error"]["param"] == "quantity"


class TestPages:
    """Whole pages, fragments, headers."""

    async def test_htmx_gets_the_block_that_the_view_maps_to_its_target(
        self, visitor: Visitor
    ) -> None:
        """`tag#id` and plain ids; boosted requests, history and unknown targets get the whole
        page.
        """
        for target in ("div#words", "words"):
            part = await visitor.get(
                "/parts", headers={"HX-Request": "true", "HX-Target": target}
            )
            assert part.text.strip() == "<p>Only this</p>"
        for headers in (
            {},
            {"HX-Target": "div#words"},
            {"HX-Request": "true", "HX-Target": "div#heading"},
            {"HX-Request": "true", "HX-Target": "div#words", "HX-Boosted": "true"},
            {
                "HX-Request": "true",
                "HX-Target": "div#words",
                "HX-History-Restore-Request": "true",
            },
        ):
            assert "<html" in (await visitor.get("/parts", headers=headers)).text

    async def test_caches_keep_fragments_and_pages_apart(
        self, visitor: Visitor
    ) -> None:
        """Always `Vary: HX-Request, HX-Target`, on errors too."""
        for path in ("/parts", "/nowhere", "/boom"):
            vary = (await visitor.get(path)).headers["Vary"]
            assert "HX-Request" in vary
            assert "HX-Target" in vary

    async def test_scripts_come_from_us_and_stripe_only_where_cards_are_entered(
        self, visitor: Visitor, settings: Settings
    ) -> None:
        """A strict policy on every page; no inline script, no framing by others."""
        plain = (await visitor.get("/parts")).headers["Content-Security-Policy"]
        paying = (await visitor.get("/stripe")).headers
        stand_in = settings.stripe.api_base

        assert "script-src 'self';" in plain
        assert "unsafe" not in plain
        assert "frame-ancestors 'none'" in plain
        assert f"form-action 'self' {stand_in}" in plain
        assert f"script-src 'self' {stand_in};" in paying["Content-Security-Policy"]
        assert f"frame-src {stand_in}" in paying["Content-Security-Policy"]
        assert paying["Cache-Control"] == "no-store"

    async def test_no_page_brings_inline_scripts_or_styles(
        self, visitor: Visitor
    ) -> None:
        """They would not run under that policy."""
        text = (await visitor.get("/parts")).text

        assert not re.search(r"<script(?![^>]*\bsrc=)", text)
        assert not re.search(r"\sstyle=|\son[a-z]+=", text)

    async def test_static_files_are_kept_for_a_year_while_their_hash_fits(
        self, visitor: Visitor
    ) -> None:
        """Another or no hash: asked again each time.

        Fonts, which stylesheets name without one: for a week.
        """
        kept = await visitor.get(static_url("css/base.css"))
        other = await visitor.get("/static/css/base.css?v=000000000000")
        font = await visitor.get(
            static_url("vendor/inter/inter-latin-wght-normal.woff2")
        )

        assert "immutable" in kept.headers["Cache-Control"]
        assert other.headers["Cache-Control"] == "public, no-cache"
        assert font.headers["Cache-Control"] == "public, max-age=604800"
        assert "Set-Cookie" not in kept.headers

    @pytest.mark.parametrize(
        ("asked", "given"),
        [
            ("3", "3"),
            ("-1", "1"),
            ("0", "1"),
            ("x", "1"),
            ("9" * 400, "1"),
            ("99999999", "10000"),
        ],
    )
    async def test_page_numbers_are_sane_whatever_the_address_says(
        self, visitor: Visitor, asked: str, given: str
    ) -> None:
        """No negative offset, no overflow."""
        assert (await visitor.get(f"/page?page={asked}")).text == given


class TestLife:
    """Disconnects and lifecycle."""

    async def test_a_client_that_leaves_does_not_stop_a_use_case_half_way(
        self, small: Quart
    ) -> None:
        """The POST runs to its end although nobody waits for the answer."""
        finished.clear()
        async with small.test_app() as running:
            connection = running.test_client().request("/slow", method="POST")
            async with connection:
                await connection.send_complete()
                await asyncio.sleep(0.01)
                await connection.disconnect()
            await asyncio.sleep(0.15)

        assert finished == ["slow"]

    async def test_every_request_is_one_line_with_its_route_and_no_address(
        self, visitor: Visitor, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Addresses hold tokens; routes do not."""
        caplog.set_level(logging.INFO, "markethall.request")
        answer = await visitor.get("/things/123?token=abc")

        (record,) = [r for r in caplog.records if r.name == "markethall.request"]
        line = json.loads(LineFormatter().format(record))
        assert line["route"] == "/things/<int:thing_id>"
        assert line["status"] == 200
        assert line["request"] == answer.headers["X-Request-Id"]
        assert "abc" not in json.dumps(line)

    async def test_what_was_refused_is_a_warning_and_a_flood_of_it_is_not(
        self, visitor: Visitor, caplog: pytest.LogCaptureFixture
    ) -> None:
        """By route and network address; the line after a flood says how many were left out."""
        caplog.set_level(logging.WARNING, "markethall.request")
        now = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
        visitor.app.config["QUART_RATE_LIMITER_ENABLED"] = False
        with clock.use(lambda: now):
            for _ in range(watch.MOST + 7):
                await visitor.get("/mine", headers={"Accept": "application/json"})
            await visitor.request(
                "POST", "/json", json={}, headers={"Origin": "https://evil.example"}
            )
        with clock.use(lambda: now + timedelta(minutes=1)):
            await visitor.get("/mine", headers={"Accept": "application/json"})

        lines = [
            json.loads(LineFormatter().format(record)) for record in caplog.records
        ]
        refused = [line for line in lines if line["log"] == "markethall.request"]
        assert [line["status"] for line in refused] == [401] * watch.MOST + [403, 401]
        assert {(line["level"], line["from"], line["who"]) for line in refused} == {
            ("warning", "<local>", "nobody")
        }
        assert refused[-1]["left_out"] == 7

    async def test_what_runs_while_serving_starts_after_and_ends_before_the_database(
        self, settings: Settings
    ) -> None:
        """The worker inside the server has a database from first to last."""
        from tortoise import Tortoise

        seen: list[tuple[str, bool]] = []

        async def resource(app: Quart) -> AsyncIterator[None]:
            seen.append(("start", Tortoise.is_inited()))
            yield
            seen.append(("end", Tortoise.is_inited()))

        app = small_app(settings, while_serving=[resource])
        async with app.test_app() as running:
            assert (await running.test_client().get("/count")).status_code == 200

        assert seen == [("start", True), ("end", True)]
        assert not Tortoise.is_inited()


def test_an_exemption_says_why() -> None:
    """`@unsigned_post` without a reason does not exist."""
    with pytest.raises(ValueError, match="why"):
        access.unsigned_post("")

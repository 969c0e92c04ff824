"""Every route of the whole application against the access table, and the promises that hold for all
of them.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from shared.entrypoints.web.access import (
    MEMBER,
    OPERATOR,
    OWNER,
    PUBLIC,
    SHOPPER,
    TOKEN,
    access_of,
)
from shared.entrypoints.web.stepup import mark_of
from shared.trade.orders.models import Order
from shared.trade.vendors.models import Vendor
from tests.house.answers import check_cache, check_headers, check_sign_in
from tests.house.routes import (
    ACTS,
    EASY,
    EDITED,
    EVERY_METHOD,
    FRESH,
    SAFE,
    TABLE,
    UNSIGNED,
    address,
    rules,
    view_of,
)
from tests.support.app import link_of
from tests.support.market import check_out, open_shop
from tests.support.visitor import Visitor, sign_in_as

if TYPE_CHECKING:
    from quart import Quart

    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.one_engine


@pytest.fixture
def unlimited(app: Quart) -> Quart:
    """The application without rate limits: a walk asks faster than a person."""
    app.config["QUART_RATE_LIMITER_ENABLED"] = False
    return app


def test_every_route_stands_in_the_access_table_with_its_mark(app: Quart) -> None:
    """A new page is private by its address before anybody thinks of it."""
    for rule in rules(app):
        expected = next(
            (mark for pattern, mark in TABLE if re.fullmatch(pattern, rule.rule)),
            None,
        )
        assert access_of(view_of(app, rule)) == expected, rule.rule


def test_only_four_known_routes_take_unsafe_requests_without_a_form_token(
    app: Quart,
) -> None:
    """Exemptions are visible, and few."""
    exempt = {
        rule.rule
        for rule in rules(app)
        if hasattr(view_of(app, rule), "market_unsigned")
    }

    assert exempt == UNSIGNED


def test_every_route_that_members_send_to_asks_once_more_or_says_why_not(
    app: Quart,
) -> None:
    """Whoever adds one decides: it stands among those that need a fresh sign-in, or among those
    that do not.
    """
    sent, marked = set(), set()
    for rule in rules(app):
        mark = access_of(view_of(app, rule))
        if mark in (OWNER, OPERATOR, MEMBER) and (rule.methods or set()) - SAFE:
            sent.add(rule.rule)
        if mark_of(view_of(app, rule)) is not None:
            marked.add(rule.rule)
            assert mark in (OWNER, OPERATOR, MEMBER), rule.rule

    assert marked == FRESH
    assert sent - marked == EASY


def test_every_form_that_members_send_is_edited_by_two_or_says_why_not() -> None:
    """Whoever adds one decides: it carries what it showed (shared/entrypoints/web/editing.py), or
    overwrites nothing of another's.
    """
    for route in FRESH | EASY:
        is_act = any(re.fullmatch(pattern, route) for pattern in ACTS)
        assert is_act != (route in EDITED), route
    assert EDITED <= FRESH | EASY


async def test_a_stranger_sees_nothing_that_is_not_public(unlimited: Quart) -> None:
    """Sent to sign in, or 401 for programs; a POST without a token does not get that far."""
    stranger = Visitor(unlimited)
    for rule in rules(unlimited):
        mark = access_of(view_of(unlimited, rule))
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            answer = await stranger.request(method, address(rule))
            if mark == TOKEN:
                assert answer.status == 401, rule.rule
            elif mark != PUBLIC and method == "GET":
                assert answer.status == 303, rule.rule
                assert answer.location.partition("?")[0] == _door(rule.rule, mark)
            elif mark != PUBLIC:
                assert answer.status == 422, rule.rule


def _door(route: str, mark: str | None) -> str:
    """Where whoever a route is for signs in."""
    if mark == SHOPPER:
        return "/shop/account/login"
    is_staffs = route.startswith("/operator")
    return "/operator/login" if is_staffs else "/vendor/login"


async def test_the_wrong_person_sees_nothing_either(unlimited: Quart) -> None:
    """Owners not the operator's pages, operators not the owners', shoppers neither."""
    owner, staff, shopper = Visitor(unlimited), Visitor(unlimited), Visitor(unlimited)
    await owner.sign_up()
    for who, role in ((staff, "operator"), (shopper, "customer")):
        await sign_in_as(who, role)

    for rule in rules(unlimited):
        if "GET" not in (rule.methods or set()):
            continue
        mark = access_of(view_of(unlimited, rule))
        wrong = {
            OWNER: (staff, shopper),
            OPERATOR: (owner, shopper),
            MEMBER: (shopper,),
            SHOPPER: (owner, staff),
        }
        for who in wrong.get(mark or "", ()):
            answer = await who.get(address(rule))
            assert answer.status in (303, 403), rule.rule


async def test_every_route_refuses_methods_it_does_not_know(unlimited: Quart) -> None:
    """405 with Allow, in the caller's format."""
    stranger = Visitor(unlimited)
    known: dict[str, set[str]] = {}
    for rule in rules(unlimited):
        known.setdefault(address(rule), set()).update(rule.methods or ())
    for path, methods in known.items():
        for method in set(EVERY_METHOD) - methods:
            answer = await stranger.request(method, path)
            # An address may match another, more general rule as well; then that one decides.
            if answer.status == 405:
                assert answer.headers["Allow"], (method, path)
            else:
                assert answer.status in (401, 404, 422), (method, path, answer.status)


async def test_every_route_is_rate_limited(app: Quart) -> None:
    """Each answer says what is left."""
    stranger = Visitor(app)
    for rule in rules(app):
        answer = await stranger.request(
            "GET" if "GET" in (rule.methods or set()) else "POST", address(rule)
        )
        assert int(answer.headers["RateLimit-Limit"]) > 0, rule.rule


async def test_every_unsafe_route_refuses_another_sites_form(unlimited: Quart) -> None:
    """Even for someone signed in, with a good token; signed webhooks and API tokens are no
    forms.
    """
    owner = Visitor(unlimited)
    await owner.sign_up()
    token = await owner.token("/vendor/admin")
    evil = {
        "Origin": "https://evil.example",
        "Sec-Fetch-Site": "cross-site",
        "X-CSRF-Token": token,
    }
    for rule in rules(unlimited):
        for method in (rule.methods or set()) - SAFE:
            view = view_of(unlimited, rule)
            if hasattr(view, "market_unsigned") and not view.market_keeps_origin:
                continue
            answer = await owner.request(method, address(rule), headers=evil)
            assert answer.status == 403, rule.rule


async def test_every_answer_carries_the_headers_of_the_wall(unlimited: Quart) -> None:
    """Policy, no sniffing, no framing, no word of where one was, a charset, a number for the log,
    no inline script in any page.
    """
    owner = Visitor(unlimited)
    await owner.sign_up()
    for rule in rules(unlimited):
        if "GET" in (rule.methods or set()) and rule.endpoint != "static":
            check_headers(await owner.get(address(rule)), rule.rule)
    for file, readers in (
        ("js/app.js", None),
        ("css/base.css", None),
        ("vendor/inter/inter-latin-wght-normal.woff2", "*"),
    ):
        headers = (await owner.get(f"/static/{file}")).headers
        assert headers.get("Access-Control-Allow-Origin") == readers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert (
            not headers["Content-Type"].startswith("text/")
            or "charset=utf-8" in headers["Content-Type"]
        )


# What is the same for everybody, and says nothing of who asks.
FOR_EVERYBODY = {"/static/<path:filename>"}
ALL_MARKS = {mark for _, mark in TABLE}


async def test_nothing_that_is_somebodys_may_be_kept_by_a_shared_cache(
    unlimited: Quart, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """A basket, a form token, a name: no answer of any route may lie in a cache between us and its
    one reader.

    What belongs to somebody who is signed in, to an order that is opened by its link, or to a
    program is not kept in the reader's own browser either: the next person at that computer presses
    Back.
    """
    shop = await open_shop(gateway, sandbox)
    bought = await check_out(shop)
    vendor, order = (
        await Vendor.get(id=shop.vendor_id),
        await Order.get(id=bought.order_id),
    )
    things = {
        "slug": vendor.slug,
        "product_slug": "cup",
        "token": link_of(bought.token),
        "number": order.number,
    }
    seen = dict.fromkeys(("csrf_token", "Ada Lovelace", "items: </span>1"), 0)
    for who, marks in await _everybody(unlimited, vendor.slug):
        for rule in rules(unlimited):
            view = view_of(unlimited, rule)
            if (
                "GET" not in (rule.methods or set())
                or rule.rule in FOR_EVERYBODY
                or access_of(view) not in marks
            ):
                continue
            answer = await who.get(address(rule, things))
            check_cache(answer, view, rule)
            check_sign_in(answer, view, rule)
            seen = {words: n + (words in answer.text) for words, n in seen.items()}
    assert all(seen.values()), seen


async def _everybody(app: Quart, slug: str) -> list[tuple[Visitor, set[str]]]:
    """A guest with a basket, a shopper with one, an owner and an operator, and the marks of the
    routes that each asks.
    """
    guest, shopper, owner, staff = (Visitor(app) for _ in range(4))
    await owner.sign_up()
    await sign_in_as(staff, "operator")
    await sign_in_as(shopper, "customer")
    for who in (guest, shopper):
        await who.send(f"/shops/{slug}/cup", quantity="1")
    return [
        (guest, ALL_MARKS),
        (shopper, {PUBLIC, SHOPPER}),
        (owner, {OWNER, MEMBER}),
        (staff, {OPERATOR}),
    ]


async def test_every_unknown_thing_is_404_in_the_one_shape(unlimited: Quart) -> None:
    """Unknown vendors, products, orders, tokens and numbers, for people and for programs."""
    owner = Visitor(unlimited)
    await owner.sign_up()
    for rule in rules(unlimited):
        mark = access_of(view_of(unlimited, rule))
        if (
            "GET" not in (rule.methods or set())
            or not rule.arguments
            or mark not in (PUBLIC, OWNER)
        ):
            continue
        answer = await owner.get(address(rule), headers={"Accept": "application/json"})
        assert answer.status == 404, rule.rule
        assert set(json.loads(answer.text)["error"]) <= {"code", "message", "param"}

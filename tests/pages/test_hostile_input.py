"""No input gives a 500: garbage at every route, as nobody, owner, operator, shopper and program, on
both databases.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from quart import session

from shared.entrypoints.web.forms import csrf_token
from shared.trade.orders.models import Order
from shared.trade.people import registration, sessions, tokens
from shared.trade.people.models import Member, Session
from shared.trade.people.scopes import Scope
from shared.trade.vendors.models import Vendor
from tests.support.app import link_of
from tests.support.factories import make_dispute
from tests.support.market import check_out, open_shop
from tests.support.visitor import Visitor

if TYPE_CHECKING:
    from quart import Quart

    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

PASSWORD = "a-long-password"
# The stand-in answers whatever the garbage makes us ask it; that those requests suit the SDK's
# types is tested elsewhere.
pytestmark = [
    pytest.mark.both_engines,
    pytest.mark.sdk_unchecked("garbage in, garbage refused by Stripe"),
    pytest.mark.timeout(170),
]

NASTY = [
    "",
    " ",
    "0",
    "-1",
    "1",
    "2",
    "99999999999999999999",
    "9" * 400,
    "1e9",
    "NaN",
    "Infinity",
    "1.005",
    "０",
    "\0",
    "a\0b",
    "%",
    "%00",
    "'",
    '"',
    "<b>",
    "{{7*7}}",
    "../..",
    "..%2f",
    "\\",
    "\n",
    "\r\nX: y",
    "\u202e",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "ß" * 300,
    "x" * 5000,
    "null",
    "true",
    "[]",
    "{}",
    "to_ship",
    "all",
    "price_asc",
    "co_" + "a" * 32,
    "MH-2222-2222",
    "EUR",
    "LU",
    "a@b.test",
    "a-long-password",
    "weekly",
    "company",
    "yes",
    "/vendor/admin",
    "//evil.example",
    "12.50",
    "49,90",
]
FIELDS = [
    "name",
    "price",
    "stock",
    "opened",
    "category",
    "description",
    "slug",
    "picture",
    "is_published",
    "quantity",
    "product_id",
    "email",
    "password",
    "full_name",
    "business_name",
    "country",
    "business_type",
    "phone",
    "url",
    "currency",
    "payout_schedule",
    "weekday",
    "month_day",
    "minimum_payout",
    "amount",
    "reason",
    "reserve_percentage",
    "reserve_days",
    "state",
    "platform_fee_percentage",
    "carrier",
    "tracking_number",
    "address",
    "address_extra",
    "city",
    "postal_code",
    "is_open",
    "part",
    "without",
    "vendor",
    "product",
    "percentage",
    "fixed_amount",
    "minimum_amount",
    "maximum_amount",
    "direction",
    "is_active",
    "refund_policy",
    "limit_EUR",
    "uncategorized_text",
    "customer_name",
    "shipping_date",
    "version",
    "next",
    "q",
    "page",
    "sort",
    "status",
    "order",
    "asked",
    "payment_intent",
    "redirect_status",
    "reach",
    "note",
    "seen",
    "quantity_1",
    "restock_1",
    "change",
]
TYPES = [
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "application/json",
    "text/plain",
    "",
    "\xff/;",
    "application/x-www-form-urlencoded; charset=utf-99",
]

text = st.one_of(st.sampled_from(NASTY), st.text(max_size=40))
values = st.dictionaries(
    st.one_of(st.sampled_from(FIELDS), st.text(max_size=8)),
    text,
    max_size=8,
)


def _encode(pairs: dict[str, str]) -> str:
    return "&".join(
        f"{quote(k, safe='', errors='replace')}={quote(v, safe='', errors='replace')}"
        for k, v in pairs.items()
    )


@dataclass
class World:
    """A shop with an order, one session of each kind of person, and what opens things."""

    app: Quart
    sessions: list[dict[str, Any]]
    known: list[str]
    token: str

    async def visitor(self, number: int) -> tuple[Visitor, str]:
        """A fresh browser with one of the sessions, whatever earlier garbage did to it, and its
        form token.
        """
        await Session.all().update(revoked_at=None)
        visitor = Visitor(self.app)
        async with visitor.client.session_transaction() as carried:
            carried.update(self.sessions[number])
        async with self.app.test_request_context("/"):
            session.update(self.sessions[number])
            return visitor, csrf_token()


@pytest.fixture
async def world(app: Quart, gateway: Gateway, sandbox: RunningSandbox) -> World:
    app.config["QUART_RATE_LIMITER_ENABLED"] = False
    shop = await open_shop(gateway, sandbox, stock=50)
    purchase = await check_out(shop)
    order = await Order.get(id=purchase.order_id)
    await make_dispute(order)  # of which Stripe knows nothing
    token = await tokens.create_token(
        vendor_id=shop.vendor_id, member_id=shop.member_id, name="fuzz", allowed=Scope
    )
    await registration.create_member(
        email="op@x.test",
        password=PASSWORD,
        full_name="O",
        role="operator",
        vendor_id=None,
    )
    await registration.create_customer(
        email="sam@x.test", password=PASSWORD, full_name="S"
    )
    owner = (await Member.get(id=shop.member_id)).email
    carried = {
        "basket": purchase.basket,
        "checkouts": [link_of(purchase.token)],
        "csrf": "c" * 40,
    }
    cookies: list[dict[str, Any]] = [carried]
    for email, kind, key in (
        (owner, "member", "sid"),
        ("op@x.test", "member", "sid"),
        ("sam@x.test", "customer", "shopper_sid"),
    ):
        sid = await sessions.sign_in(
            email=email, password=PASSWORD, kind=kind, user_agent=""
        )
        cookies.append({**carried, key: sid})
    known = [
        link_of(purchase.token),
        order.number,
        (await Vendor.get(id=shop.vendor_id)).slug,
        "cup",
        "1",
        "name",
        "email",
    ]
    return World(app, cookies, known, token)


def _path(rule: str, parts: list[str]) -> str:
    fill = iter(parts)
    return re.sub(
        r"<[^>]+>",
        lambda _: quote(
            next(fill, "x"),
            safe="",
            errors="replace",
        ),
        rule,
    )


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
async def test_no_garbage_at_any_route_gives_a_500(
    world: World, data: st.DataObject
) -> None:
    """Addresses, queries, forms, bodies, headers and cookies: 4xx at worst, or what Stripe's
    stand-in made of it.
    """
    rule = data.draw(
        st.sampled_from(sorted(world.app.url_map.iter_rules(), key=lambda r: r.rule)),
        label="rule",
    )
    method = data.draw(
        st.sampled_from(sorted({*(rule.methods or ()), "POST"} - {"OPTIONS"})),
        label="method",
    )
    part = st.one_of(st.sampled_from(world.known), text)
    path = _path(
        rule.rule,
        data.draw(st.lists(part, min_size=3, max_size=3), label="parts"),
    )
    query = data.draw(values, label="query")
    visitor, csrf = await world.visitor(data.draw(st.integers(0, 3), label="who"))
    headers = _headers(world, csrf, data)
    if method == "POST" and data.draw(st.booleans(), label="as form"):
        form = data.draw(values, label="form")
        body, kind = _encode(form).encode(), TYPES[0]
    else:
        body = data.draw(
            st.one_of(
                st.binary(max_size=60),
                st.sampled_from([b"{}", b"[" * 2000, b"\xff=%ff&%", b"--x\r\n"]),
            ),
            label="body",
        )
        kind = data.draw(st.sampled_from(TYPES), label="type")
    headers["Content-Type"] = kind
    answer = await visitor.request(
        method,
        f"{path}?{_encode(query)}",
        headers=headers,
        data=body if method == "POST" else None,
    )

    assert answer.status != 500, (method, path)
    if (
        answer.status >= 400
        and "json" in answer.headers.get("Content-Type", "")
        and answer.text
    ):
        assert set(json.loads(answer.text)) == {"error"}


def _headers(world: World, csrf: str, data: st.DataObject) -> dict[str, str]:
    headers = {"X-CSRF-Token": csrf}
    if data.draw(st.booleans(), label="htmx"):
        targets = ["div#basket", "x", "#", "", "div#payment", "orders"]
        headers |= {
            "HX-Request": "true",
            "HX-Target": data.draw(st.sampled_from(targets), label="target"),
        }
    if data.draw(st.booleans(), label="bearer"):
        headers["Authorization"] = f"Bearer {world.token}"
    return headers

"""Asking once more who it is: before money and doors, where the last answer is older than five
minutes.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.core.money import Money
from shared.entrypoints.web.access import access_of
from shared.entrypoints.web.stepup import ONCE, in_words, mark_of
from shared.finance.refunds.models import Refund
from shared.infra.audit.models import AuditEntry
from shared.trade.commission.queries import Policy
from shared.trade.commission.rules import RefundPolicy
from shared.trade.orders.models import OrderLine
from shared.trade.people.factors.models import KeptForm
from shared.trade.people.factors.pending_forms import Kept
from shared.trade.people.factors.rules import is_fresh
from shared.trade.people.models import Member, Session, Token
from shared.trade.people.scopes import Scope
from tests.support.accounts import copy_of
from tests.support.factors import add_app, code_of
from tests.support.portal import Portal, sign_in
from tests.support.refunds import set_policy, sold
from tests.support.visitor import Answer, Visitor, sign_in_as

if TYPE_CHECKING:
    from quart import Quart
    from quart.typing import TestClientProtocol

    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

PASSWORD = "a-long-password"
TOKENS = "/vendor/admin/developers/tokens"
DEVELOPERS = "/vendor/admin/developers"


@pytest.fixture
async def owner(app: Quart) -> Visitor:
    """An owner whose last answer is ten minutes old."""
    app.config["QUART_RATE_LIMITER_ENABLED"] = False
    visitor = Visitor(app)
    await visitor.sign_up()
    await _grow_old()
    return visitor


async def _grow_old() -> None:
    await Session.all().update(authenticated_at=clock.now() - timedelta(minutes=10))


async def _make_token(owner: Visitor, name: str = "My script") -> Answer:
    form = {
        "once": secrets.token_urlsafe(24),
        "scopes": Scope.PAYMENTS_READ.value,
        "lasts": "90",
        "name": name,
    }
    return await owner.send(
        TOKENS,
        page=DEVELOPERS,
        headers={"Referer": f"http://localhost{DEVELOPERS}"},
        **form,
    )


def _fields(answer: Answer) -> dict[str, str]:
    pairs = re.findall(
        r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.text
    )
    return dict(pairs)


@pytest.mark.parametrize(
    ("ago", "fresh"),
    [
        (timedelta(0), True),
        (timedelta(minutes=4, seconds=59), True),
        (timedelta(minutes=5), False),
        (timedelta(days=1), False),
        (None, False),
    ],
)
def test_an_answer_is_fresh_for_five_minutes(
    ago: timedelta | None, fresh: bool
) -> None:
    """Up to the moment; and one that nobody knows of is not."""
    now = datetime.fromisoformat("2026-03-01T12:00:00+00:00")
    assert is_fresh(now - ago if ago is not None else None, now) is fresh


@pytest.mark.one_engine
@pytest.mark.parametrize("role", ["owner", "operator"])
async def test_every_marked_route_asks_who_it_is(app: Quart, role: str) -> None:
    """For pages, for parts of pages and for programs; nothing behind it is reached."""
    app.config["QUART_RATE_LIMITER_ENABLED"] = False
    visitor = Visitor(app)
    await sign_in_as(visitor, role)
    token = await visitor.token(
        "/operator/settings" if role == "operator" else DEVELOPERS
    )
    await _grow_old()
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        mark = mark_of(view)
        if mark is None or mark.when is not None or access_of(view) != role:
            continue
        address = re.sub(r"<[^>]+>", "1", rule.rule)
        method = "POST" if "POST" in (rule.methods or set()) else "GET"
        form = {"csrf_token": token} if method == "POST" else None

        page = await visitor.request(method, address, form=form)
        part = await visitor.request(
            method, address, form=form, headers={"HX-Request": "true"}
        )
        program = await visitor.request(
            method, address, form=form, headers={"Accept": "application/json"}
        )

        assert page.status == 303, rule.rule
        assert page.location.startswith("/vendor/confirm/"), rule.rule
        assert part.headers["HX-Redirect"].startswith("/vendor/confirm/"), rule.rule
        assert (program.status, "sign_in_again" in program.text) == (401, True), (
            rule.rule
        )
        question = await visitor.get(page.location)
        assert f"To {mark.doing.replace(chr(39), '&#39;')}, enter" in question.text, (
            rule.rule
        )


async def test_every_form_that_waits_is_read_back_in_its_own_words(app: Quart) -> None:
    """Amounts as they were typed, choices by their labels, nothing of what is hidden; whatever was
    sent.
    """
    forms = {
        mark.form
        for view in app.view_functions.values()
        if (mark := mark_of(view)) and mark.form
    }
    assert len(forms) >= 10
    async with app.test_request_context("/"):
        for form in forms:
            names = [
                name
                for name, _ in form(
                    meta={"csrf": False, "currency": None}
                )._fields.items()
            ]
            for typed in ("1,200.00", "", "<b>", "y"):
                said = form.in_words([(name, typed) for name in names])
                assert all(
                    label and value and "token" not in value for label, value in said
                ), form
        without_form = Kept(
            1,
            "POST",
            "/operator/fees/1",
            "/",
            "",
            (("percentage", "3"), ("opened", "{}")),
        )
        assert in_words(without_form) == [("Percentage", "3")]


async def test_what_was_typed_waits_and_is_sent_once(owner: Visitor) -> None:
    """The password is asked for, the form comes back as it was, and its button makes one token,
    however often it is pressed.
    """
    asked = await _make_token(owner)
    question = await owner.get(asked.location)
    thief, form_token = await copy_of(owner), await owner.token(DEVELOPERS)
    assert 'href="/vendor/admin/developers">Cancel' in question.text
    assert 'action="/vendor/logout"' in question.text
    assert await Token.all().count() == 0

    confirmed = await owner.send(asked.location, password=PASSWORD)
    assert (confirmed.status, confirmed.location) == (303, asked.location)
    assert (
        await thief.get(DEVELOPERS)
    ).status == 303  # a copy of the cookie is not fresh, and opens nothing
    assert await owner.token(DEVELOPERS) == form_token  # forms in other tabs still fit
    again = await owner.get(asked.location)
    assert "My script" in again.text
    assert 'action="/vendor/logout"' in again.text
    assert "Once" not in again.text
    assert "Read how the shop is paid" in again.text
    assert "90 days" in again.text
    assert await Token.all().count() == 0

    sent = await owner.request("POST", TOKENS, form=_fields(again))
    twice = await owner.request("POST", TOKENS, form=_fields(again))

    assert (sent.status, sent.location) == (303, DEVELOPERS)
    assert [row["name"] for row in await Token.all().values("name")] == ["My script"]
    assert twice.status == 303
    assert ONCE in (await owner.get(DEVELOPERS)).text
    assert (await owner.get(asked.location)).status == 404
    actions = await AuditEntry.filter(action="person.confirmed").values_list(
        "details", flat=True
    )
    assert list(actions) == [{"by": "password"}]


@pytest.mark.one_engine
async def test_confirming_holds_for_five_minutes(owner: Visitor) -> None:
    """Then it is asked again; what is done within them is not."""
    asked = await _make_token(owner)
    await owner.send(asked.location, password=PASSWORD)

    assert (await _make_token(owner, "At once")).location == DEVELOPERS
    later = clock.now() + timedelta(minutes=5)
    with clock.use(lambda: later):
        assert (await _make_token(owner, "Later")).location.startswith(
            "/vendor/confirm/"
        )


@pytest.mark.one_engine
async def test_a_code_of_the_app_confirms_as_well(app: Quart) -> None:
    """Instead of the password; the page offers it to whoever has one."""
    app.config["QUART_RATE_LIMITER_ENABLED"] = False
    owner = Visitor(app)
    await owner.sign_up()
    secret, _, _ = await add_app(owner)
    await _grow_old()
    asked = await _make_token(owner)
    assert "Code of your authenticator app" in (await owner.get(asked.location)).text

    assert (await owner.send(asked.location, code="000000")).status == 422
    later = clock.now() + timedelta(seconds=30)
    with clock.use(lambda: later):
        await owner.send(asked.location, code=code_of(secret))
        assert "My script" in (await owner.get(asked.location)).text


@pytest.mark.parametrize(
    ("limits", "amount", "asks"),
    [
        ({}, 50_000, False),
        ({}, 50_001, True),
        ({"EUR": 1000}, 1000, False),
        ({"EUR": 1000}, 1001, True),
    ],
)
def test_a_refund_is_large_above_the_operators_limit(
    limits: dict[str, int], amount: int, asks: bool
) -> None:
    """Where none is set for its currency, above 500.00."""
    policy = Policy(RefundPolicy.PROPORTIONAL, limits)
    assert policy.needs_fresh_sign_in(Money(amount, "EUR")) is asks


@pytest.mark.one_engine
async def test_a_large_refund_asks_and_a_small_one_does_not(
    client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """By what was filled in: an amount, pieces, or all that is left."""
    sale = await sold(gateway, sandbox)
    await set_policy(RefundPolicy.PROPORTIONAL, EUR=500)
    member = await Member.get(id=sale.shop.member_id)
    await sign_in(client, member.email)
    portal = Portal(client, sale.shop.vendor_id)
    await portal.get("/vendor/admin/developers")
    await _grow_old()
    number, line = sale.order.number, (await OrderLine.get(order_id=sale.order.id)).id
    base = {"reason": "requested_by_customer", "note": "", "seen": "0"}

    async def where(**form: str) -> str:
        answer = await portal.post(
            f"/vendor/admin/orders/{number}/refunds", {**base, **form}
        )
        return str(answer.headers.get("Location", answer.status_code))

    for form in (
        {"reach": "whole"},
        {"reach": "amount", "amount": "5.01"},
        {"reach": "lines", f"quantity_{line}": "1"},
    ):
        assert (await where(**form)).startswith("/vendor/confirm/"), form
    assert await where(reach="amount", amount="five") == "422"
    assert await Refund.all().count() == 0
    assert (
        await where(reach="amount", amount="5.00") == f"/vendor/admin/orders/{number}"
    )
    assert await Refund.all().count() == 1


@pytest.mark.one_engine
async def test_the_fifth_wrong_password_ends_the_session(owner: Visitor) -> None:
    """A thief with a copied cookie may guess five times; then the cookie opens nothing."""
    asked = await _make_token(owner)
    answers = [
        await owner.send(asked.location, password=f"wrong-password-{n}")
        for n in range(4)
    ]
    assert [answer.status for answer in answers] == [422] * 4
    assert "That password is not right." in answers[0].text
    assert "wrong-password" not in answers[0].text

    last = await owner.send(asked.location, password="wrong-password-5")

    assert (last.status, last.location) == (303, "/vendor/login")
    assert (await owner.get("/vendor/admin")).status == 303
    assert await Session.filter(revoked_at=None).count() == 0


@pytest.mark.one_engine
async def test_a_right_answer_starts_the_count_again(owner: Visitor) -> None:
    """Mistakes of another day do not add up."""
    asked = await _make_token(owner)
    for _ in range(3):
        await owner.send(asked.location, password="wrong-password")
    await owner.send(asked.location, password=PASSWORD)

    (session,) = await Session.all()
    assert session.wrong_answers == 0


async def test_a_form_waits_for_its_own_session_alone_and_not_for_ever(
    owner: Visitor,
) -> None:
    """Somebody else's number is nothing; half an hour later nor is one's own; five at most are
    kept.
    """
    asked = await _make_token(owner)
    other = Visitor(owner.app)
    await sign_in_as(other, "owner")
    assert (await other.get(asked.location)).status == 404
    later = clock.now() + timedelta(minutes=31)
    with clock.use(lambda: later):
        assert (await owner.get(asked.location)).status == 404

    for n in range(7):
        await _make_token(owner, f"Script {n}")

    assert await KeptForm.all().count() == 5


@pytest.mark.one_engine
async def test_passwords_are_never_kept(owner: Visitor) -> None:
    """Nor is the form's token."""
    token = await owner.token(DEVELOPERS)
    form = {
        "csrf_token": token,
        "name": "x",
        "new_password": "hunter2-hunter2",
        "password": "hunter2-hunter2",
    }
    await owner.request("POST", TOKENS, form=form)

    (row,) = await KeptForm.all()
    assert row.fields_sent == [["name", "x"]]


@pytest.mark.one_engine
async def test_a_link_is_followed_after_confirming(owner: Visitor) -> None:
    """Stripe sends a vendor back to an address that opens its pages: there is no form to press."""
    asked = await owner.get("/vendor/admin/payments/refresh")
    await owner.send(asked.location, password=PASSWORD)

    assert (
        await owner.get(asked.location)
    ).location == "/vendor/admin/payments/refresh"


@pytest.mark.one_engine
async def test_the_page_before_is_one_of_ours(owner: Visitor) -> None:
    """An address of another site is no way back."""
    headers = {"Referer": "https://evil.example/vendor/admin/developers"}
    asked = await owner.send(TOKENS, page=DEVELOPERS, name="x", headers=headers)

    assert 'href="/vendor/admin">Cancel' in (await owner.get(asked.location)).text

"""API tokens: what one may do, how long, who hears of it; made once however often the form is
sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from shared.core import clock
from shared.entrypoints.web.access import TOKEN, access_of, scope_of
from shared.infra.audit.models import AuditEntry
from shared.infra.mail.models import Email
from shared.trade.people import tokens
from shared.trade.people.models import Member, Token
from shared.trade.people.scopes import LIFETIMES, Scope
from shared.trade.people.tokens import create_token, identify_token
from tests.support.factories import make_member, make_ready_vendor
from tests.support.portal import Portal, sign_in, signed_in
from tests.support.program import Program

if TYPE_CHECKING:
    from quart import Quart
    from quart.typing import TestClientProtocol

    from shared.infra.jobs import Context

pytestmark = pytest.mark.usefixtures("database")
DEVELOPERS = "/vendor/admin/developers"
FORM: dict[str, Any] = {
    "once": "one-form-of-one-page-0001",
    "name": "Bookkeeping",
    "scopes": ["payments:read"],
    "lasts": "30",
}


class Hands:
    """A clock that runs ahead of the real one."""

    ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def hands() -> Iterator[Hands]:
    """The clock of a test."""
    with clock.use(hands := Hands()):
        yield hands


def shown(page: str) -> str | None:
    """The token that a page shows in clear."""
    found = re.search(r"mht_[\w-]{20,}", page)
    return found.group() if found else None


async def made(portal: Portal, **changes: Any) -> str:
    """A token made through the page, as its next page shows it."""
    answer = await portal.post(f"{DEVELOPERS}/tokens", {**FORM, **changes})
    assert answer.status_code == 303
    token = shown(await portal.get(DEVELOPERS))
    assert token is not None
    return token


class TestMakingOne:
    """The page, its reload, and the same form twice."""

    async def test_it_is_shown_for_some_minutes_and_kept_nowhere(
        self, client: TestClientProtocol, hands: Hands
    ) -> None:
        """A reload shows the same one and makes no second; then only its digest is left."""
        portal = await signed_in(client)
        token = await made(portal)

        again = await portal.send("GET", DEVELOPERS)
        assert shown(await again.get_data(as_text=True)) == token
        assert "no-store" in again.headers["Cache-Control"]
        assert token not in str(await Token.all().values())
        assert token not in str(await Email.all().values())
        hands.ahead += tokens.SHOWN_FOR
        later = await portal.get(DEVELOPERS)

        assert shown(later) is None
        assert "Bookkeeping" in later
        actor = await identify_token(token)
        assert actor is not None
        assert (actor.vendor_id, actor.scopes) == (
            portal.vendor_id,
            {Scope.PAYMENTS_READ},
        )

    async def test_the_same_form_twice_makes_one_token(
        self, client: TestClientProtocol, hands: Hands
    ) -> None:
        """Whoever clicked twice reads it; sent again after a while, the form says that it is used
        up.
        """
        portal = await signed_in(client)
        token = await made(portal)
        assert await made(portal) == token
        hands.ahead += tokens.SHOWN_FOR

        portal.token = ""
        await sign_in(client, (await Member.get(vendor_id=portal.vendor_id)).email)

        await portal.post(f"{DEVELOPERS}/tokens", FORM)

        page = await portal.get(DEVELOPERS)
        assert "made its token already" in page
        assert shown(page) is None
        assert await Token.all().count() == 1
        assert await Email.filter(kind="api_token_made").count() == 1

    async def test_a_revoked_one_is_not_shown_again(
        self, client: TestClientProtocol
    ) -> None:
        """Nor listed; and it opens nothing."""
        portal = await signed_in(client)
        token = await made(portal)

        answer = await portal.post(
            f"{DEVELOPERS}/tokens/{(await Token.get()).id}/revoke"
        )

        assert answer.status_code == 303
        page = await portal.get(DEVELOPERS)
        assert shown(page) is None
        assert "You have not made any" in page
        assert await identify_token(token) is None

    async def test_another_browser_of_the_same_shop_does_not_see_it(
        self, client: TestClientProtocol, app: Quart
    ) -> None:
        """Its session does not hold the form's key; somebody else's form of the same key is another
        token.
        """
        portal = await signed_in(client)
        await made(portal)
        theirs = await signed_in(app.test_client())

        assert shown(await theirs.get(DEVELOPERS)) is None
        assert await made(theirs) != await made(portal)

    @pytest.mark.one_engine
    @pytest.mark.parametrize(
        ("wrong", "sentence"),
        [
            ({"name": ""}, "Give the token a name"),
            ({"name": "x" * 81}, "80"),
            ({"scopes": []}, "at least one thing"),
            ({"scopes": ["payments:write"]}, "not a valid choice"),
            ({"lasts": "9999"}, "Not a valid choice"),
            ({"once": ""}, "open for too long"),
        ],
        ids=str,
    )
    async def test_what_is_wrong_is_said_and_makes_none(
        self, client: TestClientProtocol, wrong: dict[str, Any], sentence: str
    ) -> None:
        """422, what was typed stays."""
        portal = await signed_in(client)
        answer = await portal.post(f"{DEVELOPERS}/tokens", {**FORM, **wrong})
        assert answer.status_code == 422
        assert sentence in await answer.get_data(as_text=True)
        assert await Token.all().count() == 0

    async def test_owners_read_of_it_and_it_is_audited(
        self, client: TestClientProtocol
    ) -> None:
        """Every owner, also those who did not make it; never the token itself."""
        portal = await signed_in(client)
        other = await make_member(await portal.vendor())
        await made(portal, scopes=["payments:read", "onboarding"], lasts="0")

        mails = await Email.filter(kind="api_token_made")
        assert {mail.to for mail in mails} == set(
            await Member.filter(vendor_id=portal.vendor_id).values_list(
                "email", flat=True
            )
        )
        assert other.email in {mail.to for mail in mails}
        assert "never, until it is revoked" in mails[0].text
        entry = await AuditEntry.get(action="token.made")
        assert entry.details["scopes"] == "payments:read onboarding"
        assert entry.actor.startswith("member:")

    async def test_another_vendor_s_token_is_404_and_lives_on(
        self, client: TestClientProtocol
    ) -> None:
        """It is not even listed; nor is a number that no token has."""
        other = await make_ready_vendor()
        raw = await create_token(
            vendor_id=other.id, member_id=(await make_member(other)).id, name="Theirs"
        )
        theirs = await Token.get(vendor_id=other.id)
        portal = await signed_in(client)

        for number in (str(theirs.id), "99999999999999999999"):
            assert (
                await portal.post(f"{DEVELOPERS}/tokens/{number}/revoke")
            ).status_code == 404
        assert await identify_token(raw) is not None
        assert "Theirs" not in await portal.get(DEVELOPERS)


class TestItsEnd:
    """Chosen when it is made."""

    @pytest.mark.parametrize("days", [days for days in LIFETIMES if days])
    async def test_it_opens_until_then_and_its_owner_hears_a_week_before(
        self, client: TestClientProtocol, hands: Hands, context: Context, days: int
    ) -> None:
        """One mail, however often the job runs."""
        portal = await signed_in(client)
        token = await made(portal, lasts=str(days))

        hands.ahead += timedelta(days=days - 7, minutes=-1)
        await tokens.remind.run(context, {})
        assert not await Email.exists(kind="api_token_ends")
        hands.ahead += timedelta(minutes=2)
        for _ in range(2):
            await tokens.remind.run(context, {})
        assert await Email.filter(kind="api_token_ends").count() == 1
        assert await identify_token(token) is not None
        hands.ahead += timedelta(days=7)
        assert await identify_token(token) is None

    async def test_one_without_an_end_lasts_and_nobody_is_written_to(
        self, client: TestClientProtocol, hands: Hands, context: Context
    ) -> None:
        """As those of before have none."""
        portal = await signed_in(client)
        token = await made(portal, lasts="0")
        hands.ahead += timedelta(days=4000)
        await tokens.remind.run(context, {})
        assert await identify_token(token) is not None
        assert not await Email.exists(kind="api_token_ends")


class TestScopes:
    """Every operation of the API that takes a token, with each set of scopes."""

    @pytest.mark.one_engine
    async def test_each_operation_asks_for_its_own(self, app: Quart) -> None:
        """403 that names the missing one, in the API's shape; the description says the same
        scope.
        """
        vendor = await make_ready_vendor()
        member = await make_member(vendor)
        described = (await Program(app).call("GET", "/api/v1/openapi.json")).body[
            "paths"
        ]
        rules = [
            rule
            for rule in app.url_map.iter_rules()
            if access_of(app.view_functions[rule.endpoint]) == TOKEN
        ]
        assert len(rules) >= 2
        for rule in rules:
            scope = scope_of(app.view_functions[rule.endpoint])
            assert scope is not None
            (method,) = (rule.methods or set()) - {"HEAD", "OPTIONS"}
            operation = described[rule.rule][method.lower()]
            assert operation["security"] == [{"vendorToken": [scope.value]}]
            others = set(Scope) - {scope}
            raw = await create_token(
                vendor_id=vendor.id, member_id=member.id, name="x", allowed=others
            )

            reply = await Program(app, raw).call(method, rule.rule)

            assert (reply.status, reply.code) == (403, "missing_scope"), rule.rule
            assert scope.value in reply.body["error"]["message"]

    @pytest.mark.one_engine
    async def test_a_token_of_before_makes_no_onboarding_link(self, app: Quart) -> None:
        """A row that names no scope reads the configuration, and that is all."""
        vendor = await make_ready_vendor()
        raw = await create_token(
            vendor_id=vendor.id, member_id=(await make_member(vendor)).id, name="Old"
        )
        program = Program(app, raw)

        assert (
            await program.call("GET", "/api/v1/vendor/payments/config")
        ).status == 200
        assert (
            await program.call("POST", "/api/v1/vendor/payments/setup")
        ).code == "missing_scope"
        assert not await AuditEntry.exists(action="vendor.account_requested")

    async def test_whoever_is_switched_off_ends_their_tokens(
        self, client: TestClientProtocol
    ) -> None:
        """At once, with whatever scopes."""
        portal = await signed_in(client)
        token = await made(portal)
        await Member.filter(vendor_id=portal.vendor_id).update(is_active=False)
        assert await identify_token(token) is None

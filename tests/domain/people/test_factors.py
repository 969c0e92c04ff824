"""The second step of signing in: apps, recovery codes, who needs one, and how it is lost and found
again.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from shared.core import clock
from shared.entrypoints.web.access import OPERATOR, access_of
from shared.infra.audit.models import AuditEntry
from shared.infra.mail.models import Email
from shared.trade.people import password_change
from shared.trade.people.factors import challenges, recovery
from shared.trade.people.factors.errors import (
    NothingToReset,
    ResetByCommand,
    WrongAnswer,
)
from shared.trade.people.factors.models import FactorReset, RecoveryCode, SecondFactor
from shared.trade.people.factors.sealed_secrets import Vault
from shared.trade.people.models import MailLink, Member, Session
from tests.support.accounts import forgot
from tests.support.app import whole_app
from tests.support.factors import FACTORS, STEP, add_app, code_of
from tests.support.visitor import Visitor, sign_in_as

if TYPE_CHECKING:
    from quart import Quart

    from shared.core.settings import Settings
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context

PASSWORD, EMAIL = "a-long-password", "olive@shop.test"


@pytest.fixture
def app(app: Quart) -> Quart:
    app.config["QUART_RATE_LIMITER_ENABLED"] = False
    return app


@pytest.fixture
async def owner(app: Quart) -> Visitor:
    visitor = Visitor(app)
    await visitor.sign_up(EMAIL)
    return visitor


async def _mails(kind: str) -> list[str]:
    return [
        str(text)
        for text in await Email.filter(kind=kind)
        .order_by("id")
        .values_list("text", flat=True)
    ]


def _later(**delta: float):
    moment = clock.now() + timedelta(**delta)
    return clock.use(lambda: moment)


@pytest.mark.one_engine
class TestSetUp:
    """An app is added by its first code."""

    async def test_an_app_brings_ten_codes_and_is_asked_for_from_then_on(
        self, owner: Visitor
    ) -> None:
        """Shown once; secret and codes are in no row as they are; other browsers are out; a mail
        tells.
        """
        elsewhere = Visitor(owner.app)
        await elsewhere.sign_in(EMAIL, PASSWORD)

        secret, codes, page = await add_app(owner)

        assert len(set(codes)) == 10
        assert "no-store" in page.headers["Cache-Control"]
        assert codes[0] not in (await owner.get(FACTORS)).text
        (row,) = await SecondFactor.all().values()
        kept = str(row) + str(await RecoveryCode.all().values())
        assert secret not in kept
        assert not any(code.replace("-", "") in kept for code in codes)
        assert (await elsewhere.get("/vendor/admin")).status == 303
        assert (await owner.get("/vendor/admin")).status == 200
        (mail,) = await _mails("factor_added")
        assert "an authenticator app (My phone)" in mail
        assert await AuditEntry.filter(action="factor.added").count() == 1

    async def test_a_wrong_code_adds_nothing_and_keeps_the_picture(
        self, owner: Visitor
    ) -> None:
        """The secret stays the one that the phone has by now."""
        page = await owner.get(f"{FACTORS}/app")
        sealed = page.text.split('name="sealed"')[1].split('value="')[1].split('"')[0]

        answer = await owner.send(
            f"{FACTORS}/app", sealed=sealed, code="000000", name="x"
        )

        assert answer.status == 422
        assert sealed in answer.text
        assert "data:image/svg+xml" in answer.text
        assert await SecondFactor.all().count() == 0

    async def test_a_secret_made_for_somebody_else_is_not_taken(
        self, owner: Visitor
    ) -> None:
        """Nor one that somebody made up."""
        for sealed in (
            Vault((str(owner.app.secret_key),)).seal("JBSWY3DP", owner="setup:424242"),
            "made-up",
        ):
            answer = await owner.send(
                f"{FACTORS}/app", sealed=sealed, code="123456", name="x"
            )
            assert answer.location == FACTORS
        assert await SecondFactor.all().count() == 0

    async def test_the_last_one_removed_takes_the_codes_along(
        self, owner: Visitor
    ) -> None:
        """Then the password alone signs in again, and a mail says so."""
        await add_app(owner)
        (row,) = await SecondFactor.all()
        await owner.send(f"{FACTORS}/{row.id}/remove", page=FACTORS)

        assert await RecoveryCode.all().count() == 0
        assert (
            await Visitor(owner.app).sign_in(EMAIL, PASSWORD)
        ).location == "/vendor/admin"
        assert len(await _mails("factor_removed")) == 1

    async def test_somebody_elses_is_not_there(self, owner: Visitor) -> None:
        """404, and it stays."""
        await add_app(owner)
        (row,) = await SecondFactor.all()
        other = Visitor(owner.app)
        await sign_in_as(other, "owner")

        assert (
            await other.send(f"{FACTORS}/{row.id}/remove", page=f"{FACTORS}/app")
        ).status == 404
        assert await SecondFactor.all().count() == 1


class TestSignIn:
    """After the password nothing is open but the question."""

    @pytest.mark.one_engine
    async def test_the_password_alone_opens_nothing(self, owner: Visitor) -> None:
        """Neither a page nor the confirmation; the code opens what was wanted, in a session with
        another token.
        """
        secret, _, _ = await add_app(owner)
        visitor = Visitor(owner.app)
        await visitor.get("/vendor/admin/payouts")

        answer = await visitor.send(
            "/vendor/login?next=/vendor/admin/payouts", email=EMAIL, password=PASSWORD
        )

        assert answer.location == f"{STEP}?next=%2Fvendor%2Fadmin%2Fpayouts"
        for closed in (
            "/vendor/admin",
            "/vendor/admin/payouts",
            FACTORS,
            "/vendor/confirm/1",
        ):
            assert (await visitor.get(closed)).location.startswith("/vendor/login"), (
                closed
            )
        half = await _carried(visitor, "half_sid")
        async with visitor.client.session_transaction() as carried:
            carried["sid"] = half
        assert (await visitor.get("/vendor/admin")).status == 303
        with _later(seconds=30):
            entered = await visitor.send(answer.location, code=code_of(secret))
        assert entered.location == "/vendor/admin/payouts"
        assert (await visitor.get("/vendor/admin")).status == 200
        assert await _carried(visitor, "sid") != half
        entries = (
            await AuditEntry.filter(action="person.signed_in")
            .order_by("-id")
            .values_list("details", flat=True)
        )
        assert dict(entries[0])["by"] == "totp"

    async def test_a_code_is_taken_once(self, owner: Visitor) -> None:
        """Not even by two browsers at the same moment; and the one it was set up with is used
        up.
        """
        with _later(seconds=0):  # a code is another half a minute later
            secret, _, _ = await add_app(owner)
            first, second = Visitor(owner.app), Visitor(owner.app)
            for visitor in (first, second):
                await visitor.sign_in(EMAIL, PASSWORD)
            assert (await first.send(STEP, code=code_of(secret))).status == 422

        with _later(seconds=30):
            code = code_of(secret)
            both = await asyncio.gather(
                first.send(STEP, code=code),
                second.send(STEP, code=code),
            )

        assert sorted(answer.status for answer in both) == [303, 422]

    @pytest.mark.one_engine
    async def test_five_wrong_codes_are_the_end_of_it(self, owner: Visitor) -> None:
        """The right one then opens nothing; it begins again with the password."""
        secret, _, _ = await add_app(owner)
        visitor = Visitor(owner.app)
        await visitor.sign_in(EMAIL, PASSWORD)

        statuses = [(await visitor.send(STEP, code="000000")).status for _ in range(4)]
        last = await visitor.send(STEP, code="000000")

        assert (statuses, last.location) == ([422] * 4, "/vendor/login")
        assert len(await _mails("factor_refused")) == 1
        assert (await visitor.get(STEP)).location == "/vendor/login"
        with _later(seconds=30):
            await visitor.sign_in(EMAIL, PASSWORD)
            assert (
                await visitor.send(STEP, code=code_of(secret))
            ).location == "/vendor/admin"

    @pytest.mark.one_engine
    async def test_who_knows_the_password_has_twenty_guesses_an_hour(
        self, owner: Visitor
    ) -> None:
        """However often they begin again; an hour later the right code opens."""
        secret, _, _ = await add_app(owner)
        thief = Visitor(owner.app)
        for _ in range(4):
            await thief.sign_in(EMAIL, PASSWORD)
            for _ in range(5):
                await thief.send(STEP, code="000000")
        with _later(seconds=30):
            await thief.sign_in(EMAIL, PASSWORD)
            assert (
                await thief.send(STEP, code=code_of(secret))
            ).location == "/vendor/login"
        with _later(minutes=61):
            await thief.sign_in(EMAIL, PASSWORD)
            assert (
                await thief.send(STEP, code=code_of(secret))
            ).location == "/vendor/admin"

    @pytest.mark.one_engine
    async def test_what_waits_for_a_code_does_not_wait_long(
        self, owner: Visitor
    ) -> None:
        """Ten minutes."""
        await add_app(owner)
        visitor = Visitor(owner.app)
        await visitor.sign_in(EMAIL, PASSWORD)
        with _later(minutes=11):
            assert (await visitor.get(STEP)).location == "/vendor/login"

    async def test_a_recovery_code_opens_once_and_is_told(self, owner: Visitor) -> None:
        """However it was written down."""
        _, codes, _ = await add_app(owner)
        for expected in (303, 422):
            visitor = Visitor(owner.app)
            await visitor.sign_in(EMAIL, PASSWORD)
            answer = await visitor.send(
                STEP,
                code=codes[3].lower().replace("-", " "),
            )
            assert answer.status == expected
        (mail,) = await _mails("recovery_code_used")
        assert "9 of ten are left" in mail
        assert await AuditEntry.filter(action="factor.code_used").count() == 1

    @pytest.mark.one_engine
    async def test_a_new_password_by_mail_does_not_get_round_it(
        self, owner: Visitor
    ) -> None:
        """Whoever has the mailbox alone is asked for the second step as well."""
        await add_app(owner)
        await forgot("owner", EMAIL)
        link, new = await MailLink.get(purpose="reset"), "another-long-password"
        await password_change.reset_password(nonce=link.nonce, new=new)
        visitor = Visitor(owner.app)
        assert (await visitor.sign_in(EMAIL, new)).location == STEP
        assert (await visitor.get("/vendor/admin")).status == 303

    @pytest.mark.one_engine
    async def test_new_codes_make_the_former_worthless(self, owner: Visitor) -> None:
        """All ten of them."""
        _, codes, _ = await add_app(owner)
        await owner.send(f"{FACTORS}/codes", page=FACTORS)
        member, session = (
            await Member.get(email=EMAIL),
            await Session.all().order_by("-id").first(),
        )
        assert session is not None

        with pytest.raises(WrongAnswer):
            await challenges.code(
                Vault(("k",)), session_id=session.id, member=member, typed=codes[0]
            )
        assert await RecoveryCode.filter(used_at=None).count() == 10

    @pytest.mark.one_engine
    async def test_an_app_of_the_old_key_opens_under_the_new_beside_it(
        self, owner: Visitor, settings: Settings, gateway: Gateway
    ) -> None:
        """Cookies stay valid, too; and what was used is sealed under the new key from then on."""
        secret, _, _ = await add_app(owner)
        cookie = owner.client.cookie_jar
        changed = settings.with_(
            secret_key="another key, long enough to sign with",
            old_secret_keys=(settings.secret_key,),
        )
        app = whole_app(changed, gateway)
        app.config["QUART_RATE_LIMITER_ENABLED"] = False
        same, fresh = Visitor(app), Visitor(app)
        same.client.cookie_jar = cookie
        assert (await same.get("/vendor/admin")).status == 200

        await fresh.sign_in(EMAIL, PASSWORD)
        with _later(seconds=30):
            assert (
                await fresh.send(STEP, code=code_of(secret))
            ).location == "/vendor/admin"

        (row,) = await SecondFactor.all()
        assert (
            Vault((changed.secret_key,)).open(
                row.sealed_secret, owner=f"member:{row.member_id}"
            )
            == secret
        )


@pytest.mark.one_engine
class TestCompulsory:
    """In production."""

    @pytest.fixture
    def live(self, database: str, settings: Settings, gateway: Gateway) -> Quart:
        changed = settings.with_(env="production", public_url="https://localhost")
        app = whole_app(changed, gateway)
        app.config.update(
            QUART_RATE_LIMITER_ENABLED=False,
            SESSION_COOKIE_SECURE=False,
            SESSION_COOKIE_NAME="markethall",
        )
        return app

    async def test_staff_do_nothing_before_they_have_one(self, live: Quart) -> None:
        """Every page leads to where it is set up, and from there back; then all is open."""
        staff = Visitor(live)
        await sign_in_as(staff, "operator")
        for rule in live.url_map.iter_rules():
            is_theirs = access_of(live.view_functions[rule.endpoint]) == OPERATOR
            if is_theirs and "GET" in (rule.methods or set()) and not rule.arguments:
                answer = await staff.get(rule.rule)
                assert answer.location.startswith(FACTORS), rule.rule
                assert answer.status == 303, rule.rule
        assert (
            await staff.get("/operator", headers={"Accept": "application/json"})
        ).status == 403
        asked = await staff.get("/operator/fees?page=2")
        assert asked.location == f"{FACTORS}?next=%2Foperator%2Ffees%3Fpage%3D2"
        assert "needed" not in (await staff.get(asked.location)).text

        _, _, page = await add_app(staff, address=f"{FACTORS}/app?next=/operator/fees")

        assert 'href="/operator/fees"' in page.text
        assert (await staff.get("/operator")).status == 200

    async def test_owners_need_one_before_money_and_are_led_there_and_back(
        self, live: Quart
    ) -> None:
        """The step says why; what was about to be sent waits, one press from being sent."""
        owner = Visitor(live)
        await owner.sign_up(EMAIL)
        assert (await owner.get("/vendor/admin/developers")).status == 200

        asked = await owner.send(
            "/vendor/admin/developers/tokens",
            page="/vendor/admin/developers",
            name="My script",
        )

        assert asked.location.startswith(f"{FACTORS}?next=%2Fvendor%2Fconfirm%2F")
        page = await owner.get(asked.location)
        assert "To make an API token, set up a second step" in page.text
        back = asked.location.partition("next=")[2]
        _, _, added = await add_app(owner, address=f"{FACTORS}/app?next={back}")
        assert 'href="/vendor/confirm/' in added.text
        assert "My script" in (await owner.get(back.replace("%2F", "/"))).text

    async def test_the_demo_signs_in_with_the_password_alone_and_says_so(
        self, app: Quart, live: Quart
    ) -> None:
        """On the page where it is done; not in production."""
        assert "password alone" in (await Visitor(app).get("/vendor/login")).text
        assert "password alone" not in (await Visitor(live).get("/vendor/login")).text


class TestRecovery:
    """Everything is lost."""

    async def test_the_operator_asks_and_a_day_later_it_is_done(
        self, owner: Visitor, context: Context
    ) -> None:
        """The person is told at once; not a minute earlier; all sessions end."""
        await add_app(owner)
        staff = Visitor(owner.app)
        await sign_in_as(staff, "operator")
        await staff.send("/operator/recovery", email=EMAIL.upper())
        (row,) = await FactorReset.all()
        assert len(await _mails("factor_reset_asked")) == 1
        assert "under way" in (await staff.send("/operator/recovery", email=EMAIL)).text

        with _later(hours=23, minutes=59):
            await recovery.carry_out.run(context, {"id": row.id})
            assert await SecondFactor.all().count() == 1
        with _later(hours=24):
            await recovery.carry_out.run(context, {"id": row.id})

        assert await SecondFactor.all().count() + await RecoveryCode.all().count() == 0
        assert (await owner.get("/vendor/admin")).status == 303
        assert (
            await Visitor(owner.app).sign_in(EMAIL, PASSWORD)
        ).location == "/vendor/admin"
        actions = (
            await AuditEntry.filter(action__startswith="factor.reset")
            .order_by("id")
            .values_list("action", flat=True)
        )
        assert list(actions) == ["factor.reset_asked", "factor.reset"]

    async def test_the_person_stops_it(self, owner: Visitor, context: Context) -> None:
        """By the link in the mail, which only asks when it is opened: programs follow links,
        too.
        """
        await add_app(owner)
        await recovery.ask(email=EMAIL, actor="member:1")
        (mail,) = await _mails("factor_reset_asked")
        link = next(
            line for line in mail.splitlines() if "/vendor/keep/" in line
        ).partition("{public_url}")[2]
        stranger = Visitor(owner.app)
        assert "Stop it" in (await stranger.get(link)).text
        assert await FactorReset.filter(stopped_at=None).count() == 1

        await stranger.send(link)

        with _later(hours=25):
            await recovery.carry_out.run(context, {"id": (await FactorReset.get()).id})
        assert await SecondFactor.all().count() == 1
        assert "does not work" in (await stranger.get(link)).text

    @pytest.mark.one_engine
    async def test_an_operator_calls_it_off_and_may_ask_anew(
        self, owner: Visitor
    ) -> None:
        """It was somebody else who called."""
        await add_app(owner)
        staff = Visitor(owner.app)
        await sign_in_as(staff, "operator")
        made = await recovery.ask(email=EMAIL, actor="member:1")
        await staff.send(
            f"/operator/recovery/{made.id}/stop", page="/operator/recovery"
        )
        await recovery.ask(email=EMAIL, actor="member:1")
        states = [reset.state for reset in await recovery.latest()]
        assert states == ["waiting", "stopped"]

    @pytest.mark.one_engine
    async def test_staff_reset_each_other_on_the_server_alone(self, app: Quart) -> None:
        """A page would let one taken-over operator open the others."""
        staff = Visitor(app)
        await sign_in_as(staff, "operator")
        await add_app(staff)
        with pytest.raises(ResetByCommand):
            await recovery.ask(email="operator@x.test", actor="member:1")
        with pytest.raises(NothingToReset):
            await recovery.ask(email="nobody@x.test", actor="member:1")

        await recovery.at_once("operator@x.test")

        assert await SecondFactor.all().count() == 0
        assert (
            await Visitor(app).sign_in("operator@x.test", PASSWORD)
        ).location == "/operator"


async def _carried(visitor: Visitor, name: str) -> str:
    async with visitor.client.session_transaction() as carried:
        return str(carried[name])

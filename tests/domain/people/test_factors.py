"""A second step: set up, asked for at the sign-in, no way round it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from shared.infra.audit.models import AuditEntry
from shared.trade.people import password_change
from shared.trade.people.factors import challenges
from shared.trade.people.factors.errors import (
    WrongAnswer,
)
from shared.trade.people.factors.models import RecoveryCode, SecondFactor
from shared.trade.people.factors.sealed_secrets import Vault
from shared.trade.people.models import MailLink, Member, Session
from tests.support.accounts import forgot
from tests.support.app import whole_app
from tests.support.factor_owner import EMAIL, PASSWORD, _mails, app, moments_on, owner
from tests.support.factors import FACTORS, STEP, add_app, code_of
from tests.support.visitor import Visitor, sign_in_as

if TYPE_CHECKING:
    from shared.core.settings import Settings
    from shared.infra.gateway.gateway import Gateway

__all__ = ["app", "owner"]  # fixtures


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
        with moments_on(seconds=30):
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
        with moments_on(seconds=0):  # a code is another half a minute later
            secret, _, _ = await add_app(owner)
            first, second = Visitor(owner.app), Visitor(owner.app)
            for visitor in (first, second):
                await visitor.sign_in(EMAIL, PASSWORD)
            assert (await first.send(STEP, code=code_of(secret))).status == 422

        with moments_on(seconds=30):
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
        with moments_on(seconds=30):
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
        with moments_on(seconds=30):
            await thief.sign_in(EMAIL, PASSWORD)
            assert (
                await thief.send(STEP, code=code_of(secret))
            ).location == "/vendor/login"
        with moments_on(minutes=61):
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
        with moments_on(minutes=11):
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
        with moments_on(seconds=30):
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


async def _carried(visitor: Visitor, name: str) -> str:
    async with visitor.client.session_transaction() as carried:
        return str(carried[name])

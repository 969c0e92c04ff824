"""Who must have a second step, and how somebody who lost it gets in again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.entrypoints.web.access import OPERATOR, access_of
from shared.infra.audit.models import AuditEntry
from shared.trade.people.factors import recovery
from shared.trade.people.factors.errors import (
    NothingToReset,
    ResetByCommand,
)
from shared.trade.people.factors.models import FactorReset, RecoveryCode, SecondFactor
from tests.support.app import whole_app
from tests.support.factor_owner import EMAIL, PASSWORD, _mails, app, moments_on, owner
from tests.support.factors import FACTORS, add_app
from tests.support.visitor import Visitor, sign_in_as

if TYPE_CHECKING:
    from quart import Quart

    from shared.core.settings import Settings
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context

__all__ = ["app", "owner"]  # fixtures


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

        with moments_on(hours=23, minutes=59):
            await recovery.carry_out.run(context, {"id": row.id})
            assert await SecondFactor.all().count() == 1
        with moments_on(hours=24):
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

        with moments_on(hours=25):
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

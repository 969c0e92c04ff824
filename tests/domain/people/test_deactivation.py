"""Switching people off and on: everything ends at once, nobody is shut out by mistake."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from shared.infra.audit.models import AuditEntry
from shared.trade.people import deactivation, tokens
from shared.trade.people.errors import LastOperator, NotOneself, WrongCredentials
from shared.trade.people.models import MailLink, Member
from shared.trade.people.persons import label_of, vendor_of
from tests.support.accounts import (
    DOORS,
    ROLES,
    again,
    browser_of,
    forgot,
    is_in,
    mails,
    person,
    session_of,
)

if TYPE_CHECKING:
    from quart import Quart

HOMES = {
    "owner": "/operator/owners",
    "operator": "/operator/staff",
    "customer": "/operator/customers",
}


@pytest.mark.one_engine
@pytest.mark.parametrize("role", ROLES)
class TestSwitch:
    """From the operator's page, for every kind of person."""

    async def test_off_ends_everything_at_once_and_on_lets_them_in_again(
        self, app: Quart, role: str
    ) -> None:
        """Sessions, tokens and mailed links; a mail each time; what ended stays ended."""
        who, staff = await person(role), await person("operator")
        raw = None
        if role == "owner":
            raw = await tokens.create_token(
                vendor_id=vendor_of(who) or 0, member_id=who.id, name="mine"
            )
        theirs, desk = await browser_of(app, who), await browser_of(app, staff)
        await forgot(role, who.email)
        page = f"{HOMES[role]}/{who.id}"
        assert who.email in (await desk.get(HOMES[role])).text

        assert (
            await desk.send(f"{page}/off", page=page, reason="Sells what is not theirs")
        ).status == 303
        assert not await is_in(theirs, role)
        assert raw is None or await tokens.identify_token(raw) is None
        assert await MailLink.filter(ended_at=None).count() == 0
        with pytest.raises(WrongCredentials):
            await session_of(who)
        assert "Switched off" in (await desk.get(f"{HOMES[role]}?only=off")).text

        assert (await desk.send(f"{page}/on", page=page)).status == 303
        assert not await is_in(theirs, role)
        assert raw is None or await tokens.identify_token(raw) is None
        assert await session_of(who)
        assert [
            kind for kind in await mails(who.email) if kind.startswith("switched")
        ] == [
            "switched_off",
            "switched_on",
        ]
        done = await AuditEntry.filter(
            subject=label_of(who), action__startswith="person.switched"
        ).order_by("id")
        assert [row.actor for row in done] == [label_of(staff)] * 2
        assert done[0].details == {"reason": "Sells what is not theirs"}

    async def test_nobody_else_has_the_switch(self, app: Quart, role: str) -> None:
        """Owners are refused, shoppers are sent to sign in; another role's address knows nobody of
        that number.
        """
        who = await person(role)
        for other in ("owner", "customer"):
            browser = await browser_of(app, await person(other))
            answer = await browser.send(
                f"{HOMES[role]}/{who.id}/off", page=DOORS[other].account
            )
            assert answer.status in (303, 403)
            assert (await again(who)).is_active
        desk = await browser_of(app, await person("operator"))
        assert (await desk.get(f"{HOMES[role]}/424242")).status == 404
        if role != "customer":
            wrong = {"owner": "operator", "operator": "owner"}[role]
            assert (await desk.get(f"{HOMES[wrong]}/{who.id}")).status == 404


async def test_nobody_switches_themselves_off(app: Quart) -> None:
    """Neither by the page, which offers no button, nor by the use case."""
    staff = await person("operator")
    await person("operator")
    page = f"/operator/staff/{staff.id}"
    desk = await browser_of(app, staff)
    assert "This is you" in (await desk.get(page)).text
    assert (await desk.send(f"{page}/off", page="/operator/security")).status == 409
    with pytest.raises(NotOneself):
        await deactivation.switch_off(
            kind="member", person_id=staff.id, by=staff.id, reason=""
        )
    assert (await again(staff)).is_active


async def test_two_operators_at_once_leave_one(database: str) -> None:
    """Each switches the other off at the same moment: the second is told that nobody would be
    left.
    """
    one, two = await person("operator"), await person("operator")
    done = await asyncio.gather(
        deactivation.switch_off(kind="member", person_id=one.id, by=two.id, reason=""),
        deactivation.switch_off(kind="member", person_id=two.id, by=one.id, reason=""),
        return_exceptions=True,
    )
    assert [type(result) for result in done if result is not True] == [LastOperator]
    assert await Member.filter(is_active=True).count() == 1


async def test_twice_is_once(database: str) -> None:
    """One mail, one entry."""
    who, staff = await person("owner"), await person("operator")
    done = [
        await deactivation.switch_off(
            kind="member", person_id=who.id, by=staff.id, reason=""
        )
        for _ in range(2)
    ] + [
        await deactivation.switch_on(
            kind="member",
            person_id=who.id,
            by=staff.id,
        )
        for _ in range(2)
    ]
    assert done == [True, False, True, False]
    assert await mails(who.email) == ["switched_off", "switched_on"]

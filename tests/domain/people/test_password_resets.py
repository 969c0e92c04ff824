"""A new password by mail: for who reads the mailbox, once, within the hour."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from shared.infra.jobs.models import Job
from shared.trade.people import (
    deactivation,
    password_change,
    tokens,
)
from shared.trade.people.errors import (
    LinkEnded,
)
from shared.trade.people.models import MailLink
from shared.trade.people.persons import vendor_of
from tests.support.accounts import (
    ANOTHER,
    DOORS,
    KINDS,
    PASSWORD,
    again,
    browser_of,
    forgot,
    is_in,
    later,
    link_in,
    mails,
    person,
    reset,
    session_of,
)
from tests.support.visitor import Visitor

if TYPE_CHECKING:
    from quart import Quart

    from shared.core.settings import Settings


@pytest.mark.one_engine
@pytest.mark.parametrize("role", KINDS)
class TestReset:
    """What "Forgot your password?" leads to."""

    async def test_a_new_password_by_mail_ends_every_session(
        self, app: Quart, settings: Settings, role: str
    ) -> None:
        """Nobody is signed in by it: what is asked at sign-in besides the password is asked as
        always.
        """
        who = await person(role)
        browser = await browser_of(app, who)
        await forgot(role, who.email)
        path = await link_in(who.email, "password_reset", settings)
        fresh = Visitor(app)
        done = await fresh.send(path, password=ANOTHER)
        assert (done.status, done.location) == (303, DOORS[role].sign_in)
        assert not await is_in(fresh, role)
        assert not await is_in(browser, role)
        assert (
            await fresh.sign_in(
                who.email,
                PASSWORD,
                at=DOORS[role].sign_in,
            )
        ).status == 422
        assert (
            await fresh.sign_in(
                who.email,
                ANOTHER,
                at=DOORS[role].sign_in,
            )
        ).status == 303
        assert await mails(who.email) == ["password_reset", "password_changed"]

    async def test_a_link_works_once(
        self, app: Quart, settings: Settings, role: str
    ) -> None:
        """And the other open ones end with it; looking uses none up."""
        who = await person(role)
        await forgot(role, who.email)
        first = await link_in(who.email, "password_reset", settings)
        await forgot(role, who.email)
        second = await link_in(who.email, "password_reset", settings)
        for _ in range(3):
            assert (await Visitor(app).get(first)).status == 200
        assert await reset(Visitor(app), first) == 303
        assert await reset(Visitor(app), first) == 404
        assert await reset(Visitor(app), second) == 404

    async def test_a_link_works_for_an_hour(
        self, app: Quart, settings: Settings, role: str
    ) -> None:
        """Not a minute more."""
        who = await person(role)
        await forgot(role, who.email)
        path = await link_in(who.email, "password_reset", settings)
        with later(timedelta(minutes=61)):
            assert await reset(Visitor(app), path) == 404
        with later(timedelta(minutes=59)):
            assert await reset(Visitor(app), path) == 303

    async def test_a_weak_password_does_not_use_the_link_up(
        self, app: Quart, settings: Settings, role: str
    ) -> None:
        """Said at the field; then a better one."""
        who = await person(role)
        await forgot(role, who.email)
        path = await link_in(who.email, "password_reset", settings)
        assert await reset(Visitor(app), path, "password12") == 422
        assert await reset(Visitor(app), path) == 303

    async def test_nobody_learns_who_has_an_account(
        self, app: Quart, role: str
    ) -> None:
        """The same page and the same work, known or not; no mail to strangers."""
        who = await person(role)
        texts = []
        for email in (who.email, "nobody@people.test"):
            answer = await Visitor(app).send(DOORS[role].forgot, email=email)
            assert answer.status == 200
            texts.append(answer.text.replace(email, "…"))
            await forgot(role, email)
        assert (
            texts[0].count("link is on its way")
            == texts[1].count("link is on its way")
            == 1
        )
        assert await Job.filter(kind=password_change.RESET_ASKED).count() == 2
        assert await mails("nobody@people.test") == []

    async def test_the_mailbox_is_not_flooded(self, database: str, role: str) -> None:
        """After five links that are still open there are no more."""
        who = await person(role)
        for _ in range(8):
            await forgot(role, who.email)
        assert len(await mails(who.email)) == password_change.MOST_RESETS

    async def test_somebody_switched_off_gets_no_link_and_uses_none(
        self, database: str, role: str
    ) -> None:
        """Not even one of before."""
        who, staff = await person(role), await person("operator")
        await forgot(role, who.email)
        link = await MailLink.get()
        await deactivation.switch_off(
            kind=DOORS[role].kind, person_id=who.id, by=staff.id, reason=""
        )
        await forgot(role, who.email)
        assert await MailLink.all().count() == 1
        with pytest.raises(LinkEnded):
            await password_change.reset_password(nonce=link.nonce, new=ANOTHER)


async def test_two_who_use_a_link_at_once_are_one(database: str) -> None:
    """The second reads that it has ended, and its password is not the person's."""
    who = await person("owner")
    await forgot("owner", who.email)
    nonce = (await MailLink.get()).nonce
    wished = ["first-words-of-mine", "second-words-of-mine"]
    done = await asyncio.gather(
        *(password_change.reset_password(nonce=nonce, new=new) for new in wished),
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in done) == ["LinkEnded", "str"]
    assert await session_of(who, password=wished[done.index("owner")])


async def test_the_other_kind_of_person_of_the_same_address_is_left_alone(
    database: str,
) -> None:
    """An owner who also buys has two passwords."""
    owner, shopper = await person("owner"), await person("customer")
    owner.email = shopper.email
    await owner.save()
    await forgot("customer", shopper.email)
    await password_change.reset_password(
        nonce=(await MailLink.get()).nonce, new=ANOTHER
    )
    assert await session_of(owner)
    assert await session_of(shopper, password=ANOTHER)


async def test_who_proves_an_address_by_a_reset_ends_the_tokens_of_whoever_signed_up_with_it(
    database: str,
) -> None:
    """An account made in advance with somebody else's address gives its maker nothing."""
    victim = await person("owner", confirmed=False)
    raw = await tokens.create_token(
        vendor_id=vendor_of(victim) or 0, member_id=victim.id, name="mine"
    )
    await forgot("owner", victim.email)
    reset_link = await MailLink.get(purpose="reset")
    await password_change.reset_password(nonce=reset_link.nonce, new=ANOTHER)
    assert await tokens.identify_token(raw) is None
    assert (await again(victim)).email_confirmed_at is not None

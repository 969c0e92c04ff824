"""Passwords of accounts: changed, chosen, typed, and never shown."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from wtforms import PasswordField

from shared.entrypoints.web.forms import MarketForm, is_secret
from shared.infra.audit.models import AuditEntry
from shared.trade.marketplace import presentation
from shared.trade.marketplace.identity import MarketIdentity
from shared.trade.people import (
    password_change,
    passwords,
    sessions,
)
from shared.trade.people.errors import (
    WeakPassword,
    WrongCredentials,
    WrongPassword,
)
from shared.trade.people.models import MailLink
from shared.trade.people.persons import label_of, vendor_of
from shared.trade.vendors.models import Vendor
from tests.support.accounts import (
    ANOTHER,
    DOORS,
    KINDS,
    PASSWORD,
    again,
    browser_of,
    copy_of,
    forgot,
    is_in,
    later,
    link_in,
    mails,
    person,
    reset,
    session_id_of,
    session_of,
)
from tests.support.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from quart import Quart

    from shared.core.settings import Settings
    from shared.trade.people.persons import Person

COMMON = [
    "1234567890",
    "qwertyuiop",
    "password12",
    "Passw0rd123",
    "PASSWORD2024!",
    "abcdefghij",
    "monkeymonkey",
]


async def change(browser: Visitor, role: str, present: str, new: str = ANOTHER) -> int:
    """Press "Change the password"; the answer's status."""
    home = DOORS[role].account
    return (
        await browser.send(f"{home}/password", page=home, present=present, new=new)
    ).status


@pytest.mark.one_engine
@pytest.mark.parametrize("role", KINDS)
class TestChange:
    """From the account's page."""

    async def test_it_ends_every_other_session_and_renews_this_one(
        self, app: Quart, role: str
    ) -> None:
        """A copy of this browser's own cookie is worth nothing either; a mail tells."""
        who = await person(role)
        other, mine = await browser_of(app, who), await browser_of(app, who)
        copy = await copy_of(mine)
        assert await change(mine, role, PASSWORD) == 303
        assert [await is_in(b, role) for b in (mine, other, copy)] == [
            True,
            False,
            False,
        ]
        assert await mails(who.email) == ["password_changed"]
        assert await session_of(who, password=ANOTHER)

    async def test_a_thief_with_a_cookie_changes_neither_password_nor_address(
        self, app: Quart, role: str
    ) -> None:
        """Both need the present password; a wrong one is said at its field and noted."""
        who = await person(role)
        thief, home = await copy_of(await browser_of(app, who)), DOORS[role].account
        assert await change(thief, role, "a guess of mine") == 422
        answer = await thief.send(
            f"{home}/email",
            page=home,
            email="t@x.test",
            present_for_email="a guess of mine",
        )
        assert answer.status == 422
        assert 'id="present_for_email-error"' in answer.text
        assert "a guess of mine" not in answer.text
        assert (await again(who)).email == who.email
        assert not await MailLink.exists()
        assert await session_of(who)
        assert (
            await AuditEntry.filter(
                action="person.password_refused", subject=label_of(who)
            ).count()
            == 1
        )

    async def test_who_goes_on_guessing_loses_the_cookie(
        self, app: Quart, role: str
    ) -> None:
        """Five wrong ones in a row end the session, at both forms together."""
        who = await person(role)
        owner, door = await browser_of(app, who), DOORS[role]
        thief = await copy_of(owner)
        for n in range(4):
            assert await change(thief, role, f"guess number {n}") == 422
        last = await thief.send(
            f"{door.account}/email",
            page=door.account,
            email="t@x.test",
            present_for_email="the fifth guess",
        )
        assert (last.status, last.location) == (303, door.sign_in)
        assert [await is_in(b, role) for b in (thief, owner)] == [False, False]
        assert await session_of(who)

    @pytest.mark.parametrize("new", [COMMON[0], "short", "a" * 12])
    async def test_a_bad_new_one_is_said_at_its_field_and_changes_nothing(
        self, app: Quart, role: str, new: str
    ) -> None:
        """422; sessions stay."""
        who = await person(role)
        mine, home = await browser_of(app, who), DOORS[role].account
        answer = await mine.send(
            f"{home}/password", page=home, present=PASSWORD, new=new
        )
        assert (answer.status, 'id="new-error"' in answer.text) == (422, True)
        assert await session_of(who)
        assert await is_in(mine, role)

    async def test_a_reset_that_was_asked_for_before_is_worth_nothing_after(
        self, app: Quart, settings: Settings, role: str
    ) -> None:
        """Whoever read the mailbox yesterday does not undo today's change."""
        who = await person(role)
        await forgot(role, who.email)
        path = await link_in(who.email, "password_reset", settings)
        assert await change(await browser_of(app, who), role, PASSWORD) == 303
        assert await reset(Visitor(app), path, "third-words-of-mine") == 404


@pytest.mark.one_engine
async def test_the_staff_have_the_same_doors(app: Quart, settings: Settings) -> None:
    """Forgotten, chosen anew by mail, signed in, changed."""
    who = await person("operator")
    await forgot("operator", who.email)
    path = await link_in(who.email, "password_reset", settings)
    desk = Visitor(app)
    assert (await desk.send(path, password=ANOTHER)).location == "/operator/login"
    assert (await desk.sign_in(who.email, ANOTHER, at="/operator/login")).status == 303
    assert await change(desk, "operator", ANOTHER, "third-words-of-mine") == 303


@pytest.mark.parametrize("common", COMMON)
@pytest.mark.one_engine
async def test_a_common_password_is_refused_wherever_one_is_chosen(
    database: str, common: str
) -> None:
    """At sign-up of both kinds (`person` uses the same door), at change and at reset."""
    who = await person("customer")
    await forgot("customer", who.email)
    link, kind = await MailLink.get(), "customer"
    token = await session_of(who)
    session = await session_id_of(who)
    for refused in (
        password_change.reset_password(nonce=link.nonce, new=common),
        password_change.change_password(
            kind=kind,
            person_id=who.id,
            session_id=session,
            present=PASSWORD,
            new=common,
        ),
    ):
        with pytest.raises(WeakPassword):
            await refused
    assert await sessions.identify(token) is not None


@pytest.mark.parametrize(
    "new",
    [
        "MaraMember2024",
        "velo-nord-2024",
        "Markethall-24",
        "StRipe-123456",
        "Basar12345",
    ],
)
async def test_what_others_know_of_somebody_is_no_password(
    database: str, new: str
) -> None:
    """Name and shop, the marketplace's own, words of its trade; address as well (unit tests walk
    the spellings).
    """
    await presentation.introduce(MarketIdentity(name="Basar"), actor="test")
    who = await person("owner")
    vendor = await Vendor.get(id=vendor_of(who))
    vendor.name = "Velo Nord"
    await vendor.save()
    with pytest.raises(WeakPassword, match="near to your name"):
        await password_change.change_password(
            kind="member",
            person_id=who.id,
            session_id=await session_id_of(who),
            present=PASSWORD,
            new=new,
        )


async def act_sign_in(who: Person, _session: int) -> None:
    await session_of(who)


async def act_change(who: Person, session: int) -> None:
    await password_change.change_password(
        kind="member",
        person_id=who.id,
        session_id=session,
        present=PASSWORD,
        new="third-words-of-mine",
    )


@pytest.mark.parametrize("act", [act_sign_in, act_change])
async def test_what_was_begun_with_the_old_password_does_not_end_well_after_the_change(
    database: str,
    monkeypatch: pytest.MonkeyPatch,
    act: Callable[[Person, int], Awaitable[None]],
) -> None:
    """It was right while the hash was compared; then somebody else's change came first."""
    who = await person("owner")
    session, real = await session_id_of(who), passwords.matches

    async def overtaken(stored: str | None, password: str) -> bool:
        monkeypatch.setattr(passwords, "matches", real)
        was_right = await real(stored, password)
        await password_change.change_password(
            kind="member",
            person_id=who.id,
            session_id=session,
            present=PASSWORD,
            new=ANOTHER,
        )
        return was_right

    monkeypatch.setattr(passwords, "matches", overtaken)
    with pytest.raises((WrongCredentials, WrongPassword)):
        await act(who, session)
    assert await session_of(who, password=ANOTHER)


@pytest.mark.one_engine
async def test_a_password_is_taken_as_it_was_typed_and_for_as_long_as_its_owner_likes(
    app: Quart,
) -> None:
    """Sixty-four characters, blanks at its ends, capitals; and no calendar ends it."""
    long = "  Vier Wörter, ein Komma " + "und noch etwas mehr davon " * 2
    assert len(long) > 64
    await Visitor(app).sign_up(password=long)
    for wrong in (long.strip(), long.lower(), long[:64]):
        assert (await Visitor(app).sign_in("olive@shop.test", wrong)).status == 422
    with later(timedelta(days=5 * 365)):
        entered = await Visitor(app).sign_in("olive@shop.test", long)
    assert (entered.status, entered.location) == (303, "/vendor/admin")


@pytest.mark.one_engine
async def test_no_password_comes_back_in_a_page(app: Quart) -> None:
    """Of no form, whatever its fields are called, where it is sent too late and is shown to be sent
    again.
    """
    mine = await browser_of(app, await person("owner"))
    late = {
        "present": PASSWORD,
        "new": ANOTHER,
        "name": "kept",
        "csrf_token": "of yesterday",
    }
    answer = await mine.request("POST", f"{DOORS['owner'].account}/password", form=late)

    assert answer.status == 422
    assert 'value="kept"' in answer.text
    assert "except passwords" in answer.text
    assert PASSWORD not in answer.text
    assert ANOTHER not in answer.text
    for form in _forms(MarketForm):
        fields = form(meta={"csrf": False, "currency": None})
        assert [
            f.name
            for f in fields
            if isinstance(f, PasswordField) and not is_secret(f.name)
        ] == [], form


@pytest.mark.one_engine
async def test_only_what_opens_something_is_named_like_it(app: Quart) -> None:
    """What a field of such a name holds is lost where a form waits for a password."""
    async with app.test_request_context("/"):
        named = {
            (form.__name__, field.name)
            for form in _forms(MarketForm)
            for field in form(meta={"csrf": False, "currency": None})
            if is_secret(field.name) and not isinstance(field, PasswordField)
        }
    assert named == {
        ("AppForm", "code"),
        ("PasskeyForm", "credential"),
        ("ProofForm", "code"),
        ("ProofForm", "credential"),
    }


def _forms(of: type[MarketForm]) -> list[type[MarketForm]]:
    return [each for form in of.__subclasses__() for each in (form, *_forms(form))]

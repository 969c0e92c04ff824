"""People of each kind with the doors of their own accounts, their browsers, and the mails that they
are sent.
"""

from __future__ import annotations

import itertools
import re
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTPUTF8
from typing import TYPE_CHECKING

from shared.core import clock
from shared.entrypoints.web.identity import SESSION_KEYS
from shared.infra.mail.models import Email
from shared.infra.mail.service import compose
from shared.trade.people import password_change, registration, sessions
from shared.trade.people.models import Customer, Member
from shared.trade.people.persons import Person, label_of
from tests.support.factories import make_vendor
from tests.support.visitor import Visitor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from quart import Quart

    from shared.core.settings import Settings
    from shared.infra.mail.mime import MimeMail

PASSWORD = "four-words-of-mine"
ANOTHER = "other-words-of-mine"
ROLES = ["owner", "operator", "customer"]
KINDS = [
    "owner",
    "customer",
]  # one of each kind of person, where the role makes no difference
_numbers = itertools.count(1)
_LINK = re.compile(r"https?://[^/\s]+(/account/\S+)")


@dataclass(frozen=True)
class Door:
    """Where people of a role look after their account, sign in, and say that they forgot their
    password.
    """

    kind: str
    account: str
    sign_in: str
    forgot: str


DOORS = {
    "owner": Door(
        "member", "/vendor/admin/security", "/vendor/login", "/vendor/forgot"
    ),
    "operator": Door(
        "member", "/operator/security", "/operator/login", "/operator/forgot"
    ),
    "customer": Door(
        "customer",
        "/shop/account/security",
        "/shop/account/login",
        "/shop/account/forgot",
    ),
}


async def person(role: str, *, confirmed: bool = True) -> Person:
    """Somebody new of this role."""
    email = f"{role}{next(_numbers)}@people.test"
    if role == "customer":
        return await registration.create_customer(
            email=email, password=PASSWORD, full_name="Sam Shopper", confirmed=confirmed
        )
    vendor = (await make_vendor()).id if role == "owner" else None
    return await registration.create_member(
        email=email,
        password=PASSWORD,
        full_name="Mara Member",
        role=role,
        vendor_id=vendor,
        confirmed=confirmed,
    )


async def again(who: Person) -> Person:
    """The row as it is now."""
    return await (Member if isinstance(who, Member) else Customer).get(id=who.id)


async def session_of(who: Person, *, password: str = PASSWORD, agent: str = "") -> str:
    """Sign in without a page; the session's token."""
    kind = label_of(who).partition(":")[0]
    return await sessions.sign_in(
        email=(await again(who)).email, password=password, kind=kind, user_agent=agent
    )


async def session_id_of(who: Person) -> int:
    """Sign in without a page; the session's number."""
    found = await sessions.identify(await session_of(who))
    assert found is not None
    return found.session_id or 0


async def browser_of(app: Quart, who: Person, *, agent: str = "") -> Visitor:
    """A browser in which somebody is signed in."""
    visitor = Visitor(app)
    kind = label_of(who).partition(":")[0]
    async with visitor.client.session_transaction() as carried:
        carried[SESSION_KEYS[kind]] = await session_of(who, agent=agent)
    return visitor


async def copy_of(browser: Visitor) -> Visitor:
    """A thief's browser with a copy of all cookies."""
    thief = Visitor(browser.app)
    async with (
        browser.client.session_transaction() as carried,
        thief.client.session_transaction() as copied,
    ):
        copied.update(carried)
    return thief


async def is_in(browser: Visitor, role: str) -> bool:
    """Whether the account's own page opens in this browser."""
    return (await browser.get(DOORS[role].account)).status == 200


async def mails(to: str, kind: str | None = None) -> list[str]:
    """The kinds of the mails to an address, oldest first."""
    rows = await Email.filter(
        to=to,
        **({"kind": kind} if kind else {}),
    ).order_by("id")
    return [row.kind for row in rows]


def read(mail: MimeMail) -> EmailMessage:
    """A mail as a mail program reads it."""
    message = message_from_bytes(mail.content, policy=SMTPUTF8)
    assert isinstance(message, EmailMessage)
    return message


def text_of(message: EmailMessage) -> str:
    """The plain text of a mail, beside which stands the same as html."""
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


async def link_in(to: str, kind: str, settings: Settings) -> str:
    """The path of the link in the newest mail of this kind, as it is sent."""
    row = await Email.filter(to=to, kind=kind).order_by("-id").first()
    assert row is not None, f"no mail {kind} to {to}"
    assert "mhl_" not in row.text, "the database does not hold what opens the link"
    found = _LINK.search(text_of(read(compose(row, settings))))
    assert found, row.text
    return found[1]


async def forgot(role: str, email: str) -> None:
    """Ask for a new password, and let the job do its work."""
    kind = DOORS[role].kind
    await password_change.send_reset.run(None, {"kind": kind, "email": email})  # type: ignore[arg-type]  # needs no context


async def reset(browser: Visitor, path: str, new: str = ANOTHER) -> int:
    """Open a mailed link and choose a password; the answer's status."""
    page = await browser.get(path)
    return (
        (await browser.send(path, password=new)).status
        if page.status == 200
        else page.status
    )


@contextmanager
def later(by: timedelta) -> Iterator[None]:
    """Let time have passed."""
    then = clock.now() + by
    with clock.use(lambda: then):
        yield

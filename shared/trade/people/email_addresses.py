"""A person's email address: confirmed by a mail, changed by a mail to the new one, and changed back
by a mail to the old one.
"""

from __future__ import annotations

from tortoise.exceptions import IntegrityError

from shared.core import clock
from shared.core.ids import new_nonce
from shared.infra import unit
from shared.infra.mail import service as mail
from shared.infra.unit import Transaction
from shared.trade.people import account_history, mailed_links, rules, sessions
from shared.trade.people.errors import EmailOfAnother
from shared.trade.people.models import MailLink, Member
from shared.trade.people.password_change import mail_reset, present_password
from shared.trade.people.persons import (
    Person,
    kind_of,
    language_of,
    locked_person,
    owned_by,
    table,
)
from shared.trade.people.rules import Purpose
from shared.trade.people.tokens import revoke_tokens_of

MOST_CONFIRMATIONS = 5  # open links at a time
BY_MAIL = (Purpose.CONFIRM, Purpose.CHANGE, Purpose.UNDO)


async def ask_to_confirm(tx: Transaction, person: Person) -> None:
    """Mail a link that proves the address to be this person's, inside the caller's transaction."""
    token = await mailed_links.issue(person, Purpose.CONFIRM, email=person.email)
    mail.post(
        tx,
        "confirm_email",
        to=person.email,
        unique_key=f"confirm_email:{new_nonce()}",
        language=language_of(person),
        # No name: whoever signed up chose it, and this may be a stranger's address.
        context={"token": token},
    )


async def ask_again(*, kind: str, person_id: int) -> bool:
    """Send the mail once more; False when there is nothing to confirm, or too many are under way
    already.
    """
    async with unit.transaction() as tx:
        person = await locked_person(tx, kind, person_id)
        if person.email_confirmed_at is not None:
            return False
        if (
            await mailed_links.open_links(kind, person_id, Purpose.CONFIRM).count()
            >= MOST_CONFIRMATIONS
        ):
            return False
        await ask_to_confirm(tx, person)
    return True


async def ask_to_change(
    *,
    kind: str,
    person_id: int,
    session_id: int,
    email: str,
    present: str,
) -> str:
    """Mail a link to a new address; until it is answered nothing changes.

    Returns the address as it will be stored.

    Raises as `credentials.present_password` (`present_for_email`), BadEmail, EmailTaken (`email`).
    """
    address = rules.normal_email(email)
    await present_password(
        kind=kind,
        person_id=person_id,
        session_id=session_id,
        password=present,
        param="present_for_email",
    )
    async with unit.transaction() as tx:
        person = await locked_person(tx, kind, person_id)
        is_new = address != person.email
        if not is_new or not await is_free(kind, address, for_person=person_id):
            raise EmailOfAnother(param="email")
        await mailed_links.end(kind, person_id, Purpose.CHANGE)
        token = await mailed_links.issue(person, Purpose.CHANGE, email=address)
        _mail_link(tx, person, address, token)
        await account_history.note(tx, "person.email_change_asked", person)
    return address


def _mail_link(tx: Transaction, person: Person, address: str, token: str) -> None:
    mail.post(
        tx,
        "email_change",
        to=address,
        unique_key=f"email_change:{new_nonce()}",
        language=language_of(person),
        context={"email": rules.shown_email(address), "token": token},
    )


async def pending_change(*, kind: str, person_id: int) -> str | None:
    """The new address that was not confirmed yet."""
    waiting = mailed_links.open_links(kind, person_id, Purpose.CHANGE)
    link = await waiting.order_by("-id").first()
    return link.email if link is not None else None


async def cancel_change(*, kind: str, person_id: int) -> bool:
    """Call the new address off; False when none waits."""
    async with unit.transaction() as tx:
        person = await locked_person(tx, kind, person_id)
        ended = await mailed_links.end(kind, person_id, Purpose.CHANGE)
        if ended:
            await account_history.note(tx, "person.email_change_cancelled", person)
    return bool(ended)


async def is_free(
    kind: str,
    address: str,
    *,
    for_person: int | None = None,
) -> bool:
    """Whether an address may become this person's: nobody has it, and nobody may still take it
    back.
    """
    others = table(kind).filter(email=address)
    claims = MailLink.filter(
        email=address,
        purpose=Purpose.UNDO,
        used_at=None,
        ended_at=None,
        expires_at__gt=clock.now(),
        **{f"{kind}_id__not_isnull": True},
    )
    if for_person is not None:
        others = others.exclude(id=for_person)
        claims = claims.exclude(owned_by(kind, for_person))
    return not await others.exists() and not await claims.exists()


async def answer(nonce: str | None) -> tuple[Purpose, str]:
    """Do what a mailed link about an address is for, once; returns the purpose and the person's
    role. Raises LinkEnded, EmailTaken.
    """
    view = await mailed_links.look(nonce, BY_MAIL)
    async with unit.transaction() as tx:
        link, person = await mailed_links.use(tx, nonce, BY_MAIL)
        act = {
            Purpose.CONFIRM: _confirm,
            Purpose.CHANGE: _change,
            Purpose.UNDO: _undo,
        }[view.purpose]
        await act(tx, person, link.email)
    return view.purpose, view.role


async def _confirm(tx: Transaction, person: Person, _email: str) -> None:
    now = clock.now()
    await (
        table(kind_of(person))
        .filter(id=person.id)
        .update(email_confirmed_at=now, updated_at=now)
    )
    await mailed_links.end(kind_of(person), person.id, Purpose.CONFIRM)
    await account_history.note(tx, "person.email_confirmed", person)


async def _change(tx: Transaction, person: Person, email: str) -> None:
    before, kind = person.email, kind_of(person)
    if not await is_free(kind, email, for_person=person.id):
        raise EmailOfAnother
    await _move(tx, person, email)
    await mailed_links.end(
        kind,
        person.id,
        Purpose.RESET,
        Purpose.CONFIRM,
        Purpose.CHANGE,
    )
    await account_history.note(tx, "person.email_changed", person)
    # An address that nobody proved gives nobody a way back.
    if person.email_confirmed_at is not None:
        await _tell_old_address(tx, person, before, email)


async def _tell_old_address(
    tx: Transaction,
    person: Person,
    before: str,
    now: str,
) -> None:
    token = await mailed_links.issue(person, Purpose.UNDO, email=before)
    mail.post(
        tx,
        "email_changed",
        to=before,
        unique_key=f"email_changed:{new_nonce()}",
        language=language_of(person),
        context={"full_name": person.full_name, "email": now, "token": token},
    )


async def _undo(tx: Transaction, person: Person, email: str) -> None:
    """The old address again.

    Somebody else was in the account: every session, token and open link ends, and a new password is
    due.
    """
    kind = kind_of(person)
    await _move(tx, person, email)
    await sessions.end_sessions(kind, person.id)
    if isinstance(person, Member):
        await revoke_tokens_of(person.id)
    await mailed_links.end(kind, person.id, *Purpose)
    await account_history.note(tx, "person.email_change_undone", person)
    person.email = email
    await mail_reset(tx, person)


async def _move(tx: Transaction, person: Person, email: str) -> None:
    """Give a person another address, which was just proven.

    Raises EmailTaken where somebody was quicker.
    """
    now = clock.now()
    try:
        async with tx.savepoint():
            mine = table(kind_of(person)).filter(id=person.id)
            await mine.update(
                email=email,
                full_name=person.full_name,  # staff find people by both
                email_confirmed_at=now,
                updated_at=now,
            )
    except IntegrityError:
        raise EmailOfAnother from None

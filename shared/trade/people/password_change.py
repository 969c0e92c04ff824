"""Choosing another password: with the present one, or by a mailed link when it is forgotten."""

from __future__ import annotations

from shared.core import clock
from shared.core.ids import digest, new_nonce
from shared.infra import unit
from shared.infra.jobs import Context, job
from shared.infra.mail import service as mail
from shared.infra.unit import Transaction
from shared.trade.people import (
    account_history,
    common_passwords,
    mailed_links,
    passwords,
    rules,
    sessions,
)
from shared.trade.people.errors import WeakPassword, WrongPassword
from shared.trade.people.factors import challenges
from shared.trade.people.models import Member, Session
from shared.trade.people.persons import (
    Person,
    kind_of,
    known_of,
    label_of,
    language_of,
    locked_person,
    person_of,
    role_of,
    table,
    vendor_of,
)
from shared.trade.people.rules import Purpose
from shared.trade.people.tokens import revoke_tokens_of

RESET_ASKED = "people.reset_asked"
MOST_RESETS = 5  # open links at a time: more mails would only bury the first


async def present_password(
    *,
    kind: str,
    person_id: int,
    session_id: int,
    password: str,
    param: str,
) -> Person:
    """The person, whose present password this is.

    Raises WrongPassword, and notes that somebody with the cookie guessed; at the fifth guess in a
    row TooManyAnswers, and the session is over.
    """
    await challenges.count_try(session_id)
    person = await person_of(kind, person_id)
    if person.is_active and await passwords.matches(
        person.password_hash, password[: rules.MAX_PASSWORD + 1]
    ):
        await Session.filter(id=session_id).update(
            wrong_answers=0,
            updated_at=clock.now(),
        )
        return person
    async with unit.transaction() as tx:
        await account_history.note_seldom(
            tx, "person.password_refused", label_of(person), vendor_id=vendor_of(person)
        )
    raise await challenges.refusal(session_id, WrongPassword(param=param))


async def change_password(
    *,
    kind: str,
    person_id: int,
    session_id: int,
    present: str,
    new: str,
) -> str | None:
    """Set another password, end all other sessions and give this browser's a new token, which is
    returned.

    None: this browser's own session is over as well. Raises as `present_password` (`present`),
    WeakPassword (`new`).
    """
    person = await present_password(
        kind=kind,
        person_id=person_id,
        session_id=session_id,
        password=present,
        param="present",
    )
    proven, hashed = person.password_hash, await _acceptable(person, new, param="new")
    async with unit.transaction() as tx:
        current = await locked_person(tx, kind, person_id)
        if not current.is_active or current.password_hash != proven:
            raise WrongPassword(param="present")
        await _store(current, hashed)
        token = await sessions.renew(
            kind=kind, person_id=person_id, session_id=session_id
        )
        ended = await sessions.end_sessions(kind, person_id, but=session_id)
        await account_history.note(
            tx, "person.password_changed", current, sessions_ended=ended
        )
        await _tell(tx, current)
    return token


async def _acceptable(
    person: Person,
    password: str,
    *,
    param: str,
) -> str:
    """The hash of a new password. Raises WeakPassword for `param`."""
    try:
        rules.check_password(password, email=person.email)
        await common_passwords.refuse(password, about=await known_of(person))
    except WeakPassword as weak:
        weak.param = param
        raise
    return await passwords.hash_password(password)


async def _store(person: Person, hashed: str) -> None:
    """Set the password; what could set another one, or move the account, loses its meaning.

    A link back (undo) keeps its.
    """
    kind = kind_of(person)
    await (
        table(kind)
        .filter(id=person.id)
        .update(password_hash=hashed, updated_at=clock.now())
    )
    await mailed_links.end(kind, person.id, Purpose.RESET, Purpose.CHANGE)


async def _tell(tx: Transaction, person: Person) -> None:
    mail.post(
        tx,
        "password_changed",
        to=person.email,
        unique_key=f"password_changed:{new_nonce()}",
        language=language_of(person),
        context={"full_name": person.full_name, "role": role_of(person)},
    )


async def forgot(*, kind: str, email: str) -> None:
    """Ask for a link to choose a new password.

    Takes the same time and tells the same whether anybody has that address.

    The work is left to a job, so that not even time tells. Raises BadEmail for what no mail could
    reach.
    """
    address = rules.normal_email(email)
    key = f"{RESET_ASKED}:{kind}:{digest(address)[:32]}"
    async with unit.transaction() as tx:
        send_reset.once(key)(tx, kind=kind, email=address)


@job(RESET_ASKED)
async def send_reset(_context: Context, kind: str, email: str) -> None:
    """Mail a link, where somebody has this address and was not sent too many already."""
    async with unit.transaction() as tx:
        found = await table(kind).get_or_none(email=email, is_active=True)
        if found is None:
            return
        person = await locked_person(tx, kind, found.id)
        if (
            await mailed_links.open_links(kind, person.id, Purpose.RESET).count()
            >= MOST_RESETS
        ):
            return
        await mail_reset(tx, person)
        await account_history.note_seldom(tx, "person.reset_asked", label_of(person))


async def mail_reset(tx: Transaction, person: Person) -> None:
    """Send a person a link to choose a new password, inside the caller's transaction."""
    token = await mailed_links.issue(person, Purpose.RESET, email=person.email)
    mail.post(
        tx,
        "password_reset",
        to=person.email,
        unique_key=f"password_reset:{new_nonce()}",
        language=language_of(person),
        context={"full_name": person.full_name, "token": token},
    )


async def reset_password(*, nonce: str | None, new: str) -> str:
    """Set a new password by a mailed link, once, and end every session; returns the person's role.

    A second factor stays what it was: whoever holds the mailbox signs in afterwards as always.
    Raises LinkEnded, WeakPassword.
    """
    view = await mailed_links.look(nonce, (Purpose.RESET,))
    hashed = await _acceptable(
        await person_of(view.kind, view.person_id),
        new,
        param="password",
    )
    async with unit.transaction() as tx:
        _, current = await mailed_links.use(tx, nonce, (Purpose.RESET,))
        await _store(current, hashed)
        await _proven_by_mail(current)
        ended = await sessions.end_sessions(view.kind, current.id)
        await account_history.note(
            tx, "person.password_reset", current, sessions_ended=ended
        )
        await _tell(tx, current)
    return view.role


async def _proven_by_mail(person: Person) -> None:
    """Whoever answers a mail has the mailbox.

    Until now another may have had the account: their tokens end, too.
    """
    if person.email_confirmed_at is not None:
        return
    await (
        table(kind_of(person))
        .filter(id=person.id)
        .update(email_confirmed_at=clock.now(), updated_at=clock.now())
    )
    await mailed_links.end(kind_of(person), person.id, Purpose.CONFIRM)
    if isinstance(person, Member):
        await revoke_tokens_of(person.id)

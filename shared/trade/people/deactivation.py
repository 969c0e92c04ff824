"""Switching a person off, and on again: the marketplace's staff decide, everything that person had
open ends at once.
"""

from __future__ import annotations

from shared.core import clock
from shared.core.ids import new_nonce
from shared.infra import unit
from shared.infra.database.dialect import dialect
from shared.infra.mail import service as mail
from shared.infra.unit import Transaction
from shared.trade.people import account_history, mailed_links, rules, sessions
from shared.trade.people.errors import LastOperator, NotOneself
from shared.trade.people.models import Member
from shared.trade.people.persons import (
    MEMBER,
    Person,
    language_of,
    locked_person,
    person_of,
    role_of,
    table,
)
from shared.trade.people.rules import Purpose
from shared.trade.people.tokens import revoke_tokens_of


async def switch_off(
    *,
    kind: str,
    person_id: int,
    by: int,
    reason: str,
) -> bool:
    """End a person's sessions, API tokens and mailed links, and let nothing open again; False when
    it was so already.

    `by`: the operator's id. Raises NotOneself, LastOperator, UnknownPerson.
    """
    if kind == MEMBER and person_id == by:
        raise NotOneself
    is_staff = role_of(await person_of(kind, person_id)) == rules.OPERATOR
    async with unit.transaction() as tx:
        if is_staff:
            await _lock_operators()
        person = await locked_person(tx, kind, person_id)
        if not person.is_active:
            return False
        if is_staff and not await _another_operator(person_id):
            raise LastOperator
        await (
            table(kind)
            .filter(id=person_id)
            .update(is_active=False, updated_at=clock.now())
        )
        await _end_everything(kind, person)
        await account_history.note(
            tx, "person.switched_off", person, actor=f"{MEMBER}:{by}", reason=reason
        )
        await _tell(tx, "switched_off", person, reason=reason)
    return True


async def switch_on(
    *,
    kind: str,
    person_id: int,
    by: int,
) -> bool:
    """Let a person in again, who signs in anew; False when nothing kept them out."""
    async with unit.transaction() as tx:
        person = await locked_person(tx, kind, person_id)
        if person.is_active:
            return False
        await (
            table(kind)
            .filter(id=person_id)
            .update(is_active=True, updated_at=clock.now())
        )
        await account_history.note(
            tx, "person.switched_on", person, actor=f"{MEMBER}:{by}"
        )
        await _tell(tx, "switched_on", person)
    return True


async def _lock_operators() -> None:
    """Two operators who switch each other off at once do it one after the other; the second is told
    that nobody would be left.
    """
    staff = Member.filter(role=rules.OPERATOR).order_by("id")
    if dialect() == "postgres":
        await staff.select_for_update()


async def _another_operator(person_id: int) -> bool:
    return (
        await Member.filter(role=rules.OPERATOR, is_active=True)
        .exclude(id=person_id)
        .exists()
    )


async def _end_everything(kind: str, person: Person) -> None:
    await sessions.end_sessions(kind, person.id)
    await mailed_links.end(kind, person.id, *Purpose)
    if isinstance(person, Member):
        await revoke_tokens_of(person.id)


async def _tell(
    tx: Transaction,
    what: str,
    person: Person,
    **context: str,
) -> None:
    mail.post(
        tx,
        what,
        to=person.email,
        unique_key=f"{what}:{new_nonce()}",
        language=language_of(person),
        context={"full_name": person.full_name, **context},
    )

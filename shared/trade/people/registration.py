"""Making people: owners of vendors, operators, shoppers with an account."""

from __future__ import annotations

from dataclasses import field
from typing import Any, TypeVar

from tortoise.exceptions import IntegrityError

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.locales import current
from shared.infra import unit
from shared.infra.unit import Transaction
from shared.trade.people import common_passwords, email_addresses, passwords, rules
from shared.trade.people.errors import EmailTaken
from shared.trade.people.models import Customer, Member
from shared.trade.people.persons import kind_of

P = TypeVar("P", Member, Customer)


@frozen
class Login:
    """What a person signs in with, checked: a normal address and the hash of a password."""

    email: str
    password_hash: str = field(repr=False)


async def create_member(
    *,
    email: str,
    password: str,
    full_name: str,
    role: str,
    vendor_id: int | None,
    shop_name: str = "",
    confirmed: bool = False,
) -> Member:
    """Make an owner of a vendor, or an operator (no vendor).

    Raises EmailTaken, BadEmail, WeakPassword.

    Unless the address is `confirmed` (somebody vouches for it) a mail asks its owner to.
    """
    login = await credentials(email, password, about=(full_name, shop_name))
    async with unit.transaction() as tx:
        return await add_member(
            tx,
            login,
            full_name=full_name,
            role=role,
            vendor_id=vendor_id,
            confirmed=confirmed,
        )


async def add_member(
    tx: Transaction,
    login: Login,
    *,
    full_name: str,
    role: str,
    vendor_id: int | None,
    confirmed: bool,
) -> Member:
    """Make the member in a transaction whose other rows stand or fall with it.

    Raises EmailTaken.
    """
    return await _insert(
        tx,
        Member,
        login,
        confirmed,
        full_name=full_name.strip(),
        role=role,
        vendor_id=vendor_id,
    )


async def create_customer(
    *, email: str, password: str, full_name: str, confirmed: bool = False
) -> Customer:
    """Make a shopper's account.

    Raises EmailTaken, BadEmail, WeakPassword. As to `confirmed` see `create_member`.
    """
    login = await credentials(email, password, about=(full_name,))
    async with unit.transaction() as tx:
        name = full_name.strip()
        return await _insert(
            tx,
            Customer,
            login,
            confirmed,
            full_name=name,
            language=current(),
        )


async def credentials(
    email: str,
    password: str,
    *,
    about: tuple[str, ...],
) -> Login:
    """Check and hash what somebody will sign in with, before any transaction: hashing takes its
    time.

    `about` is what a password must not be made of. Raises BadEmail, WeakPassword.
    """
    address = rules.normal_email(email)
    rules.check_password(password, email=address)
    await common_passwords.refuse(password, about=(address, *about))
    return Login(address, await passwords.hash_password(password))


async def _insert(
    tx: Transaction,
    people: type[P],
    login: Login,
    confirmed: bool,
    **values: Any,
) -> P:
    try:
        async with (
            tx.savepoint()
        ):  # a refused insert must not spoil the caller's transaction
            person = await people.create(
                email=login.email,
                password_hash=login.password_hash,
                email_confirmed_at=clock.now() if confirmed else None,
                **values,
            )
            # Asked after the insert: whoever gave the address up a moment ago may still take it
            # back.
            if not await email_addresses.is_free(
                kind_of(person), person.email, for_person=person.id
            ):
                raise EmailTaken(param="email")
            if not confirmed:
                await email_addresses.ask_to_confirm(tx, person)
            return person
    except IntegrityError:
        if await people.filter(email=login.email).exists():
            raise EmailTaken(param="email") from None
        raise

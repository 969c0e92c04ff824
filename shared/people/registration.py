"""Making people: owners of vendors, operators, shoppers with an account."""

from __future__ import annotations

from typing import Any, TypeVar

from tortoise.exceptions import IntegrityError

from shared import clock
from shared.database.unit import transaction
from shared.locales import current
from shared.people import addresses, common, passwords, rules
from shared.people.errors import EmailTaken
from shared.people.models import Customer, Member
from shared.people.persons import kind_of

P = TypeVar("P", Member, Customer)


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
    """Make an owner of a vendor, or an operator (no vendor). Raises EmailTaken, BadEmail, WeakPassword.

    Hashes first; call it inside a transaction only where its row must stand or fall with others. Unless the address is
    `confirmed` (somebody vouches for it) a mail asks its owner to.
    """
    address, hashed = await _credentials(email, password, about=(full_name, shop_name))
    return await _insert(
        Member,
        confirmed,
        email=address,
        password_hash=hashed,
        full_name=full_name.strip(),
        role=role,
        vendor_id=vendor_id,
    )


async def create_customer(*, email: str, password: str, full_name: str, confirmed: bool = False) -> Customer:
    """Make a shopper's account. Raises EmailTaken, BadEmail, WeakPassword. As to `confirmed` see `create_member`."""
    address, hashed = await _credentials(email, password, about=(full_name,))
    return await _insert(
        Customer, confirmed, email=address, password_hash=hashed, full_name=full_name.strip(), language=current()
    )


async def _credentials(email: str, password: str, *, about: tuple[str, ...]) -> tuple[str, str]:
    address = rules.normal_email(email)
    rules.check_password(password, email=address)
    await common.refuse(password, about=(address, *about))
    return address, await passwords.hash_password(password)


async def _insert(people: type[P], confirmed: bool, **values: Any) -> P:
    try:
        async with transaction():  # nested when the caller has one: a refused insert must not spoil it
            person = await people.create(**values, email_confirmed_at=clock.now() if confirmed else None)
            # Asked after the insert: whoever gave the address up a moment ago may still take it back.
            if not await addresses.is_free(kind_of(person), person.email, for_person=person.id):
                raise EmailTaken(param="email")
            if not confirmed:
                await addresses.ask_to_confirm(person)
            return person
    except IntegrityError:
        if await people.filter(email=values["email"]).exists():
            raise EmailTaken(param="email") from None
        raise

"""Making people: owners of vendors, operators, shoppers with an account."""

from __future__ import annotations

from typing import Any, TypeVar

from tortoise.exceptions import IntegrityError

from shared.database.unit import transaction
from shared.people import passwords, rules
from shared.people.errors import EmailTaken
from shared.people.models import Customer, Member

P = TypeVar("P", Member, Customer)


async def create_member(*, email: str, password: str, full_name: str, role: str, vendor_id: int | None) -> Member:
    """Make an owner of a vendor, or an operator (no vendor). Raises EmailTaken, BadEmail, WeakPassword.

    Hashes first; call it inside a transaction only where its row must stand or fall with others.
    """
    address, hashed = await _credentials(email, password)
    return await _insert(
        Member, email=address, password_hash=hashed, full_name=full_name.strip(), role=role, vendor_id=vendor_id
    )


async def create_customer(*, email: str, password: str, full_name: str) -> Customer:
    """Make a shopper's account. Raises EmailTaken, BadEmail, WeakPassword."""
    address, hashed = await _credentials(email, password)
    return await _insert(Customer, email=address, password_hash=hashed, full_name=full_name.strip())


async def _credentials(email: str, password: str) -> tuple[str, str]:
    address = rules.normal_email(email)
    rules.check_password(password, email=address)
    return address, await passwords.hash_password(password)


async def _insert(table: type[P], **values: Any) -> P:
    try:
        async with transaction():  # nested when the caller has one: a refused insert must not spoil it
            return await table.create(**values)
    except IntegrityError:
        if await table.filter(email=values["email"]).exists():
            raise EmailTaken(param="email") from None
        raise

"""A shopper's addresses: some, one of them the default, which the checkout is filled in with.

The shopper's row is locked first, so that there is one default however often a button is pressed.
Everything asks by whose it is: another shopper's address is not there.
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.core import clock
from shared.core.frozen import frozen
from shared.infra import unit
from shared.infra.unit import Transaction
from shared.trade.people.errors import AddressBookFull, AddressNotFound
from shared.trade.people.models import Customer, CustomerAddress

MOST = 20
LINES = (
    "full_name",
    "address",
    "address_extra",
    "city",
    "postal_code",
    "state",
    "country",
)


@frozen
class AddressView:
    """One address of a book."""

    id: int
    full_name: str
    address: str
    address_extra: str
    city: str
    postal_code: str
    state: str
    country: str
    is_default: bool


async def address_book(customer_id: int) -> tuple[AddressView, ...]:
    """All of a shopper's addresses, the default one first."""
    rows = await CustomerAddress.filter(customer_id=customer_id).order_by("id")
    views = [_view(row) for row in rows]
    return tuple(sorted(views, key=lambda view: not view.is_default))


async def address_of(customer_id: int, address_id: int) -> AddressView:
    """One of a shopper's own. Raises AddressNotFound."""
    return _view(await _mine(customer_id, address_id))


async def save_address(
    *,
    customer_id: int,
    values: Mapping[str, str],
    address_id: int | None = None,
) -> int:
    """Add an address, or write over one that is there; the first one is the default.

    Raises AddressNotFound, AddressBookFull.
    """
    kept = {name: values[name] for name in LINES}
    async with unit.transaction() as tx:
        await tx.lock(Customer, id=customer_id)
        if address_id is not None:
            row = await _mine(customer_id, address_id)
            await CustomerAddress.filter(id=row.id).update(
                **kept, updated_at=clock.now()
            )
            return int(row.id)
        count = await CustomerAddress.filter(customer_id=customer_id).count()
        if count >= MOST:
            raise AddressBookFull(most=MOST)
        row = await tx.insert(
            CustomerAddress(customer_id=customer_id, is_default=not count, **kept)
        )
        return int(row.id)


async def make_default(*, customer_id: int, address_id: int) -> None:
    """Fill the checkout in with this one from now on. Raises AddressNotFound."""
    async with unit.transaction() as tx:
        await tx.lock(Customer, id=customer_id)
        row = await _mine(customer_id, address_id)
        await _prefer(tx, row)


async def remove_address(*, customer_id: int, address_id: int) -> None:
    """Take one out; orders that went there keep theirs. The oldest that is left takes its place.

    Raises AddressNotFound.
    """
    async with unit.transaction() as tx:
        await tx.lock(Customer, id=customer_id)
        row = await _mine(customer_id, address_id)
        await CustomerAddress.filter(id=row.id).delete()
        rest = CustomerAddress.filter(customer_id=customer_id).order_by("id")
        heir = await rest.first() if row.is_default else None
        if heir is not None:
            await _prefer(tx, heir)


async def _prefer(_tx: Transaction, row: CustomerAddress) -> None:
    others = CustomerAddress.filter(customer_id=row.customer_id, is_default=True)
    await others.update(is_default=False, updated_at=clock.now())
    chosen = CustomerAddress.filter(id=row.id)
    await chosen.update(is_default=True, updated_at=clock.now())


async def _mine(customer_id: int, address_id: int) -> CustomerAddress:
    row = None
    if 0 < address_id < 2**63:
        row = await CustomerAddress.get_or_none(id=address_id, customer_id=customer_id)
    if row is None:
        raise AddressNotFound
    return row


def _view(row: CustomerAddress) -> AddressView:
    lines = {name: getattr(row, name) for name in LINES}
    return AddressView(id=row.id, is_default=row.is_default, **lines)

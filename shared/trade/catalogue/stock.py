"""Stock moves, inside the caller's transaction: reserve, release, take, put back, take what is
free.

Every move locks its products in the order of their ids (so two orders never wait for each other in
a circle) and repeats its condition in the WHERE of one update for all of them, because SQLite
ignores SELECT ... FOR UPDATE. An item is (product id, quantity).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tortoise.expressions import Case, F, Q, When

from shared.core import clock
from shared.infra.database.announced import untold
from shared.infra.database.dialect import dialect
from shared.infra.unit import is_open
from shared.trade.catalogue.errors import SoldOut, StockBooksDiffer
from shared.trade.catalogue.models import Product

Items = Sequence[tuple[int, int]]

# Orders that nobody has paid yet hold at most one piece in so many: the rest stays for whoever pays
# (decision 14).
HELD_SHARE = 2


async def reserve(items: Items) -> None:
    """Hold these quantities. Raises SoldOut, and holds nothing, when one of them is not there."""
    wanted = _merge(items)
    on_shelf = await _locked(wanted)
    for product_id, quantity in wanted.items():
        product = on_shelf.get(product_id)
        if product is None:
            raise StockBooksDiffer(f"product {product_id} does not exist")
        _must_be_there(product, quantity)
    guard = [
        Q(id=product_id, stock__gte=F("reserved") + pieces)
        for product_id, pieces in wanted.items()
    ]
    if await _move(
        guard,
        reserved={
            product_id: F("reserved") + pieces for product_id, pieces in wanted.items()
        },
    ) != len(wanted):
        first = on_shelf[next(iter(wanted))]
        raise SoldOut(first.name, max(first.stock - first.reserved, 0))


async def reserve_in_plenty(items: Items) -> bool:
    """Hold these quantities if at least half of each product's stock stays free; False, and nothing
    is held, when it would not.

    Raises SoldOut when one of them is not there at all.
    """
    wanted = _merge(items)
    on_shelf = await _locked(wanted)
    for product_id, quantity in wanted.items():
        product = on_shelf[product_id]
        _must_be_there(product, quantity)
        if product.reserved + quantity > product.stock // HELD_SHARE:
            return False
    await reserve(items)
    return True


async def must_be_there(items: Items) -> None:
    """Raise SoldOut when one of these quantities is not free just now; nothing is held."""
    wanted = _merge(items)
    on_shelf = await _locked(wanted)
    for product_id, quantity in wanted.items():
        _must_be_there(on_shelf[product_id], quantity)


async def release(items: Items) -> None:
    """Give back what `reserve` held."""
    held = _merge(items)
    await _locked(held)
    guard = [
        Q(id=product_id, reserved__gte=pieces) for product_id, pieces in held.items()
    ]
    moved = await _move(
        guard,
        reserved={
            product_id: F("reserved") - pieces for product_id, pieces in held.items()
        },
    )
    _must_be(len(held), moved, "released")


async def take(items: Items) -> None:
    """Let what `reserve` held leave the stock."""
    held = _merge(items)
    if len(held) > 1:  # one is locked by its update
        await _locked(held)
    guard = [
        Q(id=product_id, reserved__gte=pieces, stock__gte=pieces)
        for product_id, pieces in held.items()
    ]
    moved = await _move(
        guard,
        reserved={
            product_id: F("reserved") - pieces for product_id, pieces in held.items()
        },
        stock={product_id: F("stock") - pieces for product_id, pieces in held.items()},
    )
    _must_be(len(held), moved, "taken")


async def put_back(items: Items) -> None:
    """Put what was taken back into stock: the shopper returned it."""
    back = _merge(items)
    await _locked(back)
    moved = await _move(
        [Q(id=i) for i in back],
        stock={product_id: F("stock") + pieces for product_id, pieces in back.items()},
    )
    _must_be(len(back), moved, "put back")


async def take_free(items: Items) -> dict[int, int]:
    """Let up to these quantities leave the stock, as far as no order holds them: how many of each
    product did.
    """
    wanted = _merge(items)
    on_shelf = await _locked(wanted)
    there = {}
    for product_id, product in on_shelf.items():
        pieces = min(product.stock - product.reserved, wanted[product_id])
        if pieces > 0:
            there[product_id] = pieces
    guard = [
        Q(id=product_id, stock__gte=F("reserved") + pieces)
        for product_id, pieces in there.items()
    ]
    moved = await _move(
        guard,
        stock={product_id: F("stock") - pieces for product_id, pieces in there.items()},
    )
    _must_be(len(there), moved, "taken from stock")
    return there


def _must_be_there(product: Product, quantity: int) -> None:
    left = product.stock - product.reserved
    if left < quantity:
        raise SoldOut(product.name, max(left, 0))


def _merge(items: Items) -> dict[int, int]:
    """One quantity per product, ordered by id."""
    wanted: Counter[int] = Counter()
    for product_id, quantity in items:
        if quantity <= 0:
            raise ValueError(f"a quantity of {quantity} cannot be moved")
        wanted[product_id] += quantity
    return dict(sorted(wanted.items()))


async def _locked(wanted: Iterable[int]) -> dict[int, Product]:
    """The products by id, locked until the transaction ends (SQLite already holds its write
    lock).
    """
    if not is_open():
        raise RuntimeError("stock moves inside a transaction")
    query = Product.filter(id__in=list(wanted)).order_by("id")
    if dialect() == "postgres":
        query = query.select_for_update()
    return {product.id: product for product in await query}


async def _move(
    guard: Sequence[Q],
    **columns: Mapping[int, Any],
) -> int:
    """One update of all guarded products; the number of rows that met their guard."""
    if not guard:
        return 0
    changes = {
        name: Case(
            *(When(id=i, then=value) for i, value in values.items()),
            default=F(name),
        )
        for name, values in columns.items()
    }
    of_all = Product.filter(Q(*guard, join_type=Q.OR))
    with untold():  # nobody holds a product while its stock moves
        return await of_all.update(updated_at=clock.now(), **changes)


def _must_be(expected: int, moved: int, verb: str) -> None:
    if moved != expected:
        raise StockBooksDiffer(f"{moved} of {expected} products could be {verb}")

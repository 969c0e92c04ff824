"""Stock moves, inside the caller's transaction: reserve, release, take, put back, take what is
free.

Every move locks its products in the order of their ids (so two orders never wait for each other in
a circle); SQLite's transaction holds the write lock. Most repeat their condition in the WHERE of
one update for all of them; what an order sets aside goes with the transaction's batch, and
`ck_products_stock` stands behind it. An item is (product id, quantity).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from shared.core import clock
from shared.core.frozen import frozen
from shared.infra.database.batch import stored, touched
from shared.infra.database.dialect import dialect
from shared.infra.database.raw_sql import execute
from shared.infra.unit import Transaction, is_open
from shared.trade.catalogue.errors import ChoiceGone, SoldOut, StockBooksDiffer
from shared.trade.catalogue.models import Product

Items = Sequence[tuple[int, int]]

# Orders that nobody has paid yet hold at most one piece in so many: the rest stays for whoever pays
# (decision 14).
HELD_SHARE = 2


@frozen
class StockChange:
    """A move of stock as SQL: `sets` are columns with what becomes of a product's pieces there,
    `guard` is what must hold of it, a question mark for its pieces.
    """

    sets: tuple[tuple[str, str], ...]
    guard: str = ""


_SET_ASIDE = StockChange((("reserved", "+"),))
_HOLD = StockChange((("reserved", "+"),), "stock >= reserved + ?")
_RELEASE = StockChange((("reserved", "-"),), "reserved >= ?")
_TAKE = StockChange(
    (("reserved", "-"), ("stock", "-")),
    "reserved >= ? AND stock >= ?",
)
_PUT_BACK = StockChange((("stock", "+"),))
_TAKE_FREE = StockChange((("stock", "-"),), "stock >= reserved + ?")


async def reserve(items: Items) -> None:
    """Hold these quantities. Raises SoldOut, and holds nothing, when one of them is not there."""
    wanted = _merge(items)
    products = await locked(wanted)
    for product_id, quantity in wanted.items():
        product = products.get(product_id)
        if product is None:
            raise StockBooksDiffer(f"product {product_id} does not exist")
        _must_be_there(product, quantity)
    if await _move(wanted, _HOLD) != len(wanted):
        first = products[next(iter(wanted))]
        raise SoldOut(first.full_name, max(first.stock - first.reserved, 0))


def reserve_in_plenty(
    tx: Transaction, items: Items, products: Mapping[int, Product]
) -> bool:
    """Hold these quantities if at least half of each product's stock stays free; False, and nothing
    is held, when it would not.

    `products` are the products by id, as they were locked (`locked`). The move is written before
    the commit, so it has no condition of its own: the database's CHECK would refuse too many.
    Raises SoldOut when one of them is not there at all.
    """
    wanted = _merge(items)
    for product_id, quantity in wanted.items():
        product = products[product_id]
        _must_be_there(product, quantity)
        if product.reserved + quantity > product.stock // HELD_SHARE:
            return False
    first = products[items[0][0]]
    now = stored(first, {"updated_at": clock.now()})
    pairs = [each for pair in wanted.items() for each in pair]
    tx.later(
        _sql(_SET_ASIDE, len(wanted)),
        now["updated_at"],
        *pairs,
        *wanted,
        rows=touched(Product, wanted),
    )
    return True


async def must_be_there(
    items: Items, products: Mapping[int, Product] | None = None
) -> None:
    """Raise SoldOut when one of these quantities is not free just now; nothing is held.

    `products`: the products, where they are locked already.
    """
    wanted = _merge(items)
    there = await locked(wanted) if products is None else products
    for product_id, quantity in wanted.items():
        _must_be_there(there[product_id], quantity)


async def release(
    items: Items,
    on_shelf: Mapping[int, Product] | None = None,
) -> None:
    """Give back what `reserve` held.

    `on_shelf`: the products, where they are locked already; they know it then.
    """
    held = _merge(items)
    if on_shelf is None:
        await locked(held)
    moved = await _move(held, _RELEASE)
    _must_be(len(held), moved, "released")
    for product_id, product in (on_shelf or {}).items():
        product.reserved -= held.get(product_id, 0)


async def take(items: Items) -> None:
    """Let what `reserve` held leave the stock."""
    held = _merge(items)
    if len(held) > 1:  # one is locked by its update
        await locked(held)
    moved = await _move(held, _TAKE)
    _must_be(len(held), moved, "taken")


async def put_back(items: Items) -> None:
    """Put what was taken back into stock: the shopper returned it."""
    back = _merge(items)
    await locked(back)
    moved = await _move(back, _PUT_BACK)
    _must_be(len(back), moved, "put back")


async def take_free(items: Items) -> dict[int, int]:
    """Let up to these quantities leave the stock, as far as no order holds them: how many of each
    product did.
    """
    wanted = _merge(items)
    products = await locked(wanted)
    there = {}
    for product_id, product in products.items():
        pieces = min(product.stock - product.reserved, wanted[product_id])
        if pieces > 0:
            there[product_id] = pieces
    moved = await _move(there, _TAKE_FREE)
    _must_be(len(there), moved, "taken from stock")
    return there


def _must_be_there(product: Product, quantity: int) -> None:
    problem = lacking(product, quantity, name=product.full_name)
    if problem is not None:
        raise problem


def lacking(
    product: Product,
    quantity: int,
    *,
    name: str,
) -> SoldOut | None:
    """Why so many pieces of a product cannot be set aside, under the name that it was ordered by;
    None where they can.
    """
    left = product.stock - product.reserved
    if left >= quantity:
        return None
    if product.removed_at is not None or product.has_options:
        return ChoiceGone(name)
    return SoldOut(name, max(left, 0))


def _merge(items: Items) -> dict[int, int]:
    """One quantity per product, ordered by id."""
    wanted: Counter[int] = Counter()
    for product_id, quantity in items:
        if quantity <= 0:
            raise ValueError(f"a quantity of {quantity} cannot be moved")
        wanted[product_id] += quantity
    return dict(sorted(wanted.items()))


async def locked(wanted: Iterable[int]) -> dict[int, Product]:
    """Return the products by id, locked until the transaction ends (SQLite already holds its write
    lock).
    """
    if not is_open():
        raise RuntimeError("stock moves inside a transaction")
    query = Product.filter(id__in=list(wanted)).order_by("id")
    if dialect() == "postgres":
        query = query.select_for_update()
    return {product.id: product for product in await query}


async def _move(
    pieces: Mapping[int, int],
    change: StockChange,
) -> int:
    """Change all products that meet the guard, with one statement; the number of those."""
    if not pieces:
        return 0
    values: list[Any] = [clock.now()]
    for _ in change.sets:
        values += [each for pair in pieces.items() for each in pair]
    for product_id, count in pieces.items():
        values += [product_id, *[count] * change.guard.count("?")]
    return await execute(_sql(change, len(pieces)), *values)


@lru_cache(maxsize=64)
def _sql(
    change: StockChange,
    products: int,
) -> str:
    whens = "WHEN ? THEN ? " * products
    count = f"CASE id {whens}ELSE 0 END"
    sets = ["updated_at = ?"]
    sets += [f"{column} = {column} {sign} {count}" for column, sign in change.sets]
    each = f"id = ? AND {change.guard}" if change.guard else "id = ?"
    met = " OR ".join([f"({each})"] * products)
    return f"UPDATE products SET {', '.join(sets)} WHERE {met}"  # noqa: S608


def _must_be(expected: int, moved: int, verb: str) -> None:
    if moved != expected:
        raise StockBooksDiffer(f"{moved} of {expected} products could be {verb}")

"""Putting things into a basket and taking them out.

The browser holds a token, the database its digest.
"""

from __future__ import annotations

from tortoise.expressions import Subquery

from shared.core import clock
from shared.core.ids import digest, new_token
from shared.infra import unit
from shared.infra.unit import Transaction
from shared.trade.baskets import statements
from shared.trade.baskets.errors import (
    BasketFull,
    NotForSale,
    NotInBasket,
    QuantityOutOfRange,
    TooManyPieces,
)
from shared.trade.baskets.models import Basket, BasketLine
from shared.trade.baskets.queries import reserved_by
from shared.trade.baskets.rules import MAX_LINES, MAX_QUANTITY
from shared.trade.catalogue.errors import ChoiceLacking, ProductNotFound, SoldOut
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.queries import MAX_ID
from shared.trade.catalogue.rules import options_in
from shared.trade.vendors.errors import ShopClosed


async def add(
    token: str | None,
    *,
    product_id: int,
    quantity: int,
) -> str:
    """Put `quantity` more of a product or a variant into the basket; answers the basket's token (a
    new one where there was none).

    A browser may be given its token before its first click, so an answer that gets lost costs no
    basket; of two clicks at once the second waits for the first.

    The shopper has seen today's price. Raises NotFound, ChoiceLacking, ShopClosed, NotForSale,
    SoldOut, BasketFull, Invalid.
    """
    _check_quantity(quantity, least=1)
    product = await _for_sale(product_id)
    async with unit.transaction() as tx:
        token = token or new_token("ba")
        basket, there = await statements.lock_basket(tx, digest(token))
        lines = {line.product_id: line for line in there}
        line = lines.get(product.id)
        wanted = quantity + (line.quantity if line else 0)
        if line is None and len(lines) >= MAX_LINES:
            raise BasketFull
        await _must_be_there(
            product,
            wanted,
            basket.id,
        )
        await _write(
            tx,
            basket.id,
            product,
            wanted,
            line=line,
        )
        await tx.change(basket)  # when it was last used
    return token


async def set_quantity(
    token: str | None,
    *,
    product_id: int,
    quantity: int,
) -> None:
    """Have exactly this many of a product; 0 takes it out.

    Fewer is always allowed. Raises NotFound, SoldOut, Invalid.
    """
    _check_quantity(quantity, least=0)
    if not 0 < product_id <= MAX_ID:
        raise NotInBasket
    async with unit.transaction() as tx:
        basket = await tx.lock_first(Basket.filter(token_digest=digest(token or "")))
        line = None
        if basket is not None:
            line = (
                await BasketLine.filter(basket_id=basket.id, product_id=product_id)
                .select_related("product")
                .first()
            )
        if basket is None or line is None:
            raise NotInBasket
        if quantity == 0:
            await BasketLine.filter(id=line.id).delete()
            return
        if quantity > line.quantity:
            await _must_be_there(
                line.product,
                quantity,
                basket.id,
            )
        await BasketLine.filter(id=line.id).update(
            quantity=quantity, updated_at=clock.now()
        )
        mine = Basket.filter(id=basket.id)
        await mine.update(updated_at=clock.now())


async def clear(token: str | None) -> None:
    """Take everything out. Nothing happens without a basket."""
    if token:
        await BasketLine.filter(basket_id__in=await _ids(token)).delete()


async def leave_shop(
    token: str | None,
    vendor_id: int,
) -> None:
    """Take all things of one vendor out. Nothing happens where there is none."""
    if not token or not 0 < vendor_id <= MAX_ID:
        return
    async with unit.transaction() as tx:
        named = Basket.filter(token_digest=digest(token))
        basket = await tx.lock_first(named)
        if basket is None:
            return
        of_shop = Product.filter(vendor_id=vendor_id)
        lines = BasketLine.filter(
            basket_id=basket.id,
            product_id__in=Subquery(of_shop.values("id")),
        )
        await lines.delete()
        await named.update(updated_at=clock.now())


async def accept_prices(token: str | None) -> None:
    """The shopper has read today's prices and agrees."""
    if not token:
        return
    async with unit.transaction() as tx:
        basket = await tx.lock_first(Basket.filter(token_digest=digest(token)))
        if basket is None:
            return
        lines = await BasketLine.filter(basket_id=basket.id).select_related("product")
        changed = [
            line for line in lines if line.seen_amount != line.product.price_amount
        ]
        for line in changed:
            line.seen_amount, line.updated_at = line.product.price_amount, clock.now()
        if changed:
            await BasketLine.bulk_update(changed, fields=["seen_amount", "updated_at"])


def _check_quantity(quantity: int, *, least: int) -> None:
    if not least <= quantity <= MAX_QUANTITY:
        raise QuantityOutOfRange(least=least, most=MAX_QUANTITY)


async def _for_sale(product_id: int) -> Product:
    if not 0 < product_id <= MAX_ID:
        raise ProductNotFound
    found = await statements.for_sale(product_id)
    if found is None:
        raise ProductNotFound
    product, vendor = found
    if product.has_options:
        raise ChoiceLacking(options_in(product.options))
    if not vendor.is_open:
        raise ShopClosed(vendor, product.name)
    if not vendor.accepts_payments:
        raise NotForSale(vendor.name)
    return product


async def _must_be_there(
    product: Product,
    wanted: int,
    basket_id: int,
) -> None:
    """What this basket's own open order holds counts as there: going back to the basket must not
    sell it out.
    """
    if wanted > MAX_QUANTITY:
        raise TooManyPieces(most=MAX_QUANTITY)
    left = product.stock - product.reserved
    if left < wanted:
        left += (await reserved_by(basket_id)).get(product.id, 0)
    if left < wanted:
        raise SoldOut(product.full_name, max(left, 0))


async def _write(
    tx: Transaction,
    basket_id: int,
    product: Product,
    quantity: int,
    *,
    line: BasketLine | None,
) -> None:
    seen = product.price_amount
    if line is not None:
        await tx.change(line, quantity=quantity, seen_amount=seen)
        return
    tx.add(
        BasketLine(
            basket_id=basket_id,
            product_id=product.id,
            quantity=quantity,
            seen_amount=seen,
        )
    )


async def _ids(token: str) -> list[int]:
    ids = Basket.filter(token_digest=digest(token)).values_list("id", flat=True)
    return [int(i) for i in await ids]  # type: ignore[call-overload]

"""The discount code of a basket: typed in, kept with it, and what it takes off as things stand."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from shared.core.frozen import frozen
from shared.core.ids import digest
from shared.infra import unit
from shared.infra.jobs import Context, job
from shared.trade.baskets.errors import NothingInBasket
from shared.trade.baskets.models import Basket, BasketLine
from shared.trade.baskets.parts import BasketView, ShopPart
from shared.trade.baskets.queries import get_basket
from shared.trade.discounts import tries
from shared.trade.discounts.errors import (
    CodeRefused,
    CodeWithoutGoods,
    UnknownCode,
)
from shared.trade.discounts.queries import NO_CODE, CodeUser, FoundCode, find_code
from shared.trade.discounts.rules import (
    BoughtLine,
    Reduction,
    VendorGoods,
    typed_code,
)

Off = Mapping[int, Reduction]  # what a code takes off each vendor's part, by its id


@frozen
class BasketCode:
    """The code that a basket has, empty for none; `problem` says why it takes nothing off."""

    code: str = ""
    found: FoundCode = NO_CODE
    problem: str = ""

    def off(
        self,
        basket: BasketView,
        shipping: Mapping[int, int | None],
    ) -> Off:
        """What it takes off the parts of a basket; `shipping`: what sending each costs, None while
        nobody has chosen how.
        """
        if not self.code or self.problem:
            return {}
        try:
            found = self.found.off(bought_of(basket, shipping))
        except (
            CodeRefused
        ):  # its time ended just now, or what was chosen is free anyway
            return {}
        return {reduction.vendor_id: reduction for reduction in found}


def bought_of(
    basket: BasketView,
    shipping: Mapping[int, int | None],
) -> tuple[VendorGoods, ...]:
    """What a basket holds, as codes look at it."""
    return tuple(
        goods_of(part, shipping.get(part.vendor.id))
        for part in basket.parts
        if part.total is not None
    )


def goods_of(part: ShopPart, shipping: int | None) -> VendorGoods:
    """What a basket holds of one vendor, as codes look at it."""
    lines = tuple(
        BoughtLine(line.product.id, line.product.category, line.line_total.amount)
        for line in part.lines
    )
    currency = part.total.currency if part.total is not None else ""
    return VendorGoods(part.vendor.id, currency, lines, shipping)


async def code_of(basket: BasketView, user: CodeUser) -> BasketCode:
    """The code that a basket has, as things stand. Without one nothing is asked."""
    code = basket.discount_code
    if not code or not basket.parts:
        return BasketCode(code)
    try:
        return BasketCode(code, await _look_up(code, basket, user))
    except CodeRefused as refused:
        return BasketCode(code, problem=refused.message)


async def use_code(
    token: str | None,
    typed: str,
    user: CodeUser,
    *,
    network: str,
    vendors: Collection[int] | None = None,
) -> str:
    """Keep a code that somebody typed with the basket, in the place of another one; answers with
    it. `vendors`: whose things are paid at once, which it has to take something off; None: all.

    Raises NothingInBasket, CodeRefused and GuessedTooOften, and then the basket stays as it was.
    """
    basket = (await get_basket(token)).of(vendors)
    if not token or not basket.parts:
        raise NothingInBasket
    await tries.begin(browser=token, network=network)
    code = typed_code(typed)
    try:
        if not code:
            raise UnknownCode(typed.strip())
        await _look_up(code, basket, user)
    except (UnknownCode, CodeWithoutGoods):
        await tries.was_wrong(network=network)
        raise
    except CodeRefused:
        await tries.was_right(browser=token, network=network)
        raise
    await tries.was_right(browser=token, network=network)
    await _keep(token, code)
    return code


async def take_out(token: str | None) -> None:
    """Let the basket have no code."""
    await _keep(token, "")


@job("baskets.take_code_out")
async def take_code_out(_context: Context, basket_id: int | None) -> None:
    """Let a basket of which everything was paid have no code any more.

    Later, since a basket is locked before its purchase.
    """
    is_empty = not await BasketLine.filter(basket_id=basket_id).exists()
    if is_empty:
        await Basket.filter(id=basket_id).update(discount_code="")


async def _look_up(
    code: str,
    basket: BasketView,
    user: CodeUser,
) -> FoundCode:
    """What a code stands for in a basket. Raises why it takes nothing off it."""
    vendor_ids = [part.vendor.id for part in basket.parts]
    found = await find_code(code, vendor_ids, user)
    found.off(bought_of(basket, {}))
    return found


async def _keep(token: str | None, code: str) -> None:
    async with unit.transaction() as tx:
        mine = Basket.filter(token_digest=digest(token or ""))
        basket = await tx.lock_first(mine)
        if basket is not None and basket.discount_code != code:
            await tx.change(basket, discount_code=code)

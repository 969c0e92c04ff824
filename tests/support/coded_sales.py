"""Sales with a code: a thing, and a basket that has the code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.trade.baskets import codes
from shared.trade.discounts.queries import CodeUser
from tests.support.factories import make_product, make_ready_vendor
from tests.support.purchases import basket_of

if TYPE_CHECKING:
    from shared.trade.catalogue.models import Product


GUEST = CodeUser(None)
NETWORK = "203.0.113.7"


async def a_product(price: int = 4990, **values: Any) -> Product:
    return await make_product(
        await make_ready_vendor(), price_amount=price, stock=50, **values
    )


async def basket_with(*products: Product, code: str = "WELCOME10") -> str:
    basket = await basket_of({product.id: 1 for product in products})
    if code:
        await codes.use_code(basket, code, GUEST, network=NETWORK)
    return basket

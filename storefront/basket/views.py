"""The basket: quantities, prices that changed, what stands in the way of checking out."""

from __future__ import annotations

from quart import Blueprint, Response, request

from shared.core.errors import Conflict, Invalid
from shared.core.frozen import frozen
from shared.entrypoints.web.access import public
from shared.entrypoints.web.filters import money
from shared.entrypoints.web.kit import is_htmx
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import page, see_other
from shared.trade.baskets import service
from shared.trade.baskets.codes import code_of
from shared.trade.baskets.queries import get_basket
from shared.trade.orders.cancellation import give_up_unwanted
from storefront.basket.forms import QuantityForm
from storefront.basket.purchases import pays, purchases_of
from storefront.browser import basket_token
from storefront.checkout import codes
from storefront.checkout.chosen_parts import chosen_basket

basket = Blueprint("basket", __name__)


@basket.get("/shop/basket")
@public
async def show() -> Response:
    """What is in the basket."""
    return await basket_page()


@basket.post("/shop/basket/lines/<int:product_id>")
@public
async def set_quantity(product_id: int) -> Response:
    """Have exactly so many of a product."""
    form = await QuantityForm.from_request()
    if not form.ok():
        errors = [*form.quantity.errors, *form.csrf_token.errors]  # type: ignore[attr-defined]
        return await basket_page(problem=str(errors[0]), status=422)
    try:
        await service.set_quantity(
            basket_token(), product_id=product_id, quantity=form.quantity.data or 0
        )
    except (Conflict, Invalid) as problem:
        return await basket_page(problem=problem.message, status=problem.status)
    await give_up_unwanted(basket_token())
    return await _changed()


@basket.post("/shop/basket/shops/<int:vendor_id>/remove")
@public
async def leave_shop(vendor_id: int) -> Response:
    """Take all things of one shop out."""
    await service.leave_shop(basket_token(), vendor_id)
    await give_up_unwanted(basket_token())
    return await _changed()


@basket.post("/shop/basket/code")
@public
async def use_code() -> Response:
    """Keep the discount code that was typed, or take out the one that is there.

    It has to take something off what is paid at once.
    """
    given, purchase = await request.form, await chosen_basket()
    user = codes.code_user()
    refused = await codes.change_code(given, user, purchase.vendor_ids)
    if refused is None:
        return await _changed()
    typed = TypedCode(codes.typed_of(given), refused.message, purchase.vendor_ids)
    return await basket_page(typed=typed, status=refused.status)


@basket.post("/shop/basket/prices")
@public
async def accept_prices() -> Response:
    """Agree to today's prices."""
    await service.accept_prices(basket_token())
    return await _changed()


async def _changed() -> Response:
    return await basket_page() if is_htmx() else see_other(url_for("basket.show"))


@frozen
class TypedCode:
    """A code that was not taken: what was typed, why, and at whose things."""

    text: str = ""
    problem: str = ""
    vendors: frozenset[int] = frozenset()


NOTHING_TYPED = TypedCode()


async def basket_page(
    *,
    problem: str | None = None,
    typed: TypedCode = NOTHING_TYPED,
    status: int = 200,
) -> Response:
    """The basket's page, or its contents for htmx, which morphs them in so that focus stays on the
    button pressed.
    """
    view = await get_basket(basket_token(), write=money)
    user = codes.code_user()
    looked = [(each, await code_of(each, user)) for each in view.by_currency()]
    purchases = purchases_of(looked)
    response = await page(
        "storefront/basket/basket.html",
        fragments={"basket": "basket"},
        status=status,
        basket=view,
        purchases=purchases,
        pays=pays(purchases),
        typed=typed,
        problem=problem,
        fragment=is_htmx(),
    )
    if is_htmx():
        response.headers["HX-Reswap"] = "innerMorph"
    return response

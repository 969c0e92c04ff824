"""What a basket's code takes off the sales that it would become."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from shared.core.money import MINIMUM_CHARGE, Money
from shared.infra.unit import Transaction
from shared.trade.baskets.codes import goods_of
from shared.trade.baskets.models import Basket
from shared.trade.discounts import redeeming
from shared.trade.discounts.errors import (
    CodeTakesNothing,
    DiscountChanged,
    LeavesTooLittle,
)
from shared.trade.discounts.queries import CodeUser, FoundCode
from shared.trade.discounts.rules import Reduction
from shared.trade.orders.models import Order
from shared.trade.orders.placing_statements import OpenCheckout
from shared.trade.orders.rules import must_be_payable
from shared.trade.orders.selling import (
    Purchaser,
    Sale,
    Sales,
    paid_for,
    shipping_columns,
)
from shared.trade.orders.taxed_sales import vat_of_sale


def user_of(purchaser: Purchaser) -> CodeUser:
    """Whose uses of a code are counted."""
    return CodeUser(purchaser.customer_id, purchaser.contact.email)


async def at_its_code(
    tx: Transaction,
    basket: Basket,
    sales: Sales,
    purchaser: Purchaser,
    *,
    before: OpenCheckout | None = None,
) -> Sales:
    """Sales with what the basket's code takes off them, which stays locked.

    `before`: the purchase that these replace. Raises CodeRefused, and what cannot be paid.
    """
    found = await redeeming.lock_code(
        tx,
        basket.discount_code,
        sales.keys(),
        user_of(purchaser),
        besides=before.checkout.id if before is not None else None,
    )
    reduced = _reduced(sales, found)
    _must_be_seen(reduced, basket.discount_code, purchaser)
    _must_be_payable(reduced, basket.discount_code)
    return reduced


def _reduced(sales: Sales, code: FoundCode) -> Sales:
    bought = [goods_of(sale.part, sale.shipping_price) for sale in sales.values()]
    try:
        found = {each.vendor_id: each for each in code.off(bought)}
    except (
        CodeTakesNothing
    ):  # what was chosen is free anyway: the price is the one that was seen
        found = {}
    return {
        vendor_id: _with(sale, found.get(vendor_id))
        for vendor_id, sale in sales.items()
    }


def _with(sale: Sale, reduction: Reduction | None) -> Sale:
    if reduction is None or not reduction.total:
        return sale
    off = Money(reduction.total, sale.total.currency)
    return replace(sale, reduction=reduction, total=sale.total - off)


def _must_be_seen(
    sales: Sales,
    code: str,
    purchaser: Purchaser,
) -> None:
    """Nobody pays a price that did not stand beside the button."""
    seen = purchaser.seen_discount
    if seen is None:
        return
    off = sum(each.goods for each in reductions_of(sales))
    if (seen.code, seen.goods) != (code, off):
        raise DiscountChanged(seen.code or code)


def _must_be_payable(sales: Sales, code: str) -> None:
    """All of it by a card, or nothing at all. Raises LeavesTooLittle."""
    total = paid_for(sales)
    is_reduced = any(reductions_of(sales))
    if is_reduced and not total:
        return
    least = Money(MINIMUM_CHARGE.get(total.currency, 1), total.currency)
    if is_reduced and total.amount < least.amount:
        raise LeavesTooLittle(code, total, least)
    must_be_payable(total)


def reductions_of(sales: Sales) -> tuple[Reduction, ...]:
    """What is taken off them."""
    found = (sale.reduction for sale in sales.values())
    return tuple(reduction for reduction in found if reduction is not None)


def sale_columns(sale: Sale) -> dict[str, Any]:
    """What an order keeps of how it is sent, of its VAT, and of what a code takes off."""
    kept = {
        **shipping_columns(sale.shipping),
        **vat_of_sale(sale).columns(),
    }
    if sale.net is not None:
        kept |= sale.net.columns()
    reduction = sale.reduction
    if reduction is None:
        return kept
    if reduction.shipping:
        kept["shipping_amount"] -= reduction.shipping
    return {
        **kept,
        "discount_code": reduction.code,
        "discount_amount": reduction.goods,
        "shipping_discount": reduction.shipping,
        "marketplace_discount": reduction.by_marketplace,
    }


def sold_alike(orders: Iterable[Order], sales: Sales) -> bool:
    """Whether orders that are there already are sent in the same ways, at the same prices, with
    the same taken off and the same VAT inside.
    """
    return all(_is_sold_at(order, sales[order.vendor_id]) for order in orders)


_NONE: Mapping[str, Any] = {"shipping_method": "", "discount_code": ""}


def _is_sold_at(order: Order, sale: Sale) -> bool:
    wanted = {**_NONE, **sale_columns(sale)}
    there = {name: getattr(order, name) for name in wanted}
    return there == wanted

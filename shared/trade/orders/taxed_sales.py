"""The VAT inside a sale, of what its vendor gets: what the marketplace pays of a price is paid as
well.
"""

from __future__ import annotations

from shared.core import clock
from shared.trade.baskets.parts import ShopPart
from shared.trade.discounts.rules import Reduction
from shared.trade.orders.selling import Sale
from shared.trade.orders.sold_vat import VatAtSale, vat_at_sale


def vat_of_sale(sale: Sale) -> VatAtSale:
    """The VAT that a sale has inside, at the rates of today."""
    return vat_of_part(
        sale.part,
        sale.place,
        sale.shipping_price,
        sale.reduction,
        is_net=sale.net is not None,
    )


def vat_of_part(
    part: ShopPart,
    place: str,
    sending: int,
    reduction: Reduction | None,
    *,
    is_net: bool,
) -> VatAtSale:
    """The same of a part with what sending it costs before a code, and what a code takes off."""
    goods = []
    for line in part.lines:
        forgone = reduction.vendor_bears(line.product.id) if reduction else 0
        goods.append(line.line_total.amount - forgone)
    if reduction is not None:
        sending -= reduction.vendor_forgoes_shipping
    return vat_at_sale(
        part,
        place,
        goods,
        sending,
        clock.now().date(),
        is_net=is_net,
    )

"""The VAT inside a sale, of what its vendor gets: what the marketplace pays of a price is paid as
well.
"""

from __future__ import annotations

from shared.core import clock
from shared.trade.orders.selling import Sale
from shared.trade.orders.sold_vat import VatAtSale, vat_at_sale


def vat_of_sale(sale: Sale) -> VatAtSale:
    """The VAT that a sale has inside, at the rates of today."""
    lines = sale.part.lines
    goods = [line.line_total.amount - sale.forgone(line) for line in lines]
    sending = sale.shipping_price
    reduction = sale.reduction
    if reduction is not None and not reduction.is_marketplace:
        sending -= reduction.shipping
    return vat_at_sale(
        sale.part,
        sale.country,
        goods,
        sending,
        clock.now().date(),
    )

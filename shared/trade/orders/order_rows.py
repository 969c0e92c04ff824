"""The order that a sale becomes, with its lines and the commission that is frozen on each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shared.core.ids import new_number
from shared.infra.unit import Act, Transaction
from shared.trade.commission.basis import OrderCommission, Tariff, charge_order
from shared.trade.commission.rules import Charged, Rule, Sold, snapshot
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.orders.reduced_sales import sale_columns
from shared.trade.orders.rules import StockState
from shared.trade.orders.selling import Purchaser, Sale
from shared.trade.orders.taxed_sales import vat_of_sale


async def write_order(
    tx: Transaction,
    checkout: Checkout,
    sale: Sale,
    tariff: Tariff,
    *,
    known_id: int | None,
    stock_state: StockState,
    purchaser: Purchaser,
) -> Order:
    """A vendor's order of a checkout, with its lines and the commission that is frozen on each."""
    commission = _commission(sale, tariff)
    total = f"{sale.total.to_decimal()} {sale.total.currency}"
    order = await tx.create(
        Order,
        act=Act("order.placed", purchaser.actor, {"total": total}),
        known_id=known_id,
        number=new_number(),
        checkout=checkout,
        vendor_id=sale.terms.vendor_id,
        customer_id=checkout.customer_id,
        total_amount_cents=sale.total.amount,
        platform_fee_amount=commission.total,
        shipping_commission=commission.shipping,
        platform_fee_percentage=sale.terms.platform_fee_percentage,
        currency=checkout.currency,
        stock_state=stock_state,
        note=purchaser.notes.get(sale.terms.vendor_id, ""),
        **sale_columns(sale),
    )
    lines = list(_order_lines(order, sale, commission.lines))
    vat_of_sale(sale).put_into(lines)
    for line, off in zip(lines, _taken_off(sale), strict=False):
        line.vat_taken_off = off
    for line in lines:
        tx.add(line)
    return order


def _taken_off(sale: Sale) -> Sequence[int]:
    """The VAT that each line is sold without."""
    return sale.net.prices.off_lines if sale.net is not None else ()


def _commission(sale: Sale, tariff: Tariff) -> OrderCommission:
    """What the marketplace charges today, of what the vendor sells it for."""
    sold = [
        Sold(
            sale.terms.vendor_id,
            line.product.product_id,
            line.product.category,
            line.product.price.amount * line.quantity - sale.forgone(line),
        )
        for line in sale.part.lines
    ]
    otherwise = Rule(sale.terms.platform_fee_percentage)
    return charge_order(
        sold,
        sale.shipping_worth,
        tariff,
        sale.total.currency,
        otherwise=otherwise,
    )


def _order_lines(
    order: Order,
    sale: Sale,
    charged: Sequence[Charged],
) -> Iterator[OrderLine]:
    for line, fee in zip(sale.part.lines, charged, strict=True):
        yield OrderLine(
            order=order,
            product_id=line.product.id,
            name=line.product.name,
            choice=line.product.choice,
            sku=line.product.sku,
            picture=line.product.picture,
            unit_amount=line.product.price.amount,
            quantity=line.quantity,
            discount_amount=sale.off(line),
            commission_amount=fee.amount,
            commission_rule=snapshot(fee.rule),
        )

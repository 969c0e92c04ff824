"""Placing orders. One transaction; no HTTP in here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from shared.core import clock
from shared.core.ids import digest, new_nonce, new_number
from shared.core.locales import current
from shared.infra import unit
from shared.infra.gateway.restore_check import money_may_move
from shared.infra.unit import Act, Transaction
from shared.trade.baskets.queries import BasketLineView, BasketView
from shared.trade.commission.queries import rules_for
from shared.trade.commission.rules import Charged, Rule, Sold, charge, snapshot
from shared.trade.orders import reservations
from shared.trade.orders.cancellation import make_room
from shared.trade.orders.contacts import Contact
from shared.trade.orders.errors import (
    EmptyBasket,
)
from shared.trade.orders.events import CheckoutOpened
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.orders.placing_statements import (
    LockedBasket,
    OnSale,
    OpenCheckout,
    lock_basket_and_rules,
    lock_on_sale,
    lock_on_sale_again,
    lock_open_checkout,
)
from shared.trade.orders.rules import StockState
from shared.trade.orders.selling import (
    Purchaser,
    Sale,
    sale_of,
    sent_alike,
    shipping_columns,
)
from shared.trade.orders.terms import Acceptance
from shared.trade.shipping.rules import ShippingChoice
from shared.trade.vendors.terms import SellingTerms

# So many times as long as one hold, if the same basket is submitted again and again.
MOST_RENEWALS = 4


async def place_order(
    *,
    basket_token: str | None,
    contact: Contact,
    customer_id: int | None,
    hold_minutes: int,
    accepted: Acceptance | None = None,
    actor: str = "shopper",
    shipping: Mapping[int, ShippingChoice] | None = None,
    notes: Mapping[int, str] | None = None,
) -> str:
    """Turn the basket into a checkout with its order, payable for `hold_minutes`, and answer the
    checkout's token.

    Its pieces are set aside now where there is plenty, else when Pay is pressed (`holding`).

    Submitting again gives the same checkout while the basket holds the same things (the contact is
    brought up to date); otherwise the old one is cancelled and its stock freed. `accepted`: the
    terms that stood beside the button. Prices come from the catalogue, never from the request.
    `shipping` and `notes`: by vendor, what was chosen of what it offers, what it is told.
    Raises EmptyBasket, ShopClosed, BasketProblem, PriceChanged, SoldOut, VendorCannotSell,
    NotServed, ChooseShipping, ShippingChanged;
    StandsStill after a restore: stock and orders may be those of days ago.
    """
    purchaser = Purchaser(
        contact,
        customer_id,
        accepted,
        actor,
        shipping or {},
        notes or {},
    )
    async with unit.transaction() as tx:
        until = clock.now() + timedelta(minutes=hold_minutes)
        locked = await _lock(tx, basket_token)
        found = await lock_on_sale(tx, locked.basket) if locked is not None else None
        if locked is not None and found is not None:
            rules = await _rules(found.basket, locked)
            return await _create(tx, found, rules, purchaser, until=until)
        return await _place_again(tx, locked, purchaser, hold_minutes, until)


async def _lock(
    tx: Transaction,
    basket_token: str | None,
) -> LockedBasket | None:
    if not basket_token:
        return None
    return await lock_basket_and_rules(tx, digest(basket_token))


async def _rules(basket: BasketView, locked: LockedBasket) -> Sequence[Rule]:
    """The rules that were read with the basket, unless its vendor was another a moment later."""
    vendor = basket.vendor
    if vendor is None or vendor.id == locked.vendor_id:
        return locked.rules
    return await rules_for(vendor.id)


async def _place_again(
    tx: Transaction,
    locked: LockedBasket | None,
    purchaser: Purchaser,
    hold_minutes: int,
    until: datetime,
) -> str:
    """The long way: an open checkout of this basket, if there is one, is locked before products.

    A payment may have emptied the basket while we waited for that.
    """
    before = found = None
    if locked is not None:
        before = await lock_open_checkout(tx, locked.basket)
        found = await lock_on_sale_again(tx, locked.basket)
    if locked is None or found is None:
        await money_may_move()
        raise EmptyBasket
    sale = sale_of(found, purchaser)
    if before is not None:
        if _same(before, found.basket) and sent_alike(before, sale.shipping):
            last = min(until, _last_end(before.checkout, hold_minutes))
            await _renew(tx, before, purchaser, last)
            return before.checkout.token
        await make_room(tx, before, found.products, actor=purchaser.actor)
    rules = await _rules(found.basket, locked)
    return await _create(tx, found, rules, purchaser, until=until)


def _same(before: OpenCheckout, basket: BasketView) -> bool:
    ordered = [
        (line.product_id, line.quantity, line.unit_amount) for line in before.lines
    ]
    wanted = [
        (line.product.id, line.quantity, line.product.price.amount)
        for line in basket.lines
    ]
    return sorted(ordered) == sorted(wanted)


async def _renew(
    tx: Transaction,
    before: OpenCheckout,
    purchaser: Purchaser,
    until: datetime,
) -> None:
    kept = purchaser.columns()
    await tx.change(before.checkout, **kept, reserved_until=until)
    for order in before.orders:
        note = purchaser.notes.get(order.vendor_id, "")
        if order.note != note:
            await tx.change(order, note=note)


def _last_end(checkout: Checkout, hold_minutes: int) -> datetime:
    """However often it is submitted again, what it holds is not held for ever."""
    return checkout.created_at + timedelta(minutes=MOST_RENEWALS * hold_minutes)


async def _create(
    tx: Transaction,
    found: OnSale,
    rules: Sequence[Rule],
    purchaser: Purchaser,
    *,
    until: datetime,
) -> str:
    basket, sale = found.basket, sale_of(found, purchaser)
    pieces = [(line.product.id, line.quantity) for line in basket.lines]
    state = await reservations.at_order(
        tx, pieces, found.products, network=purchaser.network
    )
    checkout = Checkout(
        token=new_nonce(),
        basket_id=basket.id,
        customer_id=purchaser.customer_id,
        **purchaser.columns(),
        currency=sale.total.currency,
        total_amount=sale.total.amount,
        network=purchaser.network,
        language=current(),
        reserved_until=until,
    )
    await tx.insert(checkout, known_id=found.checkout_id)
    charged = _commission(basket.lines, sale.terms, rules, checkout.currency)
    total = f"{sale.total.to_decimal()} {sale.total.currency}"
    await _order_of(
        tx,
        found,
        checkout,
        sale,
        charged,
        stock_state=state,
        note=purchaser.notes.get(sale.terms.vendor_id, ""),
        act=Act("order.placed", purchaser.actor, {"total": total}),
    )
    tx.emit(CheckoutOpened(checkout.id, until, is_free=not sale.total))
    return checkout.token


async def _order_of(
    tx: Transaction,
    found: OnSale,
    checkout: Checkout,
    sale: Sale,
    charged: Sequence[Charged],
    *,
    stock_state: StockState,
    note: str,
    act: Act,
) -> None:
    """The vendor's order of a checkout, with its lines and the commission that is frozen on
    each.
    """
    order = await tx.create(
        Order,
        act=act,
        known_id=found.order_id,
        number=new_number(),
        checkout=checkout,
        vendor_id=sale.terms.vendor_id,
        customer_id=checkout.customer_id,
        total_amount_cents=sale.total.amount,
        platform_fee_amount=sum(line.amount for line in charged),
        platform_fee_percentage=sale.terms.platform_fee_percentage,
        currency=checkout.currency,
        stock_state=stock_state,
        note=note,
        **shipping_columns(sale.shipping),
    )
    for line in _order_lines(order, found.basket.lines, charged):
        tx.add(line)


def _commission(
    lines: Sequence[BasketLineView],
    terms: SellingTerms,
    rules: Sequence[Rule],
    currency: str,
) -> Sequence[Charged]:
    """What the marketplace charges for each line today."""
    sold = [
        Sold(
            terms.vendor_id,
            line.product.product_id,
            line.product.category,
            line.product.price.amount * line.quantity,
        )
        for line in lines
    ]
    otherwise = Rule(terms.platform_fee_percentage)
    return charge(sold, rules, currency, otherwise=otherwise)


def _order_lines(
    order: Order,
    lines: Sequence[BasketLineView],
    charged: Sequence[Charged],
) -> Iterator[OrderLine]:
    for line, fee in zip(lines, charged, strict=True):
        yield OrderLine(
            order=order,
            product_id=line.product.id,
            name=line.product.name,
            choice=line.product.choice,
            sku=line.product.sku,
            picture=line.product.picture,
            unit_amount=line.product.price.amount,
            quantity=line.quantity,
            commission_amount=fee.amount,
            commission_rule=snapshot(fee.rule),
        )

"""Placing orders. One transaction; no HTTP in here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import repeat

from shared.core import clock
from shared.core.ids import digest, new_nonce
from shared.core.locales import current
from shared.infra import unit
from shared.infra.gateway.restore_check import money_may_move
from shared.infra.unit import Transaction
from shared.trade.commission.basis import Tariff
from shared.trade.commission.queries import rules_for
from shared.trade.discounts import redeeming
from shared.trade.orders import reservations
from shared.trade.orders.cancellation import make_room
from shared.trade.orders.contacts import Contact
from shared.trade.orders.errors import (
    EmptyBasket,
)
from shared.trade.orders.events import CheckoutOpened
from shared.trade.orders.models import Checkout, Order
from shared.trade.orders.net_sales import for_business
from shared.trade.orders.order_rows import write_order
from shared.trade.orders.placing_statements import (
    LockedBasket,
    OnSale,
    OpenCheckout,
    lock_basket_and_rules,
    lock_on_sale,
    lock_on_sale_again,
    lock_open_checkouts,
)
from shared.trade.orders.reduced_sales import (
    at_its_code,
    reductions_of,
    sold_alike,
    user_of,
)
from shared.trade.orders.selling import (
    Purchaser,
    Sales,
    SeenDiscount,
    SeenNet,
    paid_for,
    sale_of,
)
from shared.trade.orders.terms import Acceptance
from shared.trade.shipping.rules import ShippingChoice

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
    vendors: frozenset[int] | None = None,
    seen_discount: SeenDiscount | None = None,
    seen_net: SeenNet | None = None,
) -> str:
    """Turn the basket into a checkout with an order at each of its vendors, payable for
    `hold_minutes`, and answer the checkout's token.

    Its pieces are set aside now where there is plenty, else when Pay is pressed (`holding`).

    Submitting again gives the same checkout while the basket holds the same things (the contact is
    brought up to date); otherwise the old one is cancelled and its stock freed. `accepted`: the
    terms that stood beside the button. Prices come from the catalogue, never from the request.
    `shipping` and `notes`: by vendor, what was chosen of what it offers, what it is told.
    `vendors`: whose things are bought; the others' stay in the basket. None: all of them.
    `seen_discount`, `seen_net`: what stood on the page; at another price nothing is ordered. Raises
    EmptyBasket, ShopClosed, BasketProblem, PriceChanged, SoldOut, VendorCannotSell, NotServed,
    ChooseShipping, ShippingChanged, CodeRefused, NetPricesChanged; StandsStill after a restore.
    """
    purchaser = Purchaser(
        contact,
        customer_id,
        accepted,
        actor,
        shipping or {},
        notes or {},
        vendors,
        seen_discount,
        seen_net,
    )
    return await _place(basket_token, purchaser, hold_minutes)


async def _place(
    basket_token: str | None,
    purchaser: Purchaser,
    hold_minutes: int,
) -> str:
    async with unit.transaction() as tx:
        until = clock.now() + timedelta(minutes=hold_minutes)
        locked = await _lock(tx, basket_token, purchaser.customer_id)
        found = await lock_on_sale(tx, locked.basket) if locked is not None else None
        if locked is not None and found is not None:
            sales = await at_its_code(
                tx,
                locked.basket,
                await for_business(
                    sale_of(found, purchaser), locked.business, purchaser
                ),
                purchaser,
            )
            tariff = await _tariff(sales, locked)
            return await _create(tx, found, sales, tariff, purchaser, until=until)
        return await _place_again(tx, locked, purchaser, hold_minutes, until)


async def _lock(
    tx: Transaction,
    basket_token: str | None,
    customer_id: int | None,
) -> LockedBasket | None:
    if not basket_token:
        return None
    return await lock_basket_and_rules(tx, digest(basket_token), customer_id)


async def _tariff(sales: Sales, locked: LockedBasket) -> Tariff:
    """What was read with the basket, unless its vendors were others a moment later."""
    if sales.keys() <= locked.vendor_ids:
        return locked.tariff
    return Tariff(await rules_for(*sales), locked.tariff.basis)


async def _place_again(
    tx: Transaction,
    locked: LockedBasket | None,
    purchaser: Purchaser,
    hold_minutes: int,
    until: datetime,
) -> str:
    """The long way: open checkouts of this basket, if there are any, are locked before products.

    A payment may have emptied the basket while we waited for that.
    """
    found = None
    all_before: tuple[OpenCheckout, ...] = ()
    if locked is not None:
        all_before = await lock_open_checkouts(tx, locked.basket)
        found = await lock_on_sale_again(tx, locked.basket)
    if locked is None or found is None:
        await money_may_move()
        raise EmptyBasket
    sales = await for_business(sale_of(found, purchaser), locked.business, purchaser)
    before = _in_currency(all_before, paid_for(sales).currency)
    sales = await at_its_code(
        tx,
        locked.basket,
        sales,
        purchaser,
        before=before,
    )
    if before is not None:
        if _same(before, sales) and sold_alike(before.orders, sales):
            last = min(until, _last_end(before.checkout, hold_minutes))
            await _renew(tx, before, purchaser, last)
            return before.checkout.token
        await make_room(tx, before, found.products, actor=purchaser.actor)
    tariff = await _tariff(sales, locked)
    return await _create(tx, found, sales, tariff, purchaser, until=until)


def _in_currency(
    all_before: Sequence[OpenCheckout],
    currency: str,
) -> OpenCheckout | None:
    """The latest of them in a currency: what is bought in another one stays as it is."""
    latest = None
    for before in all_before:
        if before.checkout.currency == currency:
            latest = before
    return latest


def _same(before: OpenCheckout, sales: Sales) -> bool:
    ordered = [
        (line.product_id, line.quantity, line.unit_amount) for line in before.lines
    ]
    wanted = [
        (line.product.id, line.quantity, line.product.price.amount)
        for sale in sales.values()
        for line in sale.part.lines
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
    if any(order.discount_code for order in before.orders):
        await redeeming.rename_user(before.checkout.id, user_of(purchaser))
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
    sales: Sales,
    tariff: Tariff,
    purchaser: Purchaser,
    *,
    until: datetime,
) -> str:
    pieces = [piece for sale in sales.values() for piece in sale.pieces]
    state = await reservations.at_order(
        tx, pieces, found.products, network=purchaser.network
    )
    checkout = _checkout(found, sales, purchaser, until)
    await tx.insert(checkout, known_id=found.checkout_id)
    redeeming.reserve(tx, reductions_of(sales), checkout.id, user_of(purchaser))
    known_ids = found.order_ids or repeat(None)
    orders = [
        await write_order(
            tx,
            checkout,
            sale,
            tariff,
            known_id=known_id,
            stock_state=state,
            purchaser=purchaser,
        )
        for known_id, sale in zip(known_ids, sales.values(), strict=False)
    ]
    tx.emit(_opened(checkout, orders))
    return checkout.token


def _checkout(
    found: OnSale,
    sales: Sales,
    purchaser: Purchaser,
    until: datetime,
) -> Checkout:
    total = paid_for(sales)
    return Checkout(
        token=new_nonce(),
        basket_id=found.basket.id,
        customer_id=purchaser.customer_id,
        **purchaser.columns(),
        currency=total.currency,
        total_amount=total.amount,
        network=purchaser.network,
        language=current(),
        reserved_until=until,
    )


def _opened(checkout: Checkout, orders: Iterable[Order]) -> CheckoutOpened:
    return CheckoutOpened(
        checkout.id,
        checkout.reserved_until,
        tuple(orders),
        is_free=not checkout.total_amount,
    )

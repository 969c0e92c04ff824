"""Placing orders and giving their stock back. One transaction per use case; no HTTP in here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from shared.core import clock
from shared.core.ids import digest, new_nonce, new_number
from shared.core.locales import current
from shared.core.locales import gettext as _
from shared.core.networks import network_of
from shared.infra import unit
from shared.infra.gateway.standing import money_may_move
from shared.infra.unit import Act, Transaction
from shared.trade.baskets.models import Basket, BasketLine
from shared.trade.baskets.queries import BasketLineView, BasketView, get_basket
from shared.trade.catalogue import stock
from shared.trade.commission.queries import rules_for
from shared.trade.commission.rules import Charged, Rule, Sold, charge, snapshot
from shared.trade.orders import reservations
from shared.trade.orders.errors import BasketProblem, EmptyBasket, PriceChanged, VendorCannotSell
from shared.trade.orders.events import CheckoutClosed, CheckoutOpened, CheckoutUnwanted
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.orders.queries import Contact
from shared.trade.orders.reservations import items_of
from shared.trade.orders.rules import (
    CheckoutStatus,
    OrderStatus,
    PaymentStatus,
    StockState,
    unpayable,
)
from shared.trade.orders.terms import Acceptance
from shared.trade.vendors.errors import ShopClosed
from shared.trade.vendors.terms import SellingTerms, selling_terms

MOST_RENEWALS = (
    4  # so many times as long as one hold, if the same basket is submitted again and again
)


async def place_order(
    *,
    basket_token: str | None,
    contact: Contact,
    customer_id: int | None,
    hold_minutes: int,
    accepted: Acceptance | None = None,
    actor: str = "shopper",
) -> str:
    """Turn the basket into a checkout with its order, payable for `hold_minutes`, and answer the
    checkout's token.

    Its pieces are set aside now where there is plenty, else when Pay is pressed (`holding`).

    Submitting again gives the same checkout while the basket holds the same things (the contact is
    brought up to date); otherwise the old one is cancelled and its stock freed. `accepted`: the
    terms that stood beside the button. Prices come from the catalogue, never from the request.
    Raises EmptyBasket, ShopClosed, BasketProblem, PriceChanged, SoldOut, VendorCannotSell;
    StandsStill after a restore: stock and orders may be those of days ago.
    """
    await money_may_move()
    async with unit.transaction() as tx:
        before = await _open_checkout(tx, basket_token)
        basket = await get_basket(
            basket_token
        )  # read after the locks: a payment may have emptied it while we waited
        terms = await _sellable(basket)
        until = clock.now() + timedelta(minutes=hold_minutes)
        if before is not None:
            if await _same(before, basket):
                await _renew(
                    before,
                    contact,
                    min(until, _last_end(before, hold_minutes)),
                    accepted,
                )
                return before.token
            await close_checkout(tx, before, CheckoutStatus.CANCELLED, actor=actor)
        return await _create(
            tx,
            basket,
            terms,
            contact,
            customer_id=customer_id,
            until=until,
            accepted=accepted,
            actor=actor,
        )


async def _sellable(basket: BasketView) -> SellingTerms:
    if not basket.lines or basket.vendor is None:
        raise EmptyBasket
    if not basket.vendor.is_open:
        raise ShopClosed(basket.vendor)
    terms = await selling_terms(basket.vendor.id)
    if not terms.accepts_payments:
        raise VendorCannotSell
    for line in basket.lines:
        if line.seen != line.product.price:
            raise PriceChanged(
                _(
                    "The price of %(name)s has changed. Please look at your basket again.",
                    name=line.product.name,
                )
            )
        if line.problem:
            raise BasketProblem(line.problem)
    if basket.total is not None and (reason := unpayable(basket.total)):
        raise BasketProblem(reason)
    return terms


async def _open_checkout(tx: Transaction, basket_token: str | None) -> Checkout | None:
    """Lock the basket, so that two submits of it queue here, and then the open checkout made of it,
    if there is one.
    """
    basket = (
        await tx.lock_first(Basket.filter(token_digest=digest(basket_token)))
        if basket_token
        else None
    )
    if basket is None:
        return None
    return await tx.lock_first(
        Checkout.filter(
            basket_id=basket.id,
            status=CheckoutStatus.OPEN,
        ).order_by("-id")
    )


async def _same(checkout: Checkout, basket: BasketView) -> bool:
    lines = await OrderLine.filter(order__checkout_id=checkout.id).values_list(
        "product_id", "quantity", "unit_amount"
    )
    return sorted(lines) == sorted(
        (
            x.product.id,
            x.quantity,
            x.product.price.amount,
        )
        for x in basket.lines
    )


async def _renew(
    checkout: Checkout, contact: Contact, until: datetime, accepted: Acceptance | None
) -> None:
    await Checkout.filter(id=checkout.id).update(
        **vars(contact), **_accepted(accepted), reserved_until=until, updated_at=clock.now()
    )


def _last_end(checkout: Checkout, hold_minutes: int) -> datetime:
    """However often it is submitted again, what it holds is not held for ever."""
    return checkout.created_at + timedelta(minutes=MOST_RENEWALS * hold_minutes)


def _accepted(accepted: Acceptance | None) -> dict[str, Any]:
    if accepted is None:
        return {}
    return {
        "terms_version": accepted.version,
        "terms_accepted_at": clock.now(),
        "purchase_ip": accepted.ip[:45],
    }


async def _create(
    tx: Transaction,
    basket: BasketView,
    terms: SellingTerms,
    contact: Contact,
    *,
    customer_id: int | None,
    until: datetime,
    accepted: Acceptance | None,
    actor: str,
) -> str:
    assert basket.total is not None  # a basket with lines has a total
    network = network_of(accepted.ip) if accepted and accepted.ip else ""
    state = await reservations.at_order(
        [(line.product.id, line.quantity) for line in basket.lines], network=network
    )
    checkout = await Checkout.create(
        token=new_nonce(),
        basket_id=basket.id,
        customer_id=customer_id,
        **vars(contact),
        **_accepted(accepted),
        currency=basket.total.currency,
        total_amount=basket.total.amount,
        network=network,
        language=current(),
        reserved_until=until,
    )
    placed = Act(
        "order.placed", actor, {"total": f"{basket.total.to_decimal()} {basket.total.currency}"}
    )
    await _order_of(tx, checkout, basket, terms, state, placed)
    tx.emit(CheckoutOpened(checkout.id, until))
    return checkout.token


async def _order_of(
    tx: Transaction,
    checkout: Checkout,
    basket: BasketView,
    terms: SellingTerms,
    stock_state: StockState,
    act: Act,
) -> None:
    """The vendor's order of a checkout, with its lines and the commission that is frozen on
    each.
    """
    lines = basket.lines
    sold = [
        Sold(
            terms.vendor_id,
            x.product.id,
            x.product.category,
            x.product.price.amount * x.quantity,
        )
        for x in lines
    ]
    rules, otherwise = await rules_for(terms.vendor_id), Rule(terms.platform_fee_percentage)
    charged = charge(sold, rules, checkout.currency, otherwise=otherwise)
    order = await tx.create(
        Order,
        act=act,
        number=new_number(),
        checkout=checkout,
        vendor_id=terms.vendor_id,
        customer_id=checkout.customer_id,
        total_amount_cents=checkout.total_amount,
        platform_fee_amount=sum(line.amount for line in charged),
        platform_fee_percentage=terms.platform_fee_percentage,
        currency=checkout.currency,
        stock_state=stock_state,
    )
    await _add_lines(order, lines, charged)


async def _add_lines(
    order: Order, lines: Sequence[BasketLineView], charged: Sequence[Charged]
) -> None:
    await OrderLine.bulk_create(
        OrderLine(
            order=order,
            product_id=line.product.id,
            name=line.product.name,
            picture=line.product.picture,
            unit_amount=line.product.price.amount,
            quantity=line.quantity,
            commission_amount=fee.amount,
            commission_rule=snapshot(fee.rule),
        )
        for line, fee in zip(lines, charged, strict=True)
    )


async def close_checkout(
    tx: Transaction, checkout: Checkout, status: CheckoutStatus, *, actor: str
) -> bool:
    """Expire or cancel an open checkout inside the caller's transaction: free its stock, cancel its
    unpaid orders.

    False when it was no longer open. Its PaymentIntent is cancelled by a job of its own.
    """
    if not await tx.move(
        checkout,
        to=status,
        where={"status": CheckoutStatus.OPEN},
    ):
        return False
    for order in await Order.filter(checkout_id=checkout.id).order_by("id"):
        await _cancel_unpaid(tx, order, actor=actor, reason=status)
    tx.emit(CheckoutClosed(checkout.id))
    return True


async def give_up_unwanted(basket_token: str | None) -> None:
    """Something was taken out of the basket: an unpaid order over it is let go soon, by a job that
    asks Stripe first.
    """
    async with unit.transaction() as tx:
        checkout = await _open_checkout(tx, basket_token)
        if checkout is not None and await is_unwanted(checkout):
            tx.emit(CheckoutUnwanted(checkout.id))


async def is_unwanted(checkout: Checkout) -> bool:
    """Whether something that was ordered is not in the basket any more; another quantity of it
    is.
    """
    wanted = await BasketLine.filter(basket_id=checkout.basket_id).values_list(
        "product_id", flat=True
    )
    ordered = await OrderLine.filter(order__checkout_id=checkout.id).values_list(
        "product_id", flat=True
    )
    return not set(ordered) <= set(wanted)


async def _cancel_unpaid(
    tx: Transaction,
    order: Order,
    *,
    actor: str,
    reason: str,
) -> None:
    """What it holds is let go; an order that waited for Pay holds nothing."""
    before = StockState(order.stock_state)
    if before not in (StockState.RESERVED, StockState.AT_PAYMENT):
        return
    moved = await tx.move(
        order,
        to=OrderStatus.CANCELLED,
        where={
            "status": OrderStatus.PENDING,
            "payment_status__not": PaymentStatus.PAID,
            "stock_state": before,
        },
        act=Act("order.cancelled", actor, {"reason": reason}),
        payment_status=PaymentStatus.CANCELLED,
        stock_state=StockState.RELEASED,
    )
    if moved and before is StockState.RESERVED:
        await stock.release(await items_of(order.id))

"""Placing orders. One transaction; no HTTP in here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from shared.core import clock
from shared.core.ids import new_nonce, new_number
from shared.core.locales import current
from shared.core.networks import network_of
from shared.infra import unit
from shared.infra.gateway.standing import money_may_move
from shared.infra.unit import Act, Transaction
from shared.trade.baskets.queries import BasketLineView, BasketView, get_basket
from shared.trade.commission.queries import rules_for
from shared.trade.commission.rules import Charged, Rule, Sold, charge, snapshot
from shared.trade.orders import reservations
from shared.trade.orders.cancellation import close_checkout, open_checkout
from shared.trade.orders.errors import (
    BasketProblem,
    EmptyBasket,
    PriceChanged,
    VendorCannotSell,
)
from shared.trade.orders.events import CheckoutOpened
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.orders.queries import Contact
from shared.trade.orders.rules import CheckoutStatus, StockState, must_be_payable
from shared.trade.orders.terms import Acceptance
from shared.trade.vendors.errors import ShopClosed
from shared.trade.vendors.terms import SellingTerms, selling_terms

# So many times as long as one hold, if the same basket is submitted again and again.
MOST_RENEWALS = 4


@dataclass(frozen=True)
class Purchaser:
    """Who orders, where it goes, and the terms they accepted."""

    contact: Contact
    customer_id: int | None
    accepted: Acceptance | None
    actor: str

    def columns(self) -> dict[str, Any]:
        """What a checkout keeps of them."""
        kept = dict(vars(self.contact))
        if self.accepted is not None:
            kept["terms_version"] = self.accepted.version
            kept["terms_accepted_at"] = clock.now()
            kept["purchase_ip"] = self.accepted.ip[:45]
        return kept


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
    purchaser = Purchaser(contact, customer_id, accepted, actor)
    async with unit.transaction() as tx:
        before = await open_checkout(tx, basket_token)
        # Read after the locks: a payment may have emptied it while we waited.
        basket = await get_basket(basket_token)
        terms = await _sellable(basket)
        until = clock.now() + timedelta(minutes=hold_minutes)
        if before is not None:
            if await _same(before, basket):
                await _renew(
                    before, purchaser, min(until, _last_end(before, hold_minutes))
                )
                return before.token
            await close_checkout(tx, before, CheckoutStatus.CANCELLED, actor=actor)
        return await _create(tx, basket, terms, purchaser, until=until)


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
            raise PriceChanged(name=line.product.name)
        if line.problem:
            raise BasketProblem(line.problem)
    if basket.total is not None:
        must_be_payable(basket.total)
    return terms


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


async def _renew(checkout: Checkout, purchaser: Purchaser, until: datetime) -> None:
    await Checkout.filter(id=checkout.id).update(
        **purchaser.columns(),
        reserved_until=until,
        updated_at=clock.now(),
    )


def _last_end(checkout: Checkout, hold_minutes: int) -> datetime:
    """However often it is submitted again, what it holds is not held for ever."""
    return checkout.created_at + timedelta(minutes=MOST_RENEWALS * hold_minutes)


async def _create(
    tx: Transaction,
    basket: BasketView,
    terms: SellingTerms,
    purchaser: Purchaser,
    *,
    until: datetime,
) -> str:
    assert basket.total is not None  # a basket with lines has a total
    ip = purchaser.accepted.ip if purchaser.accepted else ""
    network = network_of(ip) if ip else ""
    state = await reservations.at_order(
        [(line.product.id, line.quantity) for line in basket.lines],
        network=network,
    )
    checkout = await Checkout.create(
        token=new_nonce(),
        basket_id=basket.id,
        customer_id=purchaser.customer_id,
        **purchaser.columns(),
        currency=basket.total.currency,
        total_amount=basket.total.amount,
        network=network,
        language=current(),
        reserved_until=until,
    )
    total = f"{basket.total.to_decimal()} {basket.total.currency}"
    placed = Act("order.placed", purchaser.actor, {"total": total})
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
    rules, otherwise = (
        await rules_for(terms.vendor_id),
        Rule(terms.platform_fee_percentage),
    )
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

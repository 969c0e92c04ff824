"""After paying: where the payment stands, and the order's own page for later."""

from __future__ import annotations

from collections.abc import Sequence

from quart import Blueprint, Response, request

from shared.core.errors import NotFound
from shared.core.formats import listed
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import public
from shared.entrypoints.web.kit import kit, page_number, shielded
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.order_links import link_of, token_of
from shared.entrypoints.web.pages import page, see_other
from shared.finance.payments.return_page import PaymentProgress, refresh
from shared.finance.refunds.queries import awaiting_approval, refunds_of_purchase
from shared.trade.baskets.queries import count_items
from shared.trade.marketplace.queries import marketplace
from shared.trade.orders.queries import CheckoutView, checkout_by_token
from shared.trade.orders.rules import CheckoutStatus, PaymentStatus
from shared.trade.returns.queries import returns_of
from storefront.browser import basket_token, own_checkouts
from storefront.receipts.order_card import OrderCard, card_of
from storefront.receipts.outcome import Outcome, outcome_of
from storefront.receipts.whole import parts_sum, stands

receipts = Blueprint("receipts", __name__)

# How often an undecided page asks: quickly for a minute, then calmly, then only when someone
# presses "Check again".
_FAST, _SLOW = 30, 90
_MINE = frozenset({"order", "asked"})


@receipts.get("/shop/order-confirmation")
@public
async def confirmation() -> Response:
    """What became of the payment, asked of Stripe; what else the address says (Stripe adds its own)
    is not believed.
    """
    link = request.args.get("order") or next(reversed(own_checkouts()), None)
    token = await token_of(link)
    # Keep the client secret that Stripe appends out of history and referrers.
    if not set(request.args) <= _MINE:
        await checkout_by_token(token)
        return see_other(url_for("receipts.confirmation", order=link))
    progress = await shielded(refresh(kit().gateway, checkout_token=token))
    found = await checkout_by_token(token)
    outcome = _outcome(found, progress)
    asked, shown = page_number("asked"), (await marketplace()).show_fee_breakdown
    back = await _asked_back(found)
    cards = [
        card_of(
            order,
            parts_shown=shown,
            asked_back=back.get(order.id, 0),
        )
        for order in found.orders
    ]
    response = await page(
        "storefront/receipts/confirmation.html",
        fragments={"payment-state": "payment_state"},
        checkout=found,
        outcome=outcome,
        cards=cards,
        whole=parts_sum(found, cards),
        packing=_packing(cards),
        left_over=await _left_over(outcome),
        asks_again=_next_question(link_of(token), outcome, asked),
        every="2s" if asked < _FAST else "10s",
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _outcome(found: CheckoutView, progress: PaymentProgress) -> Outcome:
    if not found.orders:
        raise NotFound(_("We could not find that order."))
    return outcome_of(
        progress,
        checkout=found.status,
        stand=stands(found.orders),
        email=found.contact.email,
    )


def _packing(cards: Sequence[OrderCard]) -> str:
    """The shops that each have a parcel to send, where there are several: one sentence for all."""
    names = [card.order.vendor_name for card in cards if card.is_packed]
    return listed(names) if len(names) > 1 else ""


async def _left_over(outcome: Outcome) -> int:
    """How many things wait in the basket still, once a purchase of it is done."""
    return await count_items(basket_token()) if outcome.kind == "ok" else 0


async def _asked_back(found: CheckoutView) -> dict[int, int]:
    """By order: what is asked back and not allowed yet. No query where nothing is."""
    return await awaiting_approval(
        [order.id for order in found.orders if order.money.refunded]
    )


def _next_question(
    link: str,
    outcome: Outcome,
    asked: int,
) -> str | None:
    """The address that an undecided page asks next; None when it is decided or has asked for long
    enough.
    """
    if not outcome.waits or asked > _SLOW:
        return None
    return url_for("receipts.confirmation", order=link, asked=asked + 1)


@receipts.get("/shop/orders/<token>")
@public
async def order_page(token: str) -> Response:
    """The order as it stands, by the link in the mails."""
    found = await checkout_by_token(await token_of(token))
    unpaid = found.status is CheckoutStatus.OPEN and any(
        order.payment_status in (PaymentStatus.PENDING, PaymentStatus.FAILED)
        for order in found.orders
    )
    ids = [order.id for order in found.orders]
    refunds, returns = await refunds_of_purchase(ids), await returns_of(ids)
    shown, back = (await marketplace()).show_fee_breakdown, await _asked_back(found)
    cards = [
        card_of(
            order,
            refunds[order.id],
            returns=returns[order.id],
            parts_shown=shown,
            asked_back=back.get(order.id, 0),
        )
        for order in found.orders
    ]
    return await page(
        "storefront/receipts/order.html",
        checkout=found,
        token=link_of(found.token),
        unpaid=unpaid,
        waits_for_pay=any(order.waits_for_pay for order in found.orders),
        cards=cards,
        whole=parts_sum(found, cards),
    )

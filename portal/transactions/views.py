"""`/vendor/admin/transactions`: the vendor's payments, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from quart import Blueprint, Response

from portal.frame import vendor_page
from portal.orders.words import money_badge
from shared.entrypoints.web.access import owner
from shared.entrypoints.web.identity import actor, vendor_id
from shared.entrypoints.web.kit import page_number
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.paging import pager
from shared.finance.order_money.order_shares import Share, shares_of
from shared.finance.payments.queries import PaymentView, payments_of_vendor
from shared.finance.payments.rules import PAID_STATES, PaymentState
from shared.trade.marketplace.queries import marketplace
from shared.trade.orders.remaining_money import MoneyState

blueprint = Blueprint("transactions", __name__, url_prefix="/vendor/admin/transactions")

STATES = {
    PaymentState.OPENING: ("plain", "Not paid yet"),
    PaymentState.PENDING: ("plain", "Not paid yet"),
    PaymentState.REQUIRES_ACTION: ("info", "Bank is asking"),
    PaymentState.PROCESSING: ("info", "On its way"),
    PaymentState.SUCCEEDED: ("ok", "Paid"),
    PaymentState.FAILED: ("warn", "Card declined"),
    PaymentState.CANCELED: ("plain", "Cancelled"),
    PaymentState.PARKED: ("bad", "Being looked at"),
    PaymentState.REFUNDED: ("plain", "Refunded"),
}


def badge_of(payment: PaymentView) -> tuple[str, str]:
    """Where a payment's money is: kind and word, with what of it went back or was taken."""
    is_of_order = payment.order_money.state is not MoneyState.UNPAID
    if payment.state is PaymentState.SUCCEEDED and is_of_order:
        return money_badge(payment.order_money)
    return STATES[payment.state]


METHODS = {
    "card": "Card",
    "sepa_debit": "Direct debit",
    "link": "Link",
    "bancontact": "Bancontact",
    "ideal": "iDEAL",
}


@blueprint.get("")
@owner
async def index() -> Response:
    """A page of payments."""
    found = await payments_of_vendor(vendor_id(), page=page_number())
    return await vendor_page(
        "portal/transactions/list.html",
        nav="transactions",
        found=found,
        pager=pager(url_for("transactions.index"), found),
        badge_of=badge_of,
        share_of=await _shares(found.rows),
        methods=METHODS,
        shop_slug=actor().vendor_slug,
        zone=(await marketplace()).zone,
    )


async def _shares(payments: Sequence[PaymentView]) -> Mapping[int, Share]:
    """What is left of each payment that paid its order, by the payment's id; others brought nobody
    anything.
    """
    paid = {
        payment.id: payment.order_id
        for payment in payments
        if payment.state in PAID_STATES
    }
    left = await shares_of(set(paid.values()))
    return {id_: left[order_id] for id_, order_id in paid.items() if order_id in left}

"""`/vendor/admin/transactions`: the vendor's payments, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from quart import Blueprint, Response

from portal.frame import vendor_page
from portal.orders.words import money_badge
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
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

_STATES = {
    PaymentState.OPENING: ("plain", _n("Not paid yet")),
    PaymentState.PENDING: ("plain", _n("Not paid yet")),
    PaymentState.REQUIRES_ACTION: ("info", _n("Bank is asking")),
    PaymentState.PROCESSING: ("info", _n("On its way")),
    PaymentState.SUCCEEDED: ("ok", _n("Paid")),
    PaymentState.FAILED: ("warn", _n("Card declined")),
    PaymentState.CANCELED: ("plain", _n("Cancelled")),
    PaymentState.PARKED: ("bad", _n("Being looked at")),
    PaymentState.REFUNDED: ("plain", _n("Refunded")),
}


def badge_of(payment: PaymentView) -> tuple[str, str]:
    """Where a payment's money is: kind and word, with what of it went back or was taken."""
    is_of_order = payment.order_money.state is not MoneyState.UNPAID
    if payment.state is PaymentState.SUCCEEDED and is_of_order:
        return money_badge(payment.order_money)
    return _badge(payment.state)


def states() -> dict[PaymentState, tuple[str, str]]:
    """Kind of badge and word of each state."""
    return {state: _badge(state) for state in _STATES}


def _badge(state: PaymentState) -> tuple[str, str]:
    kind, said = _STATES[state]
    return kind, _(said)


def _methods() -> dict[str, str]:
    """How people pay, by Stripe's name of it."""
    return {
        "card": _("Card"),
        "sepa_debit": _("Direct debit"),
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
        methods=_methods(),
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

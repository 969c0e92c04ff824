"""An order as its shopper sees it: where it stands, and what happened so far. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.core.money import Money
from shared.entrypoints.web.filters import money
from shared.finance.refunds.queries import RefundView
from shared.trade.orders.carriers import tracking_link
from shared.trade.orders.queries import OrderView
from shared.trade.orders.remaining_money import MoneyState, OrderMoney
from shared.trade.orders.rules import OrderStatus, PaymentStatus, is_shopper
from shared.trade.returns.queries import ReturnView
from shared.trade.returns.rules import AfterSaleOffer
from storefront.aftersale.offers import ShopperReturn, offer_to, shopper_returns
from storefront.receipts.refund_words import for_shopper

Part = tuple[str, Money]  # whose, and how much


@frozen
class OrderEvent:
    """One thing that happened to an order, for a timeline."""

    text: str
    at: datetime
    detail: str | None = None
    kind: str = "ok"
    link: str | None = None


@frozen
class ShopperRefund:
    """Money that goes back to the shopper: how much, when, and where it stands in a word and a
    sentence. `whole`: what it is a part of, where other orders of the purchase have one too.
    """

    amount: Money
    at: datetime
    kind: str
    status_word: str
    text: str
    note: str
    whole: Money | None


@frozen
class OrderCard:
    """An order as its shopper sees it: where it stands in a word, and what happened so far."""

    order: OrderView
    kind: str
    status_word: str
    events: tuple[OrderEvent, ...]
    refunds: tuple[ShopperRefund, ...]
    parts: tuple[Part, ...]
    bank: tuple[str, str] | None
    offer: AfterSaleOffer
    returns: tuple[ShopperReturn, ...]
    back: Money  # went back, or is on its way

    @property
    def is_asked(self) -> bool:
        """Whether something was asked that its vendor has to answer."""
        return any(each.view.is_open for each in self.returns)

    @property
    def is_coming(self) -> bool:
        """Whether its shop sends it, or has sent it."""
        cancelled = self.order.status is OrderStatus.CANCELLED
        return not cancelled and (
            self.order.shipped_at is not None or not self.order.money.is_gone
        )

    @property
    def is_packed(self) -> bool:
        """Whether its shop has a parcel to send."""
        sent = self.order.shipped_at or self.order.delivered_at
        return self.is_coming and not self.order.is_pickup and sent is None


def parts_of(
    order: OrderView,
    *,
    shown: bool,
) -> tuple[Part, ...]:
    """Who gets what of an order's money.

    What the marketplace earns is shown to shoppers only where the operator wants it.
    """
    if not shown:
        return ()
    kept = order.total - order.vendor_share
    return (order.vendor_name, order.vendor_share), (_kept_by(kept), kept)


def _kept_by(kept: Money) -> str:
    """What the rest is: below zero, the marketplace pays more for its code than it earns."""
    return _("Platform fee") if kept.amount >= 0 else _("Platform fee, less the code")


def parts_of_all(
    orders: Sequence[OrderView],
    *,
    shown: bool,
) -> tuple[Part, ...]:
    """The same of a purchase, whose orders are in one currency: the vendors' shares, then the
    marketplace's.
    """
    if not shown:
        return ()
    shares = [(order.vendor_name, order.vendor_share) for order in orders]
    first, *others = (order.total - order.vendor_share for order in orders)
    for other in others:
        first += other
    return (*shares, (_kept_by(first), first))


def card_of(
    order: OrderView,
    refunds: Sequence[RefundView] = (),
    *,
    returns: Iterable[ReturnView] = (),
    parts_shown: bool,
    asked_back: int = 0,
) -> OrderCard:
    """The card of an order, with what was given back of it; who gets what of it if `parts_shown`.

    `asked_back`: of the order's money, in minor units, by refunds that nobody has allowed yet.
    """
    left = order.money.without(asked_back)
    kind, status_word = order_status(
        left,
        order.status,
        is_called_off=order.is_called_off,
        is_pickup=order.is_pickup,
    )
    return OrderCard(
        order,
        kind,
        status_word,
        tuple(_events(order)),
        tuple(_shown(refunds)),
        parts_of(order, shown=parts_shown),
        bank_words(order),
        offer_to(order),
        shopper_returns(order, returns, refunds),
        _gone_back(left, order.total.currency),
    )


def _gone_back(
    money: OrderMoney,
    currency: str,
) -> Money:
    """What the shopper has back, or will have, by refunds and by their bank."""
    back = money.refunded + money.lost
    return Money(
        min(back, money.total),
        currency,
    )


def _events(order: OrderView) -> Iterator[OrderEvent]:
    yield OrderEvent(_("Ordered"), order.placed_at)
    if order.paid_at:
        yield OrderEvent(_("Paid"), order.paid_at)
    if order.is_pickup:
        yield from _picked_up(order)
        return
    if order.shipped_at:
        carrier, number = order.tracking_carrier, order.tracking_number
        sent = _("Sent with %(carrier)s", carrier=carrier) if carrier else _("Sent")
        detail = _("Tracking number %(number)s", number=number) if number else None
        link = tracking_link(
            carrier,
            number,
        )
        yield OrderEvent(sent, order.shipped_at, detail, link=link)
    if order.delivered_at and order.is_arrival_assumed:
        detail = _("It was sent long enough ago. Has it not come? Write to the shop.")
        yield OrderEvent(_("Counts as delivered"), order.delivered_at, detail)
    elif order.delivered_at:
        by_shopper = (
            _("Received, as you said") if is_shopper(order.delivered_by) else ""
        )
        yield OrderEvent(by_shopper or _("Delivered"), order.delivered_at)


def _picked_up(order: OrderView) -> Iterator[OrderEvent]:
    if order.shipped_at:
        place = order.sent_by.place if order.sent_by else ""
        yield OrderEvent(_("Ready for pick-up"), order.shipped_at, place or None)
    if order.delivered_at and order.is_arrival_assumed:
        detail = _(
            "It was ready long enough ago. Is it still there? Write to the shop."
        )
        yield OrderEvent(_("Counts as collected"), order.delivered_at, detail)
    elif order.delivered_at:
        yield OrderEvent(_("Collected"), order.delivered_at)


def _shown(refunds: Iterable[RefundView]) -> Iterator[ShopperRefund]:
    """Those that shoppers are told of: no money went back for an order that cost nothing."""
    for refund in refunds:
        told = for_shopper(refund.state, refund.pending_reason)
        if refund.amount and told:
            at = refund.succeeded_at or refund.requested_at
            yield ShopperRefund(
                refund.amount,
                at,
                *told,
                note=refund.note,
                whole=refund.whole,
            )


def order_status(
    left: OrderMoney,
    status: OrderStatus,
    *,
    is_called_off: bool = False,
    is_pickup: bool = False,
) -> tuple[str, str]:
    """Kind and words of the badge that says where an order stands: first where its money is, then
    where its goods are.
    """
    match left.payment_status:
        case PaymentStatus.CANCELLED:
            return "plain", _("Cancelled")
        case PaymentStatus.PROCESSING:
            return "info", _("Payment on its way")
        case PaymentStatus.PENDING | PaymentStatus.FAILED:
            return "warn", _("Not paid yet")
    if not left.total and (is_called_off or left.is_gone):
        return "plain", _free_words(is_called_off)
    match left.state:
        case MoneyState.REFUNDED:
            return "plain", _("Paid back")
        case MoneyState.LOST:
            return "plain", _("Paid back by your bank")
    match status:
        case OrderStatus.SHIPPED:
            return "info", _("Ready for pick-up") if is_pickup else _("On its way")
        case OrderStatus.DELIVERED:
            return "ok", _("Collected") if is_pickup else _("Delivered")
    if is_called_off:
        return "plain", _("Cancelled, is paid back")
    return _unsent(
        left,
        status,
    )


def _free_words(is_called_off: bool) -> str:
    return _("Cancelled") if is_called_off else _("Closed, nothing to pay back")


def _unsent(
    left: OrderMoney,
    status: OrderStatus,
) -> tuple[str, str]:
    match left.state:
        case MoneyState.DISPUTED:
            return "info", _("Being looked at by your bank")
        case MoneyState.RETURNING:
            return "info", _("Being paid back")
    if status is OrderStatus.CANCELLED:
        return "warn", _("Will be paid back")
    return "ok", _("Paid, being prepared")


def bank_words(order: OrderView) -> tuple[str, str] | None:
    """Kind and sentence about what the shopper's bank holds or took of an order; None where it has
    nothing of it.
    """
    match order.money_state:
        case MoneyState.DISPUTED:
            looks = _("Your bank is looking into this payment, and holds the money.")
            if order.shipped_at:
                return "info", looks
            waits = _(
                "The shop may wait with sending the order until your bank has decided."
            )
            return "info", f"{looks} {waits}"
        case MoneyState.LOST:
            return "ok", _(
                "Your bank gave %(amount)s of this payment back to you. The order is closed.",
                amount=money(order.lost),
            )
        case MoneyState.PARTLY_LOST:
            return "ok", _(
                "Your bank gave %(amount)s of this payment back to you.",
                amount=money(order.lost),
            )
    return None

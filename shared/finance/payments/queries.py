"""Read models of payments."""

from __future__ import annotations

from datetime import datetime

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import ON_ITS_WAY, PaymentState
from shared.infra.database.paging import Paged, window_of
from shared.trade.commission.liability import SoldAmounts
from shared.trade.orders.queries import money_of
from shared.trade.orders.remaining_money import OrderMoney
from shared.trade.orders.sold_amounts import sold_of

PAGE_SIZE = 25


@frozen
class PaymentView:
    """One attempt to pay an order, with what Stripe made of it."""

    id: int
    order_id: int
    order_number: str
    attempt: int
    state: PaymentState
    total: Money
    vendor_share: Money  # what the vendor's account gets of it
    platform_fee: Money  # what Stripe keeps of it for the marketplace
    sold: SoldAmounts  # its order, before anything went back
    stripe_fee: Money | None
    refunded: Money  # of its order
    order_money: OrderMoney  # what of the order's money is still there
    method: str | None
    stripe_payment_intent_id: str | None
    stripe_charge_id: str | None
    stripe_transfer_id: str | None
    failure_reason: str | None
    parked_reason: str | None
    created_at: datetime
    paid_at: datetime | None
    is_refunded: bool  # all of it has gone back
    is_shared: bool  # whether other orders have a part of the same payment

    @property
    def agreed_share(self) -> Money:
        """What the vendor was to have of the order, whoever pays it."""
        return Money(self.sold.vendor_share, self.total.currency)

    @property
    def agreed_fee(self) -> Money:
        """The commission of the order, also where it pays for a code of the marketplace."""
        return Money(self.sold.commission, self.total.currency)

    @property
    def waits_for_account(self) -> bool:
        """Whether the vendor's part of a shared payment lies with the marketplace, since Stripe
        sends nothing to the vendor's account at the moment.
        """
        if not self.is_shared or self.stripe_transfer_id or self.paid_at is None:
            return False
        return self.paid_at < clock.now() - ON_ITS_WAY


@frozen(kw_only=True)
class PaymentPage(Paged):
    """A page of payments."""

    rows: tuple[PaymentView, ...]


def view_of(p: Payment) -> PaymentView:
    """The read model of a row that has its order."""
    return PaymentView(
        id=p.id,
        order_id=p.order_id,
        order_number=p.order.number,
        attempt=p.attempt,
        state=PaymentState(p.status),
        total=Money(p.amount_total, p.currency),
        vendor_share=Money(p.amount_vendor, p.currency),
        platform_fee=Money(p.amount_platform_fee, p.currency),
        sold=sold_of(p.order),
        stripe_fee=None
        if p.amount_stripe_fee is None
        else Money(p.amount_stripe_fee, p.currency),
        refunded=Money(p.order.refunded_amount, p.currency),
        order_money=money_of(p.order),
        method=p.payment_method,
        stripe_payment_intent_id=p.stripe_payment_intent_id,
        stripe_charge_id=p.stripe_charge_id,
        stripe_transfer_id=p.stripe_transfer_id,
        failure_reason=p.failure_reason,
        parked_reason=p.parked_reason,
        created_at=p.created_at,
        paid_at=p.paid_at,
        is_refunded=p.refunded_at is not None,
        is_shared=p.is_slice,
    )


async def payments_of_order(order_id: int) -> tuple[PaymentView, ...]:
    """Every attempt for an order, oldest first."""
    return tuple(
        view_of(p)
        for p in await Payment.filter(order_id=order_id)
        .order_by("attempt")
        .select_related("order")
    )


async def payments_of_vendor(vendor_id: int, *, page: int = 1) -> PaymentPage:
    """A vendor's payments, newest first."""
    mine = Payment.filter(vendor_id=vendor_id)
    shown = await window_of(mine, page=page, size=PAGE_SIZE)
    rows = (
        await mine.order_by("-id")
        .offset(shown.offset)
        .limit(shown.limit)
        .select_related("order")
    )
    return PaymentPage(
        rows=tuple(view_of(p) for p in rows),
        number=shown.number,
        pages=shown.pages,
        goes_on=shown.goes_on,
    )


async def parked_payments(limit: int = 50) -> tuple[PaymentView, ...]:
    """Payments whose success did not match the order: a person must look at each."""
    rows = (
        await Payment.filter(status=PaymentState.PARKED)
        .order_by("-id")
        .limit(limit)
        .select_related("order")
    )
    return tuple(view_of(p) for p in rows)


async def count_parked() -> int:
    """How many of those there are."""
    return await Payment.filter(status=PaymentState.PARKED).count()

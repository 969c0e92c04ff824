"""The open payment of an order, as whoever opened it gets it."""

from __future__ import annotations

from typing import Any

from shared.core.frozen import frozen
from shared.finance.payments.models import Payment
from shared.infra.stripe_writes.models import StripeWrite
from shared.trade.orders.models import Order
from shared.trade.orders.sold_amounts import sold_of


@frozen
class OpenPayment:
    """An order's open payment; `write` is what asks for its intent, where it was stored just now.

    `is_selling`: its vendor's account takes payments. `slices`: of an intent that several orders
    share, every payment; `payment` is the one that leads then, and one vendor that sells is enough.
    """

    payment: Payment
    is_selling: bool
    write: StripeWrite | None = None
    slices: tuple[Payment, ...] = ()

    @property
    def whole(self) -> tuple[Payment, ...]:
        """Every payment that the intent is for."""
        return self.slices or (self.payment,)


def columns_of(order: Order) -> dict[str, Any]:
    """The columns of a payment that follow from its order."""
    return {
        "vendor_id": order.vendor_id,
        "order_id": order.id,
        "customer_id": order.customer_id,
        **amounts_of(order),
        "currency": order.currency,
        "stripe_metadata": {
            "order_id": str(order.id),
            "order_number": order.number,
            "vendor_id": str(order.vendor_id),
        },
    }


def amounts_of(order: Order) -> dict[str, int]:
    """The columns of a payment that say what an order's payment is and where of it goes: Stripe
    keeps the application fee, the rest is transferred to the vendor.
    """
    sold = sold_of(order)
    return {
        "amount_total": sold.total,
        "amount_platform_fee": sold.application_fee,
        "amount_vendor": sold.total - sold.application_fee,
    }

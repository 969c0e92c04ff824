"""Mails about one order to the two sides of it: its shopper and its vendor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shared.core.frozen import frozen
from shared.core.locales import SOURCE
from shared.infra.mail import service as mail
from shared.infra.unit import Transaction
from shared.trade.orders.models import Checkout, Order
from shared.trade.vendors.models import Vendor


@frozen
class OrderMails:
    """Writes mails about `order` inside `tx`; each can name it, its vendor and its shopper.

    Once for an order and kind, unless `key` says what else there may be one of each for.
    """

    tx: Transaction
    order: Order
    checkout: Checkout
    vendor: Vendor

    def to_shopper(
        self,
        mail_kind: str,
        /,
        *,
        key: str = "",
        **context: Any,
    ) -> None:
        """Write one in the language in which was bought."""
        self._post(
            mail_kind,
            self.checkout.email,
            self.checkout.language,
            key,
            context,
        )

    def to_vendor(
        self,
        mail_kind: str,
        /,
        *,
        key: str = "",
        **context: Any,
    ) -> None:
        """Write one to the address that the vendor gave for its business."""
        self._post(
            mail_kind,
            self.vendor.business_email,
            SOURCE,
            key,
            context,
        )

    def _post(
        self,
        kind: str,
        to: str,
        language: str,
        key: str,
        context: dict[str, Any],
    ) -> None:
        names = {
            "number": self.order.number,
            "vendor_name": self.vendor.name,
            "full_name": self.checkout.full_name,
        }
        mail.post(
            self.tx,
            kind,
            to=to,
            unique_key=key or f"{kind}:{self.order.id}",
            order_id=self.order.id,
            language=language,
            context={**names, **context},
        )


async def mails_of(tx: Transaction, order: Order) -> OrderMails:
    """Read whom to write to about an order whose relations are not loaded."""
    return OrderMails(tx, order, await order.checkout, await order.vendor)


async def mails_of_all(
    tx: Transaction,
    orders: Sequence[Order],
) -> list[OrderMails]:
    """Read whom to write to about some orders, with two questions."""
    purchases = await Checkout.in_bulk({each.checkout_id for each in orders}, "id")
    vendors = await Vendor.in_bulk({each.vendor_id for each in orders}, "id")
    return [
        OrderMails(tx, order, purchases[order.checkout_id], vendors[order.vendor_id])
        for order in orders
    ]

"""A copy of what we keep of a shopper, as data that other programs read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.payment_methods.queries import saved_methods
from shared.finance.shoppers.purchases import checkouts_of, orders_of
from shared.infra.database.base import Row
from shared.trade.messages.models import OrderMessage
from shared.trade.orders.contacts import contact_of
from shared.trade.orders.models import Checkout, Order, OrderLine
from shared.trade.people.address_book import LINES, AddressView, address_book
from shared.trade.people.errors import UnknownPerson
from shared.trade.people.models import Customer
from shared.trade.returns.models import ReturnRequest
from shared.trade.vat.models import VatRegistration

# A copy is made at once; who bought more than that is written to by a person.
MOST = 1000


@frozen
class Copy:
    """What is told, and the numbers of its orders by their ids."""

    told: Mapping[str, Any]
    numbers: Mapping[int, str]


async def export_of(customer_id: int) -> Copy:
    """Account, addresses, cards, purchases with what was written about them; some ten queries."""
    customer = await Customer.get_or_none(id=customer_id)
    if customer is None:
        raise UnknownPerson
    book = await address_book(customer_id)
    methods = await saved_methods(customer_id)
    purchases, numbers = await _purchases(customer)
    told = {
        "made_at": _at(clock.now()),
        "account": {
            "email": customer.email,
            "full_name": customer.full_name,
            "language": customer.language,
            "since": _at(customer.created_at),
            "email_confirmed_at": _at(customer.email_confirmed_at),
        },
        "addresses": [_address(each) for each in book],
        "vat_numbers": await _vat_numbers(customer_id),
        "payment_methods": [method.label for method in methods],
        "purchases": purchases,
    }
    return Copy(
        told,
        numbers,
    )


async def _vat_numbers(customer_id: int) -> list[dict[str, Any]]:
    """What was stated, the latest first, and what became of it."""
    mine = VatRegistration.filter(customer_id=customer_id).order_by("-id")
    return [
        {
            "number": row.number,
            "business": row.name,
            "stated_at": _at(row.created_at),
            "confirmed_at": _at(row.confirmed_at),
            "refused_at": _at(row.refused_at),
            "reason": row.refusal,
            "replaced_at": _at(row.replaced_at),
        }
        for row in await mine
    ]


def _address(view: AddressView) -> dict[str, str]:
    return {name: getattr(view, name) for name in LINES}


async def _purchases(
    customer: Customer,
) -> tuple[list[dict[str, Any]], dict[int, str]]:
    checkouts = await checkouts_of(customer).limit(MOST)
    orders = await orders_of(checkouts)
    ids = [order.id for order in orders]
    sold = OrderLine.filter(order_id__in=ids)
    written = OrderMessage.filter(order_id__in=ids)
    requests = ReturnRequest.filter(order_id__in=ids)
    lines = _by_order(await sold.order_by("id"))
    messages = _by_order(await written.order_by("id"))
    asked = _by_order(await requests.order_by("id"))
    told: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for order in orders:
        there = _order(
            order,
            lines[order.id],
        )
        there["messages"] = list(map(_message, messages[order.id]))
        there["returns"] = list(map(_return, asked[order.id]))
        told[order.checkout_id].append(there)
    purchases = [_purchase(checkout, told[checkout.id]) for checkout in checkouts]
    return purchases, {order.id: order.number for order in orders}


def _by_order(rows: Iterable[Row]) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        order_id = getattr(row, "order_id")  # noqa: B009
        found[order_id].append(row)
    return found


def _purchase(
    checkout: Checkout,
    orders: Sequence[dict[str, Any]],
) -> dict[str, Any]:
    return {
        "placed_at": _at(checkout.created_at),
        "contact": contact_of(checkout).stored(),
        "network_address": checkout.purchase_ip,
        "terms": checkout.terms_version,
        "orders": list(orders),
    }


def _order(
    order: Order,
    lines: Sequence[OrderLine],
) -> dict[str, Any]:
    off = order.discount_amount + order.shipping_discount
    back = order.returned_amount
    return {
        "number": order.number,
        "shop": order.vendor.name,
        "status": order.status,
        "payment_status": order.payment_status,
        "total": _money(
            order.total_amount_cents,
            order.currency,
        ),
        "delivery_cost": _money(
            order.shipping_amount,
            order.currency,
        ),
        "discount": _money(off, order.currency) if off else "",
        "discount_code": order.discount_code,
        "given_back": _money(back, order.currency) if back else "",
        "vat_number": order.buyer_vat_number,
        "business": order.buyer_vat_name,
        "paid_at": _at(order.paid_at),
        "shipped_at": _at(order.shipped_at),
        "delivered_at": _at(order.delivered_at),
        "tracking": [order.tracking_carrier, order.tracking_number],
        "sent_by": order.shipping_method,
        "note": order.note,
        "pickup_place": order.pickup_place,
        "lines": [_line(line, order.currency) for line in lines],
    }


def _line(
    line: OrderLine,
    currency: str,
) -> dict[str, Any]:
    return {
        "name": line.name,
        "choice": line.choice,
        "article_number": line.sku,
        "quantity": line.quantity,
        "price": _money(line.unit_amount, currency),
    }


def _money(amount: int, currency: str) -> str:
    money = Money(
        amount,
        currency,
    )
    return f"{money.to_decimal()} {currency}"


def _message(message: OrderMessage) -> dict[str, Any]:
    return {
        "from": "you" if message.is_from_shopper else "shop",
        "at": _at(message.created_at),
        "text": message.text,
    }


def _return(request: ReturnRequest) -> dict[str, Any]:
    return {
        "kind": request.kind,
        "status": request.status,
        "note": request.note,
    }


def _at(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None

"""Which order and vendor an event is about: by what we remember of Stripe's ids, by our rows, or by
our own order number.

Only to show and to find it again: what an event may do is decided by the handler, which reads the
object from Stripe.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tortoise.expressions import Q

from shared.core.frozen import frozen
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.payments.models import Payment
from shared.infra.gateway.signatures import id_in
from shared.infra.references.models import StripeReference
from shared.trade.orders.models import Order

# Fields of an event's object that name another object, the nearest first. Expanded or not.
_RELATED = (
    "payment_intent",
    "charge",
    "source_transaction",
    "originating_transaction",
    "transfer",
    "source_refund",
    "refund",
    "fee",
    "source",
    "latest_charge",
    "payout",
)


@frozen
class Attribution:
    """What an event is about; None for what is not known, or not one order's business."""

    order_id: int | None
    vendor_id: int | None


def named_ids(subject: Mapping[str, Any]) -> tuple[str, ...]:
    """The Stripe ids that an event's object names, its own first."""
    return tuple(dict.fromkeys(_ids(subject)))


def _ids(subject: Mapping[str, Any]) -> Iterator[str]:
    for value in (
        subject.get("id"),
        *(subject.get(field) for field in _RELATED),
    ):
        if (stripe_id := id_in(value)) is not None:
            yield stripe_id


def number_in(subject: Mapping[str, Any]) -> str | None:
    """Our number of an order, where an event's object carries one."""
    metadata = subject.get("metadata")
    if not isinstance(metadata, dict):
        return None
    number = id_in(metadata.get("order_number"))
    return number if number is not None and len(number) <= 20 else None


async def find(body: Mapping[str, Any]) -> Attribution:
    """What a stored event's body is about."""
    subject = body["data"]["object"]
    account = body.get("account")
    ids = named_ids(subject)
    vendor_id = await _vendor_of(account) if isinstance(account, str) else None
    if vendor_id is not None:
        return Attribution(None, vendor_id)
    found = (
        await _remembered(ids) or await _in_our_rows(ids) or await _by_number(subject)
    )
    return Attribution(*found) if found else Attribution(None, None)


async def _vendor_of(account: str) -> int | None:
    config = await VendorPaymentConfig.get_or_none(stripe_account_id=account)
    return config.vendor_id if config else None


async def _remembered(ids: tuple[str, ...]) -> tuple[int, int | None] | None:
    rows = {
        row.stripe_id: row
        for row in await StripeReference.filter(
            stripe_id__in=list(ids), order_id__not_isnull=True
        )
    }
    row = next(
        (rows[stripe_id] for stripe_id in ids if stripe_id in rows),
        None,
    )
    return (
        (row.order_id, row.vendor_id)
        if row is not None and row.order_id is not None
        else None
    )


async def _in_our_rows(ids: tuple[str, ...]) -> tuple[int, int | None] | None:
    """Payments know their intent before anything is remembered about it."""
    of = Q(stripe_payment_intent_id__in=list(ids)) | Q(stripe_charge_id__in=list(ids))
    payment = await Payment.filter(of).order_by("id").first()
    return (payment.order_id, payment.vendor_id) if payment else None


async def _by_number(subject: Mapping[str, Any]) -> tuple[int, int | None] | None:
    """An intent whose id we have not heard of yet (its answer was lost) carries the number that we
    gave it.
    """
    number = number_in(subject)
    order = await Order.get_or_none(number=number) if number else None
    return (order.id, order.vendor_id) if order else None

"""Out of what a claim can be paid: the transfers of its payment, and what the vendor holds at
Stripe now.
"""

from __future__ import annotations

from collections.abc import Iterable

from shared.finance.payments import service as payments
from shared.finance.payments.errors import ChargeNotTransferred
from shared.finance.payments.models import Payment
from shared.finance.recovery.models import Movement
from shared.finance.recovery.rules import MovementKind, MovementState, Source
from shared.infra.gateway.errors import StripeMissing
from shared.infra.gateway.gateway import Gateway

OTHERS = 10  # so many other sales of a vendor are looked at
MARK = "movement"  # the metadata by which a movement is known again: our own idempotency key


async def looked_at(gateway: Gateway, payment_id: int) -> Payment:
    """The payment with its transfer, if Stripe has made that by now: it follows the charge a moment
    later.
    """
    payment = await Payment.get(id=payment_id)
    is_bare = payment.stripe_transfer_id is None and not payment.is_slice
    if is_bare and payment.stripe_charge_id is not None:
        await payments.record_charge(gateway, payment.stripe_charge_id)
        await payment.refresh_from_db()
    return payment


async def charged(gateway: Gateway, payment_id: int) -> Payment:
    """The payment with its transfer known; read from Stripe where we have not heard of it.

    Raises ChargeNotTransferred.
    """
    payment = await looked_at(gateway, payment_id)
    if payment.stripe_transfer_id is None or payment.stripe_charge_id is None:
        raise ChargeNotTransferred
    return payment


async def of_payment(
    gateway: Gateway, payment: Payment, *, is_more: bool
) -> list[Source]:
    """The transfers that this payment's money went by, oldest first, with what has not come back of
    each.

    `is_more`: whether any of it was sent again.
    """
    ids: list[object] = [payment.stripe_transfer_id]
    if payment.stripe_transfer_id is None:  # it cost the shopper nothing
        ids = []
    if is_more:
        again = Movement.filter(
            claim__payment_id=payment.id,
            kind=MovementKind.TRANSFER,
            status=MovementState.DONE,
        ).order_by("id")
        ids += await again.values_list("stripe_id", flat=True)
    return await _read(gateway, ids)


async def of_others(gateway: Gateway, payment: Payment) -> list[Source]:
    """The transfers of the vendor's other sales, newest first: for when more is borne of an order
    than its own ever brought.
    """
    others = Payment.filter(
        vendor_id=payment.vendor_id,
        currency=payment.currency,
        stripe_transfer_id__not_isnull=True,
        id__not=payment.id,
    )
    return await _read(
        gateway,
        await others.order_by("-id")
        .limit(OTHERS)
        .values_list("stripe_transfer_id", flat=True),
    )


async def came_out_of(payment: Payment) -> int:
    """What came back of the transfers out of a payment's own charge and did not go out of it again:
    so much of it can, in minor units.

    The rest of what came back was the marketplace's own.
    """
    if payment.stripe_charge_id is None:
        return 0
    mine = Movement.filter(
        claim__payment_id=payment.id,
        status=MovementState.DONE,
    )
    rows = await mine.order_by("id")
    out = {payment.stripe_transfer_id}
    left = 0
    for row in rows:
        if row.stripe_source_id == payment.stripe_charge_id:
            out.add(row.stripe_id)
            left -= row.amount
        elif row.kind == MovementKind.REVERSAL and row.stripe_source_id in out:
            left += row.amount
    return left


async def _read(
    gateway: Gateway,
    ids: Iterable[object],
) -> list[Source]:
    transfers = [await gateway.transfers.get(str(id_)) for id_ in ids]
    return [
        Source(
            t.id,
            t.amount - t.amount_reversed,
            t.amount_reversed,
        )
        for t in transfers
    ]


async def balance(gateway: Gateway, payment: Payment) -> int:
    """What the vendor holds at Stripe in the payment's currency, pending money included; 0 when we
    may not look any more.
    """
    try:
        found = await gateway.balance.get(payment.stripe_account_id)
    except StripeMissing:
        return 0
    return sum(line.total for line in found if line.currency == payment.currency)

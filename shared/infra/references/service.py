"""Remembering which Stripe object is about what of ours, and finding it again."""

from __future__ import annotations

from collections.abc import Collection

from shared.infra.database.chunks import chunks
from shared.infra.database.columns import texts_in
from shared.infra.references.models import StripeReference
from shared.infra.unit import Transaction


def remember(
    tx: Transaction,
    *stripe_ids: str | None,
    subject: str,
    order_id: int | None,
    vendor_id: int | None,
) -> None:
    """Note what these Stripe objects belong to; the first word stands, None is passed over."""
    for stripe_id in stripe_ids:
        if stripe_id:
            row = StripeReference(
                stripe_id=stripe_id,
                subject=subject,
                order_id=order_id,
                vendor_id=vendor_id,
            )
            tx.add(row, once=True)


async def find(stripe_id: str | None) -> StripeReference | None:
    """What a Stripe object belongs to; None when it was never seen."""
    return await StripeReference.get_or_none(stripe_id=stripe_id) if stripe_id else None


async def known(stripe_ids: Collection[str]) -> frozenset[str]:
    """Those of these Stripe objects that were ever seen."""
    found: set[str] = set()
    for some in chunks(stripe_ids):
        rows = StripeReference.filter(stripe_id__in=some)
        found |= set(await texts_in(rows, "stripe_id"))
    return frozenset(found)


async def named(subject: str, *, order_id: int) -> str | None:
    """The first Stripe id that is remembered under this name for an order; None when there is
    none.
    """
    row = (
        await StripeReference.filter(order_id=order_id, subject=subject)
        .order_by("id")
        .first()
    )
    return row.stripe_id if row else None

"""What the marketplace pays of a price beyond its commission: sent to the vendor out of its own
balance (decision 29).

A contribution is a claim below zero. Claim, movement and write are stored in the transaction of the
success. Where the balance has too little, Stripe refuses: the vendor is owed it meanwhile, and it
is asked for again every hour, under the next key.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from tortoise.expressions import F
from tortoise.functions import Count, Min, Sum
from tortoise.queryset import QuerySet

from shared.core import clock
from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.payments.events import ContributionDue
from shared.finance.payments.models import Payment
from shared.finance.recovery import movements
from shared.finance.recovery.models import Claim, Movement
from shared.finance.recovery.rules import (
    CONTRIBUTION,
    MovementKind,
    MovementState,
    contribution_to,
)
from shared.finance.recovery.writes import write_of
from shared.infra.database.columns import texts_in
from shared.infra.stripe_writes import service as writes
from shared.infra.unit import Transaction

AT_ONCE = 500
ON_ITS_WAY = timedelta(minutes=10)


async def on_due(tx: Transaction, event: ContributionDue) -> None:
    """Write down what the vendor gets besides, and ask Stripe for it at once."""
    subject = contribution_to(event.payment_id)
    if await Claim.exists(subject=subject):
        return
    payment = await Payment.get(id=event.payment_id)
    claim = await movements.open_claim(tx, subject, payment, -event.amount)
    kind = MovementKind.TRANSFER
    movement = await tx.create(
        Movement,
        claim_id=claim.id,
        kind=kind,
        amount=event.amount,
        stripe_source_id="",
        idempotency_key=movements.key(claim, kind, event.order_number, 1),
    )
    asked = write_of(claim, movement, payment)
    await writes.open_write(tx, asked, soon=True)


def not_sent() -> QuerySet[Claim]:
    """What vendors have not got, and Stripe is not asked for at this moment."""
    waiting = Claim.filter(subject__startswith=CONTRIBUTION)
    return waiting.filter(taken__gt=F("amount") - F("netted"))


async def subjects_to_send() -> list[str]:
    """Name what is to be asked for again, the oldest first."""
    under_way = Movement.filter(
        status=MovementState.OPENING,
        claim__subject__startswith=CONTRIBUTION,
    )
    asked = set(await texts_in(under_way, "claim__subject"))
    oldest = not_sent().order_by("id").limit(AT_ONCE)
    waiting = await texts_in(oldest, "subject")
    return [subject for subject in waiting if subject not in asked]


@frozen
class WaitingContribution:
    """What a vendor is to get of an order out of the marketplace's own money, and has not got.

    `why`: Stripe's code for the last refusal; empty while it is on its way.
    """

    order_number: str
    vendor_id: int
    vendor_name: str
    since: datetime
    amount: Money
    why: str


async def waiting_contributions(
    *,
    limit: int = 100,
) -> tuple[WaitingContribution, ...]:
    """What the marketplace still owes vendors of its own discounts, the oldest first."""
    rows = late_contributions().order_by("id").limit(limit)
    found = await rows.select_related("order", "vendor")
    why = await _refusals([row.id for row in found])
    return tuple(
        WaitingContribution(
            row.order.number,
            row.vendor_id,
            row.vendor.name,
            row.created_at,
            Money(row.paid - row.amount, row.currency),
            why.get(row.id, ""),
        )
        for row in found
    )


async def _refusals(claim_ids: list[int]) -> dict[int, str]:
    """Read Stripe's code for the last refusal of each claim."""
    of_these = Movement.filter(claim_id__in=claim_ids, status=MovementState.REFUSED)
    rows = await of_these.order_by("id")
    return {row.claim_id: str(row.refusal) for row in rows}


async def late_sums() -> list[tuple[object, ...]]:
    """The late ones of each currency: how many, what is neither sent nor set off, since when."""
    query = late_contributions().annotate(
        number=Count("id"),
        due=Sum("amount"),
        sent=Sum("taken"),
        set_off=Sum("netted"),
        first=Min("created_at"),
    )
    rows = await query.group_by("currency").values_list(
        "currency",
        "number",
        "due",
        "sent",
        "set_off",
        "first",
    )
    return [
        (currency, number, sent + set_off - due, first)
        for currency, number, due, sent, set_off, first in rows
    ]


def late_contributions() -> QuerySet[Claim]:
    """What vendors have not got and should have by now."""
    return not_sent().filter(created_at__lt=clock.now() - ON_ITS_WAY)

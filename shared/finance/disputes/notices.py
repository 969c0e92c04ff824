"""Which mail a vendor gets when something happened to a dispute; each is written once, in the
transaction of its fact.
"""

from __future__ import annotations

from typing import Any

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.disputes.dispute_postings import Books, borne_by
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.rules import APPEALS, OPEN, DisputeStatus, Parts
from shared.infra.mail import service as mail
from shared.infra.unit import Transaction
from shared.trade.marketplace.queries import marketplace
from shared.trade.orders.models import Order


@frozen
class Shares:
    """What a bank took: in all, of the vendor, and of the marketplace."""

    total: Money
    vendor: Money
    marketplace: Money

    @classmethod
    def of(cls, parts: Parts, currency: str) -> Shares:
        marketplace = max(parts.total - parts.vendor, 0)
        return cls(
            Money(parts.total, currency),
            Money(parts.vendor, currency),
            Money(marketplace, currency),
        )


async def tell(
    tx: Transaction,
    row: Dispute,
    order: Order,
    *,
    was: DisputeStatus | None,
    books: Books,
) -> None:
    """Write the mails that this reading of the dispute gives reason for."""
    now = DisputeStatus(row.status)
    taken = (
        Shares.of(books.withdrawn, row.currency)
        if books.withdrawn is not None
        else None
    )
    if was is None and now in OPEN:
        await post(tx, row, order, "dispute_opened", taken=taken)
    elif taken is not None and now in OPEN:
        await post(
            tx,
            row,
            order,
            "dispute_withdrawn",
            once=str(row.transaction_count),
            taken=taken,
        )
    if was != now:
        await _tell_move(tx, row, order, was=was, taken=taken)


async def _tell_move(
    tx: Transaction,
    row: Dispute,
    order: Order,
    *,
    was: DisputeStatus | None,
    taken: Shares | None,
) -> None:
    """Write the mail about the state that the dispute has come to."""
    once = str(row.transaction_count) + (":appeal" if was in APPEALS else "")
    borne = Money(borne_by(row).vendor, row.currency)
    match DisputeStatus(row.status):
        case DisputeStatus.WON:
            back = Money(row.vendor_back, row.currency)
            await post(tx, row, order, "dispute_won", once=once, back=back)
        case DisputeStatus.LOST:
            await post(tx, row, order, "dispute_lost", once=once, borne=borne)
        case DisputeStatus.PREVENTED:
            await post(tx, row, order, "dispute_prevented", taken=taken)
        case now if now in APPEALS and was not in (None, *APPEALS):
            await post(tx, row, order, "dispute_appealed", borne=borne)
        case DisputeStatus.WARNING_CLOSED if was is not None:
            await post(tx, row, order, "dispute_closed")


async def post(
    tx: Transaction,
    row: Dispute,
    order: Order,
    kind: str,
    *,
    once: str = "",
    **facts: Any,
) -> None:
    """Put one mail to the vendor into the outbox, once per dispute and `once`.

    `facts`: what its template needs besides.
    """
    vendor = await order.vendor
    share = order.number if row.is_share else ""
    mail.post(
        tx,
        kind,
        to=vendor.business_email,
        unique_key=":".join(
            part for part in (kind, row.stripe_dispute_id, once, share) if part
        ),
        order_id=row.order_id,
        context={
            "vendor_name": vendor.name,
            "number": order.number,
            "dispute_id": row.id,
            "reason": row.reason,
            "amount": Money(row.amount, row.currency),
            "due_by": row.due_by,
            "zone": (await marketplace()).zone,
            "is_inquiry": row.is_inquiry,
            "is_part": row.is_share,
            **facts,
        },
    )

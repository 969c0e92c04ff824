"""Which mail a vendor gets when something happened to a dispute; each is written once, in the transaction of its fact."""

from __future__ import annotations

from shared.core.money import Money
from shared.finance.disputes import texts
from shared.finance.disputes.dispute_postings import Books, borne_by
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.rules import APPEALS, OPEN, DisputeStatus
from shared.infra.mail import service as mail
from shared.infra.unit import Transaction
from shared.trade.marketplace.queries import marketplace
from shared.trade.orders.models import Order


async def about(row: Dispute, order: Order) -> texts.About:
    """What every mail says of a dispute."""
    vendor = await order.vendor
    return texts.About(
        vendor_name=vendor.name,
        order_number=order.number,
        reason=row.reason,
        amount=Money(row.amount, row.currency),
        due_by=row.due_by,
        zone=(await marketplace()).zone,
        is_inquiry=row.is_inquiry,
        link=f"{mail.PUBLIC_URL}/vendor/admin/disputes/{row.id}",
    )


async def tell(tx: Transaction, row: Dispute, order: Order, *, was: DisputeStatus | None, books: Books) -> None:
    """Write the mails that this reading of the dispute gives reason for."""
    now = DisputeStatus(row.status)
    told = await about(row, order)
    if was is None and now in OPEN:
        subject, text = texts.inquiry(told) if row.is_inquiry else texts.opened(told, books.withdrawn)
        await post(tx, row, order, "dispute_opened", subject, text)
    elif books.withdrawn is not None and now in OPEN:
        subject, text = texts.withdrawn(told, books.withdrawn)
        await post(tx, row, order, "dispute_withdrawn", subject, text, once=str(row.transaction_count))
    if was == now:
        return
    once = str(row.transaction_count) + (":appeal" if was in APPEALS else "")
    if now is DisputeStatus.WON:
        subject, text = texts.won(told, Money(row.vendor_back, row.currency))
        await post(tx, row, order, "dispute_won", subject, text, once=once)
    elif now is DisputeStatus.LOST:
        subject, text = texts.lost(told, Money(borne_by(row).vendor, row.currency))
        await post(tx, row, order, "dispute_lost", subject, text, once=once)
    elif now is DisputeStatus.PREVENTED:
        subject, text = texts.prevented(told, books.withdrawn)
        await post(tx, row, order, "dispute_prevented", subject, text)
    elif now in APPEALS and was not in (None, *APPEALS):
        subject, text = texts.appeal(told, Money(borne_by(row).vendor, row.currency))
        await post(tx, row, order, "dispute_appealed", subject, text)
    elif now is DisputeStatus.WARNING_CLOSED and was is not None:
        subject, text = texts.inquiry_closed(told)
        await post(tx, row, order, "dispute_closed", subject, text)


async def post(
    tx: Transaction, row: Dispute, order: Order, kind: str, subject: str, text: str, *, once: str = ""
) -> None:
    """Put one mail to the vendor into the outbox, once per dispute and `once`."""
    vendor = await order.vendor
    key = ":".join(part for part in (kind, row.stripe_dispute_id, once) if part)
    mail.post(tx, kind, to=vendor.business_email, subject=subject, text=text, unique_key=key, order_id=row.order_id)

"""What a dispute's balance transactions do to the books: each is posted once, and who bears it is
frozen then.
"""

from __future__ import annotations

import logging

from shared.core.frozen import frozen
from shared.core.money import step
from shared.finance.disputes.models import Dispute
from shared.finance.disputes.rules import (
    DisputeStatus,
    Parts,
    Taken,
    Withheld,
    bear,
    give_back,
    withheld,
)
from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.ledger.chart import Account
from shared.finance.ledger.queries import is_posted, sums_of
from shared.infra.gateway.balance_transactions import BalanceTransaction
from shared.infra.gateway.disputes import StripeDispute
from shared.infra.unit import Transaction
from shared.trade.commission.queries import get_policy
from shared.trade.orders.models import Order

log = logging.getLogger("markethall.disputes")

_REFUNDS = ("refund", "refund_undone")


@frozen
class Books:
    """What one reading of a dispute added to the books.

    `claim` is what the vendor bears now, None when nothing changed.
    """

    withdrawn: Parts | None = None
    reinstated: Parts | None = None
    fee: int = 0
    claim: int | None = None


def borne_by(row: Dispute) -> Parts:
    """Who bears what of a dispute now."""
    borne = Parts(
        row.vendor_part,
        row.commission_part,
        row.loss_part,
        row.discount_part,
    )
    return borne - Parts(
        row.vendor_back,
        row.commission_back,
        row.loss_back,
        row.discount_back,
    )


async def withheld_of(order: Order) -> Withheld:
    """What all disputes of an order do to its money now. The order is locked."""
    rows = await Dispute.filter(order_id=order.id)
    return sum((withheld_by(row) for row in rows), start=Withheld())


def withheld_by(row: Dispute) -> Withheld:
    """What one dispute does to its order's money now."""
    return withheld(
        DisputeStatus(row.status),
        row.amount,
        withdrawn=row.withdrawn,
        reinstated=row.withdrawn - borne_by(row).total,
    )


async def apply_transactions(
    tx: Transaction,
    row: Dispute,
    order: Order,
    seen: StripeDispute,
    *,
    is_sold: bool,
) -> Books:
    """Post what is new of the dispute's money, oldest first, in the caller's transaction; the row
    holds who bears it.
    """
    books = Books()
    for transaction in sorted(
        seen.transactions, key=lambda t: (t.created, t.amount > 0)
    ):
        if transaction.currency != order.currency:
            log.error(
                "%s moved %s, the order is in %s",
                seen.id,
                transaction.currency,
                order.currency,
            )
            continue  # reconciliation shows it to a person
        if transaction.net < 0:
            books = await _withdraw(tx, books, row, order, transaction, is_sold=is_sold)
        elif transaction.net > 0:
            books = await _reinstate(tx, books, row, order, transaction)
    return books


async def _withdraw(
    tx: Transaction,
    books: Books,
    row: Dispute,
    order: Order,
    transaction: BalanceTransaction,
    *,
    is_sold: bool,
) -> Books:
    if await is_posted(_key("dispute_withdrawn", row, transaction)):
        return books
    amount = -transaction.amount
    parts = await _parts(order, amount) if is_sold else Parts(loss=amount)
    fact = _fact(
        order,
        parts,
        transaction.fee,
        transaction.id,
        is_share=row.is_share,
    )
    await ledger.post(tx, postings.dispute_withdrawn(fact))
    await tx.change(
        row,
        vendor_part=row.vendor_part + parts.vendor,
        commission_part=row.commission_part + parts.commission,
        loss_part=row.loss_part + parts.loss,
        discount_part=row.discount_part + parts.discount,
        fee=row.fee + transaction.fee,
        withdrawn_at=row.withdrawn_at or transaction.created,
    )
    return Books(
        (books.withdrawn or Parts()) + parts,
        books.reinstated,
        books.fee + transaction.fee,
        borne_by(row).vendor,
    )


async def _reinstate(
    tx: Transaction,
    books: Books,
    row: Dispute,
    order: Order,
    transaction: BalanceTransaction,
) -> Books:
    if await is_posted(_key("dispute_reinstated", row, transaction)):
        return books
    parts = give_back(
        borne_by(row),
        transaction.amount,
        unit=step(order.currency),
    )
    fact = _fact(
        order,
        parts,
        -transaction.fee,
        transaction.id,
        is_share=row.is_share,
    )
    await ledger.post(tx, postings.dispute_reinstated(fact))
    await tx.change(
        row,
        vendor_back=row.vendor_back + parts.vendor,
        commission_back=row.commission_back + parts.commission,
        loss_back=row.loss_back + parts.loss,
        discount_back=row.discount_back + parts.discount,
        fee_back=row.fee_back - transaction.fee,
        reinstated_at=transaction.created,
    )
    return Books(
        books.withdrawn,
        (books.reinstated or Parts()) + parts,
        books.fee,
        borne_by(row).vendor,
    )


async def _parts(order: Order, amount: int) -> Parts:
    return bear(
        total=order.total_amount_cents,
        commission=order.platform_fee_amount,
        taken=await _taken(order),
        withdrawn=amount,
        policy=(await get_policy()).refund_policy,
        unit=step(order.currency),
        discount=order.marketplace_discount,
        sending=order.shipping_amount,
    )


async def _taken(order: Order) -> Taken:
    """What refunds and disputes of this order hold now, as the books say. The order is locked."""
    subject = f"order:{order.id}"
    refunds = await sums_of(subject, _REFUNDS)
    disputes = await sums_of(subject, postings.OF_DISPUTES)
    rows = await Dispute.filter(order_id=order.id)
    by_refunds = sum(
        refunds.get(account, 0)
        for account in (
            Account.VENDOR_PAYABLE,
            Account.COMMISSION,
            Account.MARKETPLACE_DISCOUNTS,
        )
    )
    return Taken(
        amount=by_refunds + sum(borne_by(row).total for row in rows),
        vendor=refunds.get(Account.VENDOR_PAYABLE, 0)
        + disputes.get(Account.VENDOR_PAYABLE, 0),
        commission=refunds.get(Account.COMMISSION, 0)
        + disputes.get(Account.COMMISSION, 0),
        discount=-refunds.get(Account.MARKETPLACE_DISCOUNTS, 0)
        - disputes.get(Account.MARKETPLACE_DISCOUNTS, 0),
    )


def _key(kind: str, row: Dispute, transaction: BalanceTransaction) -> str:
    share = f":{row.order_id}" if row.is_share else ""
    return f"{kind}:{transaction.id}{share}"


def _fact(
    order: Order,
    parts: Parts,
    fee: int,
    stripe_id: str,
    *,
    is_share: bool,
) -> postings.DisputedMoney:
    return postings.DisputedMoney(
        order_id=order.id,
        vendor_id=order.vendor_id,
        currency=order.currency,
        vendor_part=parts.vendor,
        commission_part=parts.commission,
        loss_part=parts.loss,
        discount_part=parts.discount,
        fee=fee,
        stripe_id=stripe_id,
        is_share=is_share,
    )

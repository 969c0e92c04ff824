"""Which sales an automatic payout paid out, by Stripe's own list: its transactions name payments,
our ledger knows transfers.
"""

from __future__ import annotations

from collections.abc import Sequence

from shared.finance.ledger.models import LedgerEntry
from shared.finance.payments.models import Payment
from shared.finance.payouts import itemisation
from shared.finance.payouts.allocation import BalanceMovement
from shared.infra import unit
from shared.infra.gateway.errors import StripeRefused
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.payouts import StripePayout
from shared.infra.references import service as references

# transfers that are read for one payout; beyond them the oldest sales are taken to be the ones
MOST = 100


async def entries_of(
    gateway: Gateway,
    *,
    vendor_id: int,
    account_id: str,
    found: StripePayout,
) -> set[int]:
    """The ledger entries of the sales that Stripe lists for this payout; empty where it lists
    none.
    """
    if not found.automatic:
        return set()
    try:
        rows = await gateway.balance_transactions.list(account_id, payout=found.id)
    except StripeRefused:
        return set()
    listed = {row.source for row in rows if row.type == "payment" and row.source}
    free = [
        m
        for m in await itemisation.movements(vendor_id, found.currency)
        if m.left > 0 and m.order_id is not None
    ]
    named = await _payments(gateway, free[:MOST])
    return {entry_id for entry_id, payment in named.items() if payment in listed}


async def _payments(
    gateway: Gateway, free: Sequence[BalanceMovement]
) -> dict[int, str]:
    """Ledger entry -> the payment on the vendor's account that its transfer made; remembered once
    it was read.
    """
    found: dict[int, str] = {}
    orders = {m.order_id for m in free}
    sold = {
        p.order_id: p
        for p in await Payment.filter(
            order_id__in=list(orders), stripe_transfer_id__not_isnull=True
        )
    }
    sales = {
        e.id
        for e in await LedgerEntry.filter(
            id__in=[m.entry_id for m in free],
            posting__kind__in=["sale", "transferred"],
        )
    }
    for movement in free:
        payment = sold.get(movement.order_id or 0)
        if payment is None or movement.entry_id not in sales:
            continue
        found[movement.entry_id] = await _destination(gateway, payment)
    return found


async def _destination(gateway: Gateway, payment: Payment) -> str:
    subject = f"transfer:{payment.stripe_transfer_id}"
    known = await references.named(subject, order_id=payment.order_id)
    if known is not None:
        return known
    transfer = await gateway.transfers.get(str(payment.stripe_transfer_id))
    name = transfer.destination_payment or ""
    async with unit.transaction() as tx:
        references.remember(
            tx,
            transfer.destination_payment,
            subject=subject,
            order_id=payment.order_id,
            vendor_id=payment.vendor_id,
        )
    return name

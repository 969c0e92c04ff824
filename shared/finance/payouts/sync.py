"""Payouts followed at Stripe: those that we made, and those that Stripe's schedule or a person in a
dashboard made.

Each is read again, never believed. Where it stands moves forward only, and each move posts once
what it means: the money left the balance, arrived, or came back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from shared.core import clock
from shared.core.money import Money
from shared.finance.connect import payment_configs
from shared.finance.connect.jobs import sync as sync_account
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.payouts import itemisation
from shared.finance.payouts.allocation import BalanceMovement
from shared.finance.payouts.fees import Fees
from shared.finance.payouts.models import Payout
from shared.finance.payouts.rules import MOVES, PayoutState
from shared.finance.payouts.statements import free_movements, lock_payout
from shared.finance.payouts.stripe_reads import More, read_more
from shared.finance.recovery.jobs import collect
from shared.infra import unit
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.payouts import StripePayout
from shared.infra.mail import service as mail
from shared.infra.references import service as references
from shared.infra.unit import Act, Transaction
from shared.trade.vendors.models import Vendor

# the metadata by which an answer that was lost is known again: our own idempotency key
MARK = "payout"


async def sync_payout(
    gateway: Gateway,
    account_id: str | None,
    payout_id: str,
) -> Payout | None:
    """Read a payout of one of our accounts (None: the platform's own) and let our row follow.

    None: not ours.
    """
    vendor_id = None
    if account_id is not None:
        config = await VendorPaymentConfig.get_or_none(stripe_account_id=account_id)
        if config is None:
            return None
        vendor_id = config.vendor_id
    found = await gateway.payouts.get(payout_id, account=account_id)
    return await take_in(
        gateway, vendor_id=vendor_id, account_id=account_id, found=found
    )


async def take_in(
    gateway: Gateway,
    *,
    vendor_id: int | None,
    account_id: str | None,
    found: StripePayout,
) -> Payout:
    """Let our row follow a payout that was just read; one that we did not know is adopted."""
    more = await read_more(
        gateway, vendor_id=vendor_id, account_id=account_id, found=found
    )
    async with unit.transaction() as tx:
        row = await store(
            tx,
            vendor_id=vendor_id,
            account_id=account_id,
            found=found,
            more=more,
        )
    return await Payout.get(id=row.id)


async def store(
    tx: Transaction,
    *,
    vendor_id: int | None,
    account_id: str | None,
    found: StripePayout,
    more: More,
) -> Payout:
    """Let our row be where the payout is; one that we did not know gets a row."""
    row = None
    if vendor_id is not None:
        key = found.metadata.get(MARK)
        row = await lock_payout(tx, vendor_id, found.id, key)
    if row is None:
        row = await _first_row(tx, found, vendor_id, account_id)
    await _move(tx, row, found, more)
    return row


def is_news(row: Payout, found: StripePayout) -> bool:
    """Whether anything follows from what Stripe says of a payout, as its row was read."""
    current, target = PayoutState(row.status), PayoutState(found.status)
    if target is not current:
        return target in MOVES[current]
    told = _told(found)
    return any(getattr(row, name) != said for name, said in told.items())


def _told(found: StripePayout) -> dict[str, Any]:
    """What Stripe says of a payout wherever it is."""
    trace = (found.trace_id or "")[:120] or None
    return {"arrives_on": found.arrives_on, "trace_id": trace}


async def _first_row(
    tx: Transaction, found: StripePayout, vendor_id: int | None, account_id: str | None
) -> Payout:
    """A row for a payout that none is known of, locked; perhaps somebody made it just now."""
    if vendor_id is not None:
        await payment_configs.locked(tx, vendor_id)
    row = await tx.lock_first(Payout.filter(stripe_payout_id=found.id))
    if row is not None:
        return row
    return await tx.create(
        Payout,
        vendor_id=vendor_id,
        amount=found.amount,
        currency=found.currency,
        method=found.method,
        is_automatic=found.automatic,
        stripe_account_id=account_id,
        requested_by="stripe" if found.automatic else "dashboard",
    )


async def _move(
    tx: Transaction,
    row: Payout,
    found: StripePayout,
    more: More,
) -> None:
    """Move to where the payout is, if that is news, and post what the move means."""
    current, target = PayoutState(row.status), PayoutState(found.status)
    values = _told(found)
    if target not in MOVES[current]:
        if target is current:
            await tx.change(row, where={"status": current}, **values)
        return
    details = {
        "was": current.value,
        "amount": row.amount,
        "currency": row.currency,
        "stripe_id": found.id,
    }
    values |= _values(current, target, found, more)
    free: Sequence[BalanceMovement] = ()
    if current is PayoutState.OPENING and row.vendor_id is not None:
        # Read before anything of the payout waits to be written.
        free = await free_movements(row.vendor_id, row.currency)
    act = Act(f"payout.{target}", "stripe", details)
    if await tx.move(row, to=target, act=act, **values):
        if current is PayoutState.OPENING:
            itemisation.itemise(tx, row, free, first=more.entries)
        await _post(tx, row, found, was=current, more=more)


def _values(
    was: PayoutState, target: PayoutState, found: StripePayout, more: More
) -> dict[str, Any]:
    """What a payout keeps of this move."""
    values: dict[str, Any] = {}
    if was is PayoutState.OPENING:
        values["stripe_payout_id"] = found.id
        values["stripe_destination_id"] = found.destination
        values["fee"] = more.fees.fee
        values["destination_words"] = more.bank
    if target is PayoutState.PAID:
        values["paid_at"] = clock.now()
    if target is PayoutState.FAILED:
        values["failed_at"] = clock.now()
        values["failure_code"] = (found.failure_code or "other")[:80]
    return values


async def _post(
    tx: Transaction,
    row: Payout,
    found: StripePayout,
    *,
    was: PayoutState,
    more: More,
) -> None:
    _remember(tx, row, found, more.fees)
    fact = _fact(row, found, more.fees)
    if was is PayoutState.OPENING:
        ledger.post_once(tx, postings.payout_sent(fact))
    if row.status == PayoutState.PAID:
        ledger.post_once(tx, postings.payout_arrived(fact))
    if row.status == PayoutState.FAILED and was is PayoutState.PAID:
        ledger.post_once(tx, postings.payout_reopened(fact))
    if row.status in (PayoutState.FAILED, PayoutState.CANCELED):
        back = replace(
            fact,
            fee=more.fees.back,
            earned=more.fees.given_back,
        )
        ledger.post_once(tx, postings.payout_returned(back))
        await _came_back(tx, row)


def _remember(
    tx: Transaction,
    row: Payout,
    found: StripePayout,
    cost: Fees,
) -> None:
    references.remember(
        tx,
        found.id,
        *cost.ids,
        found.balance_transaction,
        found.failure_balance_transaction,
        subject=f"payout:{row.id}",
        order_id=None,
        vendor_id=row.vendor_id,
    )


def _fact(row: Payout, found: StripePayout, cost: Fees) -> postings.PaidOut:
    return postings.PaidOut(
        payout_id=row.id,
        vendor_id=row.vendor_id,
        currency=row.currency,
        amount=row.amount,
        stripe_id=found.id,
        fee=row.fee,
        earned=cost.earned,
    )


async def _came_back(tx: Transaction, row: Payout) -> None:
    """The money is in the balance again: what the vendor owes is taken from it, and the vendor is
    told of a failure.
    """
    if row.vendor_id is None:
        return
    if await ledger.owes(tx, row.vendor_id):
        collect(tx, vendor_id=row.vendor_id)
    if row.status != PayoutState.FAILED:
        return
    # Whether the bank is broken, and whether it is still the one, Stripe says of the account.
    once = sync_account.once(f"vendors.sync_account:{row.vendor_id}")
    once(tx, vendor_id=row.vendor_id)
    vendor = await Vendor.get(id=row.vendor_id)
    mail.post(
        tx,
        "payout_failed",
        to=vendor.business_email,
        unique_key=f"payout_failed:{row.id}",
        context={
            "vendor_name": vendor.name,
            "payout_id": row.id,
            "amount": Money(row.amount, row.currency),
            "bank": row.destination_words,
            "code": row.failure_code,
        },
    )

"""Payouts followed at Stripe: those that we made, and those that Stripe's schedule or a person in a
dashboard made.

Each is read again, never believed. Where it stands moves forward only, and each move posts once
what it means: the money left the balance, arrived, or came back.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from shared.core import clock
from shared.core.money import Money
from shared.finance.connect import payment_configs
from shared.finance.connect.bank_accounts import words_of
from shared.finance.connect.jobs import sync as sync_account
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.finance.ledger.queries import owes
from shared.finance.payouts import automatic_itemisation, fees, itemisation
from shared.finance.payouts.fees import Fees
from shared.finance.payouts.models import Payout
from shared.finance.payouts.rules import GONE, MOVES, PayoutState
from shared.finance.recovery.jobs import collect
from shared.infra import unit
from shared.infra.gateway.errors import StripeRefused
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.payouts import StripePayout
from shared.infra.mail import service as mail
from shared.infra.references import service as references
from shared.infra.unit import Act, Transaction
from shared.trade.vendors.models import Vendor

# the metadata by which an answer that was lost is known again: our own idempotency key
MARK = "payout"


@dataclass(frozen=True)
class More:
    """What a payout does not say itself: its fee, and when it is first seen its bank and the sales
    that Stripe lists.
    """

    fees: Fees = field(default_factory=Fees)
    bank: str = ""
    entries: frozenset[int] = frozenset()


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


async def read_more(
    gateway: Gateway,
    *,
    vendor_id: int | None,
    account_id: str | None,
    found: StripePayout,
) -> More:
    """Read at Stripe what `store` needs beside the payout itself."""
    known = await Payout.get_or_none(stripe_payout_id=found.id)
    if known is None:
        return await _read_first(gateway, vendor_id, account_id, found)
    if found.status in GONE and known.status not in GONE:
        return More(await fees.read(gateway, account_id, found))
    return More()


async def store(
    tx: Transaction,
    *,
    vendor_id: int | None,
    account_id: str | None,
    found: StripePayout,
    more: More,
) -> Payout:
    """Let our row be where the payout is; one that we did not know gets a row."""
    if vendor_id is not None:
        await payment_configs.locked(tx, vendor_id)
    row = await _row(tx, found, vendor_id, account_id)
    await _move(tx, row, found, more)
    return row


async def _read_first(
    gateway: Gateway, vendor_id: int | None, account_id: str | None, found: StripePayout
) -> More:
    cost = await fees.read(gateway, account_id, found)
    if vendor_id is None or account_id is None:
        return More(cost)
    try:
        banks = await gateway.accounts.list_external_accounts(account_id)
        entries = await automatic_itemisation.entries_of(
            gateway, vendor_id=vendor_id, account_id=account_id, found=found
        )
    except StripeRefused:  # access was taken away meanwhile
        return More(cost)
    to = (each for each in banks if each.id == found.destination)
    bank = next(to, None)
    parts = (bank.name if bank else "", words_of(bank))
    name = " ".join(filter(None, parts))
    return More(cost, name[:120], frozenset(entries))


async def _row(
    tx: Transaction, found: StripePayout, vendor_id: int | None, account_id: str | None
) -> Payout:
    """Our row of this payout, locked: known by Stripe's id, else by our own key, else made."""
    row = await tx.lock_first(Payout.filter(stripe_payout_id=found.id))
    key = found.metadata.get(MARK)
    if row is None and key:
        asked = Payout.filter(vendor_id=vendor_id, status=PayoutState.OPENING)
        row = await tx.lock_first(asked.filter(idempotency_key=key))
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
    values: dict[str, Any] = {
        "arrives_on": found.arrives_on,
        "trace_id": (found.trace_id or "")[:120] or None,
    }
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
    act = Act(f"payout.{target}", "stripe", details)
    if await tx.move(row, to=target, act=act, **values):
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
        await itemisation.itemise(row, fee=row.fee, first=more.entries)
        await ledger.post(tx, postings.payout_sent(fact))
    if row.status == PayoutState.PAID:
        await ledger.post(tx, postings.payout_arrived(fact))
    if row.status == PayoutState.FAILED and was is PayoutState.PAID:
        await ledger.post(tx, postings.payout_reopened(fact))
    if row.status in (PayoutState.FAILED, PayoutState.CANCELED):
        back = replace(
            fact,
            fee=more.fees.back,
            earned=more.fees.given_back,
        )
        await ledger.post(tx, postings.payout_returned(back))
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
    if await owes(row.vendor_id):
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

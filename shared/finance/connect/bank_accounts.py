"""A bank that changed: owners are written to, and payouts wait, so that a stranger in the account
gains nothing by it.

Found by reading the account, whoever said that it changed: an event, a page, a sweep. Only the
operator ends the wait early.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from shared.core import clock
from shared.finance.connect import payment_configs, rules, stored_requirements
from shared.finance.connect.errors import NoBankHold, ReasonLacking, ReasonTooLong
from shared.finance.connect.events import PayoutTermsChanged
from shared.finance.connect.models import VendorPaymentConfig
from shared.infra import unit
from shared.infra.database.columns import numbers_in, texts_in
from shared.infra.gateway.accounts import ExternalAccount, StripeAccount
from shared.infra.jobs import Context, job
from shared.infra.mail import service as mail
from shared.infra.unit import Transaction
from shared.trade.marketplace.queries import marketplace
from shared.trade.people.models import Member
from shared.trade.vendors.models import Vendor

LONGEST_REASON = 300


def words_of(bank: ExternalAccount | None) -> str:
    """A bank account as people recognise it: the last digits."""
    return f"••{bank.last4}"[:40] if bank is not None else ""


def returns(bank: ExternalAccount | None) -> bool:
    """Whether payouts to it come back."""
    return bank is not None and rules.is_broken(bank.status)


def defaults(banks: Iterable[ExternalAccount]) -> dict[str, ExternalAccount]:
    """The account that payouts go to in each currency."""
    return {bank.currency: bank for bank in banks if bank.default_for_currency}


def known_to(row: VendorPaymentConfig) -> dict[str, str]:
    """The banks that payouts went to so far, by currency; rows of before this was followed keep
    them in what was read.
    """
    if row.payout_banks is not None:
        return dict(row.payout_banks)
    return {
        currency: bank.id
        for currency, bank in defaults(
            stored_requirements.from_json(row.requirements).external_accounts
        ).items()
    }


async def sync_banks(
    tx: Transaction,
    row: VendorPaymentConfig,
    account: StripeAccount,
    *,
    known: dict[str, str],
    submitted: bool,
) -> None:
    """Compare what was read with the banks known before, inside the caller's transaction and with
    its row locked.

    `submitted`: the account was complete before this reading; until then banks may come and go.
    """
    banks = defaults(account.external_accounts)
    found = {currency: bank.id for currency, bank in banks.items()}
    new = rules.new_banks(known, found) if submitted else ()
    row.payout_banks = {**known, **found} if submitted else found
    await row.save(update_fields=["payout_banks"])
    if not new:
        return
    now = clock.now()
    hours = (await marketplace()).bank_hold_hours
    until = now + timedelta(hours=hours) if hours else None
    await tx.change(row, bank_changed_at=now, bank_hold_until=until)
    to = ", ".join(f"{words_of(banks[currency])} ({currency})" for currency in new)
    details = {"to": to, "until": until.isoformat() if until else None}
    await _note(tx, row, "vendor.bank_changed", actor="stripe", **details)
    await _tell(
        tx,
        row,
        "bank_changed",
        {"to": to, "hours": hours, "until": until},
    )
    if until is not None:
        tx.emit(PayoutTermsChanged(row.vendor_id))
        end_later.at(until)(tx, vendor_id=row.vendor_id)


async def release(
    *,
    vendor_id: int,
    reason: str,
    actor: str,
) -> None:
    """The operator knows that the change was the vendor's own: payouts go on.

    Raises Invalid, Conflict.
    """
    said = " ".join(reason.split())
    if not said:
        raise ReasonLacking
    if len(said) > LONGEST_REASON:
        raise ReasonTooLong(most=LONGEST_REASON)
    async with unit.transaction() as tx:
        row = await payment_configs.locked(tx, vendor_id)
        if row.bank_hold_until is None or row.bank_hold_until <= clock.now():
            raise NoBankHold
        await _end(tx, row)
        await _note(tx, row, "vendor.bank_hold_released", actor=actor, reason=said)
        await _tell(tx, row, "bank_hold_released", {})


@job("vendors.end_bank_hold")
async def end_later(_context: Context, vendor_id: int) -> None:
    """Let payouts go on: the wait after a changed bank is over."""
    await end(vendor_id)


async def end(vendor_id: int) -> None:
    """End the wait, if no later change made it longer."""
    async with unit.transaction() as tx:
        row = await payment_configs.locked(tx, vendor_id)
        if row.bank_hold_until is not None and row.bank_hold_until <= clock.now():
            await _end(tx, row)
            await _note(tx, row, "vendor.bank_hold_ended", actor="system")


async def end_due() -> None:
    """What the hourly look finds: waits that are over and whose own job was lost."""
    due = VendorPaymentConfig.filter(bank_hold_until__lte=clock.now())
    in_turn = due.order_by("bank_hold_until", "id")
    for vendor_id in await numbers_in(in_turn, "vendor_id"):
        await end(vendor_id)


async def _end(tx: Transaction, row: VendorPaymentConfig) -> None:
    await tx.change(row, bank_hold_until=None)
    tx.emit(PayoutTermsChanged(row.vendor_id))


async def _note(
    tx: Transaction,
    row: VendorPaymentConfig,
    action: str,
    *,
    actor: str,
    **details: str | None,
) -> None:
    subject = f"vendor:{row.vendor_id}"
    tx.record(
        action,
        actor=actor,
        subject=subject,
        vendor_id=row.vendor_id,
        **details,
    )


async def _tell(
    tx: Transaction,
    row: VendorPaymentConfig,
    kind: str,
    context: dict[str, object],
) -> None:
    vendor = await Vendor.get(id=row.vendor_id)
    at = f"{clock.now():%Y%m%dT%H%M%S.%f}"
    owners = Member.filter(
        vendor_id=row.vendor_id,
        role="owner",
        is_active=True,
    )
    addresses = {vendor.business_email, *await texts_in(owners, "email")}
    for address in sorted(addresses):
        mail.post(
            tx,
            kind,
            to=address,
            unique_key=f"{kind}:{vendor.id}:{at}:{address}",
            context={"vendor_name": vendor.name, **context},
        )

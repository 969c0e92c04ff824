"""What is done for vendors' accounts later: their account is read again, and reminders before a
deadline of Stripe's.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, time, timedelta

from tortoise.expressions import Q

from shared.core import clock
from shared.finance.connect import bank_accounts, requirements_due
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.connect.queries import PaymentConfigView, config_view
from shared.finance.connect.rules import AccountStatus, reminder_due
from shared.finance.connect.service import connect_again, sync_account
from shared.infra import unit
from shared.infra.database.columns import numbers_in, texts_in
from shared.infra.gateway.errors import StripeRefused
from shared.infra.jobs import Context, job, recurring
from shared.infra.mail import service as mail
from shared.infra.unit import Transaction
from shared.trade.marketplace.queries import marketplace
from shared.trade.vendors.models import Vendor

log = logging.getLogger(__name__)

FURTHEST = timedelta(days=15)


@job("vendors.sync_account")
async def sync(context: Context, vendor_id: int) -> None:
    """Read the account again after news that changed it."""
    try:
        await sync_account(context.gateway, vendor_id=vendor_id)
    except StripeRefused as refused:
        log.warning("vendor %s: the account cannot be read: %s", vendor_id, refused.log)


@recurring("vendors.remind", at=time(7, 0))
async def remind(_context: Context) -> None:
    """Find the vendors with a deadline near, and give each a job of its own."""
    now = clock.now()
    near = Q(current_deadline__gt=now, current_deadline__lte=now + FURTHEST)
    near |= Q(future_deadline__gt=now, future_deadline__lte=now + FURTHEST)
    rows = VendorPaymentConfig.filter(near, deauthorized_at=None)
    async with unit.transaction() as tx:
        for vendor_id in sorted(await numbers_in(rows, "vendor_id")):
            once = remind_one.once(f"vendors.remind_one:{vendor_id}")
            once(tx, vendor_id=vendor_id)


@recurring("vendors.look_again", at=time(3, 0))
async def look_again(context: Context) -> None:
    """Learn whether a vendor that took our access away has given it back, and no event told us."""
    gone = VendorPaymentConfig.filter(
        deauthorized_at__not_isnull=True, stripe_account_id__not_isnull=True
    )
    for account_id in await texts_in(gone.order_by("id"), "stripe_account_id"):
        try:
            await connect_again(context.gateway, account_id)
        except StripeRefused as refused:  # the others are looked at all the same
            log.warning(
                "account %s could not be read again: %s", account_id, refused.log
            )


@job("vendors.remind_one")
async def remind_one(context: Context, vendor_id: int) -> None:
    """Read the account again, and write what is still missing, once per deadline and stage.

    Nobody is reminded of what was given an hour ago: while Stripe does not answer, the job waits
    and asks again.
    """
    try:
        await sync_account(context.gateway, vendor_id=vendor_id)
    except StripeRefused as refused:
        log.warning(
            "vendor %s: no reminder, the account cannot be read: %s",
            vendor_id,
            refused.log,
        )
        return
    async with unit.transaction() as tx:
        row = await tx.lock_first(
            VendorPaymentConfig.filter(vendor_id=vendor_id, deauthorized_at=None)
        )
        if row is None or row.stripe_account_status == AccountStatus.INACTIVE:
            return
        vendor = await Vendor.get(id=vendor_id)
        config = config_view(row, vendor.country)
        current = requirements_due.items(
            (*config.past_due, *config.currently_due),
            config.errors,
            config.alternatives,
        )
        await _write(tx, vendor, config.current_deadline, current)
        await _write(tx, vendor, config.future.current_deadline, _announced(config))


def _announced(config: PaymentConfigView) -> tuple[requirements_due.Item, ...]:
    return requirements_due.items(
        (
            *config.future.past_due,
            *config.future.currently_due,
        ),
        config.future.errors,
    )


async def _write(
    tx: Transaction,
    vendor: Vendor,
    deadline: datetime | None,
    items: tuple[requirements_due.Item, ...],
) -> None:
    now, zone = clock.now(), (await marketplace()).zone
    stage = reminder_due(deadline, now, zone) if deadline and items else None
    if deadline is None or stage is None:
        return
    key = (
        f"vendor:{vendor.id}:deadline:{deadline.astimezone(UTC):%Y%m%dT%H%M%S}:{stage}"
    )
    mail.post(
        tx,
        "account_deadline",
        to=vendor.business_email,
        unique_key=key,
        context={
            "vendor_name": vendor.name,
            "items": items,
            "needs": requirements_due.needs_of(items),
            "stops": requirements_due.stops_of(items),
            "deadline": deadline,
            "now": now,
            "zone": zone,
            "days": (
                deadline.astimezone(zone).date() - now.astimezone(zone).date()
            ).days,
        },
    )


@recurring("vendors.end_bank_holds", every=timedelta(hours=1))
async def end_bank_holds(_context: Context) -> None:
    """End the wait after a changed bank of every vendor whose own job was lost."""
    await bank_accounts.end_due()

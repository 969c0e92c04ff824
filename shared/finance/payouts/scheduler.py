"""Our own paydays: one payout per vendor, currency and payday, of all that can leave once it is
worth sending.

`run` looks every hour which vendors' payday it is; `pay` makes a vendor's payouts. Days on which
nobody looked are made up for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from shared.core import clock
from shared.finance.connect import accounts, payment_configs
from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.ledger import queries as ledger
from shared.finance.ledger.chart import Account
from shared.finance.payouts import available_funds, plans, service, stripe_schedule
from shared.finance.payouts.models import Payout
from shared.finance.payouts.paydays import current_day, last_payday, period
from shared.finance.payouts.rules import PayoutState, due
from shared.finance.payouts.statements import payday_facts
from shared.finance.payouts.terms import PayoutTerms, terms_of
from shared.finance.recovery import service as clawback
from shared.infra import unit
from shared.infra.database.columns import texts_in
from shared.infra.gateway.gateway import Gateway
from shared.infra.jobs import Context, job, recurring, schedule
from shared.trade.marketplace.queries import marketplace

RUN = "payouts.run"
TRIES = 3  # of a payday that Stripe refuses; then the next one has its turn
REMEMBERED = timedelta(days=31)


@recurring(RUN, every=timedelta(hours=1))
async def look(_context: Context) -> None:
    """Whose payday is it?"""
    await run()


@job("payouts.pay")
async def pay_later(context: Context, vendor_id: int, payday: str) -> None:
    """Make one vendor's payouts of one payday, an ISO date."""
    await pay(context, vendor_id=vendor_id, payday=date.fromisoformat(payday))


async def run() -> int:
    """Put the payout of each vendor whose payday it is on the list, and answer how many those were.

    Asks Stripe nothing.
    """
    today = current_day(clock.now(), (await marketplace()).zone)
    yesterday = today - timedelta(days=1)
    said = (await schedule.recall(RUN)).get("through")
    through = date.fromisoformat(said) if said else yesterday
    after = max(min(through, yesterday), today - REMEMBERED)
    found: list[tuple[int, str]] = []
    connected = VendorPaymentConfig.filter(
        stripe_account_id__not_isnull=True, deauthorized_at=None
    ).order_by("id")
    for row in await connected:
        plan = plans.plan_of(row)
        payday = last_payday(plan.schedule.value, plan.day, after, today)
        if payday is None or not await plans.is_schedule_manual(
            row, row.minimum_payout
        ):
            continue
        found.append((row.vendor_id, period(payday)))
    async with unit.transaction() as tx:
        for vendor_id, name in found:
            pay_later.once(f"payouts.pay:{vendor_id}:{name}")(
                tx, vendor_id=vendor_id, payday=name
            )
    if through != today:
        await schedule.remember(RUN, {"through": today.isoformat()})
    return len(found)


async def pay(
    context: Context,
    *,
    vendor_id: int,
    payday: date,
) -> None:
    """Make a vendor's payouts of one payday.

    What Stripe has not answered yet is asked again first. Raises StripeUnavailable.
    """
    gateway = context.gateway
    for row in await Payout.filter(
        vendor_id=vendor_id, status=PayoutState.OPENING
    ).order_by("id"):
        await service.ask(gateway, row.id)
    terms = await terms_of(vendor_id)
    name = period(payday)
    sums = await ledger.of_vendor(vendor_id)
    currencies = await _unpaid(vendor_id, name, sums)
    if terms.account_id is None or not terms.by_hand or not currencies:
        return
    if any(
        total > 0 and account is Account.VENDOR_RECEIVABLE
        for (account, _), total in sums.items()
    ):
        await clawback.collect(context.gateway, vendor_id)
    await _keep_stripe_from_paying(gateway, terms)
    reading = await available_funds.read(gateway, terms)
    for currency in currencies:
        made = await _write_down(terms, currency, name, reading)
        if made is not None:
            await service.ask_opened(gateway, made)


async def _unpaid(
    vendor_id: int,
    name: str,
    sums: Mapping[tuple[Account, str], int],
) -> list[str]:
    """The currencies in which something lies in the vendor's balance and this payday has no payout
    yet.
    """
    held = {
        currency
        for (account, currency), total in sums.items()
        if account is Account.STRIPE_VENDOR and total > 0
    }
    paid = Payout.filter(vendor_id=vendor_id, period=name)
    return sorted(held - set(await texts_in(paid, "currency")))


async def _keep_stripe_from_paying(gateway: Gateway, terms: PayoutTerms) -> None:
    """Where somebody switched Stripe's own schedule on, it is switched off before we pay."""
    assert terms.account_id is not None
    told = await accounts.payout_settings(gateway, terms.account_id)
    if told is not None and told.interval != plans.MANUAL:
        await stripe_schedule.apply(gateway, vendor_id=terms.vendor_id)


async def _write_down(
    terms: PayoutTerms,
    currency: str,
    name: str,
    reading: available_funds.Reading,
) -> service.OpenedPayout | None:
    """The payout of this payday, written down, if it is worth one; whoever comes second finds it
    there.
    """
    async with unit.transaction() as tx:
        config = await payment_configs.locked(tx, terms.vendor_id)
        known = await payday_facts(terms.vendor_id, currency, name)
        if known.is_there or known.refused >= TRIES:
            return None
        if plans.stand_still(config):
            return None
        there = (await available_funds.of_vendor(terms.vendor_id, reading))[currency]
        conditions = available_funds.conditions(terms, reading, currency)
        decided = due(
            there, conditions, minimum=available_funds.minimum(terms, currency)
        )
        if decided.amount <= 0:
            return None
        return await service.write_down(
            tx,
            config,
            service.NewPayout(currency, decided.amount, period=name),
            keys=known.keys,
        )

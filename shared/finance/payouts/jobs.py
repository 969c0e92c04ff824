"""What payouts do later: paydays, answers that were lost, sweeps, reserves, and Stripe's schedule kept as ours is."""

from __future__ import annotations

from datetime import date
from typing import Any

from shared.finance.payouts import reserves, scheduler, service, sweep
from shared.infra.jobs.queue import Context, Handler
from shared.trade.vendors import payout_settings


async def run(_context: Context, _args: dict[str, Any]) -> None:
    """Job `payouts.run` (hourly): whose payday is it?"""
    await scheduler.run()


async def pay(context: Context, args: dict[str, Any]) -> None:
    """Job `payouts.pay`: one vendor's payouts of one payday."""
    await scheduler.pay(context, vendor_id=int(args["vendor_id"]), payday=date.fromisoformat(args["payday"]))


async def ask(context: Context, args: dict[str, Any]) -> None:
    """Job `payouts.ask`: a payout that is written down and may not have been answered is asked for again, under its key."""
    await service.ask(context.gateway, int(args["payout_id"]))


async def sweep_all(_context: Context, _args: dict[str, Any]) -> None:
    """Job `payouts.sweep` (hourly): look at every account's payouts."""
    await sweep.run()


async def sweep_account(context: Context, args: dict[str, Any]) -> None:
    """Job `payouts.sweep_account`: look at one account's payouts; without a vendor at the platform's own."""
    vendor_id = args["vendor_id"]
    await sweep.account(context.gateway, None if vendor_id is None else int(vendor_id))


async def write_settings(context: Context, args: dict[str, Any]) -> None:
    """Job `payouts.write_settings`: Stripe's schedule follows ours after a hold, a reserve, or a change at Stripe."""
    await payout_settings.apply(context.gateway, vendor_id=int(args["vendor_id"]))


async def reserve(_context: Context, args: dict[str, Any]) -> None:
    """Job `payouts.reserve`: hold back the reserve of a sale whose money is there."""
    await reserves.take(int(args["payment_id"]))


async def review_reserve(_context: Context, args: dict[str, Any]) -> None:
    """Job `payouts.review_reserve`: a refund or a dispute took from a sale; its hold covers no more than is left."""
    await reserves.review(int(args["order_id"]))


async def release_reserves(_context: Context, _args: dict[str, Any]) -> None:
    """Job `payouts.release_reserves` (hourly): holds whose day has come."""
    await reserves.release_due()


HANDLERS: dict[str, Handler] = {
    "payouts.run": run,
    "payouts.pay": pay,
    "payouts.ask": ask,
    "payouts.sweep": sweep_all,
    "payouts.sweep_account": sweep_account,
    "payouts.write_settings": write_settings,
    "payouts.reserve": reserve,
    "payouts.review_reserve": review_reserve,
    "payouts.release_reserves": release_reserves,
}

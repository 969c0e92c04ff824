"""How money leaves the marketplace of tests.support.machine, or is held back: by us, by
staff past us, by Stripe, by banks.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from shared.finance.connect.models import VendorPaymentConfig
from shared.finance.connect.rules import PayoutSchedule
from shared.finance.payouts import instant_payouts, operator_holds, stripe_schedule
from shared.finance.payouts import service as payouts
from shared.finance.payouts.models import Payout
from shared.finance.payouts.plans import PayoutPlan
from shared.sandbox import books
from shared.sandbox.resources import reserves

if TYPE_CHECKING:
    from shared.sandbox.store import Document
    from tests.support.machine import Market
    from tests.support.market import Shop


def stripe_holds(market: Market, shop: Shop | None, share: float) -> None:
    """Stripe puts a part of what is available in reserve: of a vendor, or of the platform."""
    act = market.act() if shop is None else market.act().within(shop.account_id)
    for currency, (available, _) in books.balances(act).items():
        if (amount := int(available * share)) > 0:
            with act.store.transaction():
                reserves.hold(act, amount, currency, days=30)


def held_in_reserve(market: Market) -> list[Document]:
    """What Stripe holds and has not let go."""
    act = market.act()
    found = act.store.select("platform = ? AND object = 'reserve.hold'", [act.platform])
    return [doc for doc in found if doc.body["amount_releasable"]]


def stripe_lets_go(market: Market, which: int, share: float) -> None:
    """Stripe releases a part of one hold."""
    found = held_in_reserve(market)
    doc = found[which % len(found)]
    amount = max(1, int(doc.body["amount_releasable"] * share))
    act = market.act().within(doc.scope)
    with act.store.transaction():
        reserves.release(act, doc, amount)


async def plan(market: Market, shop: Shop, schedule: str, minimum: int) -> None:
    """The vendor chooses when it is paid, and from how much on."""
    wanted = PayoutPlan(PayoutSchedule(schedule), "", minimum)
    await stripe_schedule.choose(
        market.gateway, vendor_id=shop.vendor_id, plan=wanted, actor="member:1"
    )


async def pay_at_once(market: Market, shop: Shop) -> None:
    """The vendor asks for all that can be sent at once."""
    config = await VendorPaymentConfig.get(vendor_id=shop.vendor_id)
    offer = await instant_payouts.preview(
        market.gateway, vendor_id=shop.vendor_id, currency=config.currency
    )
    await instant_payouts.pay(
        market.gateway,
        vendor_id=shop.vendor_id,
        amount=offer.amount,
        actor="member:1",
        fee=offer.fee.amount,
    )


async def call_back(market: Market, which: int) -> None:
    """A payout of ours is called back, if it can be."""
    rows = await Payout.filter(vendor_id__not_isnull=True).order_by("id")
    if rows:
        row = rows[which % len(rows)]
        await payouts.cancel(
            market.gateway,
            vendor_id=int(row.vendor_id or 0),
            payout_id=row.id,
            actor="member:2",
        )


def payouts_at_stripe(market: Market) -> list[Document]:
    """All that have not come back."""
    act = market.act()
    found = act.store.select("platform = ? AND object = 'payout'", [act.platform])
    return [
        doc
        for doc in found
        if doc.body["status"] not in ("failed", "canceled") and doc.body["amount"] > 0
    ]


def on_the_way(market: Market, shop: Shop) -> dict[str, int]:
    """What has left a vendor's balance and not arrived at its bank, by Stripe; per currency."""
    found: dict[str, int] = {}
    for doc in payouts_at_stripe(market):
        if doc.scope == shop.account_id and doc.body["status"] in (
            "pending",
            "in_transit",
        ):
            currency = doc.body["currency"].upper()
            found[currency] = found.get(currency, 0) + doc.body["amount"]
    return found


def bank_returns(market: Market, which: int) -> None:
    """A bank sends a payout back, on its way or weeks later; the bank account is broken from then
    on.
    """
    doc = payouts_at_stripe(market)
    chosen = doc[which % len(doc)]
    home = market.act().home
    market.stand.fail_payout(
        None if chosen.scope == home else chosen.scope, chosen.id, "account_closed"
    )


def another_bank(market: Market, shop: Shop, number: str) -> None:
    """The vendor gives Stripe another bank account; some send everything back."""
    country = market.act().get("account", shop.account_id).body["country"]
    given = {
        "object": "bank_account",
        "country": country,
        "currency": market.currency(shop),
        "account_number": number,
    }
    market.stand.send(
        "POST",
        f"/v1/accounts/{shop.account_id}/external_accounts",
        {"external_account": given, "default_for_currency": "true"},
    )


async def pay_out_at_stripe(market: Market, shop: Shop | None, share: float) -> None:
    """Staff pay out past us: a vendor's money, or the platform's own."""
    account = {} if shop is None else {"stripe-account": shop.account_id}
    _, balance, _ = market.stand.send("GET", "/v1/balance", None, account)
    for line in balance["available"]:
        amount = int(line["amount"] * share) // 100 * 100
        if amount > 0:
            market.stand.send(
                "POST",
                "/v1/payouts",
                {"amount": str(amount), "currency": line["currency"]},
                account,
            )


async def hold_or_release(shop: Shop) -> None:
    """The operator holds a vendor's payouts back, or lets them go on."""
    config = await VendorPaymentConfig.get(vendor_id=shop.vendor_id)
    if config.payouts_held_at is None:
        await operator_holds.hold(
            vendor_id=shop.vendor_id, reason="We are looking.", actor="member:2"
        )
    else:
        await operator_holds.release(vendor_id=shop.vendor_id, actor="member:2")


async def reserve(shop: Shop, percentage: int) -> None:
    """The operator holds a part of each sale back for a month."""
    await operator_holds.set_reserve(
        vendor_id=shop.vendor_id,
        percentage=Decimal(percentage),
        days=30 if percentage else 0,
        actor="member:2",
    )

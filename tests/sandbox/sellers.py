"""Sellers for tests of payouts: connected accounts with a bank of the test's choice, and money to
pay out.
"""

from __future__ import annotations

from typing import Any

from tests.sandbox.conftest import Platform

DAY = 86400
# An account whose requirements the platform collects, so that it may also change the bank accounts.
CUSTOM: dict[str, Any] = {
    "controller": {
        "stripe_dashboard": {"type": "none"},
        "fees": {"payer": "application"},
        "losses": {"payments": "application"},
        "requirement_collection": "application",
    },
}


def bank(number: str = "000123456789", **given: Any) -> dict[str, Any]:
    """A bank account of Stripe's test bank."""
    routed = {"account_number": number, "routing_number": "110000000"}
    return {
        "object": "bank_account",
        "country": "US",
        "currency": "usd",
        **routed,
        **given,
    }


async def seller(
    platform: Platform,
    external: Any = None,
    **given: Any,
) -> dict[str, str]:
    """A seller in dollars, as the options of a request on its account."""
    external = external or bank()
    account = await platform.vendor(
        country="US", external_account=external, **{**CUSTOM, **given}
    )
    return {"stripe_account": account}


async def by_hand(platform: Platform, of: dict[str, str]) -> dict[str, str]:
    """The same seller, paid out by hand alone."""
    payments = {"payouts": {"schedule": {"interval": "manual"}}}
    await platform.v1.balance_settings.update_async({"payments": payments}, of)
    return of


async def earn(
    platform: Platform,
    of: dict[str, str],
    amount: int = 10_000,
    currency: str = "usd",
    *,
    at_once: bool = True,
) -> None:
    """Money for a seller, available at once unless it is to wait like any other."""
    destination = {"destination": of["stripe_account"]}
    card = "pm_card_bypassPending" if at_once else "pm_card_visa"
    await platform.pay(
        card, amount=amount, currency=currency, transfer_data=destination
    )
    platform.settle()


async def balance(
    platform: Platform,
    of: dict[str, str],
    currency: str = "usd",
) -> tuple[int, int]:
    """What is available, and what is pending."""
    told = await platform.v1.balance.retrieve_async(None, of)
    both = [
        next((line.amount for line in part if line.currency == currency), 0)
        for part in (told.available, told.pending)
    ]
    return both[0], both[1]


def until_midnight(platform: Platform, days: int = 1) -> None:
    """To a little after the midnight so many days on."""
    now = platform.control("GET", "state")["clock"]
    platform.sandbox.advance((now // DAY + days) * DAY - now + 5)

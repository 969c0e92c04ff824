"""A claim on a vendor, and a vendor without money."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.settings import SANDBOX_SECRET_KEY
from shared.finance.recovery import service
from shared.infra import unit
from tests.support.money import DAY, held

if TYPE_CHECKING:
    from shared.finance.payments.models import Payment
    from tests.support.sandbox import RunningSandbox


async def claim(payment: Payment, amount: int, subject: str = "dispute:1") -> None:
    """Say what the vendor bears."""
    async with unit.transaction() as tx:
        await service.set_claim(tx, subject=subject, payment=payment, amount=amount)


async def empty_the_balance(sandbox: RunningSandbox, account: str) -> None:
    """Everything that is there goes to the vendor's bank (a daily schedule would do it)."""
    sandbox.advance(4 * DAY)
    pay_out_by_itself(sandbox, account, "daily")
    sandbox.advance(3 * DAY)
    assert held(sandbox, account) == {}


def pay_out_by_itself(sandbox: RunningSandbox, account: str, interval: str) -> None:
    """Let Stripe pay an account out by a schedule of its own, which our books do not know."""
    headers = {
        "Authorization": f"Bearer {SANDBOX_SECRET_KEY}",
        "Stripe-Account": account,
    }
    schedule = f"payments[payouts][schedule][interval]={interval}"
    sandbox.request("POST", "/v1/balance_settings", schedule, headers)

"""Payments at the stand-in, with a funded balance where one is needed."""

from typing import Any


async def paid(platform, amount=1000, method="pm_card_visa", **given: Any):
    """A payment whose money has moved."""
    intent = await platform.intent(
        amount,
        payment_method=method,
        confirm=True,
        capture_method="automatic",
        automatic_payment_methods={"enabled": True, "allow_redirects": "never"},
        expand=["latest_charge"],
        **given,
    )
    return intent.latest_charge


async def funded(platform, amount=10_000, **given: Any):
    """Money of the platform's own, available at once."""
    await paid(platform, amount, "pm_card_bypassPending", **given)


async def sold(platform, **given: Any):
    """A destination charge of 1000 with a fee of 123, and the seller's account."""
    account = await platform.vendor()
    return await paid(
        platform,
        transfer_data={"destination": account},
        application_fee_amount=123,
        **given,
    ), account

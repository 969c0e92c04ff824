"""Cards that were declined."""

from __future__ import annotations

from shared.core import clock
from shared.trade.orders.decline_statements import PER_BROWSER
from shared.trade.orders.models import CardDecline, Checkout


async def declined_too_often(checkout: Checkout) -> None:
    """As many cards, of a purchase, as are borne from one browser."""
    for number in range(PER_BROWSER):
        await CardDecline.create(
            stripe_charge_id=f"ch_{number}",
            checkout_id=checkout.id,
            network="",
            basket_id=checkout.basket_id,
            fingerprint="",
            code="generic_decline",
            declined_at=clock.now(),
        )

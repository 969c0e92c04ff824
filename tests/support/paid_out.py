"""The one payout there is, and what it comes to."""

from __future__ import annotations

from shared.finance.payouts.models import Payout

SHARE = 4990 - 125  # of the shop's one product, after 2.5 per cent


async def the_payout() -> Payout:
    """The only one there is."""
    return await Payout.get()

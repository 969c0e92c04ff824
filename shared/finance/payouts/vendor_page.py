"""A vendor's page of payouts: what it has, what comes next, and what was sent.

One statement of ours, however much there is; Stripe is asked where what it said last is too old, or
where somebody wants it anew.
"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from shared.core import clock
from shared.core.frozen import frozen
from shared.finance.connect.queries import CONFIG, config_in
from shared.finance.payouts import balances, forecast, queries, stripe_balances
from shared.finance.payouts.balances import HoldView, Overview
from shared.finance.payouts.forecast import NextPayout
from shared.finance.payouts.queries import PayoutPage
from shared.finance.payouts.statements import HOLDS
from shared.finance.payouts.terms import PayoutTerms, terms_in
from shared.finance.recovery.queries import Owed, owed_in
from shared.finance.recovery.statements import OWED
from shared.infra.database.several import Part, read
from shared.infra.gateway.gateway import Gateway
from shared.trade.marketplace.queries import SETTINGS, settings_in

MOST_HOLDS = 50
MOST_DEBTS = 100


@frozen
class VendorPayouts:
    """What the page shows. `stripe_read_at`: since when Stripe's figures stand; None: there are
    none. `stripe_is_asked`: it was asked for this page, and `stripe_failed`: it did not answer.
    """

    payouts: PayoutPage
    terms: PayoutTerms
    overview: Overview
    coming: NextPayout | None
    holds: tuple[HoldView, ...]
    debts: tuple[Owed, ...]
    zone: ZoneInfo
    stripe_read_at: datetime | None
    stripe_is_asked: bool
    stripe_failed: bool


async def vendor_payouts(
    gateway: Gateway, vendor_id: int, *, page: int = 1, anew: bool = False
) -> VendorPayouts:
    """Read the page; `anew`: with what Stripe says now.

    Raises PaymentNotConfigured when nothing was ever set up.
    """
    parts = _parts(vendor_id, page)
    found = await read(*parts)
    config = config_in(found)
    terms = terms_in(config, by_hand=False)
    answer = stripe_balances.known_in(found, terms)
    if terms.account_id is None:
        answer = stripe_balances.Answer(None)
    elif anew or answer is None:
        answer = await stripe_balances.ask(gateway, terms, answer)
        # Money may have moved meanwhile, and the account been read again.
        found = await read(*parts)
        config = config_in(found)
        terms = terms_in(config, by_hand=False)
    zone = settings_in(found).zone
    today = clock.now().astimezone(zone).date()
    return VendorPayouts(
        payouts=await queries.payouts_in(found, vendor_id, page=page),
        terms=terms,
        overview=balances.overview_in(found, terms, answer.reading, today),
        coming=forecast.next_payout_in(found, config, zone),
        holds=balances.holds_in(found),
        debts=owed_in(found),
        zone=zone,
        stripe_read_at=answer.read_at,
        stripe_is_asked=answer.is_asked,
        stripe_failed=answer.failed,
    )


def _parts(
    vendor_id: int,
    page: int,
) -> tuple[Part, ...]:
    return (
        CONFIG(vendor_id),
        SETTINGS(),
        stripe_balances.KNOWN(vendor_id),
        *forecast.parts_of(vendor_id),
        *queries.parts_of(vendor_id, page=page),
        HOLDS(vendor_id, MOST_HOLDS),
        OWED(vendor_id, MOST_DEBTS),
    )

"""What a vendor's account holds at Stripe: asked for now, or as Stripe said it last.

Stripe takes a good part of a second to answer, so a page shows what is known and asks after that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from shared.core import clock
from shared.core.frozen import frozen
from shared.finance.payouts import available_funds
from shared.finance.payouts.available_funds import Reading
from shared.finance.payouts.models import StripeBalance
from shared.finance.payouts.terms import PayoutTerms
from shared.infra.database.several import Found, Rows
from shared.infra.gateway.balance import BalanceLine
from shared.infra.gateway.errors import StripeUnavailable
from shared.infra.gateway.gateway import Gateway

# What is older says nothing about today's balance.
FRESH = timedelta(hours=1)
KNOWN = Rows(
    StripeBalance,
    "t.vendor_id = ?",
)


@frozen
class Answer:
    """What Stripe says of a vendor's balance; `reading` is None where it said nothing that counts.

    `read_at`: when it said so. `is_asked`: it was asked now; `failed`: and did not answer.
    """

    reading: Reading | None
    read_at: datetime | None = None
    is_asked: bool = False
    failed: bool = False


def known_in(
    found: Found,
    terms: PayoutTerms,
) -> Answer | None:
    """What Stripe said last, with the banks that our own rows name; None where that is too old."""
    row = found.one(KNOWN)
    if row is None or row.stripe_account_id != terms.account_id:
        return None
    if row.read_at < clock.now() - FRESH:
        return None
    lines = (BalanceLine(**line) for line in row.lines)
    return Answer(
        Reading({line.currency: line for line in lines}, terms.banks),
        row.read_at,
    )


async def ask(
    gateway: Gateway,
    terms: PayoutTerms,
    known: Answer | None,
) -> Answer:
    """Ask Stripe, and keep what it says; `known` counts on where it does not answer."""
    if terms.account_id is None:
        return Answer(None)
    asked_at = clock.now()
    try:
        reading = await available_funds.read(gateway, terms)
    except StripeUnavailable:
        return replace(known or Answer(None), is_asked=True, failed=True)
    await _keep(terms, reading.lines.values(), asked_at)
    return Answer(reading, asked_at, is_asked=True)


async def _keep(
    terms: PayoutTerms, lines: Iterable[BalanceLine], asked_at: datetime
) -> None:
    row = StripeBalance(
        vendor_id=terms.vendor_id,
        stripe_account_id=terms.account_id,
        lines=[_plain(line) for line in lines],
        read_at=asked_at,
    )
    await StripeBalance.bulk_create(
        [row],
        on_conflict=("vendor_id",),
        update_fields=("stripe_account_id", "lines", "read_at", "updated_at"),
    )


def _plain(line: BalanceLine) -> dict[str, Any]:
    return {**asdict(line), "instant_net": dict(line.instant_net)}

"""What is read at Stripe around a payout: its fee, its bank, the sales that Stripe lists for it."""

from __future__ import annotations

from dataclasses import field

from shared.core.frozen import frozen
from shared.finance.connect.bank_accounts import words_of
from shared.finance.payouts import automatic_itemisation, fees
from shared.finance.payouts.fees import Fees
from shared.finance.payouts.models import Payout
from shared.finance.payouts.rules import GONE
from shared.infra.gateway.errors import StripeRefused
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.payouts import StripePayout


@frozen
class More:
    """What a payout does not say itself: its fee, and when it is first seen its bank and the sales
    that Stripe lists.
    """

    fees: Fees = field(default_factory=Fees)
    bank: str = ""
    entries: frozenset[int] = frozenset()


async def read_more(
    gateway: Gateway,
    *,
    vendor_id: int | None,
    account_id: str | None,
    found: StripePayout,
) -> More:
    """Read at Stripe what `store` needs beside the payout itself."""
    known = await Payout.get_or_none(stripe_payout_id=found.id)
    return await read_more_of(
        gateway, known, vendor_id=vendor_id, account_id=account_id, found=found
    )


async def read_more_of(
    gateway: Gateway,
    known: Payout | None,
    *,
    vendor_id: int | None,
    account_id: str | None,
    found: StripePayout,
) -> More:
    """Do the same for a payout whose row was read, by Stripe's id; None: it has none."""
    if known is None:
        return await _read_first(gateway, vendor_id, account_id, found)
    if found.status in GONE and known.status not in GONE:
        return More(await fees.read(gateway, account_id, found))
    return More()


async def _read_first(
    gateway: Gateway, vendor_id: int | None, account_id: str | None, found: StripePayout
) -> More:
    cost = await fees.read(gateway, account_id, found)
    if vendor_id is None or account_id is None:
        return More(cost)
    try:
        banks = await gateway.accounts.list_external_accounts(account_id)
        entries = await automatic_itemisation.entries_of(
            gateway, vendor_id=vendor_id, account_id=account_id, found=found
        )
    except StripeRefused:  # access was taken away meanwhile
        return More(cost)
    to = (each for each in banks if each.id == found.destination)
    bank = next(to, None)
    parts = (bank.name if bank else "", words_of(bank))
    name = " ".join(filter(None, parts))
    return More(cost, name[:120], frozenset(entries))

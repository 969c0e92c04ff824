"""Instant payouts: what could be at the vendor's bank within minutes, previewed, and then sent
exactly so.
"""

from __future__ import annotations

from enum import StrEnum
from functools import partial

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.connect import payment_configs
from shared.finance.connect.bank_accounts import words_of
from shared.finance.payouts import available_funds, plans, service
from shared.finance.payouts.errors import (
    AmountChanged,
    NothingToPayOut,
    PayoutHeld,
    PayoutRefused,
)
from shared.finance.payouts.forecast import why
from shared.finance.payouts.models import Payout
from shared.finance.payouts.rules import (
    Funds,
    Obstacle,
    PayoutState,
    Why,
    obstacle_of,
    whole,
)
from shared.finance.payouts.statements import payday_facts
from shared.finance.payouts.terms import PayoutTerms, terms_of
from shared.infra import unit
from shared.infra.gateway.gateway import Gateway


class NoInstant(StrEnum):
    """Why nothing can be sent at once, though nothing stands in the way of payouts."""

    NOTHING_THERE = "nothing_there"
    UNSUPPORTED = "unsupported"
    BELOW_FEE = "below_fee"


@frozen
class InstantOffer:
    """What can be sent, and what it costs; or why not.

    Stripe takes the fee that the marketplace set in its dashboard, and tells what is left of all
    that could leave. Where less leaves, the fee is not known beforehand (`is_most`): it is at most
    what all of it would cost.
    """

    amount: Money
    fee: Money
    bank: str
    why: Why
    why_not: Obstacle | NoInstant | None = None
    is_most: bool = False

    @property
    def takes(self) -> Money:
        """What leaves the balance, at most."""
        return self.amount + self.fee


class NothingToSend(NothingToPayOut):
    """Nothing can be sent at once now; `offer` has the reason."""

    def __init__(self, offer: InstantOffer) -> None:
        super().__init__()
        self.offer = offer


def offer(
    terms: PayoutTerms, reading: available_funds.Reading, mine: Funds
) -> InstantOffer:
    """The preview: all that can leave and that Stripe can send at once."""
    currency = mine.currency
    zero, bank = Money(0, currency), words_of(reading.banks.get(currency))
    facts = why(terms, mine)
    none = partial(InstantOffer, zero, zero, bank, facts)
    if (
        stopped := obstacle_of(available_funds.conditions(terms, reading, currency))
    ) is not None:
        return none(stopped)
    if mine.ready <= 0:
        return none(NoInstant.NOTHING_THERE)
    line, to = reading.line(currency), reading.banks[currency].id
    gross, net = line.instant, line.instant_net.get(to, 0)
    if net <= 0:
        return none(NoInstant.UNSUPPORTED)
    fee = gross - net
    amount = whole(
        net if mine.ready >= gross else min(mine.ready, gross) - fee,
        currency,
    )
    if amount <= 0:
        return none(NoInstant.BELOW_FEE)
    is_most = fee > 0 and amount != net
    return InstantOffer(
        Money(amount, currency),
        Money(fee, currency),
        bank,
        facts,
        is_most=is_most,
    )


async def preview(
    gateway: Gateway,
    *,
    vendor_id: int,
    currency: str,
) -> InstantOffer:
    """The offer as it is now. Raises StripeUnavailable."""
    terms = await terms_of(vendor_id)
    reading = await available_funds.read(gateway, terms)
    funds = await available_funds.of_vendor(vendor_id, reading)
    mine = funds.get(currency) or Funds(currency, 0)
    return offer(terms, reading, mine)


async def pay(
    gateway: Gateway,
    *,
    vendor_id: int,
    amount: Money,
    actor: str,
    fee: int = 0,
) -> Payout:
    """Send what the preview showed, for no more than the `fee` that it showed, at once.

    Raises AmountChanged, NothingToSend, PayoutHeld, PayoutRefused; nothing was sent then.
    """
    await payment_configs.account_of(vendor_id)
    now = await preview(gateway, vendor_id=vendor_id, currency=amount.currency)
    if now.why_not:
        raise NothingToSend(now)
    if not 0 < amount.amount <= now.amount.amount or now.fee.amount > fee:
        raise AmountChanged
    async with unit.transaction() as tx:
        config = await payment_configs.locked(tx, vendor_id)
        if plans.stand_still(config):
            raise PayoutHeld
        funds = await available_funds.of_vendor(vendor_id, available_funds.Reading())
        there, cost = funds.get(amount.currency), now.fee.amount
        if there is None or amount.amount + cost > there.free:
            raise AmountChanged  # another payout was faster
        new = service.NewPayout(
            amount.currency, amount.amount, instant=True, fee=cost, requested_by=actor
        )
        known = await payday_facts(vendor_id, amount.currency)
        made = await service.write_down(tx, config, new, keys=known.keys)
    done = await service.ask_opened(gateway, made)
    if done.status == PayoutState.OPENING:  # another bank was given at this very moment
        raise PayoutHeld
    if done.status == PayoutState.REFUSED:
        raise PayoutRefused(done.refusal)
    return done

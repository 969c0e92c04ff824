"""Instant payouts: what could be at the vendor's bank within minutes, previewed, and then sent exactly so."""

from __future__ import annotations

from dataclasses import dataclass

from shared.database import unit
from shared.gateway.seam import Gateway
from shared.money import Money
from shared.payouts import funds, service, words
from shared.payouts.errors import AmountChanged, NothingToPayOut, PayoutHeld, PayoutRefused
from shared.payouts.forecast import why
from shared.payouts.models import Payout
from shared.payouts.rules import Funds, PayoutState, obstacle_of, whole
from shared.vendors import configs
from shared.vendors.payout_settings import PayoutTerms, terms_of


@dataclass(frozen=True)
class InstantOffer:
    """What can be sent, and what it costs; or why not. Stripe bills instant payouts to the platform, so a vendor's fee is nought."""

    amount: Money
    fee: Money
    bank: str
    why_not: str = ""


def offer(terms: PayoutTerms, reading: funds.Reading, mine: Funds) -> InstantOffer:
    """The preview: all that can leave and that Stripe can send at once."""
    currency = mine.currency
    nought, bank = Money(0, currency), funds.words_of(reading.banks.get(currency))
    if (stopped := obstacle_of(funds.standing(terms, reading, currency))) is not None:
        return InstantOffer(nought, nought, bank, words.obstacle(stopped, why(terms, mine), str))
    if mine.ready <= 0:
        return InstantOffer(nought, nought, bank, "There is no money that could leave right now.")
    amount = whole(min(mine.ready, reading.line(currency).instant), currency)
    if amount <= 0:
        return InstantOffer(nought, nought, bank, words.REFUSALS["instant_payouts_unsupported"])
    return InstantOffer(Money(amount, currency), nought, bank)


async def preview(gateway: Gateway, *, vendor_id: int, currency: str) -> InstantOffer:
    """The offer as it is now. Raises StripeUnavailable."""
    terms = await terms_of(vendor_id)
    reading = await funds.read(gateway, terms)
    mine = (await funds.of_vendor(vendor_id, reading)).get(currency) or Funds(currency, 0)
    return offer(terms, reading, mine)


async def pay(gateway: Gateway, *, vendor_id: int, amount: Money, actor: str) -> Payout:
    """Send what the preview showed, at once. Raises AmountChanged, NothingToPayOut, PayoutHeld, PayoutRefused; nothing was sent then."""
    await configs.account_of(vendor_id)
    now = await preview(gateway, vendor_id=vendor_id, currency=amount.currency)
    if now.why_not:
        raise NothingToPayOut(now.why_not)
    if not 0 < amount.amount <= now.amount.amount:
        raise AmountChanged
    async with unit.transaction():
        config = await configs.locked(vendor_id)
        if config.payouts_held_at is not None:
            raise PayoutHeld
        there = (await funds.of_vendor(vendor_id, funds.Reading())).get(amount.currency)
        if there is None or amount.amount > there.free:  # another payout was faster
            raise AmountChanged
        new = service.NewPayout(amount.currency, amount.amount, instant=True, requested_by=actor)
        row = await service.write_down(config, new)
    done = await service.ask(gateway, row.id)
    if done.status == PayoutState.REFUSED:
        raise PayoutRefused(done.refusal)
    return done

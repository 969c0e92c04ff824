"""Card testing: how many declined cards are borne from one browser, from one network, and of one
card, before no more is tried for a while.

A shopper with a card that does not work tries a few times. Whoever tries out stolen cards tries
many, or one many times, and each costs the marketplace its standing with the banks. What is counted
are Stripe's declined charges, so nobody gets round it by leaving our pages out.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from tortoise.functions import Count, Max
from tortoise.queryset import QuerySet

from shared.core import clock
from shared.core.frozen import frozen
from shared.infra.database.raw_sql import Record, moment_in
from shared.infra.jobs import Context, forgetting, recurring
from shared.trade.orders import decline_statements as statements
from shared.trade.orders.decline_statements import PER_BROWSER
from shared.trade.orders.errors import CardWorn, TooManyDeclines
from shared.trade.orders.models import CardDecline, Checkout

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KEPT_DAYS = 14
MOST_SHOWN = 10


@frozen
class Decline:
    """What Stripe says of a charge that took no money. `fingerprint`: the same card, the same one;
    empty where it has none.
    """

    charge_id: str
    fingerprint: str
    code: str


def since() -> tuple[datetime, datetime]:
    """From when on declines count, for `STOPS`."""
    start = clock.now() - HOUR
    return start, start


def check(record: Record) -> None:
    """Raise TooManyDeclines where a row with `STOPS` and the purchase's `network` says so."""
    reached = [moment_in(record["browser_stopped"])]
    if record["network"]:
        reached.append(moment_in(record["network_stopped"]))
    until = [at + HOUR for at in reached if at is not None]
    if until:
        left = max(until) - clock.now()
        raise TooManyDeclines(retry_after=max(int(left.total_seconds()), 1))


async def must_take_cards(checkout_id: int) -> None:
    """Raise TooManyDeclines while no card is tried from where a purchase was made."""
    check(await statements.stops_of(checkout_id, *since()))


async def must_not_be_worn(checkout_id: int) -> None:
    """Raise CardWorn where a card that this purchase was tried with is not tried any more today."""
    if await statements.has_worn_card(checkout_id, clock.now() - DAY):
        raise CardWorn


async def note(checkout: Checkout, decline: Decline) -> bool:
    """Write a decline down, once, in the caller's transaction; whether nothing more is to be tried
    for this purchase.
    """
    row = CardDecline(
        stripe_charge_id=decline.charge_id,
        checkout_id=checkout.id,
        network=checkout.network,
        basket_id=checkout.basket_id,
        fingerprint=decline.fingerprint,
        code=decline.code[:100],
        declined_at=clock.now(),
    )
    await CardDecline.bulk_create([row], ignore_conflicts=True)
    return await _is_stopped(checkout) or await _is_worn(decline.fingerprint)


async def _is_stopped(checkout: Checkout) -> bool:
    try:
        await must_take_cards(checkout.id)
    except TooManyDeclines:
        return True
    return False


async def _is_worn(fingerprint: str) -> bool:
    """Whether a card was declined too often within a day, by whatever browser."""
    after = clock.now() - DAY
    return bool(fingerprint) and await statements.is_worn(fingerprint, after)


@frozen
class TryingNetwork:
    """Where many cards were declined within a day: how often, how many cards, for how many
    purchases.
    """

    network: str
    declines: int
    cards: int
    purchases: int
    last_at: datetime | None


async def trying() -> tuple[TryingNetwork, ...]:
    """The networks from which a browser's worth of cards or more was declined; the worst first."""
    counted = _lately().annotate(
        declines=Count("id"),
        cards=Count("fingerprint", distinct=True),
        purchases=Count("checkout_id", distinct=True),
        last=Max("declined_at"),
    )
    rows = (
        await counted.group_by("network")
        .filter(declines__gte=PER_BROWSER)
        .order_by("-declines", "network")
        .limit(MOST_SHOWN)
        .values("network", "declines", "cards", "purchases", "last")
    )
    return tuple(
        TryingNetwork(
            network=row["network"],
            declines=int(row["declines"]),
            cards=int(row["cards"]),
            purchases=int(row["purchases"]),
            last_at=moment_in(row["last"]),
        )
        for row in rows
    )


async def count_trying() -> int:
    """How many networks those are, of the first ones."""
    return len(await trying())


def _lately() -> QuerySet[CardDecline]:
    return CardDecline.filter(declined_at__gt=clock.now() - DAY)


@recurring("orders.forget_declines", every=DAY)
async def forget(_context: Context) -> None:
    """Drop what is older than the operator reads; it has addresses of networks."""
    before = forgetting.days_ago(KEPT_DAYS)
    await forgetting.forget(CardDecline.filter(declined_at__lt=before))

"""Exchange rates for VAT: typed in by the marketplace's staff, and the months that wait for one.

A rate that was used stays on its invoice, whatever becomes of the row.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from shared.core import clock
from shared.core.formats import written_day
from shared.core.money import Money
from shared.core.typed import plain
from shared.infra import unit
from shared.infra.unit import Transaction
from shared.trade.marketplace.queries import today
from shared.trade.vat.errors import (
    BadRate,
    RateAmbiguous,
    RateKnown,
    RateOfTomorrow,
    RateTooExact,
    SameCurrency,
    SourceLacking,
    UnlikelyRate,
)
from shared.trade.vat.events import MonthsUnblocked
from shared.trade.vat.models import VatRate, VatWait
from shared.trade.vat.rules import (
    LATEST,
    Rate,
    StateVat,
    currency_of,
    plain_rate,
    state_vat,
)

LARGEST = Decimal(10) ** 9
MOST_PLACES = 8
FAR = Decimal("1.25")  # beside the last rate of the same pair, either way


async def enter(
    rate: Rate,
    *,
    actor: str,
    is_sure: bool = False,
) -> None:
    """Set what two currencies were worth on a day; entered again, the new rate holds for invoices
    to come.

    Raises BadRate, and UnlikelyRate for one that is far from the pair's last, unless somebody
    `is_sure`.
    """
    await _check(rate)
    async with unit.transaction() as tx:
        if not is_sure:
            await _must_be_likely(rate)
        before = await _store(tx, rate, actor)
        tx.record(
            "vat.rate_entered",
            actor=actor,
            subject=f"rate:{rate.base}:{rate.quote}",
            day=rate.day.isoformat(),
            before=plain_rate(before) if before is not None else "",
            after=plain_rate(rate.rate),
            source=rate.source,
        )
        await _close_what_waited(tx, rate)


async def _must_be_likely(rate: Rate) -> None:
    pair = VatRate.filter(base=rate.base, quote=rate.quote)
    last = await pair.exclude(day=rate.day).order_by("-day").first()
    if last is not None and _is_far(rate.rate, last.rate):
        raise UnlikelyRate(day=written_day(last.day), rate=plain_rate(last.rate))


async def _store(tx: Transaction, rate: Rate, actor: str) -> Decimal | None:
    """Keep a rate, and answer the one that stood there for this pair and day."""
    key: dict[str, Any] = {
        "base": rate.base,
        "quote": rate.quote,
        "day": rate.day,
    }
    row = await tx.lock_first(VatRate.filter(**key))
    fields: dict[str, Any] = {
        "rate": rate.rate,
        "source": rate.source,
        "entered_by": actor,
    }
    if row is None:
        await VatRate.create(**key, **fields)
        return None
    await VatRate.filter(id=row.id).update(**fields, updated_at=clock.now())
    return row.rate


async def _check(rate: Rate) -> None:
    if rate.base == rate.quote:
        raise SameCurrency
    exponent = rate.rate.as_tuple().exponent
    if (
        not rate.rate.is_finite()
        or not 0 < rate.rate < LARGEST
        or not isinstance(exponent, int)
    ):
        raise BadRate(param="rate")
    if -exponent > MOST_PLACES:
        raise RateTooExact(most=MOST_PLACES)
    if not rate.source:
        raise SourceLacking
    if rate.day > await today():
        raise RateOfTomorrow
    if await VatRate.filter(
        base=rate.quote,
        quote=rate.base,
        day=rate.day,
    ).exists():
        raise RateKnown(quote=rate.quote, base=rate.base)


def _is_far(rate: Decimal, last: Decimal) -> bool:
    return max(rate, last) > FAR * min(rate, last)


async def _close_what_waited(tx: Transaction, rate: Rate) -> None:
    for wait in await VatWait.filter(
        currency__in=[rate.base, rate.quote],
        into__in=[rate.base, rate.quote],
    ):
        tx.emit(MonthsUnblocked(wait.vendor_id))


async def vat_for_state(
    vat: Money,
    state: str,
    last: date,
) -> StateVat | None:
    """The VAT in the state's own currency at the rate of a month's last day; None where nobody has
    entered it.
    """
    pair = [vat.currency, currency_of(state)]
    rows = await VatRate.filter(
        base__in=pair,
        quote__in=pair,
        day__gt=last - LATEST,
        day__lte=last,
    )
    return state_vat(vat, state, (rate_of(row) for row in rows), last)


def rate_of(row: VatRate) -> Rate:
    """A row as the rules know it."""
    return Rate(
        row.base,
        row.quote,
        row.rate,
        row.source,
        row.day,
    )


async def wait_for(
    *,
    vendor_id: int,
    month: str,
    currency: str,
    into: str,
    last: date,
) -> None:
    """Note that a month waits for a rate (in the caller's transaction)."""
    fields: dict[str, Any] = {
        "month": month,
        "into": into,
        "day": last,
    }
    if not await VatWait.filter(vendor_id=vendor_id, currency=currency).update(
        **fields, updated_at=clock.now()
    ):
        await VatWait.create(vendor_id=vendor_id, currency=currency, **fields)


async def waits_no_more(*, vendor_id: int, currency: str) -> None:
    """The month is closed (in the caller's transaction)."""
    await VatWait.filter(vendor_id=vendor_id, currency=currency).delete()


def read_rate(text: str) -> Decimal:
    """A typed rate: `7.4604` or `7,4604`.

    Raises BadRate, also where a comma could stand between thousands.
    """
    said = plain(text).replace(" ", "")
    if re.fullmatch(r"\d{1,3},\d{3}", said, re.ASCII):
        raise RateAmbiguous
    if not re.fullmatch(r"\d{1,10}([.,]\d{1,12})?", said, re.ASCII):
        raise BadRate(param="rate")
    return Decimal(said.replace(",", "."))

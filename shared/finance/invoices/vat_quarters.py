"""What a vendor invoiced in a quarter, as a VAT return asks for it: by state, rate and treatment.

Of documents as they were issued, less what was credited; a day is one of the marketplace's zone.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import (
    AsyncIterator,
    Iterator,
    Mapping,
)
from datetime import (
    date,
    datetime,
)
from typing import Any
from zoneinfo import ZoneInfo

from shared.core.errors import NotFound
from shared.core.formats import quarter_and_year
from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.invoices.models import SalesDocument
from shared.finance.invoices.rules import DocumentKind
from shared.finance.statements import months
from shared.trade.vat.sales.businesses import state_of_number
from shared.trade.vat.sales.rules import SaleTreatment

AT_ONCE = 500
_QUARTER = re.compile(r"([0-9]{4})-Q([1-4])", re.ASCII)
COLUMNS = (
    "quarter",
    "treatment",
    "state",
    "rate",
    "net",
    "vat",
    "gross",
    "currency",
    "customer_vat_number",
    "region",
)


@frozen
class Quarter:
    """Three months of a year, written `2026-Q4` in addresses and files."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"

    @property
    def name(self) -> str:
        """What people call it."""
        return quarter_and_year(date(self.year, 3 * self.number - 2, 1))

    @property
    def before(self) -> Quarter:
        """The one that ended when this one began."""
        if self.number == 1:
            return Quarter(self.year - 1, 4)
        return Quarter(self.year, self.number - 1)

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Its first moment, and the first after it."""
        last = 3 * self.number
        begin = months.starts(f"{self.year}-{last - 2:02}", zone)
        return begin, months.ends(f"{self.year}-{last:02}", zone)


def quarter_of(day: date) -> Quarter:
    """The quarter that a day is in."""
    return Quarter(day.year, (day.month + 2) // 3)


def quarter_in(text: str) -> Quarter:
    """A quarter as an address has it. Raises NotFound."""
    found = _QUARTER.fullmatch(text)
    if found is None or not 2000 <= int(found[1]) <= 9998:
        raise NotFound
    return Quarter(int(found[1]), int(found[2]))


@frozen
class VatRow:
    """What was invoiced with one treatment, for one state, at one rate (hundredths of a percent;
    None without VAT), and of what was sold to businesses without VAT to which number: what a
    recapitulative statement names.
    """

    treatment: SaleTreatment
    state: str
    rate: int | None
    net: Money
    vat: Money
    customer: str = ""
    region: str = ""  # of the state, where its own rates hold

    @property
    def gross(self) -> Money:
        """All that was invoiced so."""
        return self.net + self.vat


# Treatment, state, region, rate (-1: none), currency, number of a business.
Key = tuple[str, str, str, int, str, str]


async def vat_rows(
    vendor_id: int,
    quarter: Quarter,
    zone: ZoneInfo,
) -> tuple[VatRow, ...]:
    """The rows of a quarter, by treatment, place, and rate from the highest down."""
    net: Counter[Key] = Counter()
    vat: Counter[Key] = Counter()
    async for kind, content in _documents(
        vendor_id,
        quarter,
        zone,
    ):
        sign = -1 if kind is DocumentKind.CREDIT_NOTE else 1
        for key, of_net, of_vat in _amounts(content):
            net[key] += sign * of_net
            vat[key] += sign * of_vat
    keys = sorted(net, key=_place)
    return tuple(
        _row(
            key,
            net[key],
            vat[key],
        )
        for key in keys
    )


async def _documents(
    vendor_id: int,
    quarter: Quarter,
    zone: ZoneInfo,
) -> AsyncIterator[tuple[DocumentKind, Mapping[str, Any]]]:
    begin, end = quarter.bounds(zone)
    mine = SalesDocument.filter(vendor_id=vendor_id, year=quarter.year)
    inside = mine.filter(created_at__gte=begin, created_at__lt=end)
    last = 0
    while True:
        rows = await inside.filter(count__gt=last).order_by("count").limit(AT_ONCE)
        for row in rows:
            yield DocumentKind(row.kind), row.content
        if len(rows) < AT_ONCE:
            return
        last = rows[-1].count


def _amounts(content: Mapping[str, Any]) -> Iterator[tuple[Key, int, int]]:
    """What a document adds: a row a rate, or all of it where no VAT is told; of an order for
    nothing, nothing.
    """
    treatment = content.get("vat_treatment", "")
    currency = content["currency"]
    number = _number(content) if treatment == SaleTreatment.REVERSE_CHARGE else ""
    state = state_of_number(number) if number else content.get("vat_state") or ""
    for row in content["vat"]:
        key = (
            treatment,
            state,
            content.get("vat_region", ""),
            row["rate"],
            currency,
            number,
        )
        yield key, row["net"], row["vat"]
    if not content["vat"] and content["total"]:
        whose = state if number else ""
        yield (treatment, whose, "", -1, currency, number), content["total"], 0


def _number(content: Mapping[str, Any]) -> str:
    return str(content.get("buyer", {}).get("vat_number", ""))


def _place(key: Key) -> tuple[int, str, str, int, str, str]:
    treatment, state, region, rate, currency, number = key
    kind = list(SaleTreatment).index(SaleTreatment(treatment))
    return kind, state, region, -rate, currency, number


def _row(
    key: Key,
    net: int,
    vat: int,
) -> VatRow:
    treatment, state, region, rate, currency, number = key
    return VatRow(
        SaleTreatment(treatment),
        state,
        rate if rate >= 0 else None,
        Money(net, currency),
        Money(vat, currency),
        number,
        region,
    )


def as_csv(quarter: Quarter, rows: tuple[VatRow, ...]) -> bytes:
    """The rows as CSV (RFC 4180, UTF-8), always with these columns: amounts in major units, the
    rate in percent, empty where there is none.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        rate = "" if row.rate is None else f"{row.rate // 100}.{row.rate % 100:02}"
        amounts = (row.net, row.vat, row.gross)
        writer.writerow(
            (
                str(quarter),
                row.treatment.value or "unknown",
                row.state,
                rate,
                *(amount.to_decimal() for amount in amounts),
                row.net.currency,
                row.customer,
                row.region,
            )
        )
    return out.getvalue().encode()

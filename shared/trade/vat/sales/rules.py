"""Whose VAT is inside the price of goods, at which rate, and what it comes to. Pure.

Directive 2006/112/EC: goods sent to consumers in another member state are taxed where they arrive
(article 33), or where they leave while a seller's such sales stay below 10 000 euro a year (article
59c). Small businesses are exempt (article 284), and so is what leaves the Union (article 146) and
what goes to a business with a VAT number of another member state (article 138).

The typed price is what consumers pay, so the VAT is a part of it. A rate is in hundredths of a
percent. docs/decisions/0027-vat-on-sales.md says what no lawyer has read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import (
    Iterable,
    Mapping,
    Sequence,
)
from dataclasses import asdict
from datetime import date
from enum import StrEnum
from itertools import product

from shared.core.frozen import frozen
from shared.core.money import split
from shared.trade.vat.rules import is_in_eu
from shared.trade.vendors.rules import VatScheme

WHOLE = 10_000  # hundredths of a percent
NORTHERN_IRELAND = "XI"  # in the Union for goods; territories.toml says where
REGION_SIGN = "/"  # between a state and its region


class TaxClass(StrEnum):
    """What a good is to the states' rates."""

    STANDARD = "standard"
    BOOKS = "books"
    FOOD = "food"


class SaleTreatment(StrEnum):
    """What becomes of the VAT on one vendor's part of a purchase."""

    UNKNOWN = ""  # its vendor has not said how it is taxed, or is outside the EU
    SMALL = "small"  # a small business: none
    DOMESTIC = "domestic"  # the vendor's own state's, and there it goes
    ORIGIN = "origin"  # the vendor's own state's, into another one
    OSS = "oss"  # that of the state where it goes
    EXPORT = "export"  # none: it leaves the EU
    REVERSE_CHARGE = "reverse_charge"  # none: its buyer, a business, accounts for it

    @property
    def is_taxed(self) -> bool:
        """Whether VAT is inside."""
        return self in (
            SaleTreatment.DOMESTIC,
            SaleTreatment.ORIGIN,
            SaleTreatment.OSS,
        )


@frozen
class TaxPeriod:
    """A rate from its first day to its last, both included; None: no end is known."""

    rate: int
    first: date
    last: date | None

    def holds_on(self, day: date) -> bool:
        """Whether it was in force on a day."""
        return self.first <= day and (self.last is None or day <= self.last)


@frozen
class TaxTable:
    """The rates by class and place (a state, or a region of it), and what each class is."""

    periods: Mapping[TaxClass, Mapping[str, Sequence[TaxPeriod]]]
    several: Mapping[TaxClass, Sequence[str]]  # states without one rate for a class

    def rate(
        self,
        place: str,
        tax_class: TaxClass,
        day: date,
    ) -> int:
        """What holds in a place for a class on a day: its own rate, or its state's; the standard
        one where there is no other.
        """
        places = (place, place.partition(REGION_SIGN)[0])
        for kind, where in product((tax_class, TaxClass.STANDARD), places):
            for period in self.periods[kind].get(where, ()):
                if period.holds_on(day):
                    return period.rate
        raise LookupError(f"no rate of {place} on {day}")


@frozen
class SaleRoute:
    """From which place to which a vendor sells, and how it is taxed. `business`: the member state
    of the buyer's confirmed VAT number; empty for a consumer.
    """

    scheme: VatScheme
    seller: str
    destination: str
    business: str = ""


def tax_state(place: str) -> str:
    """The member state whose VAT on goods holds in a place; empty outside. Monaco is treated as
    France (article 7), Northern Ireland (XI) as a member state of its own.
    """
    country = place.partition(REGION_SIGN)[0]
    state = "FR" if country == "MC" else country
    return state if is_in_eu(state) or state == NORTHERN_IRELAND else ""


def sale_treatment(route: SaleRoute) -> SaleTreatment:
    """What becomes of the VAT on what goes this way."""
    here, there = tax_state(route.seller), tax_state(route.destination)
    if route.scheme is VatScheme.UNSAID or not here:
        return SaleTreatment.UNKNOWN
    if route.scheme is VatScheme.SMALL:
        return SaleTreatment.SMALL
    if not there:
        return SaleTreatment.EXPORT
    if there == here:
        return SaleTreatment.DOMESTIC
    if route.business and route.business != here:
        return SaleTreatment.REVERSE_CHARGE
    if route.scheme is VatScheme.OSS:
        return SaleTreatment.OSS
    return SaleTreatment.ORIGIN


def taxing_state(route: SaleRoute) -> str:
    """The state that the VAT goes to; empty where there is none."""
    found = sale_treatment(route)
    if not found.is_taxed:
        return ""
    return tax_state(route.destination if found is SaleTreatment.OSS else route.seller)


def vat_inside(gross: int, rate: int) -> int:
    """The VAT in an amount that contains it, in minor units, halves up."""
    whole = WHOLE + rate
    return (2 * gross * rate + whole) // (2 * whole)


@frozen
class VatPart:
    """What of an order is taxed at one rate: all that is paid for it, and the VAT in that."""

    rate: int
    gross: int
    vat: int

    @property
    def net(self) -> int:
        """What is left of it without the VAT."""
        return self.gross - self.vat


@frozen
class TaxedLine:
    """What is paid for one line, and at which rate."""

    rate: int
    gross: int


@frozen
class SaleVat:
    """The VAT of an order: by rate, the highest first, and of each of its lines."""

    parts: tuple[VatPart, ...]
    lines: tuple[int, ...]


def vat_of(lines: Sequence[TaxedLine], sending: int) -> SaleVat:
    """The VAT inside what is paid for these lines and for sending them.

    Sending follows the goods: it is split over their rates in proportion to what is paid for them.
    The VAT of a rate is that of its sum, once rounded; a line has its part of it.
    """
    sent = _split(sending, [line.gross for line in lines])
    gross: dict[int, int] = defaultdict(int)
    for line, part in zip(
        lines,
        sent,
        strict=True,
    ):
        gross[line.rate] += line.gross + part
    parts = tuple(
        VatPart(
            rate,
            amount,
            vat_inside(amount, rate),
        )
        for rate, amount in sorted(gross.items(), reverse=True)
    )
    return SaleVat(
        parts,
        _of_lines(
            lines,
            sent,
            parts,
        ),
    )


def _of_lines(
    lines: Sequence[TaxedLine],
    sent: Sequence[int],
    parts: Iterable[VatPart],
) -> tuple[int, ...]:
    """Each line's VAT; what is left of a rate's is that of its sending."""
    found, at = [0] * len(lines), list(enumerate(lines))
    for part in parts:
        places = [n for n, line in at if line.rate == part.rate]
        weights = [lines[n].gross for n in places]
        sending = sum(sent[n] for n in places)
        shares = _split(part.vat, [*weights, sending])
        for place, share in zip(
            places,
            shares,
            strict=False,
        ):
            found[place] = share
    return tuple(found)


def _split(amount: int, weights: list[int]) -> list[int]:
    """As `split`; where all weigh nothing, alike."""
    if not any(weights):
        weights = [1] * len(weights)
    return split(amount, weights)


ByRate = Mapping[int, int]


def gross_back(
    parts: Sequence[VatPart],
    before: ByRate,
    wanted: ByRate,
    amount: int,
) -> ByRate:
    """What of each rate's gross has gone back with one more refund of `amount`.

    `before`: what had gone back until then; `wanted`: what of this refund is for things of a rate.
    Whatever is for nothing by name goes back in proportion to what is left.
    """
    rates = [part.rate for part in parts]
    left = [part.gross - before.get(part.rate, 0) for part in parts]
    named = []
    for rate, most in zip(rates, left, strict=True):
        named.append(min(wanted.get(rate, 0), most))
    if sum(named) > amount:
        named = split(amount, named)
    unnamed = [most - back for most, back in zip(left, named, strict=True)]
    rest = amount - sum(named)
    shares = _split(min(rest, sum(unnamed)), unnamed)
    after = {}
    for rate, back, share in zip(
        rates,
        named,
        shares,
        strict=True,
    ):
        after[rate] = before.get(rate, 0) + back + share
    return after


def vat_back(
    parts: Iterable[VatPart],
    before: ByRate,
    after: ByRate,
) -> tuple[VatPart, ...]:
    """The VAT in what one more refund gives back, by rate.

    `before` and `after`: what went back of each rate's gross until then, without and with it. The
    VAT of all refunds of an order comes to the order's in the end, however they are cut.
    """
    back = []
    for part in parts:
        first = before.get(part.rate, 0)
        last = after.get(part.rate, 0)
        if last != first:
            vat = vat_inside(last, part.rate) - vat_inside(first, part.rate)
            back.append(
                VatPart(
                    part.rate,
                    last - first,
                    vat,
                )
            )
    return tuple(back)


def net_price(gross: int, rate: int) -> int:
    """What a price is without the VAT in it."""
    return gross - vat_inside(gross, rate)


StoredPart = Mapping[str, int]


def stored_parts(parts: Iterable[VatPart]) -> list[StoredPart]:
    """As an order keeps them."""
    return [asdict(part) for part in parts]


def parts_in(kept: Iterable[StoredPart] | None) -> tuple[VatPart, ...]:
    """What an order keeps; nothing of one that is older."""
    return tuple(VatPart(**each) for each in kept or ())

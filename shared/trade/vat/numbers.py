"""VAT numbers as their states write them: shape and check digits.

Pure; nobody is asked whether a number exists.

The shapes are those of VIES' own list, and of Switzerland, Norway, the United Kingdom and
Liechtenstein. The check digits are python-stdnum's. Either alone is too lenient: stdnum takes
zeros throughout, and a Romanian's personal number.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from shared.core.frozen import frozen
from shared.core.typed import bare_code
from shared.core.words import words
from shared.trade.vat.errors import (
    BadVatNumber,
    NoNumberOfState,
    OtherStatesNumber,
    UnknownVatCountry,
)

MOST = 30  # signs of a number as somebody types it
BETWEEN = " -./,:;_()"  # what people write between the signs of a number
SWISS_ENDINGS = re.compile(r"(MWST|TVA|IVA|TPV|VAT)$")


@frozen
class Format:
    """How a state writes its numbers, without the prefix."""

    prefix: str
    shape: re.Pattern[str]
    module: str  # of stdnum; empty where no check digits are published

    @property
    def state(self) -> str:
        """The state as people call it."""
        return words("vat.states", self.prefix)["name"]

    @property
    def example(self) -> str:
        """A number that a person can compare with."""
        return words("vat.states", self.prefix)["example"]


def _format(prefix: str, shape: str, module: str) -> Format:
    return Format(prefix, re.compile(shape, re.ASCII), module)


_UNITED_KINGDOM = r"\d{9}(\d{3})?|GD[0-4]\d\d|HA[5-9]\d\d"
_ALL = (
    _format("AT", r"U\d{8}", "stdnum.at.uid"),
    _format("BE", r"[01]\d{9}", "stdnum.be.vat"),
    _format("BG", r"\d{9,10}", "stdnum.bg.vat"),
    _format("HR", r"\d{11}", "stdnum.hr.oib"),
    _format("CY", r"\d{8}[A-Z]", "stdnum.cy.vat"),
    _format("CZ", r"\d{8,10}", "stdnum.cz.dic"),
    _format("DK", r"\d{8}", "stdnum.dk.cvr"),
    _format("EE", r"\d{9}", "stdnum.ee.kmkr"),
    _format("FI", r"\d{8}", "stdnum.fi.alv"),
    _format("FR", r"[0-9A-HJ-NP-Z]{2}\d{9}", "stdnum.fr.tva"),
    _format("DE", r"[1-9]\d{8}", "stdnum.de.vat"),
    _format("EL", r"\d{9}", "stdnum.gr.vat"),
    _format("HU", r"\d{8}", "stdnum.hu.anum"),
    _format("IE", r"\d{7}[A-W][A-I]?|\d[A-Z+*]\d{5}[A-W]", "stdnum.ie.vat"),
    _format("IT", r"\d{11}", "stdnum.it.iva"),
    _format("LV", r"\d{11}", "stdnum.lv.pvn"),
    _format("LT", r"\d{9}(\d{3})?", "stdnum.lt.pvm"),
    _format("LU", r"\d{8}", "stdnum.lu.tva"),
    _format("MT", r"\d{8}", "stdnum.mt.vat"),
    _format("NL", r"\d{9}B\d\d", "stdnum.nl.btw"),
    _format("PL", r"\d{10}", "stdnum.pl.nip"),
    _format("PT", r"[1-9]\d{8}", "stdnum.pt.nif"),
    _format("RO", r"[1-9]\d{1,9}", "stdnum.ro.cf"),
    _format("SK", r"[1-9]\d{9}", "stdnum.sk.dph"),
    _format("SI", r"[1-9]\d{7}", "stdnum.si.ddv"),
    _format("ES", r"[0-9A-Z]\d{7}[0-9A-Z]", "stdnum.es.nif"),
    _format("SE", r"\d{10}01", "stdnum.se.vat"),
    _format("GB", _UNITED_KINGDOM, "stdnum.gb.vat"),
    _format("XI", _UNITED_KINGDOM, "stdnum.gb.vat"),
    _format("CHE", r"\d{9}", "stdnum.ch.uid"),
    _format("NO", r"\d{9}MVA", "stdnum.no.mva"),
    _format("LI", r"\d{5}", ""),
)
FORMATS: dict[str, Format] = {form.prefix: form for form in _ALL}

# The prefixes of a country's numbers, the usual one first; elsewhere it is the country's own code.
_PREFIXES = {
    "GR": ("EL",),
    "GB": ("GB", "XI"),
    "CH": ("CHE",),
    "LI": ("CHE", "LI"),
}


def prefixes_of(country: str) -> tuple[str, ...]:
    """The prefixes that numbers of a country (ISO 3166-1) may have; none where it is not known how
    they look.
    """
    found = _PREFIXES.get(country, (country,))
    return tuple(prefix for prefix in found if prefix in FORMATS)


def normal_vat_number(text: str, country: str) -> str:
    """`lu 150.274 42` -> `LU15027442`; empty stays empty.

    The prefix may be left out. Raises BadVatNumber.
    """
    number = bare_code(text, BETWEEN)
    if not number:
        return ""
    prefixes = prefixes_of(country)
    if not prefixes:
        raise UnknownVatCountry
    for prefix in prefixes:
        if (found := _of(FORMATS[prefix], number)) is not None:
            return found
    raise _refusal(number, country, FORMATS[prefixes[0]])


def state_of(number: str) -> str:
    """The state that a normal number is from, as people call it; empty for none."""
    form = format_of(number)
    return form.state if form else ""


def format_of(number: str) -> Format | None:
    """The format that a normal number has, by its prefix."""
    return FORMATS.get(number[:3]) or FORMATS.get(number[:2])


def is_well_formed(number: str, country: str) -> bool:
    """Whether a stored number would be taken today; older ones were kept unchecked."""
    try:
        return bool(number) and normal_vat_number(number, country) == number
    except BadVatNumber:
        return False


def _refusal(number: str, country: str, form: Format) -> BadVatNumber:
    """What is wrong with it, by an example of the right kind."""
    mine = FORMATS["LI"].state if country == "LI" else form.state
    other = format_of(number)
    if other and other.prefix not in prefixes_of(country) and _of(other, number):
        return OtherStatesNumber(
            other=other.state,
            mine=mine,
            example=form.example,
        )
    return NoNumberOfState(mine=mine, example=form.example)


def _of(form: Format, number: str) -> str | None:
    """The number in its normal form, or None where it is none of that state."""
    body = number
    for start in _openings(form):
        if number.startswith(start):
            body = number[len(start) :]
            break
    body = _completed(form, body)
    if not form.shape.fullmatch(body) or _is_zero(form, body):
        return None
    if form.module and not _checks(form.module)(_told(form, body)):
        return None
    return form.prefix + body


def _openings(form: Format) -> tuple[str, ...]:
    """How a number with its prefix may begin: Greece also by its ISO code, Switzerland by `CHE`
    alone.
    """
    return (form.prefix, "GR") if form.prefix == "EL" else (form.prefix,)


# How many digits the older numbers of a state have, which go without the zero in front.
_WITHOUT_ZERO = {"BE": 9, "EL": 8}


def _completed(form: Format, body: str) -> str:
    """The habits of a state: a zero that older numbers go without, and endings that say "VAT" and
    are no part of it.
    """
    if len(body) == _WITHOUT_ZERO.get(form.prefix):
        return f"0{body}"
    if form.prefix == "CHE":
        return SWISS_ENDINGS.sub("", body)
    if form.prefix == "NO" and len(body) == 9:
        return f"{body}MVA"
    return body


def _is_zero(form: Format, body: str) -> bool:
    """Zeros up to the check digit: it fits in many states, and nobody has such a number."""
    digits = re.sub(
        r"\D",
        "",
        body[2:] if form.prefix == "FR" else body,
    )
    return len(digits) > 3 and not digits[:-1].strip("0")


def _told(form: Format, body: str) -> str:
    """The number as stdnum's module of that state wants it."""
    return f"CHE{body}" if form.prefix == "CHE" else body


@cache
def _checks(module: str) -> Callable[[str], bool]:
    """Stdnum's own check; loaded with the first number of that state."""
    found: Any = import_module(module)
    return lambda number: bool(found.is_valid(number))

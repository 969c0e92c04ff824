"""The file of the states' rates: whole, without overlaps, and as it was when something was sold."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from shared.trade.vat.rules import EU
from shared.trade.vat.sales import table
from shared.trade.vat.sales.rules import TaxClass, TaxPeriod
from shared.trade.vat.sales.table import table_in, tax_table
from shared.trade.vat.sales.territories import regions

STANDARD, BOOKS, FOOD = TaxClass
STATES = EU | {"XI"}
READ = tomllib.loads(
    Path(table.__file__).with_name("goods_rates.toml").read_text("utf-8")
)


@pytest.mark.parametrize("tax_class", TaxClass)
def test_every_state_has_a_rate_for_every_class_all_through_2026_and_2027(
    tax_class: TaxClass,
) -> None:
    """Its own or the standard one, on each day, and never above the standard one."""
    day = date(2026, 1, 1)
    while day < date(2028, 1, 1):
        for state in STATES:
            rate = tax_table().rate(state, tax_class, day)
            assert 0 <= rate <= tax_table().rate(state, STANDARD, day) <= 2700
        day += timedelta(days=1)


def test_the_file_names_the_27_states_northern_ireland_and_their_regions() -> None:
    """The standard rate of each state; other classes only states and regions that there are, and
    say what they cover.
    """
    assert len(EU) == 27
    assert set(READ[STANDARD]) - set(regions()) == STATES
    assert set(READ) == {*TaxClass, "classes"}
    named = set()
    for kind in TaxClass:
        named |= set(READ[kind])
        assert set(READ[kind]) <= STATES | set(regions())
        assert READ["classes"][kind]["covers"].strip()
        assert not {*tax_table().several[kind]} & set(READ[kind])
    assert named == STATES | set(regions())


def overlaps(periods: tuple[TaxPeriod, ...]) -> bool:
    """Whether two of them hold on one day, or one ends before it begins."""
    ends = [each.last or date.max for each in periods]
    ordered = sorted(zip((each.first for each in periods), ends, strict=True))
    if any(last < first for first, last in ordered):
        return True
    return any(later <= last for (_, last), (later, _) in pairwise(ordered))


def test_no_two_rates_of_a_state_and_class_hold_on_one_day() -> None:
    """Nor does one end before it begins."""
    for of_class in tax_table().periods.values():
        for state, periods in of_class.items():
            assert not overlaps(tuple(periods)), state
    first, last = date(2026, 1, 1), date(2026, 6, 30)
    assert overlaps((TaxPeriod(1, first, None), TaxPeriod(2, last, None)))
    assert overlaps((TaxPeriod(1, last, first),))


# As published: what a class is taxed at in a state on a day, in hundredths of a percent.
PUBLISHED = (
    ("DE", STANDARD, date(2026, 11, 30), 1900),
    ("DE", BOOKS, date(2026, 11, 30), 700),
    ("FI", STANDARD, date(2026, 11, 30), 2550),
    ("IE", BOOKS, date(2026, 11, 30), 0),
    ("DK", BOOKS, date(2026, 11, 30), 2500),
    ("SE", FOOD, date(2026, 3, 31), 1200),
    ("SE", FOOD, date(2026, 4, 1), 600),
    ("SE", FOOD, date(2028, 1, 1), 1200),
    ("IT", FOOD, date(2026, 11, 30), 2200),  # no one rate: the standard one
    ("XI", STANDARD, date(2026, 11, 30), 2000),
    ("XI", BOOKS, date(2026, 11, 30), 0),
    ("SI", FOOD, date(2026, 11, 30), 950),
    ("PT/azores", STANDARD, date(2026, 11, 30), 1600),
    ("PT/azores", BOOKS, date(2026, 11, 30), 400),
    ("PT/azores", FOOD, date(2026, 11, 30), 1600),  # no one rate there either
    ("PT/madeira", STANDARD, date(2026, 11, 30), 2200),
    ("PT/madeira", BOOKS, date(2026, 11, 30), 400),
    ("AT/jungholz_mittelberg", STANDARD, date(2026, 11, 30), 1900),
    ("AT/jungholz_mittelberg", BOOKS, date(2026, 11, 30), 1000),  # as in Austria
    ("FR/corsica", STANDARD, date(2026, 11, 30), 2000),
    ("FR/corsica", FOOD, date(2026, 11, 30), 210),
    ("FR/corsica", BOOKS, date(2026, 11, 30), 210),
    ("GR/greek_islands", STANDARD, date(2026, 11, 30), 1700),
    ("GR/greek_islands", FOOD, date(2026, 11, 30), 900),
    ("GR/greek_islands", BOOKS, date(2026, 11, 30), 400),
)


@pytest.mark.parametrize(("state", "tax_class", "day", "rate"), PUBLISHED)
def test_a_rate_is_that_of_its_day(
    state: str, tax_class: TaxClass, day: date, rate: int
) -> None:
    """Halves and tenths of a percent stay exact."""
    assert tax_table().rate(state, tax_class, day) == rate


def test_a_day_that_the_file_says_nothing_of_is_no_zero() -> None:
    """Nothing is taxed at a rate that nobody vouches for."""
    with pytest.raises(LookupError):
        tax_table().rate("EE", STANDARD, date(2025, 6, 30))
    only = table_in({"classes": {kind: {} for kind in TaxClass}, STANDARD: {}})
    with pytest.raises(LookupError):
        only.rate("DE", BOOKS, date(2026, 1, 1))

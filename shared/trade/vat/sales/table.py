"""The rates of the member states, out of their file (`goods_rates.toml`)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from shared.trade.vat.sales.rules import TaxClass, TaxPeriod, TaxTable

Row = Mapping[str, Any]
Periods = Mapping[str, Sequence[TaxPeriod]]
_FILE = Path(__file__).with_name("goods_rates.toml")


@cache
def tax_table() -> TaxTable:
    """The table that comes with the software."""
    return table_in(tomllib.loads(_FILE.read_text("utf-8")))


def table_in(
    read: Mapping[str, Any],
) -> TaxTable:
    """The table that a file says."""
    told = read["classes"]
    periods = {}
    several = {}
    for kind in TaxClass:
        periods[kind] = _states(read.get(kind, {}))
        several[kind] = told[kind].get("several", ())
    return TaxTable(periods, several)


def _states(
    rows: Mapping[str, Sequence[Row]],
) -> Periods:
    found = {}
    for state, told in rows.items():
        found[state] = [_period(row) for row in told]
    return found


def _period(row: Row) -> TaxPeriod:
    hundredths = Decimal(row["percent"]) * 100
    return TaxPeriod(
        int(hundredths),
        row["from"],
        row.get("until"),
    )

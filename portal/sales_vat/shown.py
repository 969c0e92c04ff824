"""What a state or its region taxes goods at, in words."""

from __future__ import annotations

from datetime import date

from shared.core.formats import (
    country,
    listed,
)
from shared.core.frozen import frozen
from shared.core.words import word
from shared.trade.marketplace.queries import today
from shared.trade.vat.sales.rules import (
    TaxClass,
    TaxTable,
    tax_state,
)
from shared.trade.vat.sales.table import tax_table
from shared.trade.vat.sales.words import rate_words


@frozen
class ShownClass:
    """A kind of goods: what counts as it, its rate at home, and where it has no rate of its own."""

    name: str
    covers: str
    rate: str
    several: str


async def classes_in(place: str) -> tuple[ShownClass, ...]:
    """What a vendor chooses among for its products; nothing where no state's VAT holds."""
    if not tax_state(place):
        return ()
    day, table = await today(), tax_table()
    return tuple(
        _shown(
            each,
            place,
            table,
            day,
        )
        for each in TaxClass
    )


def _shown(
    kind: TaxClass,
    place: str,
    table: TaxTable,
    day: date,
) -> ShownClass:
    covers = "" if kind is TaxClass.STANDARD else word("sales_vat.covers", kind)
    several = [country(code) for code in table.several[kind]]
    return ShownClass(
        name=word("sales_vat.classes", kind),
        covers=covers,
        rate=rate_words(
            table.rate(
                place,
                kind,
                day,
            )
        ),
        several=listed(several),
    )

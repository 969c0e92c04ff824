"""A statement as CSV (RFC 4180, UTF-8): made again from the same entries it is the same to the
byte.

Columns, always these and in this order: `date` (ISO 8601 with its offset, in the statement's time
zone), `kind` (opening, closing, or the fact: sale, refund, ...), `description`, `order`, `gross`,
`commission`, `net` (gross + commission, what it did to the balance), `balance` (after it),
`currency`, `reference` (Stripe's id). Amounts are in major units with a decimal point and no
thousands separators. Where the VAT must stand in a state's own currency too, two rows follow the
closing one: `vat`, what the commission contains in the statement's currency, and `vat_state`, the
same in the state's; both in the column `commission`, negative as charges are.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from shared.core import formats
from shared.core.locales import SOURCE, speaking
from shared.core.words import word
from shared.finance.statements import months
from shared.finance.statements.queries import StatementView

COLUMNS = (
    "date",
    "kind",
    "description",
    "order",
    "gross",
    "commission",
    "net",
    "balance",
    "currency",
    "reference",
)


def as_csv(view: StatementView) -> bytes:
    """The statement's lines between a line for the opening and one for the closing balance, in
    English whatever is spoken here.
    """
    with speaking(SOURCE):
        return _written(view)


def _written(view: StatementView) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerow(
        _balance(
            view,
            months.exact(view.starts_at, view.zone),
            "opening",
            view.sheet.opening,
        )
    )
    for line in view.sheet.lines:
        writer.writerow(
            (
                months.exact(line.at, view.zone),
                line.kind,
                view.said_of(line),
                view.order_number(line.order_id),
                *(
                    view.money(amount).to_decimal()
                    for amount in (line.gross, line.commission, line.net, line.balance)
                ),
                view.currency,
                line.stripe_id,
            )
        )
    ends = months.exact(view.ends_at, view.zone)
    writer.writerow(_balance(view, ends, "closing", view.sheet.closing))
    writer.writerows(_vat(view, ends))
    return out.getvalue().encode()


def _balance(
    view: StatementView,
    at: str,
    kind: str,
    amount: int,
) -> tuple[object, ...]:
    return (
        at,
        kind,
        word("statements.account", kind),
        "",
        "",
        "",
        "",
        view.money(amount).to_decimal(),
        view.currency,
        "",
    )


def _vat(view: StatementView, at: str) -> Iterator[tuple[object, ...]]:
    """The VAT in both currencies, where it stands in two."""
    if view.state_vat is None:
        return
    found, rate = view.state_vat.amount, view.state_vat.rate
    charged = -view.money(view.invoice.vat).to_decimal()
    yield (
        at,
        "vat",
        word("statements.invoice", "vat_in_fee"),
        "",
        "",
        charged,
        "",
        "",
        view.currency,
        "",
    )
    at_rate = word(
        "statements.invoice",
        "rate",
        currency=found.currency,
        rate=rate,
        source=rate.source,
        day=formats.day(rate.day, with_year=True),
    )
    yield (
        at,
        "vat_state",
        at_rate,
        "",
        "",
        -found.to_decimal(),
        "",
        "",
        found.currency,
        "",
    )


def file_name(view: StatementView, ending: str) -> str:
    """What a browser calls the file: `statement-2026-10-EUR-MH-2026-000001.csv`."""
    number = f"-{view.number}" if view.number else "-running"
    return f"statement-{view.month}-{view.currency}{number}.{ending}"

"""From a vendor's ledger entries of one currency to its statement of account and its commission
invoice. Pure.

The running balance is what Markethall and Stripe owe the vendor: what it has earned and what has
not arrived at its bank, reserves included, less what it owes. In the ledger that is payable +
reserved - receivable, with the signs that make what is owed to the vendor positive. Where the money
lies at Stripe plays no part: a payout counts when it has arrived.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from shared.core.frozen import frozen
from shared.core.money import round_half_up

# The accounts of the ledger that make up the balance, and the one that the invoice is about
# (shared/finance/ledger/chart.py).
PAYABLE, RESERVED, RECEIVABLE, COMMISSION = (
    "vendor_payable",
    "vendor_reserved",
    "vendor_receivable",
    "commission",
)
# what the marketplace paid of a price: told beside a sale, part of no sum
DISCOUNTS = "marketplace_discounts"
BESIDE = (COMMISSION, DISCOUNTS)
BALANCE = (PAYABLE, RESERVED, RECEIVABLE)

# what documents called the marketplace before a closed month kept its name
OF_BEFORE = "Markethall"

# What a statement tells apart, in the order of its sums; the words stand in `statements.lines`.
PLATFORM_FEE, OTHER = "platform_fee", "other"
KINDS = (
    "sale",
    PLATFORM_FEE,
    "refund",
    "refund_undone",
    "dispute_withdrawn",
    "dispute_reinstated",
    "taken",
    "given_back",
    "commission_returned",
    "written_off",
    "payout_sent",
    "payout_returned",
    "payout_arrived",
    "payout_reopened",
    OTHER,
)


@frozen
class Booked:
    """One ledger entry with the posting that it belongs to; debits positive.

    `order_id` where the posting is about one.
    """

    entry_id: int
    posting_id: int
    kind: str
    account: str
    amount: int
    stripe_id: str
    at: datetime
    order_id: int | None = None


@frozen
class StatementLine:
    """One fact: what it was about, what of it was commission, what it did to the balance. gross +
    commission == net.
    """

    kind: str
    at: datetime
    order_id: int | None
    gross: int
    commission: int
    net: int
    balance: int  # after it
    stripe_id: str
    discount: int = 0  # of gross, what the marketplace paid, or has back (below zero)


@frozen
class StatementSheet:
    """A month: opening + every line's net == closing.

    `reserved` and `owed` say what of the closing is held back, and is owed.
    """

    opening: int
    lines: tuple[StatementLine, ...]
    closing: int
    reserved: int
    owed: int
    last_entry_id: int

    @property
    def movements(self) -> int:
        """What the month did to the balance."""
        return sum(line.net for line in self.lines)

    def sums(self) -> tuple[tuple[str, int], ...]:
        """What each of KINDS came to, where it came to anything; all commission by itself, behind
        the sales.
        """
        found = dict.fromkeys(KINDS, 0)
        for line in self.lines:
            found[line.kind if line.kind in KINDS else OTHER] += line.gross
            found[PLATFORM_FEE] += line.commission
        return tuple((kind, total) for kind, total in found.items() if total)


def sheet(
    opening: Mapping[str, int],
    entries: Iterable[Booked],
) -> StatementSheet:
    """The statement of `entries`, from what the accounts came to before them (debits positive, as
    in the ledger).
    """
    accounts = {account: opening.get(account, 0) for account in BALANCE}
    start = -sum(accounts.values())
    facts: dict[int, list[Booked]] = {}
    last = 0
    for entry in entries:
        facts.setdefault(entry.posting_id, []).append(entry)
        last = max(last, entry.entry_id)
        if entry.account in accounts:
            accounts[entry.account] += entry.amount
    lines = _lines(start, facts.values())
    return StatementSheet(
        start,
        lines,
        lines[-1].balance if lines else start,
        -accounts[RESERVED],
        accounts[RECEIVABLE],
        last,
    )


def _moment(parts: Sequence[Booked]) -> tuple[datetime, int]:
    return parts[0].at, parts[0].posting_id


def _lines(
    balance: int, facts: Iterable[Sequence[Booked]]
) -> tuple[StatementLine, ...]:
    """A line for each posting, in the order of time.

    Those that leave balance and commission as they were (a reserve held back, a debt noted) make
    none.
    """
    lines = []
    for parts in sorted(facts, key=_moment):
        net = -sum(part.amount for part in parts if part.account not in BESIDE)
        commission = sum(part.amount for part in parts if part.account == COMMISSION)
        discount = sum(part.amount for part in parts if part.account == DISCOUNTS)
        if net or commission:
            balance += net
            first = min(parts, key=lambda part: part.entry_id)
            lines.append(
                StatementLine(
                    kind=first.kind,
                    at=first.at,
                    order_id=first.order_id,
                    gross=net - commission,
                    commission=commission,
                    net=net,
                    balance=balance,
                    stripe_id=first.stripe_id,
                    discount=discount,
                )
            )
    return tuple(lines)


@frozen
class Party:
    """Who writes an invoice, or whom it is for."""

    name: str
    address: tuple[str, ...]
    country: str
    vat_number: str = ""


@frozen
class InvoiceLine:
    """Commission on one fact: positive where it was charged, negative where it was given back.

    VAT included.
    """

    kind: str
    at: datetime
    order_id: int | None
    gross: int


@frozen
class Invoice:
    """The month's commission. net + vat == gross.

    `note` says why there is no VAT, where somebody else owes it.
    """

    lines: tuple[InvoiceLine, ...]
    gross: int
    percentage: Decimal
    vat: int
    note: str

    @property
    def net(self) -> int:
        """Without VAT."""
        return self.gross - self.vat


def invoice(
    lines: Iterable[StatementLine],
    percentage: Decimal,
    note: str = "",
) -> Invoice:
    """What the lines of a statement charge as commission, and the VAT in it.

    With a `note` there is none.
    """
    charged = tuple(
        InvoiceLine(line.kind, line.at, line.order_id, -line.commission)
        for line in lines
        if line.commission
    )
    gross = sum(line.gross for line in charged)
    rate = Decimal(0) if note else percentage
    return Invoice(charged, gross, rate, vat_in(gross, rate), note)


def vat_in(gross: int, percentage: Decimal) -> int:
    """The VAT that `gross` minor units contain, half up; what is left is the net."""
    return round_half_up(Decimal(gross) * percentage / (100 + percentage))


def invoice_number(prefix: str, year: int, number: int) -> str:
    """`MH-2026-000001`."""
    return f"{prefix}-{year:04d}-{number:06d}"


def next_in_series(
    series_year: int,
    series_last: int,
    year: int,
) -> tuple[int, int]:
    """Year and number of the next invoice; the first of a year is 1.

    A clock that goes back never opens an old year again.
    """
    return (year, 1) if year > series_year else (series_year, series_last + 1)

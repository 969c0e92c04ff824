"""From a vendor's ledger entries of one currency to its statement of account and its commission
invoice. Pure.

The running balance is what Markethall and Stripe owe the vendor: what it has earned and what has
not arrived at its bank, reserves included, less what it owes. In the ledger that is payable +
reserved - receivable, with the signs that make what is owed to the vendor positive. Where the money
lies at Stripe plays no part: a payout counts when it has arrived.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from shared.core.money import round_half_up

# The accounts of the ledger that make up the balance, and the one that the invoice is about
# (shared/finance/ledger/chart.py).
PAYABLE, RESERVED, RECEIVABLE, COMMISSION = (
    "vendor_payable",
    "vendor_reserved",
    "vendor_receivable",
    "commission",
)
BALANCE = (PAYABLE, RESERVED, RECEIVABLE)

# what documents called the marketplace before a closed month kept its name
OF_BEFORE = "Markethall"

# What a fact is called, and many of them.
WORDS = {
    "sale": ("Sale", "Sales"),
    "refund": ("Refund", "Refunds"),
    "refund_undone": (
        "Refund that did not reach the shopper",
        "Refunds that did not reach shoppers",
    ),
    "dispute_withdrawn": ("Disputed payment", "Disputed payments"),
    "dispute_reinstated": ("Disputed payment won back", "Disputed payments won back"),
    "taken": ("Taken back by {market}", "Taken back by {market}"),
    "given_back": ("Given back by {market}", "Given back by {market}"),
    "commission_returned": ("Platform fee given back", "Platform fees given back"),
    "written_off": ("Debt let go", "Debts let go"),
    "payout_sent": ("Fee for an instant payout", "Fees for instant payouts"),
    "payout_returned": (
        "Fee for an instant payout, given back",
        "Fees for instant payouts, given back",
    ),
    "payout_arrived": ("Payout to your bank", "Payouts to your bank"),
    "payout_reopened": (
        "Payout sent back by your bank",
        "Payouts sent back by your bank",
    ),
}
OTHER = ("Correction", "Corrections")


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One fact: what it was about, what of it was commission, what it did to the balance. gross +
    commission == net.

    `market` is what the marketplace is called in it.
    """

    kind: str
    at: datetime
    order_id: int | None
    gross: int
    commission: int
    net: int
    balance: int  # after it
    stripe_id: str
    market: str = OF_BEFORE

    @property
    def words(self) -> str:
        """What it is called."""
        return WORDS.get(self.kind, OTHER)[0].format(market=self.market)


@dataclass(frozen=True, slots=True)
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

    def named(self, market: str) -> StatementSheet:
        """The same, in which the marketplace is called so."""
        return replace(
            self,
            lines=tuple(replace(line, market=market) for line in self.lines),
        )

    def sums(self) -> tuple[tuple[str, int], ...]:
        """What each kind of fact came to, in the order of WORDS; all commission by itself, behind
        the sales.
        """
        found: dict[str, int] = {}
        for line in self.lines:
            words = WORDS.get(line.kind, OTHER)[1]
            found[words] = found.get(words, 0) + line.gross
        found["Platform fee"] = sum(line.commission for line in self.lines)
        sales, *others = (many for _, many in (*WORDS.values(), OTHER))
        market = self.lines[0].market if self.lines else ""
        in_turn = (sales, "Platform fee", *others)
        return tuple(
            (
                words.format(market=market),
                found[words],
            )
            for words in in_turn
            if found.get(words)
        )


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


def _lines(
    balance: int, facts: Iterable[Sequence[Booked]]
) -> tuple[StatementLine, ...]:
    """A line for each posting, in the order of time.

    Those that leave balance and commission as they were (a reserve held back, a debt noted) make
    none.
    """
    lines = []
    for parts in sorted(facts, key=lambda parts: (parts[0].at, parts[0].posting_id)):
        net = -sum(part.amount for part in parts if part.account != COMMISSION)
        commission = sum(part.amount for part in parts if part.account == COMMISSION)
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
                )
            )
    return tuple(lines)


@dataclass(frozen=True, slots=True)
class Party:
    """Who writes an invoice, or whom it is for."""

    name: str
    address: tuple[str, ...]
    country: str
    vat_number: str = ""


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """Commission on one fact: positive where it was charged, negative where it was given back.

    VAT included.
    """

    words: str
    at: datetime
    order_id: int | None
    gross: int


@dataclass(frozen=True, slots=True)
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
        InvoiceLine(_charged(line), line.at, line.order_id, -line.commission)
        for line in lines
        if line.commission
    )
    gross = sum(line.gross for line in charged)
    rate = Decimal(0) if note else percentage
    return Invoice(charged, gross, rate, vat_in(gross, rate), note)


def _charged(line: StatementLine) -> str:
    if line.kind.startswith("payout_"):
        return line.words
    return (
        f"Platform fee, {line.words.lower()}"
        if line.commission < 0
        else f"Platform fee given back, {line.words.lower()}"
    )


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

"""From ledger entries to a statement and its commission invoice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.errors import NotFound
from shared.core.words import codes
from shared.finance.ledger import postings
from shared.finance.statements import months
from shared.finance.statements.rules import (
    BALANCE,
    COMMISSION,
    KINDS,
    Booked,
    StatementLine,
    invoice,
    invoice_number,
    next_in_series,
    sheet,
    vat_in,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared.finance.ledger.chart import Posting

START = datetime(2026, 10, 1, tzinfo=UTC)
AMOUNTS = st.integers(1, 99_999_999)


@st.composite
def facts(draw: st.DrawFn) -> Posting:
    """Any posting about one vendor that a month can hold."""
    n, amount, other = (
        draw(st.integers(1, 10**6)),
        draw(AMOUNTS),
        draw(st.integers(0, 10**6)),
    )
    part = draw(st.integers(0, amount - 1))
    refund = postings.RefundFact(n, 2, 3, "EUR", part, amount - part, "re_1")
    disputed = postings.DisputedMoney(
        2, 3, "EUR", part, amount - part, other, 1500, f"txn_{n}"
    )
    payout = postings.PaidOut(
        n,
        3,
        "EUR",
        amount,
        "po_1",
        other,
        draw(st.sampled_from([(), (("fee_1", other),)])),
    )
    owed = postings.Receivable(n, 1, 2, 3, "EUR", amount, "re_1")
    reserve = postings.Reserved(n, 2, 3, "EUR", amount, "pi_1")
    return draw(
        st.sampled_from(
            [
                postings.sale(postings.SaleFact(n, 2, 3, "EUR", amount, part, "pi_1")),
                postings.stripe_fee(postings.StripeFee(n, 2, "EUR", amount, "txn_1")),
                postings.refund(refund),
                postings.refund_undone(refund),
                postings.refund_paid(refund),
                postings.dispute_withdrawn(disputed),
                postings.dispute_reinstated(disputed),
                postings.moved(postings.TransferFact(n, 2, 3, "EUR", amount, "trr_1")),
                postings.receivable(owed),
                postings.written_off(owed),
                postings.taken(
                    postings.ManualTransferFact(2, 3, "EUR", amount, "trr_1")
                ),
                postings.commission_returned(
                    postings.ManualTransferFact(2, 3, "EUR", -amount, "fr_1")
                ),
                postings.payout_sent(payout),
                postings.payout_arrived(payout),
                postings.payout_returned(payout),
                postings.payout_reopened(payout),
                postings.reserved(reserve),
                postings.released(reserve),
            ]
        )
    )


def booked(posting: Posting, number: int, at: datetime) -> list[Booked]:
    """The entries that a statement reads of a posting."""
    return [
        Booked(
            number * 10 + place,
            number,
            posting.kind,
            entry.account,
            entry.amount,
            entry.stripe_id,
            at,
            2,
        )
        for place, entry in enumerate(posting.entries)
        if entry.account in (*BALANCE, COMMISSION)
    ]


def totals(entries: Sequence[Booked]) -> dict[str, int]:
    """What the accounts come to."""
    return {
        account: sum(e.amount for e in entries if e.account == account)
        for account in BALANCE
    }


@given(
    first=st.lists(facts(), max_size=8),
    second=st.lists(facts(), max_size=8),
)
def test_opening_and_movements_come_to_the_closing_which_opens_the_next_month(
    first: list[Posting], second: list[Posting]
) -> None:
    """Whatever happened; and every line's balance is the one before it and its net."""
    one = [
        e
        for n, p in enumerate(first)
        for e in booked(p, n + 1, START + timedelta(hours=n))
    ]
    two = [
        e
        for n, p in enumerate(second)
        for e in booked(p, n + 50, START + timedelta(days=40, hours=n))
    ]
    october, november = sheet({}, one), sheet(totals(one), two)
    for month in (october, november):
        assert month.opening + month.movements == month.closing
        assert sum(amount for _, amount in month.sums()) == month.movements
        balance = month.opening
        for line in month.lines:
            balance += line.net
            assert line.balance == balance
            assert line.gross + line.commission == line.net
    assert october.closing == november.opening
    both = totals([*one, *two])
    assert november.closing == -sum(both.values())
    assert (november.reserved, november.owed) == (
        -both["vendor_reserved"],
        both["vendor_receivable"],
    )


@given(order=st.permutations(range(4)))
def test_the_order_in_which_entries_are_read_does_not_matter(order: list[int]) -> None:
    """Lines stand in the order of time, however the database hands entries out."""
    sales = [
        postings.sale(postings.SaleFact(n, 2, 3, "EUR", 1000 + n, 100, "pi_1"))
        for n in range(1, 5)
    ]
    each = [
        booked(
            p,
            n + 1,
            START + timedelta(hours=n),
        )
        for n, p in enumerate(sales)
    ]
    shuffled = [entry for n in order for entry in reversed(each[n])]
    assert sheet({}, shuffled) == sheet(
        {},
        [entry for parts in each for entry in parts],
    )


def test_each_kind_of_line_has_its_words() -> None:
    """And no other."""
    assert codes("statements.lines") | {"other"} == set(KINDS)


def test_a_sale_shows_what_the_shopper_paid_the_commission_and_the_net() -> None:
    """In one line."""
    (line,) = sheet(
        {},
        booked(
            postings.sale(postings.SaleFact(1, 2, 3, "EUR", 10000, 1000, "pi_1")),
            1,
            START,
        ),
    ).lines
    assert (line.kind, line.gross, line.commission, line.net, line.balance) == (
        "sale",
        10000,
        -1000,
        9000,
        9000,
    )
    assert line.stripe_id == "pi_1"


def test_what_changes_no_balance_makes_no_line() -> None:
    """A reserve is still the vendor's; it is told beside the closing."""
    entries = booked(
        postings.reserved(postings.Reserved(1, 2, 3, "EUR", 500, "pi_1")),
        1,
        START,
    )
    found = sheet({"vendor_payable": -900}, entries)
    assert (
        found.lines,
        found.opening,
        found.closing,
        found.reserved,
    ) == ((), 900, 900, 500)


def test_a_refund_that_the_commission_bears_alone_is_on_the_invoice() -> None:
    """The balance stays, the commission is given back."""
    refund = postings.refund(postings.RefundFact(1, 2, 3, "EUR", 0, 400, "re_1"))
    found = sheet({}, booked(refund, 1, START))
    assert [(line.gross, line.commission, line.net) for line in found.lines] == [
        (-400, 400, 0)
    ]
    assert invoice(found.lines, Decimal(17)).gross == -400


@given(
    charges=st.lists(
        st.integers(-(10**8), 10**8).filter(bool),
        max_size=10,
    ),
    percentage=st.decimals(0, Decimal("99.99"), places=2),
)
def test_net_and_vat_are_the_gross(charges: list[int], percentage: Decimal) -> None:
    """Exactly, also of a month that gave back more than it charged; VAT is at most half a minor
    unit off.
    """
    lines = [
        StatementLine(
            "sale",
            START,
            2,
            0,
            -charge,
            -charge,
            0,
            "pi_1",
        )
        for charge in charges
    ]
    bill = invoice(lines, percentage)
    assert bill.gross == sum(charges) == sum(line.gross for line in bill.lines)
    assert bill.net + bill.vat == bill.gross
    assert abs(
        Decimal(bill.vat) - Decimal(bill.gross) * percentage / (100 + percentage)
    ) <= Decimal("0.5")
    assert vat_in(-bill.gross, percentage) == -bill.vat
    assert invoice(lines, percentage, "note").vat == 0


@pytest.mark.parametrize(
    ("gross", "percentage", "vat"),
    [
        (11700, "17", 1700),
        (100, "17", 15),
        (107, "7", 7),
        (3, "20", 1),
        (1, "100", 1),
    ],
)
def test_vat_is_rounded_half_up(gross: int, percentage: str, vat: int) -> None:
    """What is contained, not what is added."""
    assert vat_in(gross, Decimal(percentage)) == vat


@given(
    last=st.integers(0, 10**6),
    year=st.integers(2026, 2040),
)
def test_numbers_follow_one_another_and_start_anew_each_year(
    last: int, year: int
) -> None:
    """A clock that goes back opens no old year again."""
    assert next_in_series(year, last, year) == (year, last + 1)
    assert next_in_series(year, last, year + 1) == (year + 1, 1)
    assert next_in_series(year, last, year - 1) == (year, last + 1)
    assert invoice_number("MH", 2026, 1) == "MH-2026-000001"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-13",
        "2026-00",
        "1999-01",
        "2026-1",
        "2026-01-01",
        "٢٠٢٦-01",
        "../x",
    ],
)
def test_what_is_no_month_is_not_found(text: str) -> None:
    """It comes out of an address."""
    with pytest.raises(NotFound):
        months.known_month(text)

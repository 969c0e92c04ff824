"""From facts about money to balanced postings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.finance.ledger.chart import Account, Entry, Posting, Unbalanced, totals
from shared.finance.ledger.postings import (
    PaidOut,
    Parked,
    RefundFact,
    SaleFact,
    StripeFee,
    Unexplained,
    parked,
    payout_returned,
    payout_sent,
    refund,
    sale,
    stripe_fee,
    unexplained,
    unparked,
)

AMOUNTS = st.integers(1, 99_999_999)


@st.composite
def sales(draw: st.DrawFn) -> SaleFact:
    """Any sale that an order can be."""
    total = draw(AMOUNTS)
    return SaleFact(
        payment_id=draw(st.integers(1, 10**9)),
        order_id=2,
        vendor_id=3,
        currency=draw(st.sampled_from(["EUR", "JPY", "KWD"])),
        total=total,
        commission=draw(st.integers(0, total - 1)),
        stripe_id="pi_1",
    )


def of(posting: Posting, account: Account) -> int:
    """What a posting moves on one account."""
    return sum(entry.amount for entry in posting.entries if entry.account is account)


@given(fact=sales())
def test_a_sale_comes_to_zero_and_splits_what_was_paid(fact: SaleFact) -> None:
    """The vendor's share and the commission are together what the shopper paid; what is owed is
    what is held.
    """
    posting = sale(fact)
    assert set(totals(posting.entries).values()) == {0}
    assert (
        of(posting, Account.STRIPE_VENDOR) + of(posting, Account.STRIPE_PLATFORM)
        == fact.total
    )
    assert (
        of(posting, Account.VENDOR_PAYABLE)
        == -of(posting, Account.STRIPE_VENDOR)
        == fact.commission - fact.total
    )
    assert of(posting, Account.COMMISSION) == -fact.commission
    assert all(entry.stripe_id == "pi_1" and entry.amount for entry in posting.entries)


@given(amount=st.integers(0, 99_999_999))
def test_stripes_fee_is_the_platforms(amount: int) -> None:
    """It comes out of the platform's balance; a fee of zero leaves no line."""
    posting = stripe_fee(StripeFee(1, 2, "EUR", amount, "txn_1"))
    assert (
        of(posting, Account.STRIPE_PLATFORM)
        == -amount
        == -of(posting, Account.STRIPE_FEES)
    )
    assert len(posting.entries) == (2 if amount else 0)


@given(
    total=AMOUNTS,
    data=st.data(),
    vendor=st.sampled_from([3, None]),
)
def test_parked_money_lies_where_stripe_put_it_and_is_nobodys(
    total: int, data: st.DataObject, vendor: int | None
) -> None:
    """The commission in the platform's balance, the rest in the vendor's if it is one of ours; a
    person owes the answer.
    """
    fee = data.draw(st.integers(0, total - 1))
    fact = Parked(
        payment_id=1,
        order_id=2,
        vendor_id=vendor,
        currency="EUR",
        total=total,
        fee=fee,
        stripe_id="pi_1",
    )
    share = total - fee if vendor else 0
    for posting, sign in (
        (parked(fact), 1),
        (unparked(fact), -1),
    ):
        assert of(posting, Account.STRIPE_VENDOR) == sign * share
        assert of(posting, Account.STRIPE_PLATFORM) == sign * (total - share)
        assert of(posting, Account.SUSPENSE) == -sign * total
        assert (
            of(posting, Account.VENDOR_PAYABLE) == of(posting, Account.COMMISSION) == 0
        )


def test_each_parking_of_a_balance_transaction_has_a_key_of_its_own() -> None:
    """What explained it can turn out to be nothing: then it is parked again, and both postings
    stay.
    """
    keys = [
        unexplained(Unexplained(None, "EUR", -55, "txn_1", number)).key
        for number in (1, 2, 3)
    ]
    assert keys == ["unexplained:txn_1", "unexplained:txn_1:2", "unexplained:txn_1:3"]
    for vendor, account in (
        (None, Account.STRIPE_PLATFORM),
        (3, Account.STRIPE_VENDOR),
    ):
        posting = unexplained(Unexplained(vendor, "EUR", -55, "txn_1"))
        assert (of(posting, account), of(posting, Account.SUSPENSE)) == (-55, 55)


@given(
    amount=AMOUNTS,
    fee=st.integers(0, 10**6),
    data=st.data(),
)
def test_an_instant_payout_costs_the_vendor_its_fee_and_the_platform_earns_its_part(
    amount: int, fee: int, data: st.DataObject
) -> None:
    """Stripe may keep a part of the fee; on a return each part is undone as far as it came back."""
    earned = data.draw(st.integers(0, fee))
    fact = PaidOut(1, 3, "EUR", amount, "po_1", fee, (("fee_1", earned),))
    for posting, sign in (
        (payout_sent(fact), 1),
        (payout_returned(fact), -1),
    ):
        assert of(posting, Account.BANK_VENDOR) == sign * amount
        assert of(posting, Account.STRIPE_VENDOR) == -sign * (amount + fee)
        assert of(posting, Account.VENDOR_PAYABLE) == sign * fee
        assert (
            of(posting, Account.STRIPE_PLATFORM)
            == -of(posting, Account.COMMISSION)
            == sign * earned
        )
        named = {
            entry.stripe_id
            for entry in posting.entries
            if entry.vendor_id is None and entry.amount
        }
        assert named == ({"fee_1"} if earned else set())


@given(
    amounts=st.lists(
        st.integers(-1000, 1000).filter(bool),
        min_size=1,
        max_size=5,
    )
)
def test_a_posting_that_does_not_come_to_zero_cannot_be_made(
    amounts: list[int],
) -> None:
    """Not even in memory."""
    entries = tuple(Entry(Account.COMMISSION, amount, "EUR", "x") for amount in amounts)
    if sum(amounts):
        with pytest.raises(Unbalanced):
            Posting("k", "k:1", "order:1", entries)
    else:
        assert Posting("k", "k:1", "order:1", entries).entries == entries


def test_currencies_do_not_balance_each_other() -> None:
    """A euro is no crown."""
    with pytest.raises(Unbalanced):
        Posting(
            "k",
            "k:1",
            "order:1",
            (
                Entry(Account.COMMISSION, 5, "EUR", "x"),
                Entry(Account.COMMISSION, -5, "DKK", "x"),
            ),
        )


@pytest.mark.parametrize(
    ("account", "vendor"), [(Account.VENDOR_PAYABLE, None), (Account.COMMISSION, 3)]
)
def test_an_account_of_vendors_names_one_and_no_other_does(
    account: Account, vendor: int | None
) -> None:
    """Whose money it is is never left open."""
    with pytest.raises(ValueError, match="kept per vendor"):
        Entry(account, 5, "EUR", "x", vendor)


@pytest.mark.parametrize(
    "changed",
    [
        {"commission": 1000},
        {"commission": -1},
        {"total": 0, "commission": 0},
    ],
)
def test_an_impossible_commission_is_a_programming_error(
    changed: dict[str, Any],
) -> None:
    """0 <= commission < total, as everywhere."""
    given_ = {
        "payment_id": 1,
        "order_id": 2,
        "vendor_id": 3,
        "currency": "EUR",
        "total": 1000,
        "commission": 25,
    }
    with pytest.raises(ValueError, match="a commission of"):
        sale(SaleFact(**{**given_, **changed}, stripe_id="pi_1"))


def test_commission_says_whose_sale_it_is_of() -> None:
    """Or no statement would ever find it."""
    fact = RefundFact(1, 2, 3, "EUR", 0, 300, "re_1")
    one = refund(fact)
    assert (one.owner, one.unnamed_owner) == (3, 3)
    with pytest.raises(ValueError, match="whose sale"):
        replace(one, vendor_id=None)
    mixed = refund(replace(fact, vendor_part=10))
    assert (mixed.owner, mixed.unnamed_owner) == (3, None)

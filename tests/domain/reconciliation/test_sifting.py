"""What is left out of a comparison, because it agrees, changes nothing of what is told."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections import Counter
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.finance.reconciliation import sifting, staging
from shared.finance.reconciliation.checks import compare
from shared.finance.reconciliation.grouping import KINDS
from shared.finance.reconciliation.records import (
    BothSides,
    ClaimRecord,
    LedgerLine,
    MovementRecord,
    ObjectAtStripe,
    ObjectRecord,
    TransactionAtStripe,
    VendorEarnings,
)
from shared.finance.reconciliation.staging import Staging
from tests.support.made_up_records import (
    AMOUNTS,
    DISORDER,
    EUR,
    IDS,
    REVERSALS,
    paid,
    some,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pytest

PLACES = [kind.place for kind in KINDS.values()]


def sifted(both: BothSides) -> BothSides:
    """The same with what is quiet left out."""

    async def completed(sides: dict[str, Any]) -> BothSides:
        return BothSides(**sides, posted=both.posted, remembered=both.remembered)

    async def sift() -> BothSides:
        with Staging() as staged:
            for place in PLACES:
                staged.add(0, list(enumerate(getattr(both, place))))
            return await sifting.sift(staged, completed)

    left = asyncio.run(sift())
    return replace(both, **{place: getattr(left, place) for place in PLACES})


def went_back(number: int) -> dict[str, Any]:
    """A sale of which all was refunded and taken back from the vendor, with the commission."""
    sale = paid(number)
    tr, py, fee = f"tr_{number}", f"py_{number}", f"fee_{number}"
    re, trr, fr = f"re_{number}", f"trr_{number}", f"fr_{number}"
    txn = [f"txn_{number}_{n}" for n in range(4, 8)]
    sale["objects"] = [
        ObjectRecord("refund", number, re, "succeeded", 1000, "EUR", 1),
    ]
    sale["objects_at_stripe"] = [
        ObjectAtStripe(
            "refund", re, "succeeded", 1000, "EUR", intent_id=f"pi_{number}"
        ),
    ]
    of_claim = (number, f"refund:{number}")
    sale["movements"] = [
        MovementRecord(
            number, *of_claim, "reversal", "done", 1000, "EUR", 1, trr, number
        ),
        MovementRecord(
            number + 1, *of_claim, "fee_refund", "done", 100, "EUR", 1, fr, number
        ),
    ]
    sale["claims"] = [
        ClaimRecord(*of_claim, 1, "EUR", 900, 900, 0, 0, 900, number, 900),
    ]
    sale["transactions"] += [
        TransactionAtStripe(txn[0], "refund", -1000, 0, -1000, "EUR", re),
        TransactionAtStripe(
            txn[1], "transfer_refund", 1000, 0, 1000, "EUR", trr,
            {"transfer": tr, "source_refund": re},
        ),
        TransactionAtStripe(
            txn[2], "application_fee_refund", -100, 0, -100, "EUR", fr, {"fee": fee}
        ),
        TransactionAtStripe(
            txn[3], "payment_refund", -1000, -100, -900, "EUR", f"pyr_{number}",
            {"charge": py, "source_transfer_reversal": trr}, 1,
        ),
    ]  # fmt: skip
    sale["lines"] += [
        LedgerLine(None, "EUR", txn[0], -1000, "refund_paid", f"refund_paid:{number}"),
        LedgerLine(None, "EUR", trr, 1000, "moved", f"moved:{number}"),
        LedgerLine(1, "EUR", trr, -1000, "moved", f"moved:{number}"),
        LedgerLine(None, "EUR", fr, -100, "moved", f"moved:{number + 1}"),
        LedgerLine(1, "EUR", fr, 100, "moved", f"moved:{number + 1}"),
    ]
    return sale


def postings_of(payments: Iterable[int]) -> frozenset[str]:
    """What is posted of them."""
    kinds = ("sale", "stripe_fee")
    return frozenset(f"{kind}:{n}" for n in payments for kind in kinds)


def market(*sales: dict[str, Any]) -> BothSides:
    """Both sides with these sales in them."""
    places: dict[str, Any] = {}
    for place in PLACES:
        places[place] = tuple(each for sale in sales for each in sale.get(place, ()))
    numbers = [payment.id for sale in sales for payment in sale["payments"]]
    return BothSides(**places, posted=postings_of(numbers))


def test_what_agrees_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many sales, those remain of which something differs, whatever piece they are in."""
    monkeypatch.setattr(staging, "PIECE", 30)
    sales = [paid(number) for number in range(1, 41)]
    odd = sales[16]
    odd["intents"] = [replace(odd["intents"][0], amount=999)]
    sales[29]["lines"] = sales[29]["lines"][:1]
    whole = market(*sales)
    left = sifted(whole)
    assert [payment.id for payment in left.payments] == [17, 30]
    assert len(left.transactions) == 8
    assert compare(left) == compare(whole) != []


def test_what_went_back_in_full_agrees() -> None:
    """So it is left out, though its fee refund is told by payment and amount."""
    whole = market(went_back(20), went_back(30))
    assert compare(whole) == []
    left = sifted(whole)
    assert [getattr(left, place) for place in PLACES] == [()] * len(PLACES)


def of_an_unknown_sale(number: int) -> tuple[TransactionAtStripe, ...]:
    """A fee refund that came back with a reversal, neither of which says of what payment."""
    fr, trr = f"fr_{number}", f"trr_{number}"
    refund = ("application_fee_refund", -10, 0, -10, "EUR", fr)
    reversal = ("payment_refund", -100, -10, -90, "EUR", trr, {"source_refund": fr})
    return (
        TransactionAtStripe(f"txn_{number}", *refund),
        TransactionAtStripe(f"txn_{number}_1", *reversal, number),
    )


def test_what_amounts_alone_tell_apart_is_compared_together() -> None:
    """Each by itself agrees; together it is not sure which fee refund is whose."""
    (refund, reversal), (another, its_own) = map(of_an_unknown_sale, (1, 2))
    lines = [
        LedgerLine(vendor, "EUR", f"{name}_{number}", amount, "moved", f"moved:{name}")
        for number in (1, 2)
        for vendor, name, amount in (
            (None, "fr", -10),
            (number, "fr", 10),
            (number, "trr", -100),
        )
    ]
    alone = BothSides(transactions=(refund, reversal), lines=tuple(lines[:3]))
    assert compare(alone) == []
    rows = (refund, another, its_own, reversal)
    whole = BothSides(transactions=rows, lines=tuple(lines))
    assert compare(sifted(whole)) == compare(whole) != []


def test_memory_holds_a_piece(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many sales there are, beside a few bytes for each."""
    monkeypatch.setattr(staging, "PIECE", 200)

    def needed(count: int) -> int:
        async def sift() -> None:
            with Staging() as staged:
                for number in range(count):
                    for records in paid(number).values():
                        staged.add(0, list(enumerate(records)))
                await sifting.sift(staged, completed)

        async def completed(sides: dict[str, Any]) -> BothSides:
            numbers = [payment.id for payment in sides["payments"]]
            return BothSides(**sides, posted=postings_of(numbers))

        tracemalloc.start()
        try:
            asyncio.run(sift())
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    few, many = needed(200), needed(800)
    assert many < few * 1.2


KEYS = st.frozensets(IDS(("sale:1", "sale:2", "stripe_fee:1", "stripe_fee:2")))

EARNINGS = some(
    VendorEarnings,
    "vendor_id",
    vendor_id=st.integers(1, 2),
    currency=EUR,
    earned=AMOUNTS,
    lies=AMOUNTS,
    set_off=AMOUNTS,
)


@st.composite
def cases(draw: st.DrawFn) -> BothSides:
    """Both sides in any disorder, beside sales that agree: few ids, so that they meet."""
    places = draw(st.fixed_dictionaries(DISORDER))
    orphans = ("sale:1", "refund:1", "unexplained:txn_1:1", "moved:20")
    return replace(
        market(places, paid(10), paid(11), went_back(20), went_back(30)),
        posted=draw(KEYS) | postings_of([10, 11, 20, 30]),
        orphans=draw(st.frozensets(IDS(orphans))),
        balances={(None, "EUR"): (draw(AMOUNTS), draw(AMOUNTS))},
        receivables={(1, "EUR"): (draw(AMOUNTS), draw(AMOUNTS))},
        earnings=tuple(draw(EARNINGS)),
        ledger_sums={"EUR": draw(AMOUNTS)},
        remembered=draw(st.frozensets(REVERSALS)),
    )


@settings(max_examples=200)
@given(cases())
def test_nothing_is_told_otherwise(both: BothSides) -> None:
    """The same differences, in the same order, to the last word."""
    assert compare(sifted(both)) == compare(both)


def test_each_kind_of_record_is_grouped() -> None:
    """By a name, and written as what it is made of."""
    for record, kind in KINDS.items():
        assert [each.name for each in fields(record)] == list(record.__annotations__)
        assert kind.place in {each.name for each in fields(BothSides)}
    assert Counter(PLACES).most_common(1)[0][1] == 1

"""What is left out of a comparison, because it agrees, changes nothing of what is told."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections import Counter
from collections.abc import Iterable
from dataclasses import fields, replace
from operator import attrgetter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.finance.reconciliation import sifting, staging
from shared.finance.reconciliation.checks import compare
from shared.finance.reconciliation.grouping import KINDS
from shared.finance.reconciliation.records import (
    BothSides,
    ClaimRecord,
    IntentAtStripe,
    LedgerLine,
    MovementRecord,
    ObjectAtStripe,
    ObjectRecord,
    PaymentRecord,
    TransactionAtStripe,
    VendorEarnings,
)
from shared.finance.reconciliation.staging import Staging

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


def paid(number: int) -> dict[str, Any]:
    """A payment that both sides know in the same way."""
    pi, ch, tr, fee = (f"{kind}_{number}" for kind in ("pi", "ch", "tr", "fee"))
    txn = [f"txn_{number}_{n}" for n in range(4)]
    return {
        "payments": [
            PaymentRecord(
                number, number, f"MH-{number}", "paid", 1, "succeeded", 1000, "EUR",
                pi, ch, tr, fee, txn[0], 40,
            )
        ],
        "intents": [
            IntentAtStripe(pi, "succeeded", 1000, 1000, "EUR", ch, number, f"MH-{number}")
        ],
        "transactions": [
            TransactionAtStripe(
                txn[0], "charge", 1000, 40, 960, "EUR", ch,
                {"payment_intent": pi, "transfer": tr, "application_fee": fee},
            ),
            TransactionAtStripe(txn[1], "transfer", -1000, 0, -1000, "EUR", tr),
            TransactionAtStripe(
                txn[2], "application_fee", 100, 0, 100, "EUR", fee,
                {"originating_transaction": ch},
            ),
            TransactionAtStripe(
                txn[3], "payment", 1000, 100, 900, "EUR", f"py_{number}",
                {"source_transfer": tr}, 1,
            ),
        ],
        "lines": [
            LedgerLine(None, "EUR", pi, 60, "sale", f"sale:{number}"),
            LedgerLine(1, "EUR", pi, 900, "sale", f"sale:{number}"),
        ],
    }  # fmt: skip


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


IDS = st.sampled_from
VENDORS = st.sampled_from((None, 1, 2))
AMOUNTS = st.sampled_from((-100, -10, 0, 10, 20))
INTENTS = IDS(("pi_1", "pi_2", "pi_3"))
# What records name: also of sales that agree, and of which they make something else.
NAMED = INTENTS | IDS(("pi_10", "pi_20"))
CHARGES = IDS(("ch_1", "ch_2", "ch_10"))
TRANSFERS = IDS(("tr_1", "tr_2", "tr_10", "tr_20"))
FEES = IDS(("fee_1", "fee_2", "fee_10", "fee_20"))
REVERSALS = IDS(("trr_1", "trr_2", "trr_20"))
FEE_REFUNDS = IDS(("fr_1", "fr_2", "fr_20"))
PAYOUTS = IDS(("po_1", "po_2"))
REFUNDS = IDS(("re_1", "re_2", "du_1"))
ROWS = IDS(("txn_1", "txn_2", "txn_3", "txn_4"))
ANY = st.one_of(
    NAMED,
    CHARGES,
    TRANSFERS,
    FEES,
    REVERSALS,
    FEE_REFUNDS,
    PAYOUTS,
    REFUNDS,
    ROWS,
)
TYPES = st.sampled_from(
    (
        "charge",
        "transfer",
        "application_fee",
        "application_fee_refund",
        "payment",
        "transfer_refund",
        "payment_refund",
        "adjustment",
        "payout",
        "payout_failure",
        "refund",
        "reserve_hold",
        "stripe_fee",
    )
)
LINKS = st.fixed_dictionaries(
    {},
    optional={
        "payment_intent": NAMED,
        "transfer": TRANSFERS,
        "application_fee": FEES,
        "originating_transaction": CHARGES,
        "fee": FEES,
        "charge": CHARGES,
        "source_transaction": CHARGES,
        "source_transfer": TRANSFERS,
        "source_transfer_reversal": REVERSALS,
        "source_refund": REFUNDS,
        "payout": PAYOUTS,
    },
)
EUR = st.just("EUR")
NUMBERS = st.integers(1, 3)


def some(
    record: Any, of_its_own: str | None, /, **parts: Any
) -> st.SearchStrategy[Any]:
    """A few records, each with a key of its own."""
    unique = attrgetter(of_its_own) if of_its_own else None
    return st.lists(st.builds(record, **parts), max_size=5, unique_by=unique)


PAYMENTS = some(
    PaymentRecord,
    "id",
    id=NUMBERS,
    order_id=NUMBERS,
    order_number=IDS(("MH-1", "MH-2")),
    order_state=IDS(("paid", "pending")),
    vendor_id=st.integers(1, 2),
    state=IDS(
        (
            "opening",
            "pending",
            "succeeded",
            "refunded",
            "parked",
            "processing",
            "canceled",
        )
    ),
    amount=AMOUNTS,
    currency=EUR,
    intent_id=st.none() | INTENTS,
    charge_id=st.none() | CHARGES,
    transfer_id=st.none() | TRANSFERS,
    fee_id=st.none() | FEES,
    transaction_id=st.none() | ROWS,
    stripe_fee=AMOUNTS,
    recent=st.booleans(),
)
AT_STRIPE = some(
    IntentAtStripe,
    "id",
    id=INTENTS,
    status=IDS(("succeeded", "processing", "canceled", "requires_action")),
    amount=AMOUNTS,
    received=AMOUNTS,
    currency=EUR,
    charge_id=st.none() | CHARGES,
    payment_id=st.none() | NUMBERS | st.just(10),
    order_number=st.none() | IDS(("MH-1", "MH-2")),
)
TRANSACTIONS = some(
    TransactionAtStripe,
    "id",
    id=ROWS,
    type=TYPES,
    amount=AMOUNTS,
    fee=AMOUNTS,
    net=AMOUNTS,
    currency=EUR,
    source=st.none() | ANY,
    links=LINKS,
    vendor_id=VENDORS,
    recent=st.booleans(),
)
WHATS = IDS(("refund", "dispute", "payout"))
OBJECTS = some(
    ObjectRecord,
    "stripe_id",
    what=WHATS,
    id=NUMBERS,
    stripe_id=REFUNDS | PAYOUTS,
    state=IDS(("pending", "succeeded")),
    amount=AMOUNTS,
    currency=EUR,
    vendor_id=VENDORS,
    account=st.none(),
    recent=st.booleans(),
)
OBJECTS_AT_STRIPE = some(
    ObjectAtStripe,
    "id",
    what=WHATS,
    id=REFUNDS | PAYOUTS,
    state=IDS(("pending", "succeeded")),
    amount=AMOUNTS,
    currency=EUR,
    vendor_id=VENDORS,
    account=st.none(),
    intent_id=st.none() | NAMED,
)
SUBJECTS = IDS(("refund:1", "dispute:1"))
MOVEMENTS = some(
    MovementRecord,
    "id",
    id=NUMBERS,
    claim_id=NUMBERS,
    subject=SUBJECTS,
    kind=IDS(("reversal", "transfer", "fee_refund")),
    state=IDS(("opening", "done", "refused")),
    amount=IDS((10, 20)),
    currency=EUR,
    vendor_id=st.integers(1, 2),
    stripe_id=st.none() | TRANSFERS | REVERSALS | FEE_REFUNDS,
    payment_id=NUMBERS | st.just(10),
    recent=st.booleans(),
)
CLAIMS = some(
    ClaimRecord,
    "id",
    id=NUMBERS,
    subject=SUBJECTS,
    vendor_id=st.integers(1, 2),
    currency=EUR,
    amount=AMOUNTS,
    taken=AMOUNTS,
    receivable=AMOUNTS,
    written_off=st.just(0),
    moved=AMOUNTS,
    payment_id=NUMBERS | st.just(10),
    bears=st.none() | AMOUNTS,
)
LINES = some(
    LedgerLine,
    None,
    vendor_id=VENDORS,
    currency=EUR,
    stripe_id=ANY | st.just(""),
    amount=AMOUNTS,
    kind=IDS(("sale", "moved", "refund", "unexplained", "explained")),
    key=IDS(("sale:1", "moved:1", "refund:1", "unexplained:txn_1:1")),
    recent=st.booleans(),
)
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


DISORDER = {
    "payments": PAYMENTS,
    "intents": AT_STRIPE,
    "objects": OBJECTS,
    "objects_at_stripe": OBJECTS_AT_STRIPE,
    "movements": MOVEMENTS,
    "claims": CLAIMS,
    "transactions": TRANSACTIONS,
    "lines": LINES,
}


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

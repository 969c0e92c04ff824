"""Both sides of a comparison as plain data: a sale with all that follows it, here and at Stripe."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from shared.finance.reconciliation.findings import (
    DifferenceKind,
    FoundDifference,
)
from shared.finance.reconciliation.records import (
    BothSides,
    IntentAtStripe,
    LedgerLine,
    MovementRecord,
    PaymentRecord,
    TransactionAtStripe,
)

VENDOR = 7


def sale(
    n: int,
    total: int,
    fee: int,
    stripe_fee: int,
    currency: str = "EUR",
) -> BothSides:
    """One destination charge on both sides."""
    pi, ch, tr, cf, txn, py = (
        f"{kind}_{n}" for kind in ("pi", "ch", "tr", "fee", "txn_ch", "py")
    )
    links = {"payment_intent": pi, "transfer": tr} | (
        {"application_fee": cf} if fee else {}
    )
    rows = [
        TransactionAtStripe(
            txn, "charge", total, stripe_fee, total - stripe_fee, currency, ch, links
        ),
        TransactionAtStripe(
            f"txn_tr_{n}",
            "transfer",
            -total,
            0,
            -total,
            currency,
            tr,
            {"source_transaction": ch},
        ),
        TransactionAtStripe(
            f"txn_py_{n}",
            "payment",
            total,
            fee,
            total - fee,
            currency,
            py,
            {"source_transfer": tr},
            VENDOR,
        ),
    ]
    lines = [
        LedgerLine(VENDOR, currency, pi, total - fee, "sale", f"sale:{n}"),
        LedgerLine(None, currency, txn, -stripe_fee, "stripe_fee", f"stripe_fee:{n}"),
    ]
    if fee:
        rows.append(
            TransactionAtStripe(
                f"txn_fee_{n}",
                "application_fee",
                fee,
                0,
                fee,
                currency,
                cf,
                {"originating_transaction": ch},
            )
        )
        lines.append(LedgerLine(None, currency, pi, fee, "sale", f"sale:{n}"))
    row = PaymentRecord(
        n,
        n,
        f"MH-{n}",
        "paid",
        VENDOR,
        "succeeded",
        total,
        currency,
        pi,
        ch,
        tr,
        cf if fee else None,
        txn,
        stripe_fee,
    )
    return BothSides(
        payments=(row,),
        intents=(
            IntentAtStripe(pi, "succeeded", total, total, currency, ch, n, f"MH-{n}"),
        ),
        transactions=tuple(rows),
        lines=tuple(lines),
        posted=frozenset({f"sale:{n}", f"stripe_fee:{n}"}),
    )


def movement(
    facts: BothSides,
    n: int,
    kind: str,
    amount: int,
    *,
    fee_back: int = 0,
) -> BothSides:
    """A reversal (perhaps with commission that comes back on the same row) or a transfer back, on
    both sides.
    """
    row = facts.payments[0]
    currency = row.currency
    rows: list[TransactionAtStripe] = []
    lines: list[LedgerLine] = []
    movements: list[MovementRecord] = []

    def moved(stripe_id: str, what: str, signed: int) -> None:
        movements.append(
            MovementRecord(
                len(facts.movements) + len(movements) + 100 * n,
                n,
                "refund:1",
                what,
                "done",
                abs(signed),
                currency,
                VENDOR,
                stripe_id,
                row.id,
            )
        )
        lines.append(
            LedgerLine(None, currency, stripe_id, signed, "moved", f"moved:{stripe_id}")
        )
        lines.append(
            LedgerLine(
                VENDOR, currency, stripe_id, -signed, "moved", f"moved:{stripe_id}"
            )
        )

    if kind == "reversal":
        trr, pyr, fr = f"trr_{n}", f"pyr_{n}", f"fr_{n}"
        rows.append(
            TransactionAtStripe(
                f"txn_trr_{n}",
                "transfer_refund",
                amount,
                0,
                amount,
                currency,
                trr,
                {"transfer": str(row.transfer_id)},
            )
        )
        rows.append(
            TransactionAtStripe(
                f"txn_pyr_{n}",
                "payment_refund",
                -amount,
                -fee_back,
                fee_back - amount,
                currency,
                pyr,
                {"source_transfer_reversal": trr},
                VENDOR,
            )
        )
        moved(trr, "reversal", amount)
        if fee_back:
            rows.append(
                TransactionAtStripe(
                    f"txn_fr_{n}",
                    "application_fee_refund",
                    -fee_back,
                    0,
                    -fee_back,
                    currency,
                    fr,
                    {"fee": str(row.fee_id)},
                )
            )
            moved(fr, "fee_refund", -fee_back)
    elif kind == "transfer":
        tr = f"tr_again_{n}"
        rows.append(
            TransactionAtStripe(
                f"txn_again_{n}",
                "transfer",
                -amount,
                0,
                -amount,
                currency,
                tr,
                {"source_transaction": str(row.charge_id)},
            )
        )
        rows.append(
            TransactionAtStripe(
                f"txn_pya_{n}",
                "payment",
                amount,
                0,
                amount,
                currency,
                f"pya_{n}",
                {"source_transfer": tr},
                VENDOR,
            )
        )
        moved(tr, "transfer", -amount)
    else:
        fr = f"fr_{n}"
        rows.append(
            TransactionAtStripe(
                f"txn_fr_{n}",
                "application_fee_refund",
                -amount,
                0,
                -amount,
                currency,
                fr,
                {"fee": str(row.fee_id)},
            )
        )
        rows.append(
            TransactionAtStripe(
                f"txn_adj_{n}",
                "adjustment",
                amount,
                0,
                amount,
                currency,
                fr,
                {"fee": str(row.fee_id)},
                VENDOR,
            )
        )
        moved(fr, "fee_refund", -amount)
    return join(
        facts,
        BothSides(
            transactions=tuple(rows), lines=tuple(lines), movements=tuple(movements)
        ),
    )


def join(*all_facts: BothSides) -> BothSides:
    """Everything together."""
    names = (
        "payments",
        "intents",
        "objects",
        "objects_at_stripe",
        "movements",
        "transactions",
        "lines",
    )
    parts: dict[str, Any] = {
        name: tuple(x for f in all_facts for x in getattr(f, name)) for name in names
    }
    return BothSides(
        **parts,
        posted=frozenset().union(*(f.posted for f in all_facts)),
    )


def balanced(facts: BothSides) -> BothSides:
    """With the balances that both sides come to."""
    places = {(t.vendor_id, t.currency) for t in facts.transactions} | {
        (x.vendor_id, x.currency) for x in facts.lines
    }
    balances = {
        place: (
            sum(x.amount for x in facts.lines if (x.vendor_id, x.currency) == place),
            sum(
                t.net for t in facts.transactions if (t.vendor_id, t.currency) == place
            ),
        )
        for place in places
    }
    return replace(facts, balances=balances)


def kinds(findings: list[FoundDifference]) -> list[DifferenceKind]:
    return [finding.kind for finding in findings]


amounts = st.integers(100, 100_000)


@st.composite
def markets(draw: st.DrawFn) -> BothSides:
    """A few sales with what came after them."""
    parts = []
    for n in range(1, draw(st.integers(1, 4)) + 1):
        total = draw(amounts)
        facts = sale(
            n,
            total,
            draw(st.integers(0, total - 1)),
            draw(st.integers(1, 90)),
            draw(st.sampled_from(["EUR", "DKK"])),
        )
        fee = facts.payments[0].fee_id is not None
        for m in range(draw(st.integers(0, 4))):
            kind = draw(
                st.sampled_from(
                    ["reversal", "transfer", "fee"] if fee else ["reversal", "transfer"]
                )
            )
            back = draw(st.integers(0, 50)) if kind == "reversal" and fee else 0
            facts = movement(
                facts,
                10 * n + m,
                kind,
                draw(st.integers(60, 500)),
                fee_back=back,
            )
        parts.append(facts)
    return balanced(join(*parts))

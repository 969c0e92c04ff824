"""A payment, a refund or a payout here and its like at Stripe: what differs is told. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.finance.reconciliation.checks import compare
from shared.finance.reconciliation.findings import (
    DifferenceKind,
    RepairName,
)
from shared.finance.reconciliation.records import (
    BothSides,
    IntentAtStripe,
    ObjectAtStripe,
    ObjectRecord,
    TransactionAtStripe,
)
from tests.support.compared import VENDOR, balanced, kinds, sale
from tests.support.compared_pairs import reversed_, told
from tests.support.single_differences import SOLD

ROW, INTENT = SOLD.payments[0], SOLD.intents[0]


def with_state(state: str, status: str, **more: Any) -> BothSides:
    """One sale whose payment and intent say these words; nothing is posted of it where no money was
    taken here.
    """
    taken = state in ("succeeded", "refunded", "parked")
    paid = "paid" if state in ("succeeded", "refunded") else "pending"
    facts = replace(
        SOLD,
        payments=(replace(ROW, state=state, order_state=paid, **more),),
        intents=(
            replace(
                INTENT, status=status, received=4990 if status == "succeeded" else 0
            ),
        ),
    )
    return (
        facts
        if taken or status == "succeeded"
        else replace(facts, transactions=(), lines=(), posted=frozenset())
    )


class TestPayments:
    @pytest.mark.parametrize(
        ("state", "status", "kind"),
        [
            ("pending", "processing", DifferenceKind.PAYMENT_BEHIND),
            ("pending", "canceled", DifferenceKind.PAYMENT_BEHIND),
            ("pending", "requires_action", None),
            ("requires_action", "requires_payment_method", None),
            ("failed", "requires_payment_method", None),
            ("processing", "processing", None),
            ("processing", "requires_payment_method", DifferenceKind.PAYMENT_BEHIND),
            ("canceled", "canceled", None),
            ("pending", "succeeded", DifferenceKind.ORDER_UNPAID),
            ("canceled", "succeeded", DifferenceKind.ORDER_UNPAID),
            ("succeeded", "canceled", DifferenceKind.PAYMENT_DIFFERS),
            ("refunded", "processing", DifferenceKind.PAYMENT_DIFFERS),
            ("succeeded", "succeeded", None),
            ("refunded", "succeeded", None),
        ],
    )
    def test_where_a_payment_stands_on_both_sides(
        self, state: str, status: str, kind: DifferenceKind | None
    ) -> None:
        """What waits for the shopper may wait; what was decided at Stripe is decided here, or it is
        told.
        """
        found = compare(balanced(with_state(state, status)))
        assert [f.kind for f in found if f.subject == "payment:1"] == (
            [kind] if kind else []
        )

    def test_parked_money_may_be_of_another_amount(self) -> None:
        """That is why it was parked."""
        row = replace(ROW, state="parked", order_state="pending", amount=5000)
        lines = tuple(replace(line, kind="parked") for line in SOLD.lines)
        facts = replace(
            SOLD,
            payments=(row,),
            lines=lines,
            posted=frozenset({"parked:1", "stripe_fee:1"}),
        )
        assert told(facts) == []

    def test_an_older_payment_is_judged_by_a_look_at_everything(self) -> None:
        """What began before the window is not told as missing at Stripe."""
        assert (
            told(
                replace(
                    SOLD,
                    payments=(replace(ROW, recent=False),),
                    intents=(),
                )
            )
            == []
        )
        assert kinds(compare(balanced(replace(SOLD, intents=())))) == [
            DifferenceKind.PAYMENT_MISSING
        ]

    @pytest.mark.parametrize(
        ("number", "received", "mark", "kind", "repair"),
        [
            ("MH-1", 4990, 1, DifferenceKind.ORDER_UNPAID, RepairName.CONFIRM_PAYMENT),
            ("MH-9", 4990, 1, DifferenceKind.INTENT_UNKNOWN, RepairName.NONE),
            ("MH-1", 4990, 9, DifferenceKind.INTENT_UNKNOWN, RepairName.NONE),
            ("MH-1", 0, 1, None, RepairName.NONE),
            ("MH-1", 4990, None, None, RepairName.NONE),
        ],
    )
    def test_an_intent_that_no_payment_has(
        self,
        number: str,
        received: int,
        mark: int | None,
        kind: DifferenceKind | None,
        repair: RepairName,
    ) -> None:
        """With our mark and money in it, it is the open payment's whose answer got lost, or
        unknown; else it is not ours.
        """
        opening = replace(
            ROW,
            intent_id=None,
            charge_id=None,
            transfer_id=None,
            fee_id=None,
            state="opening",
            order_state="pending",
        )
        lost = IntentAtStripe(
            "pi_lost", "succeeded", 4990, received, "EUR", "ch_lost", mark, number
        )
        found = compare(BothSides(payments=(opening,), intents=(lost,)))
        assert [(f.kind, f.repair, f.stripe_id) for f in found] == (
            [(kind, repair, "pi_lost")] if kind else []
        )

    def test_a_missing_payment_names_the_one_that_carries_its_mark(self) -> None:
        """And that one is not told a second time; another order's mark is no answer."""
        marked = replace(INTENT, id="pi_new")
        (found,) = compare(
            replace(
                SOLD,
                intents=(marked,),
                transactions=(),
                lines=(),
            )
        )
        assert (found.kind, found.stripe_side) == (
            DifferenceKind.PAYMENT_MISSING,
            "succeeded, pi_new",
        )
        foreign = replace(marked, order_number="MH-9")
        assert kinds(
            compare(
                replace(
                    SOLD,
                    intents=(foreign,),
                    transactions=(),
                    lines=(),
                )
            )
        ) == [
            DifferenceKind.PAYMENT_MISSING,
            DifferenceKind.INTENT_UNKNOWN,
        ]

    def test_a_sale_that_was_not_posted_is_told_once(self) -> None:
        """With what mends it; its money is not told again."""
        fee = tuple(line for line in SOLD.lines if line.kind == "stripe_fee")
        (found,) = compare(
            balanced(
                replace(
                    SOLD,
                    lines=fee,
                    posted=frozenset({"stripe_fee:1"}),
                )
            )
        )
        assert (found.kind, found.repair, found.arguments) == (
            DifferenceKind.SALE_UNPOSTED,
            RepairName.POST_SALE,
            {"payment_id": 1, "intent_id": "pi_1"},
        )

    def test_no_fee_of_stripes_needs_no_posting(self) -> None:
        """A fee of zero leaves no line."""
        free = sale(1, 4990, 125, 0)
        lines = tuple(line for line in free.lines if line.amount)
        assert told(replace(free, lines=lines, posted=frozenset({"sale:1"}))) == []


class TestThings:
    REFUND = ObjectAtStripe("refund", "re_1", "succeeded", 500, "EUR", intent_id="pi_1")

    @pytest.mark.parametrize(
        ("change", "kind", "repair"),
        [
            ({}, None, None),
            (
                {"state": "failed"},
                DifferenceKind.REFUND_DIFFERS,
                RepairName.FOLLOW_REFUND,
            ),
            ({"amount": 501}, DifferenceKind.REFUND_DIFFERS, RepairName.NONE),
            ({"currency": "DKK"}, DifferenceKind.REFUND_DIFFERS, RepairName.NONE),
        ],
    )
    def test_a_refund_on_both_sides(
        self,
        change: dict[str, Any],
        kind: DifferenceKind | None,
        repair: RepairName | None,
    ) -> None:
        """Another state is followed; another amount is for a person."""
        mine = ObjectRecord("refund", 1, "re_1", "succeeded", 500, "EUR", VENDOR)
        facts = replace(
            SOLD,
            objects=(mine,),
            objects_at_stripe=(replace(self.REFUND, **change),),
        )
        assert [(f.kind, f.repair) for f in compare(balanced(facts))] == (
            [(kind, repair)] if kind else []
        )

    def test_what_is_unknown_there_is_told_while_it_is_recent(self) -> None:
        """Older rows may lie before what was asked for."""
        mine = ObjectRecord("payout", 1, "po_1", "paid", 500, "EUR", VENDOR)
        assert kinds(compare(balanced(replace(SOLD, objects=(mine,))))) == [
            DifferenceKind.PAYOUT_MISSING
        ]
        assert told(replace(SOLD, objects=(replace(mine, recent=False),))) == []

    def test_a_refund_that_we_do_not_know_tells_what_moved_along_with_it(self) -> None:
        """Its reversal and its own row are part of it, and are not told again."""
        row = TransactionAtStripe(
            "txn_re", "refund", -500, 0, -500, "EUR", "re_1", {"payment_intent": "pi_1"}
        )
        facts = replace(reversed_(SOLD, 9), objects_at_stripe=(self.REFUND,))
        facts = replace(facts, transactions=(*facts.transactions, row))
        assert told(facts) == [
            (
                DifferenceKind.REFUND_UNKNOWN,
                "refund:re_1",
                "re_1",
                RepairName.FOLLOW_REFUND,
            )
        ]

    def test_a_payout_belongs_to_its_account_and_a_refund_to_its_payment(self) -> None:
        """So a payout needs no payment of ours; a refund of somebody else's charge is not told."""
        payout = ObjectAtStripe("payout", "po_1", "paid", 500, "EUR", VENDOR, "acct_1")
        foreign = replace(self.REFUND, intent_id="pi_9")
        (found,) = compare(balanced(replace(SOLD, objects_at_stripe=(payout, foreign))))
        assert (found.kind, found.vendor_id) == (DifferenceKind.PAYOUT_UNKNOWN, VENDOR)
        (found,) = compare(balanced(replace(SOLD, objects_at_stripe=(self.REFUND,))))
        assert (found.kind, found.vendor_id) == (DifferenceKind.REFUND_UNKNOWN, VENDOR)

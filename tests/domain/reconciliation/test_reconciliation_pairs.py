"""The comparison, pair by pair: what differs between one row of ours and one thing at Stripe, what
is told of it, and what is not.
"""

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
    ClaimRecord,
    IntentAtStripe,
    LedgerLine,
    MovementRecord,
    ObjectAtStripe,
    ObjectRecord,
    TransactionAtStripe,
)
from tests.domain.reconciliation.test_single_differences import SOLD
from tests.support.compared import VENDOR, balanced, join, kinds, movement, sale

ROW, INTENT = SOLD.payments[0], SOLD.intents[0]
OTHER = sale(2, 3000, 75, 60)


def told(facts: BothSides) -> list[tuple[DifferenceKind, str, str | None, RepairName]]:
    """Kind, what it is about, Stripe's id, and the repair of each finding."""
    return [
        (
            f.kind,
            f.subject,
            f.stripe_id,
            f.repair,
        )
        for f in compare(balanced(facts))
    ]


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


def opened(n: int = 1, amount: int = 500, **more: Any) -> MovementRecord:
    """A reversal of the first sale that was written down and never finished."""
    given = {"state": "opening", "stripe_id": None, "payment_id": 1, **more}
    return MovementRecord(
        n,
        n,
        f"refund:{n}",
        "reversal",
        given.pop("state"),
        amount,
        "EUR",
        VENDOR,
        **given,
    )


def reversed_(sold: BothSides, n: int, amount: int = 500) -> BothSides:
    """A reversal at Stripe of a sale, and nothing of it here."""
    return replace(
        movement(sold, n, "reversal", amount), movements=(), lines=sold.lines
    )


class TestMovements:
    def test_one_that_was_never_finished_is_found_at_stripe_by_payment_and_amount(
        self,
    ) -> None:
        """Of two of the same amount the one of its own payment; another amount is not it, and is
        told by itself.
        """
        both = join(reversed_(OTHER, 8), reversed_(SOLD, 9))
        found = {
            f.subject: f
            for f in compare(balanced(replace(both, movements=(opened(),))))
        }
        assert (found["movement:1"].kind, found["movement:1"].stripe_id) == (
            DifferenceKind.MOVEMENT_OPEN,
            "trr_9",
        )
        assert found["movement:trr_8"].kind is DifferenceKind.TAKEN_BY_HAND
        found = {
            f.subject: f
            for f in compare(
                balanced(
                    replace(
                        reversed_(SOLD, 9),
                        movements=(opened(amount=499),),
                    )
                )
            )
        }
        assert (found["movement:1"].stripe_id, found["movement:trr_9"].kind) == (
            None,
            DifferenceKind.TAKEN_BY_HAND,
        )

    def test_each_that_was_never_finished_is_told_whatever_stands_before_it(
        self,
    ) -> None:
        """One that is done before it, and two that wait for the same amount."""
        moved = movement(reversed_(SOLD, 9), 10, "reversal", 700)
        facts = replace(moved, movements=(*moved.movements, opened(1), opened(2)))
        found = [(f.kind, f.subject, f.stripe_id) for f in compare(balanced(facts))]
        assert found == [
            (DifferenceKind.MOVEMENT_OPEN, "movement:1", "trr_9"),
            (DifferenceKind.MOVEMENT_OPEN, "movement:2", None),
        ]

    def test_another_vendors_money_is_not_the_answer(self) -> None:
        """The amount is the same, the seller is not."""
        stranger = replace(opened(), vendor_id=8)
        found = {
            f.subject: f.stripe_id
            for f in compare(
                balanced(replace(reversed_(SOLD, 9), movements=(stranger,)))
            )
        }
        assert found["movement:1"] is None

    @pytest.mark.parametrize(
        ("more", "is_told"),
        [
            ({}, True),
            ({"recent": False}, False),
            ({"state": "refused"}, False),
        ],
    )
    def test_one_that_is_done_here_and_unknown_there(
        self, more: dict[str, Any], is_told: bool
    ) -> None:
        """Told while it is recent; one that Stripe refused is not looked for."""
        mine = opened(**{"state": "done", "stripe_id": "trr_9", **more})
        found = kinds(compare(balanced(replace(SOLD, movements=(mine,)))))
        assert found == ([DifferenceKind.MOVEMENT_MISSING] if is_told else [])

    @pytest.mark.parametrize(
        ("kind", "type_", "source"),
        [
            ("reversal", "transfer_refund", "tr_1"),
            ("transfer", "transfer", "ch_1"),
            ("fee", "application_fee_refund", "fee_1"),
        ],
    )
    def test_one_that_we_do_not_know_says_what_it_came_out_of(
        self, kind: str, type_: str, source: str
    ) -> None:
        """So that it can be taken into the books."""
        moved = movement(SOLD, 9, kind, 300)
        facts = replace(
            moved,
            movements=(),
            lines=SOLD.lines,
            remembered=frozenset({"trr_9"}),
        )
        (found,) = compare(balanced(facts))
        assert (found.kind, found.repair) == (
            DifferenceKind.MOVEMENT_UNKNOWN,
            RepairName.ADOPT_MOVEMENT,
        )
        named = {
            name: found.arguments[name]
            for name in ("type", "amount", "source", "payment_id")
        }
        assert named == {
            "type": type_,
            "amount": 300,
            "source": source,
            "payment_id": 1,
        }
        assert found.arguments["transactions"]


class TestClaims:
    def test_each_reason_to_wait_is_enough(self) -> None:
        """A movement under way, one that we lack, or a vendor whose set-offs do not come to
        zero.
        """
        off = ClaimRecord(
            1,
            "refund:1",
            VENDOR,
            "EUR",
            500,
            100,
            0,
            0,
            100,
            payment_id=1,
        )
        assert kinds(compare(balanced(replace(SOLD, claims=(off,))))) == [
            DifferenceKind.CLAIM_UNSETTLED
        ]
        waits = replace(SOLD, claims=(off,), movements=(opened(),))
        assert kinds(compare(balanced(waits))) == [DifferenceKind.MOVEMENT_OPEN]
        lacking = replace(
            movement(SOLD, 9, "transfer", 300),
            movements=(),
            lines=SOLD.lines,
            claims=(off,),
        )
        assert kinds(compare(balanced(lacking))) == [DifferenceKind.MOVEMENT_UNKNOWN]

    @pytest.mark.parametrize(
        ("taken", "receivable", "written_off", "netted", "is_right"),
        [
            (500, 0, 0, 0, True),
            (100, 400, 0, 0, True),
            (100, 300, 100, 0, True),
            (50, 300, 100, 50, True),
            (500, 1, 0, 0, False),
            (499, 0, 0, 0, False),
            (500, 0, 1, 0, False),
            (500, 0, 0, 1, False),
        ],
    )
    def test_a_claim_is_taken_owed_set_off_or_given_up(
        self, taken: int, receivable: int, written_off: int, netted: int, is_right: bool
    ) -> None:
        """All of it, and not a cent more."""
        claim = ClaimRecord(
            1,
            "refund:1",
            VENDOR,
            "EUR",
            500,
            taken,
            receivable,
            written_off,
            taken,
            netted=netted,
        )
        assert (told(replace(SOLD, claims=(claim,))) == []) == is_right


class TestPayoutFees:
    """An instant payout of 500 that cost the vendor 8, of which the platform earned 5."""

    ROWS = (
        TransactionAtStripe(
            "txn_po", "payout", -500, 8, -508, "EUR", "po_1", {}, VENDOR
        ),
        TransactionAtStripe(
            "txn_pf", "application_fee", 5, 0, 5, "EUR", "fee_po", {"payout": "po_1"}
        ),
    )
    LINES = (
        LedgerLine(VENDOR, "EUR", "po_1", -508, "payout_sent", "payout_sent:1"),
        LedgerLine(None, "EUR", "fee_po", 5, "payout_sent", "payout_sent:1"),
    )
    BACK = (
        TransactionAtStripe(
            "txn_pb", "payout_failure", 500, -8, 508, "EUR", "po_1", {}, VENDOR
        ),
        TransactionAtStripe(
            "txn_pr",
            "application_fee_refund",
            -5,
            0,
            -5,
            "EUR",
            "fr_po",
            {"fee": "fee_po"},
        ),
    )
    BACK_LINES = (
        LedgerLine(VENDOR, "EUR", "po_1", 508, "payout_returned", "payout_returned:1"),
        LedgerLine(None, "EUR", "fee_po", -5, "payout_returned", "payout_returned:1"),
    )

    def test_what_it_cost_goes_with_it_and_comes_back_with_it(self) -> None:
        """Beside a sale with a commission of its own."""
        facts = replace(
            SOLD,
            transactions=(*SOLD.transactions, *self.ROWS),
            lines=(*SOLD.lines, *self.LINES),
        )
        assert told(facts) == []
        facts = replace(
            facts,
            transactions=(*facts.transactions, *self.BACK),
            lines=(*facts.lines, *self.BACK_LINES),
        )
        assert told(facts) == []

    def test_one_that_is_not_booked_is_one_finding(self) -> None:
        """The fee is part of it."""
        facts = replace(SOLD, transactions=(*SOLD.transactions, *self.ROWS))
        (found,) = compare(balanced(facts))
        assert (found.kind, found.stripe_id, found.our_side) == (
            DifferenceKind.MONEY_UNEXPLAINED,
            "po_1",
            "vendor 7 €0.00, platform €0.00",
        )
        assert found.stripe_side == "vendor 7 -€5.08, platform €0.05"


def test_a_balance_that_differs_says_whose_it_is() -> None:
    """Each account by itself: the platform's, and each vendor's."""
    for vendor, subject in (
        (None, "balance:platform:EUR"),
        (VENDOR, f"balance:{VENDOR}:EUR"),
    ):
        sound = balanced(SOLD)
        ours, theirs = sound.balances[vendor, "EUR"]
        (found,) = compare(
            replace(
                sound,
                balances={**sound.balances, (vendor, "EUR"): (ours, theirs - 3)},
            )
        )
        assert (found.kind, found.subject, found.vendor_id) == (
            DifferenceKind.BALANCE_DIFFERS,
            subject,
            vendor,
        )

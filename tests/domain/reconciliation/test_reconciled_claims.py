"""Claims, their movements and payout fees here and at Stripe: what differs is told. Pure."""

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
    ClaimRecord,
    LedgerLine,
    MovementRecord,
    TransactionAtStripe,
)
from tests.support.compared import VENDOR, balanced, join, kinds, movement, sale
from tests.support.compared_pairs import reversed_, told
from tests.support.single_differences import SOLD

OTHER = sale(2, 3000, 75, 60)


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
        assert found.stripe_side == "vendor 7 −€5.08, platform €0.05"


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

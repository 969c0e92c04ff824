"""Each thing that can differ between Stripe and us is told once, under its own name. Pure."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from shared.finance.reconciliation.checks import compare
from shared.finance.reconciliation.findings import (
    DifferenceKind,
    RepairName,
)
from shared.finance.reconciliation.records import (
    BothSides,
    ClaimRecord,
    ObjectAtStripe,
    VendorEarnings,
)
from tests.support.compared import amounts, balanced, kinds
from tests.support.single_differences import SINGLE_DIFFERENCES, SOLD


@pytest.mark.parametrize(
    ("facts", "kind", "repair"),
    SINGLE_DIFFERENCES,
    ids=lambda value: value.value if isinstance(value, DifferenceKind) else None,
)
def test_each_thing_that_can_differ_is_told_once(
    facts: BothSides, kind: DifferenceKind, repair: RepairName
) -> None:
    """With the repair that mends it, or with none where a person must look."""
    assert [(f.kind, f.repair) for f in compare(balanced(facts))] == [(kind, repair)]


def test_what_waits_for_a_vendor_out_of_reach_is_no_difference() -> None:
    """The operator's page shows it; what it owes us and was not taken is a difference all the
    same.
    """
    waits = ClaimRecord(
        1, "dispute:1", 7, "EUR", 0, 100, 0, 0, 100, netted=-40, cannot_be_sent=True
    )
    assert compare(balanced(replace(SOLD, claims=(waits,)))) == []
    assert kinds(
        compare(
            balanced(
                replace(
                    SOLD,
                    claims=(replace(waits, amount=200),),
                )
            )
        )
    ) == [DifferenceKind.CLAIM_UNSETTLED]


@given(earned=amounts, lies=amounts)
def test_earnings_may_differ_by_what_is_known_to_wait(earned: int, lies: int) -> None:
    """Claims that are not at rest and money in suspense are no difference."""
    assert (
        compare(
            balanced(
                replace(
                    SOLD,
                    earnings=(VendorEarnings(7, "EUR", earned, lies, earned - lies),),
                )
            )
        )
        == []
    )


def test_a_cause_is_not_told_again_as_earnings_that_differ() -> None:
    """A claim or the ledger told already: of that vendor, or of nobody in particular.

    Another vendor's says nothing.
    """
    off = (VendorEarnings(7, "EUR", 500, 400),)
    for vendor, told in (
        (7, [DifferenceKind.RECEIVABLE_DIFFERS]),
        (8, [DifferenceKind.RECEIVABLE_DIFFERS, DifferenceKind.EARNED_DIFFERS]),
    ):
        facts = replace(
            SOLD,
            receivables={(vendor, "EUR"): (500, 0)},
            earnings=off,
        )
        assert kinds(compare(balanced(facts))) == told
    assert kinds(
        compare(
            balanced(
                replace(
                    SOLD,
                    ledger_sums={"EUR": 5},
                    earnings=off,
                )
            )
        )
    ) == [DifferenceKind.LEDGER_UNBALANCED]


def test_a_refund_of_a_foreign_charge_is_not_ours() -> None:
    """Another system on the same Stripe account: its objects are none of our business."""
    assert (
        compare(
            balanced(
                replace(
                    SOLD,
                    objects_at_stripe=(
                        ObjectAtStripe(
                            "refund", "re_9", "succeeded", 5, "EUR", intent_id="pi_9"
                        ),
                    ),
                )
            )
        )
        == []
    )

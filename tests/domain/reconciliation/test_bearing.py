"""Who bears what of one charge, whatever refunds and disputes take it, in whatever order, and
whatever comes back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.finance.disputes.rules import Parts, Taken, give_back
from shared.finance.disputes.rules import bear as bear_dispute
from shared.finance.refunds.rules import Sum
from shared.finance.refunds.rules import bear as bear_refund
from shared.trade.commission.rules import RefundPolicy

if TYPE_CHECKING:
    from collections.abc import Sequence

Step = tuple[str, float]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(("dispute", "refund", "win", "part")),
        st.floats(0.01, 1.2, allow_nan=False),
    ),
    max_size=12,
)


@dataclass
class Charge:
    """A sale of `total` with a commission, and what was taken of it: each dispute by itself, the
    refunds together.
    """

    total: int
    commission: int
    policy: RefundPolicy
    disputes: list[Parts] = field(default_factory=list)
    refunded: int = 0
    vendor_back: int = 0
    commission_back: int = 0

    @property
    def disputed(self) -> Parts:
        return sum(self.disputes, start=Parts())

    @property
    def vendor(self) -> int:
        return self.vendor_back + self.disputed.vendor

    @property
    def given(self) -> int:
        return self.commission_back + self.disputed.commission

    def dispute(self, share: float) -> None:
        """A bank takes a share of the charge, or more than it."""
        amount = max(1, int(self.total * share))
        taken = Taken(self.refunded + self.disputed.total, self.vendor, self.given)
        parts = bear_dispute(
            total=self.total,
            commission=self.commission,
            taken=taken,
            withdrawn=amount,
            policy=self.policy,
        )
        assert parts.total == amount
        self.disputes.append(parts)

    def refund(self, share: float) -> None:
        """A share of what is left goes back, if anything is."""
        order = Sum(
            "EUR",
            self.total,
            self.commission,
            self.refunded,
            self.commission_back,
            taken=self.disputed.total,
            commission_taken=self.disputed.commission,
        )
        amount = int(order.left.amount * min(share, 1))
        if amount:
            burden = bear_refund(order, amount, self.policy)
            assert burden.vendor + burden.commission == amount
            self.refunded += amount
            self.vendor_back += burden.vendor
            self.commission_back += burden.commission

    def back(self, share: float) -> None:
        """The bank gives a share of its newest dispute back, or all of it."""
        if self.disputes:
            parts = self.disputes.pop()
            self.disputes.append(
                parts
                - give_back(
                    parts,
                    int(parts.total * min(share, 1)),
                )
            )


def after(charge: Charge, steps: Sequence[Step]) -> Charge:
    """The charge when all of it has happened; at no moment anybody bears a second time what it
    bore.
    """
    for what, share in steps:
        if what == "dispute":
            charge.dispute(share)
        elif what == "refund":
            charge.refund(share)
        else:
            charge.back(1 if what == "win" else share)
        most = (
            charge.total
            if charge.policy is RefundPolicy.KEEP
            else charge.total - charge.commission
        )
        assert charge.vendor <= most
        assert 0 <= charge.given <= charge.commission
    return charge


@pytest.mark.parametrize("policy", list(RefundPolicy))
@given(
    total=st.integers(1, 100_000),
    percent=st.integers(0, 99),
    steps=STEPS,
)
def test_nobody_is_debited_twice_for_one_charge(
    policy: RefundPolicy, total: int, percent: int, steps: list[Step]
) -> None:
    """The vendor never bears more than its share (with a kept commission never more than the
    charge), the commission itself.
    """
    after(Charge(total, total * percent // 100, policy), steps)


@pytest.mark.parametrize("policy", [RefundPolicy.PROPORTIONAL, RefundPolicy.RETURN])
@given(
    total=st.integers(2, 100_000),
    percent=st.integers(0, 99),
    share=st.floats(0.05, 0.95),
)
def test_a_part_that_the_bank_took_and_the_rest_refunded_come_to_the_sale(
    policy: RefundPolicy, total: int, percent: int, share: float
) -> None:
    """Whichever comes first: the vendor has given its share and the marketplace its commission, to
    the minor unit.
    """
    charge = after(
        Charge(total, total * percent // 100, policy),
        [("dispute", share), ("refund", 1)],
    )
    assert (charge.vendor, charge.given) == (
        charge.total - charge.commission,
        charge.commission,
    )
    other = after(Charge(total, total * percent // 100, policy), [("refund", share)])
    other.dispute((total - other.refunded) / total)
    gone = other.refunded + other.disputed.total
    assert other.vendor + other.given == gone

"""What refunds give back of the commission, by each policy. Pure."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.trade.commission.rules import (
    RefundPolicy,
    commission_back,
)


@st.composite
def refunds(draw: st.DrawFn) -> tuple[int, int, list[int], int]:
    """An order's total and commission in whole steps, refunds that together give all of it back,
    and the step.
    """
    unit = draw(st.sampled_from([1, 10, 100]))
    parts = draw(
        st.lists(
            st.integers(1, 4000),
            min_size=1,
            max_size=12,
        )
    )
    total = sum(parts)
    return (
        total * unit,
        draw(st.integers(0, max(total - 1, 0))) * unit,
        [p * unit for p in parts],
        unit,
    )


def give_back(
    policy: RefundPolicy, total: int, fee: int, parts: list[int], unit: int = 1
) -> tuple[list[int], list[int]]:
    """What each refund gives back, and what of the commission is left after each."""
    before = back = 0
    given, left = [], []
    for part in parts:
        now = commission_back(policy, total, fee, before, back, part, unit=unit)
        before, back = before + part, back + now
        given.append(now)
        left.append(fee - back)
    return given, left


class TestGivingBack:
    @given(case=refunds(), policy=st.sampled_from(list(RefundPolicy)))
    def test_it_is_never_more_than_the_refund_or_the_commission(
        self, case: tuple[int, int, list[int], int], policy: RefundPolicy
    ) -> None:
        """Whatever the policy and the parts, in whole steps: neither side pays what it does not
        have.
        """
        total, fee, parts, unit = case
        given, left = give_back(policy, total, fee, parts, unit)
        assert all(0 <= g <= p for g, p in zip(given, parts, strict=True))
        assert all(g % unit == 0 for g in given)
        assert min(left) >= 0

    @given(refunds(), st.sampled_from([RefundPolicy.RETURN, RefundPolicy.PROPORTIONAL]))
    def test_a_full_refund_gives_everything_back(
        self, case: tuple[int, int, list[int], int], policy: RefundPolicy
    ) -> None:
        """However it is parted: the vendor bears its share of the sale and no cent more."""
        total, fee, parts, unit = case
        assert sum(give_back(policy, total, fee, parts, unit)[0]) == fee

    @given(refunds())
    def test_proportional_is_half_up_after_every_part(
        self, case: tuple[int, int, list[int], int]
    ) -> None:
        """What was given back so far is the exact share, rounded once: parting a refund changes
        nothing.
        """
        total, fee, parts, unit = case
        _, left = give_back(RefundPolicy.PROPORTIONAL, total, fee, parts, unit)
        for n, rest in enumerate(left, start=1):
            exact = Fraction(fee * sum(parts[:n]), total * unit)
            assert fee - rest == int(exact + Fraction(1, 2)) * unit

    @given(refunds())
    def test_returning_means_the_marketplace_pays_first(
        self, case: tuple[int, int, list[int], int]
    ) -> None:
        """The vendor pays nothing while commission is left."""
        total, fee, parts, _ = case
        given, left = give_back(RefundPolicy.RETURN, total, fee, parts)
        assert all(
            g == p or rest == 0 for g, p, rest in zip(given, parts, left, strict=True)
        )

    @given(refunds())
    def test_keeping_gives_nothing_back(
        self, case: tuple[int, int, list[int], int]
    ) -> None:
        """The vendor bears the whole refund."""
        total, fee, parts, _ = case
        assert sum(give_back(RefundPolicy.KEEP, total, fee, parts)[0]) == 0

    @given(
        case=refunds(),
        policies=st.lists(
            st.sampled_from(list(RefundPolicy)), min_size=12, max_size=12
        ),
    )
    def test_a_policy_changed_between_two_refunds_breaks_nothing(
        self, case: tuple[int, int, list[int], int], policies: list[RefundPolicy]
    ) -> None:
        """Each part stays within the refund and within what is left."""
        total, fee, parts, _ = case
        before = back = 0
        for part, policy in zip(parts, policies, strict=False):
            now = commission_back(policy, total, fee, before, back, part)
            assert 0 <= now <= min(part, fee - back)
            before, back = before + part, back + now

    @given(
        total=st.integers(2, 100_000),
        rate=st.integers(0, 99),
        refund=st.integers(1, 100_000),
        policy=st.sampled_from(list(RefundPolicy)),
    )
    def test_a_larger_refund_never_gives_back_less(
        self, total: int, rate: int, refund: int, policy: RefundPolicy
    ) -> None:
        """It grows with the refund."""
        fee, refund = total * rate // 100, min(refund, total)
        assert commission_back(policy, total, fee, 0, 0, refund - 1) <= commission_back(
            policy, total, fee, 0, 0, refund
        )

    @pytest.mark.parametrize(
        ("before", "refund"),
        [
            (0, 1001),
            (600, 401),
            (-1, 1),
            (0, -1),
        ],
    )
    def test_more_than_was_paid_is_a_programming_error(
        self, before: int, refund: int
    ) -> None:
        """Refunds are capped before the commission is asked for."""
        with pytest.raises(ValueError, match="more than"):
            commission_back(RefundPolicy.KEEP, 1000, 100, before, 0, refund)

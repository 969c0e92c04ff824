"""What a whole payment bears is shared over its orders to the cent, in whatever order one asks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.finance.payments.shares import shares

AMOUNTS = st.integers(min_value=0, max_value=99_999_999)
WEIGHTS = st.dictionaries(
    st.integers(min_value=1, max_value=10_000), AMOUNTS, min_size=1, max_size=100
).filter(lambda weights: any(weights.values()))
# Orders of few prices: many remainders are equal.
TIES = st.dictionaries(
    st.integers(min_value=1, max_value=50),
    st.integers(min_value=0, max_value=2),
    min_size=1,
).filter(lambda weights: any(weights.values()))


@given(amount=AMOUNTS, weights=WEIGHTS)
def test_the_parts_come_to_the_whole_and_none_is_negative(
    amount: int, weights: dict[int, int]
) -> None:
    """Each within one minor unit of its proportion; who has no weight bears nothing."""
    parts = shares(amount, weights)
    assert parts.keys() == weights.keys()
    assert sum(parts.values()) == amount
    total = sum(weights.values())
    for each, part in parts.items():
        exact = amount * weights[each] / total
        assert 0 <= part <= amount
        assert abs(part - exact) < 1 + 1e-6
        assert weights[each] or part == 0


@given(amount=AMOUNTS, weights=WEIGHTS | TIES, data=st.data())
def test_the_order_in_which_they_are_named_changes_nothing(
    amount: int, weights: dict[int, int], data: st.DataObject
) -> None:
    """Two processes that read their rows in another order share alike."""
    names = data.draw(st.permutations(list(weights)))
    shuffled = {name: weights[name] for name in names}
    assert shares(amount, shuffled) == shares(amount, weights)


@given(amount=AMOUNTS, weights=WEIGHTS)
def test_a_part_of_what_is_there_is_never_more_than_a_slice_has(
    amount: int, weights: dict[int, int]
) -> None:
    """So what is taken of a whole fits into each slice."""
    amount = min(amount, sum(weights.values()))
    parts = shares(amount, weights)
    assert all(parts[each] <= weights[each] for each in weights)


@pytest.mark.parametrize(
    ("amount", "weights", "parts"),
    [
        (1, {1: 5, 2: 5}, {1: 1, 2: 0}),
        (100, {1: 1, 2: 1, 3: 1}, {1: 34, 2: 33, 3: 33}),
        (10, {7: 0, 3: 2, 5: 1}, {3: 7, 5: 3, 7: 0}),
        (0, {1: 3}, {1: 0}),
    ],
)
def test_largest_remainders_first_then_the_lower_id(
    amount: int, weights: dict[int, int], parts: dict[int, int]
) -> None:
    """Said by examples."""
    assert shares(amount, weights) == parts


def test_nothing_is_shared_over_nothing() -> None:
    """A slip of whoever calls."""
    with pytest.raises(ValueError, match="weights"):
        shares(1, {1: 0})

"""How much is taken back out of which transfer: never more than there is, and nothing is
forgotten.
"""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.finance.recovery.rules import (
    MovementKind,
    Source,
    plan,
    rest,
    set_off,
    signed,
)

AMOUNTS = st.integers(0, 10**8)
SOURCES = st.lists(AMOUNTS, max_size=5).map(
    lambda rooms: [Source(f"tr_{n}", room) for n, room in enumerate(rooms)]
)


@given(
    wanted=AMOUNTS,
    balance=st.integers(-(10**6), 10**8),
    sources=SOURCES,
)
def test_what_is_taken_and_what_is_short_come_to_what_was_wanted(
    wanted: int, balance: int, sources: list[Source]
) -> None:
    """Whatever the balance, a negative one too."""
    made = plan(wanted, balance, sources)
    assert sum(part for _, part in made.reversals) + made.short == wanted
    assert made.short >= 0


@given(
    wanted=AMOUNTS,
    balance=st.integers(-(10**6), 10**8),
    sources=SOURCES,
)
def test_no_vendor_is_pushed_below_zero_and_no_transfer_beyond_itself(
    wanted: int, balance: int, sources: list[Source]
) -> None:
    """Stripe would refuse both."""
    made = plan(wanted, balance, sources)
    rooms = {source.transfer_id: source.room for source in sources}
    assert sum(part for _, part in made.reversals) <= max(balance, 0)
    assert all(0 < part <= rooms[transfer] for transfer, part in made.reversals)


@given(wanted=AMOUNTS, sources=SOURCES)
def test_all_that_can_be_taken_is_taken(wanted: int, sources: list[Source]) -> None:
    """Only a short balance or used-up transfers leave a debt."""
    made = plan(wanted, 10**10, sources)
    assert made.short == max(0, wanted - sum(source.room for source in sources))


def test_what_goes_to_the_vendor_counts_against_what_was_taken() -> None:
    """A transfer and a fee refund give; a reversal takes."""
    assert [signed(kind, 5) for kind in MovementKind] == [5, -5, -5]


@given(amount=AMOUNTS, taken=AMOUNTS, written_off=AMOUNTS)
def test_a_claim_comes_to_rest_with_every_cent_accounted_for(
    amount: int, taken: int, written_off: int
) -> None:
    """What was taken, what is owed and what was given up on make the claim; too much taken goes
    back.
    """
    found = rest(amount, taken, written_off)
    assert taken + found.move + found.written_off == amount
    assert found.receivable == max(found.move, 0)
    assert 0 <= found.written_off <= written_off


SIDES = st.lists(st.integers(1, 10**8), max_size=5)


@given(we_owe=SIDES, owed_to_us=SIDES)
def test_what_is_set_off_comes_to_zero_and_one_side_is_used_up(
    we_owe: list[int], owed_to_us: list[int]
) -> None:
    """No claim gives more than it has; what is left over is on one side alone."""
    ours, theirs = (
        list(enumerate(we_owe)),
        [(100 + n, amount) for n, amount in enumerate(owed_to_us)],
    )
    found = set_off(ours, theirs)
    assert sum(found.values()) == 0
    assert all(0 <= -found.get(n, 0) <= amount for n, amount in ours)
    assert all(0 <= found.get(n, 0) <= amount for n, amount in theirs)
    assert sum(part for part in found.values() if part > 0) == min(
        sum(we_owe), sum(owed_to_us)
    )


def test_the_first_of_each_side_goes_first() -> None:
    """The oldest debt is paid before the others."""
    assert set_off(
        [(1, 50), (2, 30)],
        [(3, 60), (4, 60)],
    ) == {1: -50, 2: -30, 3: 60, 4: 20}

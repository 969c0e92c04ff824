"""Paydays, how much goes out, and what a payout consists of: pure, by example and by Hypothesis."""

from __future__ import annotations

import calendar
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from shared.finance.connect.rules import PayoutSchedule
from shared.finance.payouts import plans
from shared.finance.payouts.allocation import BalanceMovement, allocate
from shared.finance.payouts.paydays import (
    WEEKDAYS,
    anchor_of,
    is_payday,
    last_payday,
    next_payday,
    period,
)
from shared.finance.payouts.plans import PayoutPlan
from shared.finance.payouts.rules import (
    MOVES,
    WHOLE_UNIT_PAYOUTS,
    Due,
    Funds,
    Obstacle,
    PayoutConditions,
    PayoutState,
    due,
    held_back,
    whole,
)
from shared.infra.gateway.balance_settings import PayoutSettings

WELL = PayoutConditions(
    connected=True, held=False, enabled=True, bank=True, bank_errored=False
)
AMOUNTS = st.integers(-99_999_999, 99_999_999)
DAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))
PLANS = st.one_of(
    st.just(("daily", "")),
    st.tuples(st.just("weekly"), st.sampled_from(WEEKDAYS)),
    st.tuples(
        st.just("monthly"),
        st.integers(1, 31).map(str),
    ),
)


class TestPaydays:
    @pytest.mark.parametrize(
        ("interval", "anchor", "day", "expected"),
        [
            ("daily", "", date(2026, 11, 27), date(2026, 11, 27)),  # a Friday
            ("daily", "", date(2026, 11, 28), date(2026, 11, 30)),
            ("weekly", "tuesday", date(2026, 11, 28), date(2026, 12, 1)),
            ("weekly", "friday", date(2026, 11, 27), date(2026, 11, 27)),
            ("monthly", "31", date(2026, 11, 28), date(2026, 11, 30)),
            ("monthly", "31", date(2027, 2, 1), date(2027, 2, 28)),
            ("monthly", "29", date(2028, 2, 1), date(2028, 2, 29)),
            ("monthly", "1", date(2026, 11, 2), date(2026, 12, 1)),
            ("weekly", "nonsense", date(2026, 11, 28), date(2026, 11, 30)),
            ("monthly", "32", date(2026, 11, 28), date(2026, 12, 1)),
        ],
    )
    def test_the_next_one(
        self, interval: str, anchor: str, day: date, expected: date
    ) -> None:
        """Across weekends and the ends of months; an anchor that is none counts as the usual
        one.
        """
        assert next_payday(interval, anchor, day) == expected

    @given(plan=PLANS, day=DAYS)
    def test_there_is_none_before_the_next_one(
        self, plan: tuple[str, str], day: date
    ) -> None:
        """The next payday is one, and it is the first; on it the last one is itself."""
        found = next_payday(*plan, day)
        assert is_payday(*plan, found)
        between = (day + timedelta(days=n) for n in range((found - day).days))
        assert not any(is_payday(*plan, d) for d in between)
        assert last_payday(*plan, found - timedelta(days=1), found) == found

    @given(day=st.integers(1, 31), year=st.integers(2024, 2032))
    def test_a_monthly_one_comes_once_a_month(self, day: int, year: int) -> None:
        """Whatever the day, in every month."""
        for month in range(1, 13):
            length = calendar.monthrange(year, month)[1]
            days = [
                d
                for d in range(1, length + 1)
                if is_payday("monthly", str(day), date(year, month, d))
            ]
            assert days == [min(day, length)]

    def test_days_on_which_nobody_looked_are_made_up_for(self) -> None:
        """The latest payday since then, and only that one."""
        monday = date(2026, 11, 30)
        assert (
            last_payday(
                "weekly", "monday", date(2026, 11, 29), monday + timedelta(days=2)
            )
            == monday
        )
        assert (
            last_payday("weekly", "monday", monday, monday + timedelta(days=2)) is None
        )
        assert last_payday(
            "daily",
            "",
            date(2026, 11, 1),
            date(2026, 11, 29),
        ) == date(2026, 11, 27)
        assert period(monday) == "2026-11-30"

    @pytest.mark.parametrize(
        ("interval", "anchor"),
        [("weekly", "sunday"), ("monthly", "0"), ("monthly", "²")],
    )
    def test_what_is_no_payday_counts_as_the_usual_one(
        self, interval: str, anchor: str
    ) -> None:
        """However it came into the row."""
        assert (
            anchor_of(interval, anchor)
            == {"weekly": "monday", "monthly": "1"}[interval]
        )


class TestAtStripe:
    @given(plan=PLANS)
    def test_a_schedule_survives_the_way_to_stripe_and_back(
        self, plan: tuple[str, str]
    ) -> None:
        """What we ask for is read as the same interval and day."""
        wanted = PayoutPlan(PayoutSchedule(plan[0]), plan[1])
        assert plans.told(plans.settings_of(wanted, by_hand=False)) == (
            wanted.schedule,
            wanted.day,
        )

    @given(plan=PLANS)
    def test_where_we_pay_stripe_does_not(self, plan: tuple[str, str]) -> None:
        """Manual has no word of ours."""
        asked = plans.settings_of(
            PayoutPlan(PayoutSchedule(plan[0]), plan[1], 1),
            by_hand=True,
        )
        assert asked == PayoutSettings("manual")
        assert plans.told(asked) is None


FUNDS = st.builds(
    Funds,
    currency=st.sampled_from(["EUR", "HUF", "JPY", "ISK"]),
    available=AMOUNTS,
    pending=AMOUNTS,
    payable=AMOUNTS,
    on_the_way=st.integers(0, 10**8),
    owed=st.integers(0, 10**8),
    reserved=st.integers(0, 10**8),
)


class TestHowMuch:
    @given(funds=FUNDS, minimum=st.integers(0, 10**6))
    def test_never_more_than_there_is(self, funds: Funds, minimum: int) -> None:
        """Not above Stripe's balance nor our own books, never negative, whole units where banks
        want them; or a reason.
        """
        found = due(funds, WELL, minimum=minimum)
        assert found.amount >= 0
        assert found.amount <= max(0, funds.available)
        assert found.amount <= max(0, funds.payable - funds.on_the_way - funds.owed)
        assert found.amount == 0 or found.amount >= minimum
        if funds.currency in WHOLE_UNIT_PAYOUTS:
            assert found.amount % 100 == 0
        assert (found.amount == 0) == (found.obstacle is not None)
        assert funds.ready <= funds.free
        assert funds.coming >= 0

    @pytest.mark.parametrize(
        ("conditions", "obstacle"),
        [
            (replace(WELL, connected=False), Obstacle.NOT_CONNECTED),
            (replace(WELL, held=True, bank_errored=True), Obstacle.HELD),
            (replace(WELL, bank_errored=True, enabled=False), Obstacle.BANK_ERRORED),
            (replace(WELL, enabled=False), Obstacle.DISABLED),
            (replace(WELL, bank=False), Obstacle.BANK_MISSING),
        ],
    )
    def test_what_stops_it(
        self, conditions: PayoutConditions, obstacle: Obstacle
    ) -> None:
        """The reason that counts first is the one that is told."""
        assert due(
            Funds("EUR", 5000, payable=5000),
            conditions,
            minimum=0,
        ) == Due(0, obstacle)

    @pytest.mark.parametrize(
        ("funds", "expected"),
        [
            (Funds("EUR", 5000, payable=5000), Due(5000)),
            (Funds("EUR", 1999, payable=1999), Due(0, Obstacle.BELOW_MINIMUM)),
            (Funds("EUR", 2000, payable=2000), Due(2000)),
            (Funds("EUR", 9000, payable=5000, on_the_way=1000), Due(4000)),
            (Funds("EUR", 9000, payable=5000, reserved=4000), Due(5000)),
            (Funds("EUR", 9000, payable=5000, owed=1000), Due(4000)),
            (
                Funds("EUR", 500, payable=500, owed=1000),
                Due(0, Obstacle.OWED),
            ),
            (
                Funds("EUR", 500, payable=500, on_the_way=499, owed=300),
                Due(0, Obstacle.OWED),
            ),
            (
                Funds("EUR", 500, payable=500, on_the_way=500, owed=300),
                Due(0, Obstacle.NOTHING),
            ),
            (
                Funds("EUR", 500, payable=0, reserved=500),
                Due(0, Obstacle.RESERVED),
            ),
            (Funds("EUR", 0, reserved=1), Due(0, Obstacle.RESERVED)),
            (
                Funds("EUR", 0, pending=5000, payable=5000),
                Due(0, Obstacle.PENDING),
            ),
            (Funds("EUR", 0), Due(0, Obstacle.NOTHING)),
            (Funds("HUF", 812_345, payable=812_345), Due(812_300)),
            (Funds("HUF", 45, payable=45), Due(0, Obstacle.NOTHING)),
        ],
    )
    def test_by_example(self, funds: Funds, expected: Due) -> None:
        """With a minimum of 20 euros, or as many fillér."""
        assert due(funds, WELL, minimum=2000) == expected

    @given(
        amount=st.integers(0, 10**9),
        currency=st.sampled_from(["HUF", "EUR", "twd"]),
    )
    def test_whole_units_lose_less_than_one(self, amount: int, currency: str) -> None:
        """And nothing where the bank takes decimals."""
        lost = amount - whole(amount, currency)
        assert lost in range(100 if currency != "EUR" else 1)


def test_paid_may_still_fail_and_ends_are_ends() -> None:
    """A bank may return what had arrived; nothing else moves again."""
    assert MOVES[PayoutState.PAID] == {PayoutState.FAILED}
    assert not any(
        MOVES[end]
        for end in (PayoutState.FAILED, PayoutState.CANCELED, PayoutState.REFUSED)
    )


class Allocator(RuleBasedStateMachine):
    """Sales come in, refunds go out, payouts are made and come back; each payout is exactly the sum
    of its parts.
    """

    @initialize()
    def begin(self) -> None:
        self.entries: list[int] = []
        self.payouts: list[dict[int, int]] = []

    def left(self) -> list[BalanceMovement]:
        used = [
            sum(p.get(n, 0) for p in self.payouts) for n in range(len(self.entries))
        ]
        return [
            BalanceMovement(n, a - u)
            for n, (a, u) in enumerate(zip(self.entries, used, strict=True))
            if a != u
        ]

    def balance(self) -> int:
        return sum(m.left for m in self.left())

    @rule(amount=st.integers(1, 10_000))
    def sale(self, amount: int) -> None:
        self.entries.append(amount)

    @precondition(lambda self: self.balance() > 0)
    @rule(data=st.data())
    def reversal(self, data: st.DataObject) -> None:
        self.entries.append(-data.draw(st.integers(1, self.balance())))

    @precondition(lambda self: self.balance() > 0)
    @rule(data=st.data())
    def payout(self, data: st.DataObject) -> None:
        amount = data.draw(st.integers(1, self.balance()))
        first = data.draw(st.sets(st.integers(0, len(self.entries) - 1)))
        before = self.balance()
        parts = allocate(amount, self.left(), first=first)
        assert sum(p.amount for p in parts) == amount
        assert len({p.entry_id for p in parts}) == len(parts)
        self.payouts.append({p.entry_id: p.amount for p in parts})
        assert self.balance() == before - amount

    @precondition(lambda self: bool(self.payouts))
    @rule(data=st.data())
    def comes_back(self, data: st.DataObject) -> None:
        self.payouts.pop(data.draw(st.integers(0, len(self.payouts) - 1)))

    @invariant()
    def nothing_is_paid_twice(self) -> None:
        for movement in self.left():
            whole_one = self.entries[movement.entry_id]
            assert 0 < movement.left * (1 if whole_one > 0 else -1) <= abs(whole_one)


TestAllocator = Allocator.TestCase


def test_the_oldest_sale_goes_first_and_the_last_one_in_part() -> None:
    """What went back is taken off first."""
    parts = allocate(
        900,
        [
            BalanceMovement(1, 500, 7),
            BalanceMovement(2, -100, 7),
            BalanceMovement(3, 800, 8),
            BalanceMovement(4, 50, 9),
        ],
    )
    assert [(p.entry_id, p.amount, p.order_id) for p in parts] == [
        (2, -100, 7),
        (1, 500, 7),
        (3, 500, 8),
    ]


def test_what_stripe_lists_goes_before_what_is_older() -> None:
    """An automatic payout's own sales are known."""
    parts = allocate(
        800,
        [BalanceMovement(1, 500), BalanceMovement(3, 800)],
        first={3},
    )
    assert [(p.entry_id, p.amount) for p in parts] == [(3, 800)]


def test_money_that_is_in_no_book_is_not_invented() -> None:
    """All there is, and no more; nothing for a payout that took money in."""
    assert sum(p.amount for p in allocate(900, [BalanceMovement(1, 500)])) == 500
    assert allocate(-100, [BalanceMovement(1, 500)]) == ()


@pytest.mark.parametrize("stopped", [None, *Obstacle])
@pytest.mark.parametrize("reserved", [0, 500])
@pytest.mark.parametrize(
    ("available", "pending"),
    [
        (0, 0),
        (4865, 0),
        (0, 4865),
        (1000, 3865),
    ],
)
@pytest.mark.parametrize("owed", [0, 700, 9000])
def test_what_cannot_leave_is_held_back(
    stopped: Obstacle | None, reserved: int, available: int, pending: int, owed: int
) -> None:
    """The reserve always; while nothing may leave, also all that otherwise would, now or soon.

    What is owed is not held back.
    """
    there = available + pending
    funds = Funds(
        "EUR",
        available,
        pending,
        payable=there,
        owed=owed,
        reserved=reserved,
        balance=there + reserved,
    )
    expected = reserved + (max(0, there - owed) if stopped else 0)
    assert held_back(funds, stopped) == expected

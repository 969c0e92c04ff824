"""What is kept, replaced and taken off, in any order of events; months that end; names of cards."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.finance.payment_methods.rules import (
    FoundMethod,
    Removal,
    StoredMethod,
    is_expired,
    last_day,
    plan,
    reminder_due,
)
from shared.finance.payment_methods.words import expiry, label

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def found(
    name: str,
    card: str | None = "a",
    *,
    at: int = 0,
    agreed: bool = True,
) -> FoundMethod:
    """A method at Stripe, made `at` seconds after noon."""
    return FoundMethod(name, NOON + timedelta(seconds=at), card, agreed)


class TestPlan:
    """Stripe's list against ours."""

    def test_a_new_method_gets_a_row_and_one_nobody_agreed_to_leaves(self) -> None:
        """What staff attach in Stripe's dashboard is not a shopper's wish."""
        decided = plan(
            [],
            [found("pm_1"), found("pm_2", "b", agreed=False)],
            dropped=(),
        )
        assert decided.kept == ((None, found("pm_1")),)
        assert decided.detached == (("pm_2", Removal.UNASKED),)

    def test_a_row_stays_agreed_though_stripe_changes_its_mark(self) -> None:
        """Our row holds the consent; what shows it again at Stripe may be changed there."""
        decided = plan(
            [StoredMethod(1, "pm_1", "a", True)],
            [found("pm_1", agreed=False)],
            dropped=(),
        )
        assert (
            decided.kept[0][0],
            decided.detached,
            decided.gone,
        ) == (1, (), ())

    @pytest.mark.parametrize("newer_at", [1, 0])
    def test_the_newer_method_takes_the_cards_row(self, newer_at: int) -> None:
        """Of two made in the same second the one that we do not know yet is the newer."""
        newer = found("pm_2", at=newer_at)
        decided = plan(
            [StoredMethod(1, "pm_1", "a", True)],
            [found("pm_1"), newer],
            dropped=(),
        )
        assert decided.kept == ((1, newer),)
        assert decided.detached == (("pm_1", Removal.REPLACED),)
        assert decided.gone == ()

    def test_older_news_does_not_bring_the_older_method_back(self) -> None:
        """A late reading finds the older one still there: it leaves, and the row stays."""
        decided = plan(
            [StoredMethod(1, "pm_2", "a", True)],
            [found("pm_1"), found("pm_2", at=5)],
            dropped=(),
        )
        assert decided.kept == ((1, found("pm_2", at=5)),)
        assert decided.detached == (("pm_1", Removal.REPLACED),)
        assert (
            plan(
                [StoredMethod(1, "pm_2", "a", True)],
                [found("pm_1")],
                dropped={"pm_1"},
            ).kept
            == ()
        )

    def test_a_card_that_becomes_another_saved_card_ends(self) -> None:
        """The network gives a card the number of one that is saved too: the one made last stays,
        whichever row it has.
        """
        rows = [StoredMethod(1, "pm_1", "a", True), StoredMethod(2, "pm_2", "b", True)]
        decided = plan(
            rows,
            [found("pm_1", "b"), found("pm_2", "b", at=5)],
            dropped=(),
        )
        assert (decided.gone, decided.kept) == (
            ((1, Removal.REPLACED),),
            ((2, found("pm_2", "b", at=5)),),
        )
        decided = plan(
            rows,
            [found("pm_1", "b", at=9), found("pm_2", "b", at=5)],
            dropped=(),
        )
        assert (decided.gone, decided.kept) == (
            ((2, Removal.REPLACED),),
            ((1, found("pm_1", "b", at=9)),),
        )

    def test_a_card_whose_old_number_is_saved_again_keeps_its_row(self) -> None:
        """Replaced by the network, and the old card typed once more: two cards, two rows."""
        decided = plan(
            [StoredMethod(1, "pm_1", "a", True)],
            [found("pm_1", "b"), found("pm_2", "a", at=5)],
            dropped=(),
        )
        assert decided.kept == (
            (1, found("pm_1", "b")),
            (None, found("pm_2", "a", at=5)),
        )
        assert (decided.gone, decided.detached) == ((), ())

    def test_methods_without_a_fingerprint_are_each_their_own(self) -> None:
        """What is no card cannot be told apart."""
        decided = plan(
            [],
            [found("pm_1", None), found("pm_2", None)],
            dropped=(),
        )
        assert len(decided.kept) == 2
        assert decided.detached == ()

    def test_what_is_gone_from_stripe_ends(self) -> None:
        """Removed in a dashboard."""
        assert plan(
            [StoredMethod(1, "pm_1", "a", True), StoredMethod(2, "pm_0", "z", False)],
            [],
            dropped=(),
        ).gone == ((1, Removal.AT_STRIPE),)


@dataclass
class World:
    """Stripe's customer and our rows, as the service carries a plan out."""

    stripe: dict[str, FoundMethod] = field(default_factory=dict)
    rows: dict[int, StoredMethod] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)

    def follow(self, methods: list[FoundMethod]) -> None:
        decided = plan(list(self.rows.values()), methods, dropped=self.dropped)
        for row_id, _ in decided.gone:
            row = self.rows[row_id]
            self.rows[row_id] = StoredMethod(
                row_id, row.method_id, row.fingerprint, False
            )
        for known, one in decided.kept:
            number = known or len(self.rows) + 1
            self.rows[number] = StoredMethod(number, one.id, one.fingerprint, True)
        cards = [r.fingerprint for r in self.rows.values() if r.is_active]
        assert len(cards) == len(set(cards)), "two rows of one card"
        self.dropped |= {method_id for method_id, _ in decided.detached}


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("save"), st.sampled_from("abc"), st.booleans()),
        st.tuples(
            st.just("renumber"),
            st.sampled_from("abc"),
            st.integers(0, 9),
        ),
        st.tuples(
            st.just("vanish"),
            st.integers(0, 9),
            st.booleans(),
        ),
        st.tuples(st.just("detach"), st.booleans(), st.booleans()),
        st.tuples(st.just("read"), st.booleans(), st.booleans()),
    ),
    max_size=14,
)


@given(STEPS)
def test_whatever_happens_both_sides_end_with_one_method_a_card(
    steps: list[tuple[str, object, object]],
) -> None:
    """Cards saved, renumbered by the network, gone, read or not: at the end our active rows are
    what Stripe holds.
    """
    world = World()
    for n, (what, one, two) in enumerate(steps):
        if what == "save":
            world.stripe[f"pm_{n}"] = found(
                f"pm_{n}",
                str(one),
                at=n // 2,
                agreed=bool(two),
            )
        elif what == "renumber" and world.stripe:
            name = sorted(world.stripe)[int(str(two)) % len(world.stripe)]
            was = world.stripe[name]
            world.stripe[name] = FoundMethod(name, was.created, str(one), was.agreed)
        elif what == "vanish" and world.stripe:
            del world.stripe[sorted(world.stripe)[int(str(one)) % len(world.stripe)]]
        elif what == "detach":
            world.stripe = {
                name: m for name, m in world.stripe.items() if name not in world.dropped
            }
        elif what == "read":
            world.follow(list(world.stripe.values()))
    world.follow(list(world.stripe.values()))
    world.stripe = {
        name: m for name, m in world.stripe.items() if name not in world.dropped
    }
    world.follow(list(world.stripe.values()))
    active = {
        row.method_id: row.fingerprint for row in world.rows.values() if row.is_active
    }
    assert active == {name: m.fingerprint for name, m in world.stripe.items()}
    assert len(set(active.values())) == len(active)


@pytest.mark.parametrize(
    ("month", "year", "today", "due", "over"),
    [
        (11, 2026, date(2026, 10, 31), True, False),
        (11, 2026, date(2026, 10, 30), False, False),
        (11, 2026, date(2026, 11, 30), True, False),
        (11, 2026, date(2026, 12, 1), False, True),
        (12, 2026, date(2026, 12, 1), True, False),
        (12, 2026, date(2026, 11, 30), False, False),
        (1, 2027, date(2026, 12, 31), False, False),
        (1, 2027, date(2027, 1, 1), True, False),
        (2, 2028, date(2028, 1, 30), True, False),
        (2, 2028, date(2028, 1, 29), False, False),
        (None, None, date(2026, 1, 1), False, False),
    ],
)
def test_a_card_is_good_to_the_end_of_its_month(
    month: int | None, year: int | None, today: date, due: bool, over: bool
) -> None:
    """The reminder comes thirty days before that day, not before and not after."""
    assert (
        reminder_due(month, year, today),
        is_expired(month, year, today),
    ) == (due, over)


def test_the_last_day_of_every_month() -> None:
    """Leap years too."""
    assert [last_day(m, 2027).day for m in range(1, 13)] == [
        31,
        28,
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ]
    assert last_day(2, 2028).day == 29


@pytest.mark.parametrize(
    ("kind", "brand", "last4", "said"),
    [
        ("card", "visa", "4242", "Visa •••• 4242"),
        ("card", "amex", "0005", "American Express •••• 0005"),
        ("card", "new_network", "0001", "Card •••• 0001"),
        ("card", None, None, "Card"),
        ("sepa_debit", None, "3000", "Bank account •••• 3000"),
        ("link", None, None, "Link"),
        ("naver_pay", None, None, "naver pay"),
    ],
)
def test_methods_have_names(
    kind: str,
    brand: str | None,
    last4: str | None,
    said: str,
) -> None:
    """Of every sort, those that we have no word for too."""
    assert label(kind, brand, last4) == said


def test_dates_stand_as_on_the_card() -> None:
    """Two digits each; none where there is none."""
    assert (expiry(4, 2029), expiry(None, None)) == ("04/29", None)

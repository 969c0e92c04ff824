"""Where a dispute stands, by what Stripe says of it and when. Pure."""

from __future__ import annotations

import inspect
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stripe import Dispute

from shared.core.formats import time_left
from shared.core.words import codes, word, words
from shared.finance.disputes.rules import (
    ANSWERABLE,
    APPEALS,
    CLOSED,
    INQUIRIES,
    MOVES,
    NEEDS_ANSWER,
    OPEN,
    DisputeStatus,
    next_status,
    reminder_due,
)

S = DisputeStatus


NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


# What each of Stripe's ten words is to a vendor: badge kind, whether it is open, and whether
# something is to be done.
TABLE = {
    S.WARNING_NEEDS_RESPONSE: ("warn", True, True),
    S.WARNING_UNDER_REVIEW: ("info", True, False),
    S.WARNING_CLOSED: ("plain", False, False),
    S.NEEDS_RESPONSE: ("warn", True, True),
    S.UNDER_REVIEW: ("info", True, False),
    S.WON: ("ok", False, False),
    S.LOST: ("bad", False, False),
    S.PREVENTED: ("plain", False, False),
    S.APPEAL_NEEDS_RESPONSE: ("warn", True, True),
    S.APPEAL_UNDER_REVIEW: ("info", True, False),
}


class TestStatuses:
    def test_all_ten_have_their_place_in_the_table(self) -> None:
        """And in the table of moves."""
        assert set(TABLE) == set(DisputeStatus) == set(MOVES)
        assert len(DisputeStatus) == 10

    @pytest.mark.parametrize("status", list(DisputeStatus))
    def test_each_has_words_a_badge_and_a_next_step(
        self, status: DisputeStatus
    ) -> None:
        """Sentences, not Stripe's words; something to do exactly where the bank waits."""
        kind, is_open, is_ours = TABLE[status]
        told = words("disputes.states", status)
        assert told["kind"] == kind
        assert (status in OPEN) == is_open
        assert (status in CLOSED) != is_open
        assert (status in NEEDS_ANSWER) == is_ours
        assert told["next_step"].startswith("Nothing to do") != is_ours
        for text in (told["badge"], told["text"], told["next_step"]):
            assert text.strip()
            assert "_" not in text
        assert told["text"].endswith(".")

    def test_badges_tell_the_ten_apart(self) -> None:
        """No two read alike."""
        assert (
            len({words("disputes.states", status)["badge"] for status in DisputeStatus})
            == 10
        )

    def test_an_appeal_needs_an_answer_that_the_vendor_does_not_write(self) -> None:
        """The marketplace's staff files it at Stripe."""
        assert S.APPEAL_NEEDS_RESPONSE in NEEDS_ANSWER
        assert {S.WARNING_NEEDS_RESPONSE, S.NEEDS_RESPONSE} == ANSWERABLE

    def test_inquiries_say_that_no_money_has_moved(self) -> None:
        """All three of them."""
        assert all(
            "no money has moved" in words("disputes.states", status)["text"].lower()
            for status in INQUIRIES
        )


class TestMoves:
    @given(
        st.sampled_from(DisputeStatus),
        st.sampled_from(DisputeStatus),
        st.integers(0, 2),
        st.integers(0, 2),
    )
    def test_what_is_closed_stays_closed_unless_it_is_appealed_or_money_moved(
        self, current: DisputeStatus, seen: DisputeStatus, known: int, shown: int
    ) -> None:
        """Won and lost may reopen as an appeal; nothing else moves without a new balance
        transaction.
        """
        got = next_status(
            current, seen, known_transactions=known, seen_transactions=shown
        )
        if current in CLOSED and shown == known:
            assert got is None or (current in (S.WON, S.LOST) and got in APPEALS)
        if shown < known:
            assert got is None
        if shown > known and seen is not current:
            assert got is seen

    @given(st.permutations([S.NEEDS_RESPONSE, S.UNDER_REVIEW, S.LOST]))
    def test_the_order_in_which_a_loss_is_read_does_not_matter(
        self, reads: list[DisputeStatus]
    ) -> None:
        """The furthest word stands."""
        assert _after(S.NEEDS_RESPONSE, [(read, 1) for read in reads]) is S.LOST

    @given(
        st.permutations(
            [
                (S.WARNING_NEEDS_RESPONSE, 0),
                (S.WARNING_UNDER_REVIEW, 0),
                (S.NEEDS_RESPONSE, 1),
                (S.UNDER_REVIEW, 1),
                (S.WON, 2),
            ]
        )
    )
    def test_the_order_in_which_an_escalated_inquiry_is_read_does_not_matter(
        self, reads: list[tuple[DisputeStatus, int]]
    ) -> None:
        """Money is the clock: what shows more of it is newer."""
        assert _after(S.WARNING_NEEDS_RESPONSE, reads) is S.WON

    @pytest.mark.parametrize("decided", [S.WON, S.LOST])
    def test_a_decision_may_be_appealed_and_decided_again(
        self, decided: DisputeStatus
    ) -> None:
        """Both ways."""
        reads = [
            (S.APPEAL_NEEDS_RESPONSE, 1),
            (S.APPEAL_UNDER_REVIEW, 1),
            (S.LOST, 1),
        ]
        assert _after(decided, reads) is S.LOST

    def test_a_prevented_dispute_is_over(self) -> None:
        """From an inquiry or a dispute; nothing follows."""
        assert (
            _after(
                S.NEEDS_RESPONSE,
                [(S.PREVENTED, 0), (S.NEEDS_RESPONSE, 0)],
            )
            is S.PREVENTED
        )
        assert MOVES[S.PREVENTED] == frozenset()


def _after(
    start: DisputeStatus, reads: list[tuple[DisputeStatus, int]]
) -> DisputeStatus:
    status, known = (
        start,
        0 if start in INQUIRIES or any(n == 0 for _, n in reads) else 1,
    )
    for seen, shown in reads:
        moved = next_status(
            status, seen, known_transactions=known, seen_transactions=shown
        )
        if moved is not None:
            status, known = moved, shown
    return status


class TestTime:
    @pytest.mark.parametrize(
        ("left", "said"),
        [
            (timedelta(days=8, hours=5), "8 days left"),
            (timedelta(days=3), "3 days left"),
            (timedelta(days=1, hours=23), "1 day left"),
            (timedelta(hours=5, minutes=59), "5 hours left"),
            (timedelta(hours=1), "1 hour left"),
            (timedelta(minutes=59), "Minutes left"),
            (timedelta(0), "Time is up"),
            (timedelta(days=-2), "Time is up"),
        ],
    )
    def test_the_countdown_never_promises_more_than_there_is(
        self, left: timedelta, said: str
    ) -> None:
        """Rounded down, in people's words."""
        assert time_left(NOW + left, NOW) == said

    @pytest.mark.parametrize(
        ("left", "stage"),
        [
            (timedelta(days=3, minutes=1), None),
            (timedelta(days=3), 3),
            (timedelta(days=1, minutes=1), 3),
            (timedelta(days=1), 1),
            (timedelta(minutes=1), 1),
            (timedelta(0), None),
        ],
    )
    def test_a_reminder_is_due_three_days_and_one_day_before(
        self, left: timedelta, stage: int | None
    ) -> None:
        """And none when it is too late."""
        assert reminder_due(NOW + left, NOW) == stage


def test_every_reason_of_stripes_has_a_sentence_and_an_unknown_one_too() -> None:
    """The SDK names fifteen."""
    named = re.search(
        r"Reason given by cardholder for dispute\. Possible values are (.*?)\. Learn",
        inspect.getsource(Dispute),
    )
    assert named is not None
    assert set(re.findall(r"`([a-z_]+)`", named[1])) == codes("disputes.reasons")
    assert word("disputes.reasons", "something_new").startswith(
        "The bank gives a reason"
    )

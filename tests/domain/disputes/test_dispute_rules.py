"""Disputes by their rules: ten statuses, no step back, and parts that sum to what was taken,
whatever was taken before.
"""

from __future__ import annotations

import inspect
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stripe import Dispute

from shared.core.formats import time_left
from shared.core.money import step
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
    Parts,
    Taken,
    bear,
    give_back,
    next_status,
    reminder_due,
)
from shared.finance.recovery.rules import Source, plan
from shared.trade.commission.rules import RefundPolicy, commission_back

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


policies = st.sampled_from(RefundPolicy)


@st.composite
def sales(draw: st.DrawFn) -> tuple[int, int]:
    """A total and its commission."""
    total = draw(st.integers(1, 1_000_000))
    return total, draw(st.integers(0, total - 1))


class TestWhoBears:
    @given(
        sales(),
        policies,
        st.integers(0, 2_000_000),
        st.tuples(*[st.integers(0, 2_000_000)] * 3),
    )
    def test_parts_sum_to_what_was_taken_and_none_is_negative_or_above_what_is_left(
        self,
        sale: tuple[int, int],
        policy: RefundPolicy,
        withdrawn: int,
        before: tuple[int, ...],
    ) -> None:
        """Whatever was taken before, even more than the sale."""
        total, fee = sale
        amount, vendor, commission = before
        taken = Taken(
            amount=min(amount, total),
            vendor=vendor,
            commission=min(commission, fee),
        )
        parts = bear(
            total=total, commission=fee, taken=taken, withdrawn=withdrawn, policy=policy
        )
        assert parts.total == withdrawn
        assert min(parts.vendor, parts.commission, parts.loss) >= 0
        assert parts.vendor <= max(total - fee - vendor, 0)
        assert parts.commission <= fee - taken.commission

    @given(sales(), policies, st.data())
    def test_refunds_and_disputes_of_one_charge_debit_its_vendor_once(
        self, sale: tuple[int, int], policy: RefundPolicy, data: st.DataObject
    ) -> None:
        """However it is cut into refunds and disputes, the vendor's debits by disputes stay within
        its share.
        """
        total, fee = sale
        taken = Taken()
        for _ in range(data.draw(st.integers(1, 5))):
            left = total - taken.amount
            amount = data.draw(st.integers(0, left))
            if data.draw(
                st.booleans()
            ):  # a refund: the vendor bears what the commission does not
                back = commission_back(
                    policy, total, fee, taken.amount, taken.commission, amount
                )
                taken = Taken(
                    taken.amount + amount,
                    taken.vendor + amount - back,
                    taken.commission + back,
                )
                continue
            parts = bear(
                total=total,
                commission=fee,
                taken=taken,
                withdrawn=amount,
                policy=policy,
            )
            before = taken.vendor
            taken = Taken(
                taken.amount + amount,
                taken.vendor + parts.vendor,
                taken.commission + parts.commission,
            )
            assert taken.vendor <= max(total - fee, before)
        assert taken.commission <= fee

    def test_a_whole_dispute_takes_the_share_and_the_commission(self) -> None:
        """Proportional: everybody gives back what the sale gave them."""
        parts = bear(
            total=10_000,
            commission=250,
            taken=Taken(),
            withdrawn=10_000,
            policy=RefundPolicy.PROPORTIONAL,
        )
        assert parts == Parts(vendor=9750, commission=250)

    def test_a_commission_that_is_kept_is_the_marketplaces_loss(self) -> None:
        """The vendor never pays more than it got, and the commission gives nothing back: the rest
        is a loss.
        """
        parts = bear(
            total=10_000,
            commission=250,
            taken=Taken(),
            withdrawn=10_000,
            policy=RefundPolicy.KEEP,
        )
        assert parts == Parts(vendor=9750, commission=0, loss=250)

    def test_what_was_refunded_before_is_not_taken_from_the_vendor_again(self) -> None:
        """A shopper who has both leaves the marketplace with the loss."""
        taken = Taken(amount=10_000, vendor=9750, commission=250)
        parts = bear(
            total=10_000,
            commission=250,
            taken=taken,
            withdrawn=10_000,
            policy=RefundPolicy.PROPORTIONAL,
        )
        assert parts == Parts(loss=10_000)


class TestGivingBack:
    borne = st.builds(
        Parts,
        st.integers(0, 10**6),
        st.integers(0, 10**6),
        st.integers(0, 10**6),
    )

    @given(borne, st.lists(st.integers(0, 10**6), max_size=4))
    def test_nobody_gets_more_than_they_bear_and_all_of_it_goes_somewhere(
        self, borne: Parts, amounts: list[int]
    ) -> None:
        """In one part or in several."""
        left = borne
        for amount in amounts:
            back = give_back(left, amount)
            assert back.total == amount
            assert min(back.vendor, back.commission, back.loss) >= 0
            assert back.vendor <= left.vendor
            assert back.commission <= left.commission
            left = Parts(
                left.vendor - back.vendor,
                left.commission - back.commission,
                max(left.loss - back.loss, 0),
            )

    @given(borne)
    def test_a_whole_reinstatement_gives_everybody_exactly_theirs(
        self, borne: Parts
    ) -> None:
        """To the minor unit."""
        assert give_back(borne, borne.total) == borne

    @given(
        st.sampled_from(["ISK", "UGX", "KWD", "HUF", "TWD", "JPY", "EUR"]),
        policies,
        st.data(),
    )
    def test_what_a_vendor_bears_and_gets_back_can_be_transferred_in_every_currency(
        self, currency: str, policy: RefundPolicy, data: st.DataObject
    ) -> None:
        """Given back in parts of whatever size: each is an amount that Stripe takes, and the last
        leaves nobody with anything.
        """
        unit = step(currency)
        total = data.draw(st.integers(2, 20_000)) * unit
        fee = data.draw(st.integers(0, total // unit - 1)) * unit
        withdrawn = data.draw(st.integers(1, total))
        borne = bear(
            total=total,
            commission=fee,
            taken=Taken(),
            withdrawn=withdrawn,
            policy=policy,
            unit=unit,
        )
        assert borne.total == withdrawn
        taken = 0  # as a claim: what was reversed so far
        while borne.total:
            assert min(borne.vendor, borne.commission) >= 0
            assert borne.vendor % unit == borne.commission % unit == 0
            found = plan(
                borne.vendor - taken,
                10**9,
                [Source("tr_1", total)],
                unit=unit,
            )
            assert found.short == 0
            assert all(part % unit == 0 for _, part in found.reversals)
            taken = borne.vendor
            back = give_back(
                borne,
                data.draw(st.integers(1, borne.total)),
                unit=unit,
            )
            assert back.vendor % unit == 0
            borne -= back
            taken -= back.vendor  # a transfer
        assert (borne, taken) == (Parts(), 0)

    def test_a_partial_one_is_proportional(self) -> None:
        """Half of it gives half back."""
        assert give_back(Parts(9000, 800, 200), 5000) == Parts(4500, 400, 100)


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

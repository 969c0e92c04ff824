"""What a refund comes to, who bears it, and how its states follow each other. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.words import codes, word
from shared.finance.refunds.errors import BadRefund, TooMuch
from shared.finance.refunds.foreseen import Preview
from shared.finance.refunds.refundability import (
    AtBank,
    Refundability,
    refundability,
)
from shared.finance.refunds.rules import (
    COUNTING,
    MOVES,
    UNDONE,
    UNSETTLED,
    Reach,
    RefundableLine,
    RefundRequest,
    RefundState,
    Sum,
    bear,
    next_state,
)
from shared.finance.refunds.wishes import work_out
from shared.trade.commission.rules import RefundPolicy
from storefront.receipts.refund_words import for_shopper
from tests.support.refund_rules import after, orders, policies

if TYPE_CHECKING:
    from collections.abc import Sequence


class TestAmounts:
    @given(
        order=orders(),
        cuts=st.lists(st.integers(1, 100_000), max_size=8),
        policy=policies,
    )
    def test_parts_and_the_rest_are_the_whole(
        self, order: Sum, cuts: Sequence[int], policy: RefundPolicy
    ) -> None:
        """Whatever the parts: never more than what is left, each borne completely, commission back
        as the policy has it.
        """
        now = order
        for cut in cuts:
            wish = RefundRequest(Reach.AMOUNT, cut)
            if cut > now.left.amount:
                with pytest.raises(TooMuch):
                    work_out(now, wish)
                continue
            burden = bear(now, cut, policy)
            assert burden.vendor + burden.commission == cut
            assert min(burden.vendor, burden.commission) >= 0
            now = after(now, cut, burden)
        if now.left:
            rest = work_out(now, RefundRequest(Reach.WHOLE))
            now = after(now, rest.amount, bear(now, rest.amount, policy))
        assert now.refunded == order.total
        assert now.commission_back == (
            0 if policy is RefundPolicy.KEEP else order.commission
        )

    @given(order=orders(), data=st.data())
    def test_pieces_cost_what_they_cost(self, order: Sum, data: st.DataObject) -> None:
        """And their parts sum to the amount."""
        wanted = {
            line.id: data.draw(st.integers(0, line.ordered)) for line in order.lines
        }
        wish = RefundRequest(Reach.LINES, quantities=wanted, restock=frozenset({0}))
        if not any(wanted.values()):
            with pytest.raises(BadRefund):
                work_out(order, wish)
            return
        worked = work_out(order, wish)
        assert worked.amount == sum(line.unit * wanted[line.id] for line in order.lines)
        assert sum(part.amount for part in worked.parts) == worked.amount
        assert {part.line_id: part.quantity for part in worked.parts} == {
            k: v for k, v in wanted.items() if v
        }
        assert all(part.restock == (part.line_id == 0) for part in worked.parts)

    def test_what_is_left_after_a_free_amount_is_spread_over_the_lines(self) -> None:
        """So that the parts still sum to what goes back."""
        order = Sum(
            "EUR",
            1000,
            100,
            400,
            40,
            (RefundableLine(1, 500, 1), RefundableLine(2, 250, 2)),
        )
        worked = work_out(order, RefundRequest(Reach.WHOLE))
        assert worked.amount == 600
        assert [part.amount for part in worked.parts] == [300, 300]
        with pytest.raises(TooMuch, match=r"At most €6\.00"):
            work_out(order, RefundRequest(Reach.LINES, quantities={1: 1, 2: 1}))

    def test_nothing_left_is_a_sentence_of_its_own(self) -> None:
        """For every reach but lines, which name their pieces."""
        order = Sum(
            "EUR",
            1000,
            100,
            1000,
            100,
            (RefundableLine(1, 1000, 1, 1),),
        )
        for wish in (RefundRequest(Reach.WHOLE), RefundRequest(Reach.AMOUNT, 1)):
            with pytest.raises(TooMuch, match="Everything of this order"):
                work_out(order, wish)

    @pytest.mark.parametrize(
        ("wish", "field"),
        [
            (RefundRequest(Reach.AMOUNT), "amount"),
            (RefundRequest(Reach.AMOUNT, 0), "amount"),
            (RefundRequest(Reach.AMOUNT, -1), "amount"),
            (RefundRequest(Reach.LINES), "reach"),
            (RefundRequest(Reach.LINES, quantities={1: 0}), "reach"),
            (RefundRequest(Reach.LINES, quantities={1: -1}), "quantity_1"),
            (RefundRequest(Reach.LINES, quantities={1: -1, 2: 2}), "quantity_1"),
            (RefundRequest(Reach.LINES, quantities={1: 2}), "quantity_1"),
            (RefundRequest(Reach.LINES, quantities={9: 1}), None),
            (RefundRequest(Reach.LINES, quantities={1: 1, 9: 1}), None),
        ],
    )
    def test_what_cannot_be_given_back_is_a_sentence_at_its_field(
        self, wish: RefundRequest, field: str | None
    ) -> None:
        """Nothing, less than nothing, more pieces than were bought, and lines of another order."""
        order = Sum(
            "EUR",
            1000,
            100,
            0,
            0,
            (RefundableLine(1, 500, 1), RefundableLine(2, 250, 2)),
        )
        with pytest.raises(BadRefund) as told:
            work_out(order, wish)
        assert told.value.param == field

    @pytest.mark.parametrize(
        ("amount", "is_left"),
        [
            (1, True),
            (999, True),
            (1000, True),
            (1001, False),
        ],
    )
    def test_all_that_is_left_can_go_back_and_not_a_cent_more(
        self, amount: int, is_left: bool
    ) -> None:
        """To the cent."""
        order = Sum("EUR", 2000, 200, 1000, 100)
        if is_left:
            assert work_out(order, RefundRequest(Reach.AMOUNT, amount)).amount == amount
            return
        with pytest.raises(TooMuch):
            work_out(order, RefundRequest(Reach.AMOUNT, amount))

    @pytest.mark.parametrize(
        ("currency", "amount"),
        [("ISK", 150), ("KWD", 15)],
    )
    def test_currencies_have_their_own_steps(self, currency: str, amount: int) -> None:
        """Stripe would refuse these."""
        with pytest.raises(BadRefund, match="decimals"):
            work_out(
                Sum(currency, 10_000, 0, 0, 0), RefundRequest(Reach.AMOUNT, amount)
            )


class TestStates:
    def test_every_state_has_its_words(self) -> None:
        """For the vendor; the shopper hears nothing of what never concerned them."""
        assert codes("refunds.states") == set(RefundState)
        silent = {state for state in RefundState if for_shopper(state) is None}
        assert silent == {
            RefundState.AWAITING_APPROVAL,
            RefundState.DECLINED,
            RefundState.REFUSED,
            RefundState.CANCELED,
        }

    @pytest.mark.parametrize(
        "reason",
        [
            "lost_or_stolen_card",
            "expired_or_canceled_card",
            "charge_for_pending_refund_disputed",
            "insufficient_funds",
            "declined",
            "merchant_request",
            "unknown",
        ],
    )
    def test_every_reason_of_stripes_is_a_sentence(self, reason: str) -> None:
        """No raw code; unknown ones too."""
        assert "_" not in word("refunds.failures", reason)
        assert word("refunds.failures", reason).endswith(".")

    def test_only_what_is_not_undone_counts(self) -> None:
        """Once a refund has ended badly it never counts again."""
        assert not COUNTING & UNDONE
        assert UNSETTLED < COUNTING
        for state in UNDONE | {RefundState.DECLINED, RefundState.REFUSED}:
            assert MOVES[state] == frozenset()

    @given(
        st.lists(
            st.sampled_from(
                [
                    "pending",
                    "requires_action",
                    "succeeded",
                    "failed",
                    "canceled",
                    "new_word",
                ]
            )
        )
    )
    def test_news_in_any_order_ends_where_the_last_word_is_final(
        self, news: list[str]
    ) -> None:
        """What failed stays failed; what succeeded can only fail."""
        state = RefundState.OPENING
        for status in news:
            before, state = state, next_state(state, status) or state
            if before in UNDONE:
                assert state is before
            if before is RefundState.SUCCEEDED:
                assert state in (RefundState.SUCCEEDED, RefundState.FAILED)

    @pytest.mark.parametrize("before", sorted(UNSETTLED))
    @pytest.mark.parametrize(
        "after", ["pending", "requires_action", "succeeded", "failed", "canceled"]
    )
    def test_every_word_of_stripes_is_followed_while_a_refund_is_under_way(
        self, before: RefundState, after: str
    ) -> None:
        """A refund that Stripe cancels or fails never stays where it was and keeps its part of the
        order.
        """
        assert next_state(before, after) == (
            None if after == before else RefundState(after)
        )

    @given(
        st.lists(
            st.sampled_from(
                ["pending", "requires_action", "succeeded", "failed", "canceled"]
            )
        )
    )
    def test_what_gave_nothing_back_is_undone(self, news: list[str]) -> None:
        """Whatever came before: a refund that counts no longer, and that Stripe took on, is one
        whose books are undone.
        """
        state = RefundState.OPENING
        for status in news:
            state = next_state(state, status) or state
        assert (state in UNDONE) == (state not in COUNTING)

    def test_only_a_charge_that_cannot_be_refunded_stands_in_the_way(self) -> None:
        """An inquiry does not, nor a dispute that is over; of what does, what the bank still
        decides comes first.
        """
        won, inquiry = AtBank(True, False, False), AtBank(True, True, True)
        open_, lost = AtBank(False, False, True), AtBank(False, False, False)
        assert refundability([]) is Refundability.CLEAR
        assert refundability([won]) is Refundability.CLEAR
        assert refundability([inquiry]) is Refundability.INQUIRY
        assert refundability([inquiry, open_]) is Refundability.CHARGED_BACK
        assert refundability([lost, won]) is Refundability.DECIDED
        assert refundability([lost, open_]) is Refundability.CHARGED_BACK


@given(
    vendor=st.integers(0, 10_000),
    commission=st.integers(0, 10_000),
    balance=st.integers(-5_000, 20_000),
)
def test_what_a_preview_takes_is_what_goes_back(
    vendor: int, commission: int, balance: int
) -> None:
    """Vendor and platform together lose exactly the refund, and the vendor never more than it
    holds.
    """
    told = Preview(
        "EUR",
        vendor + commission,
        0,
        vendor,
        commission,
        59,
        balance,
        False,
        Refundability.CLEAR,
    )
    assert told.vendor_change + told.platform_change == -told.amount
    assert 0 <= -told.vendor_change <= max(balance, 0)
    assert told.owed - told.vendor_change == vendor


@pytest.mark.parametrize(
    ("balance", "owed"),
    [
        (-50, 90),
        (0, 90),
        (40, 50),
        (90, 0),
        (91, 0),
        (None, 0),
    ],
)
def test_a_vendor_owes_its_part_at_most(balance: int | None, owed: int) -> None:
    """A balance below zero is no debt of this refund, and no vendor gains by one."""
    told = Preview("EUR", 100, 0, 90, 10, None, balance, False, Refundability.CLEAR)
    assert (told.owed, told.vendor_change, told.platform_change) == (
        owed,
        owed - 90,
        -10 - owed,
    )

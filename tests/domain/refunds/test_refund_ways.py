"""How Stripe is asked for a refund: in one call, or paid by the platform. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.finance.refunds.methods import (
    PLATFORM_PAYS,
    AtStripe,
    Earlier,
    RefundMethod,
    choose_method,
    stripe_share,
)
from shared.finance.refunds.rules import (
    Burden,
    Sum,
    bear,
)
from shared.trade.commission.rules import RefundPolicy
from tests.support.refund_rules import after, orders, policies

if TYPE_CHECKING:
    from collections.abc import Sequence

ALONG = RefundMethod(True, True)


REVERSED = RefundMethod(True, False)


class TestTheWay:
    @given(
        order=orders(),
        cuts=st.lists(st.integers(1, 100_000), max_size=8),
        policy=policies,
    )
    def test_stripe_takes_from_the_vendor_exactly_what_we_say(
        self, order: Sum, cuts: Sequence[int], policy: RefundPolicy
    ) -> None:
        """Whenever it is asked to take things back along with a refund; the vendor's balance never
        falls below zero.
        """
        now, earlier, fee_gone, reversed_ = order, list[Earlier](), 0, 0
        for cut in cuts:
            if cut > now.left.amount:
                continue
            burden = bear(now, cut, policy)
            at = AtStripe(reversed_, fee_gone, balance=10**9, touched=False)
            way = choose_method(order, cut, burden, policy, earlier=earlier, now=at)
            if way.reverse_transfer:
                share = 0
                if way.refund_application_fee:
                    before = sum(
                        e.amount for e in earlier if e.way.refund_application_fee
                    )
                    share = stripe_share(
                        order.commission,
                        order.total,
                        before=before,
                        now=cut,
                        gone=fee_gone,
                    )
                assert cut - share == burden.vendor
                fee_gone, reversed_ = fee_gone + share, reversed_ + cut
            earlier.append(Earlier(cut, burden.commission, way, undone=False))
            now = after(now, cut, burden)
            if policy is not RefundPolicy.RETURN:
                assert way.reverse_transfer, (
                    "these two policies are one call each, however many parts"
                )

    @pytest.mark.parametrize(
        ("changed", "why"),
        [
            ({"balance": 899}, "the balance is short"),
            ({"reversed": 1}, "something was reversed by hand"),
            ({"touched": True}, "a dispute took from it"),
            ({"fee_refunded": 1}, "a fee was given back by hand"),
        ],
    )
    def test_whatever_is_not_plain_is_paid_by_the_platform(
        self, changed: dict[str, int], why: str
    ) -> None:
        """And claimed afterwards."""
        order = Sum("EUR", 2000, 200, 0, 0)
        plain = {"reversed": 0, "fee_refunded": 0, "balance": 900, "touched": False}
        asked = {
            "order": order,
            "amount": 1000,
            "burden": Burden(900, 100),
            "policy": RefundPolicy.PROPORTIONAL,
        }
        assert choose_method(**asked, earlier=[], now=AtStripe(**plain)) == ALONG  # type: ignore[arg-type]
        now = AtStripe(**{**plain, **changed})  # type: ignore[arg-type]
        way = choose_method(**asked, earlier=[], now=now)  # type: ignore[arg-type]
        assert way == PLATFORM_PAYS, why

    @pytest.mark.parametrize(
        ("before", "way"),
        [
            (Earlier(500, 50, ALONG, False), ALONG),
            (Earlier(500, 50, ALONG, True), PLATFORM_PAYS),
            (Earlier(500, 50, PLATFORM_PAYS, False), PLATFORM_PAYS),
            (Earlier(500, 0, REVERSED, False), PLATFORM_PAYS),
        ],
    )
    def test_earlier_refunds_must_have_been_asked_for_alike(
        self, before: Earlier, way: RefundMethod
    ) -> None:
        """Stripe counts them together; one that failed, or that we claimed ourselves, would be
        counted wrongly.
        """
        order = Sum("EUR", 2000, 200, 0, 0)
        at = AtStripe(
            500 if before.way.reverse_transfer else 0,
            50 if before.way.refund_application_fee else 0,
            10_000,
            False,
        )
        policy = RefundPolicy.PROPORTIONAL
        assert (
            choose_method(
                order,
                1000,
                Burden(900, 100),
                policy,
                earlier=[before],
                now=at,
            )
            == way
        )

    def test_what_the_marketplace_keeps_is_not_asked_back(self) -> None:
        """Keep reverses the transfer alone; return is one call only where all of it goes back."""
        order, at = Sum("EUR", 2000, 200, 0, 0), AtStripe(0, 0, 10_000, False)

        def way(amount: int, policy: RefundPolicy) -> RefundMethod:
            return choose_method(
                order, amount, bear(order, amount, policy), policy, earlier=[], now=at
            )

        assert way(2000, RefundPolicy.KEEP) == REVERSED
        assert way(2000, RefundPolicy.RETURN) == ALONG
        assert way(500, RefundPolicy.RETURN) == PLATFORM_PAYS

"""Who bears a dispute, and what a win gives back to whom. Pure."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.core.money import step
from shared.finance.disputes.rules import (
    Parts,
    Taken,
    bear,
    give_back,
)
from shared.finance.recovery.rules import Source, plan
from shared.trade.commission.rules import RefundPolicy, commission_back

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

"""What the market machine sells and gives back: rules that its other rules build upon."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    initialize,
    multiple,
    precondition,
    rule,
)

from shared.finance.connect import payment_configs
from shared.finance.refunds.rules import RefundState
from shared.trade.commission import service as fees
from shared.trade.commission.basis import CommissionBasis
from shared.trade.commission.rules import RefundPolicy
from tests.support import market_acts as acts
from tests.support.codes import CODES
from tests.support.machine_checks import EUROS, Counted
from tests.support.shipping import CHOICES
from tests.support.vat import look_at_the_number_again

if TYPE_CHECKING:
    from collections.abc import Sequence

CARDS = (
    "visa",
    "visa",
    "bypassPending",
    "createDispute",
    "createDisputeInquiry",
    "createMultipleDisputes",
    "pendingRefund",
    "refundFail",
)
SHOPS = st.integers(0, 2)
SHARES = st.sampled_from((0.1, 0.333, 0.5, 1.0))
SENT = st.sampled_from(tuple(CHOICES))
BUSINESS = st.sampled_from((False, False, True))  # whether it buys without VAT
CODE = st.sampled_from(("", "", *CODES))
LIMITS = st.sampled_from(
    (
        {},
        {"EUR": 1000},
        {"EUR": 0, "DKK": 10_000, "HUF": 500_000},
    )
)
# Whether a quiet hour follows, and everything is compared.
CALM = st.sampled_from((False, False, True))


def _some(shops: Sequence[int]) -> st.SearchStrategy[list[int]]:
    """One to all of these, in their order."""
    return st.integers(1, len(shops)).map(lambda count: list(shops[:count]))


class Selling(Counted):
    """Shoppers buy, leave and cancel; vendors and staff give back."""

    sales: Any = Bundle("sales")

    @initialize(target=sales)
    def the_market_opens(self) -> Any:
        self.run(self.market.open())
        return multiple(*self.sold)

    # Selling.

    @rule(
        target=sales,
        shop=SHOPS,
        quantity=st.integers(1, 3),
        card=st.sampled_from(CARDS),
        back=st.booleans(),
        sent=SENT,
        code=CODE,
        business=BUSINESS,
        calm=CALM,
    )
    def a_shopper_buys(
        self,
        *,
        shop: int,
        quantity: int,
        card: str,
        back: bool,
        sent: str,
        code: str,
        business: bool,
        calm: bool,
    ) -> Any:
        place = self.shops[shop]
        bought = acts.buy(
            self.market,
            place,
            quantity,
            card,
            back=back,
            sent=sent,
            code=code,
            business=business,
        )
        sale = self.attempt(bought, calm)
        return multiple() if sale is None else sale

    @rule(
        target=sales,
        shops=st.permutations(EUROS).flatmap(_some),
        quantity=st.integers(1, 3),
        card=st.sampled_from(CARDS),
        back=st.booleans(),
        sent=SENT,
        code=CODE,
        business=BUSINESS,
        calm=CALM,
    )
    def a_shopper_buys_at_several(
        self,
        *,
        shops: list[int],
        quantity: int,
        card: str,
        back: bool,
        sent: str,
        code: str,
        business: bool,
        calm: bool,
    ) -> Any:
        """One payment, which a transfer to each of the vendors follows."""
        places = [self.shops[place] for place in shops]
        bought = acts.buy_at_several(
            self.market,
            places,
            quantity,
            card,
            back=back,
            sent=sent,
            code=code,
            business=business,
        )
        sold = self.attempt(bought, calm)
        return multiple(*(sold or ()))

    @rule(shop=SHOPS, business=BUSINESS)
    def a_shopper_leaves(self, shop: int, business: bool) -> None:
        self.attempt(
            acts.buy(
                self.market,
                self.shops[shop],
                1,
                None,
                back=False,
                business=business,
            )
        )

    @rule(shop=SHOPS, business=BUSINESS)
    def a_shopper_presses_pay_and_leaves(self, shop: int, business: bool) -> None:
        self.attempt(
            acts.press_and_leave(self.market, self.shops[shop], business=business)
        )

    @rule()
    def staff_looks_at_a_business_again(self) -> None:
        """Its number is refused, or confirmed if it was."""
        self.run(look_at_the_number_again())

    @rule(
        shop=SHOPS,
        free=st.sampled_from((0, 1, 2, 3, 10_000)),
    )
    def the_shelf_is_counted_anew(self, shop: int, free: int) -> None:
        self.run(acts.shelve(self.shops[shop], free))

    @rule(
        shop=SHOPS,
        percentage=st.sampled_from(("0", "2.5", "10", "33.33", "99.99")),
    )
    def the_fee_changes(self, shop: int, percentage: str) -> None:
        vendor = self.shops[shop].vendor_id
        self.run(
            payment_configs.set_platform_fee(
                vendor_id=vendor, percentage=Decimal(percentage), actor="test"
            )
        )

    @rule(basis=st.sampled_from(CommissionBasis))
    def the_commission_is_of_delivery_too_or_not(self, basis: CommissionBasis) -> None:
        self.run(fees.set_basis(basis, actor="test"))

    # Giving back.

    @rule(policy=st.sampled_from(RefundPolicy), limits=LIMITS)
    def the_policy_changes(self, policy: RefundPolicy, limits: dict[str, int]) -> None:
        self.run(
            fees.set_policy(
                refund_policy=policy, refund_approval_limits=limits, actor="test"
            )
        )

    @rule(sale=sales, share=SHARES, now=st.booleans(), calm=CALM)
    def the_vendor_refunds(
        self, sale: int, share: float, now: bool, calm: bool
    ) -> None:
        state = self.attempt(acts.refund(self.market, sale, share, now=now), calm)
        self.waits |= state is RefundState.AWAITING_APPROVAL

    @rule(sale=sales, now=st.booleans(), calm=CALM)
    def the_shopper_cancels(self, sale: int, now: bool, calm: bool) -> None:
        self.attempt(acts.cancel(self.market, sale, now=now), calm)

    @rule(sale=sales, anyway=st.booleans())
    def the_vendor_sends(self, sale: int, anyway: bool) -> None:
        self.attempt(acts.send(sale, anyway=anyway))

    @precondition(lambda self: self.waits)
    @rule(yes=st.booleans(), calm=CALM)
    def the_operator_decides(self, yes: bool, calm: bool) -> None:
        self.waits = bool(self.attempt(acts.decide(yes=yes), calm))

    @rule(
        sale=sales,
        share=SHARES,
        reverse=st.booleans(),
        fee=st.booleans(),
        named=st.booleans(),
        calm=CALM,
    )
    def staff_refund_at_stripe(
        self,
        *,
        sale: int,
        share: float,
        reverse: bool,
        fee: bool,
        named: bool,
        calm: bool,
    ) -> None:
        self.attempt(
            acts.refund_at_stripe(
                self.market,
                sale,
                share,
                reverse=reverse,
                fee=fee,
                named=named,
            ),
            calm,
        )

    @rule(sale=sales, share=SHARES, fee=st.booleans(), calm=CALM)
    def staff_take_back_at_stripe(
        self, sale: int, share: float, fee: bool, calm: bool
    ) -> None:
        self.by_hand = True
        self.attempt(acts.take_back_at_stripe(self.market, sale, share, fee=fee), calm)

"""Which page follows a payment: decided by where it stands, one outcome for every combination."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from shared.finance.payments.return_page import PaymentProgress
from shared.finance.payments.rules import PaymentState
from shared.trade.orders.remaining_money import OrderMoney
from shared.trade.orders.rules import CheckoutStatus, OrderStatus, PaymentStatus
from storefront.receipts.order_card import order_status
from storefront.receipts.outcome import Outcome, outcome_of
from storefront.receipts.whole import PurchaseStands


def seen(
    state: PaymentState | None,
    status: PaymentStatus = PaymentStatus.PENDING,
    *,
    checkout: CheckoutStatus = CheckoutStatus.OPEN,
    order: OrderStatus = OrderStatus.PENDING,
    message: str | None = None,
    asked: bool = True,
) -> Outcome:
    progress = PaymentProgress(
        state, status, message, can_retry=True, settled=False, asked=asked
    )
    stand = PurchaseStands(
        order,
        is_called_off=False,
        is_paid_back=False,
        is_by_bank=False,
        is_short=False,
    )
    return outcome_of(
        progress, checkout=checkout, stand=stand, email="ada@example.test"
    )


@pytest.mark.parametrize(
    ("outcome", "name", "waits"),
    [
        (
            seen(
                PaymentState.SUCCEEDED, PaymentStatus.PAID, order=OrderStatus.PROCESSING
            ),
            "succeeded",
            False,
        ),
        (seen(PaymentState.PROCESSING), "processing", True),
        (seen(PaymentState.PENDING, PaymentStatus.PROCESSING), "processing", True),
        (seen(PaymentState.REQUIRES_ACTION), "requires_action", True),
        (seen(PaymentState.FAILED, PaymentStatus.FAILED), "failed", False),
        (
            seen(
                PaymentState.CANCELED,
                PaymentStatus.CANCELLED,
                checkout=CheckoutStatus.EXPIRED,
            ),
            "cancelled",
            False,
        ),
        (seen(PaymentState.PENDING), "unpaid", False),
        (seen(None), "unpaid", False),
        (seen(PaymentState.PENDING, asked=False), "unknown", True),
        (seen(PaymentState.PARKED), "parked", False),
        (
            seen(
                PaymentState.SUCCEEDED, PaymentStatus.PAID, order=OrderStatus.CANCELLED
            ),
            "parked",
            False,
        ),
        (seen(PaymentState.REFUNDED, PaymentStatus.REFUNDED), "refunded", False),
    ],
)
def test_each_state_has_its_page(outcome: Outcome, name: str, waits: bool) -> None:
    """Only what is still moving asks again."""
    assert (outcome.name, outcome.waits) == (name, waits)


def test_a_decline_is_a_state_of_its_own_with_the_cards_message() -> None:
    """A declined intent is back at requires_payment_method; the page says what the bank said and
    offers another card.
    """
    declined = seen(
        PaymentState.FAILED, PaymentStatus.FAILED, message="Your card was declined."
    )

    assert (declined.kind, declined.action) == ("bad", "card")
    assert "Your card was declined." in declined.text


def test_only_a_paid_order_says_thank_you() -> None:
    """Whatever else is combined."""
    for state, status, checkout, order in product(
        [None, *PaymentState], PaymentStatus, CheckoutStatus, OrderStatus
    ):
        outcome = seen(state, status, checkout=checkout, order=order)
        assert (outcome.title == "Thank you") == (
            status is PaymentStatus.PAID and order is not OrderStatus.CANCELLED
        )
        assert order_status(OrderMoney(status, 100), order)[1]


def test_a_purchase_is_what_its_parts_are_together() -> None:
    """Thanked for while anything of it comes; a part that cannot be sent is named."""
    paid = PaymentProgress(
        PaymentState.SUCCEEDED,
        PaymentStatus.PAID,
        None,
        can_retry=False,
        settled=True,
        asked=True,
    )

    def told(stand: PurchaseStands) -> Outcome:
        return outcome_of(
            paid,
            checkout=CheckoutStatus.COMPLETED,
            stand=stand,
            email="ada@example.test",
        )

    comes = PurchaseStands(
        OrderStatus.PROCESSING,
        is_called_off=False,
        is_paid_back=False,
        is_by_bank=False,
        is_short=False,
    )
    assert "cannot be sent" not in told(comes).text
    short = told(replace(comes, is_short=True))
    assert (short.name, "cannot be sent" in short.text) == ("succeeded", True)
    assert told(replace(comes, is_called_off=True)).name == "called_off"
    over = replace(comes, is_paid_back=True)
    assert told(over).name == "refunded"
    assert "Your bank gave" not in told(over).text
    assert "Your bank gave" in told(replace(over, is_by_bank=True)).text

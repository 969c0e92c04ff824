"""The payment's state machine and the comparison of Stripe's word with ours. Pure."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from shared.core.frozen import frozen
from shared.trade.orders.rules import PaymentStatus


class PaymentState(StrEnum):
    """Where a payment stands. The middle ones follow the PaymentIntent (stripe-facts 8.4)."""

    OPENING = "opening"  # written down; Stripe has not confirmed that the intent exists
    PENDING = "pending"  # the intent waits for a payment method
    REQUIRES_ACTION = "requires_action"  # the bank wants to hear from the shopper
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"  # the last try was declined; the intent still takes another card
    CANCELED = "canceled"
    PARKED = (
        "parked"  # Stripe took money that does not match the order; a person must look
    )
    REFUNDED = "refunded"  # all of it went back; a part leaves it succeeded


# A transfer of a shared payment comes within seconds; later it waits for the vendor's account.
ON_ITS_WAY = timedelta(minutes=10)
# In the order of their index (uq_payments_open): SQLite takes one only for its own words.
OPEN_IN_ORDER = (
    PaymentState.OPENING,
    PaymentState.PENDING,
    PaymentState.REQUIRES_ACTION,
    PaymentState.PROCESSING,
    PaymentState.FAILED,
)
OPEN_STATES = frozenset(OPEN_IN_ORDER)
# Open, and nobody has tried a card with it.
UNTRIED = (PaymentState.OPENING, PaymentState.PENDING)

_LIVE = frozenset(
    {
        PaymentState.PENDING,
        PaymentState.REQUIRES_ACTION,
        PaymentState.PROCESSING,
        PaymentState.FAILED,
        PaymentState.SUCCEEDED,
        PaymentState.CANCELED,
        PaymentState.PARKED,
    }
)

# While an intent is alive Stripe may move it back and forth; what is final stays final, however
# late older news arrives.
MOVES: dict[PaymentState, frozenset[PaymentState]] = {
    PaymentState.OPENING: _LIVE,
    PaymentState.PENDING: _LIVE,
    PaymentState.REQUIRES_ACTION: _LIVE,
    PaymentState.PROCESSING: _LIVE,
    PaymentState.FAILED: _LIVE,
    PaymentState.SUCCEEDED: frozenset({PaymentState.REFUNDED}),
    PaymentState.PARKED: frozenset({PaymentState.SUCCEEDED, PaymentState.REFUNDED}),
    PaymentState.CANCELED: frozenset(),
    # When a refund failed after all: `after_refunds`
    PaymentState.REFUNDED: frozenset({PaymentState.SUCCEEDED}),
}
# The order was paid with it.
PAID_STATES = frozenset({PaymentState.SUCCEEDED, PaymentState.REFUNDED})


@frozen
class IntentFacts:
    """What Stripe says of a PaymentIntent now. Amounts in minor units, currency upper case."""

    status: str
    amount: int
    amount_received: int
    currency: str
    destination: str | None
    application_fee: int
    has_error: bool


@frozen
class Expected:
    """What our order says must have been charged. Amounts in minor units."""

    amount: int
    currency: str
    destination: str | None  # None: shared, the money stays with the platform
    application_fee: int


def state_of_intent(facts: IntentFacts) -> PaymentState:
    """Our word for the intent's status; a decline returns an intent to requires_payment_method with
    an error (stripe-facts 8.5).
    """
    match facts.status:
        case "succeeded":
            return PaymentState.SUCCEEDED
        case "canceled":
            return PaymentState.CANCELED
        case "processing":
            return PaymentState.PROCESSING
        case "requires_action":
            return PaymentState.REQUIRES_ACTION
        case "requires_payment_method" if facts.has_error:
            return PaymentState.FAILED
        case _:
            return PaymentState.PENDING


def mismatch(facts: IntentFacts, expected: Expected) -> str | None:
    """Why a success must not mark the order paid, or None when amount, currency, destination and
    fee are as ordered.
    """
    wrong = []
    if facts.amount_received != expected.amount:
        wrong.append(f"received {facts.amount_received} instead of {expected.amount}")
    if facts.currency != expected.currency:
        wrong.append(f"currency {facts.currency} instead of {expected.currency}")
    if facts.destination != expected.destination:
        wrong.append(
            f"destination {facts.destination} instead of {expected.destination}"
        )
    if facts.application_fee != expected.application_fee:
        wrong.append(
            f"fee {facts.application_fee} instead of {expected.application_fee}"
        )
    return "; ".join(wrong) or None


def next_state(
    current: PaymentState, facts: IntentFacts, expected: Expected
) -> PaymentState | None:
    """The state to move to, or None when this is older news or nothing new.

    An intent stays `succeeded` whatever is refunded of it, so it tells nothing about a payment that
    went back.
    """
    if current is PaymentState.REFUNDED:
        return None
    target = state_of_intent(facts)
    if target is PaymentState.SUCCEEDED and mismatch(facts, expected):
        target = PaymentState.PARKED
    if target is current or target not in MOVES[current]:
        return None
    return target


def after_refunds(
    current: PaymentState,
    *,
    total: int,
    back: int,
) -> PaymentState | None:
    """The state of a payment of `total` of which refunds that succeeded brought `back` (minor
    units); None: as it is.
    """
    if current not in PAID_STATES:
        return None
    target = PaymentState.REFUNDED if back >= total else PaymentState.SUCCEEDED
    return None if target is current else target


def order_status(state: PaymentState, *, checkout_open: bool) -> PaymentStatus | None:
    """Where an order's money is when its payment moved to `state`; None when the order does not
    follow (parked).
    """
    match state:
        case PaymentState.SUCCEEDED:
            return PaymentStatus.PAID
        case PaymentState.PARKED | PaymentState.REFUNDED:
            return None
        case PaymentState.CANCELED:
            return PaymentStatus.PENDING if checkout_open else PaymentStatus.CANCELLED
        case PaymentState.FAILED:
            return PaymentStatus.FAILED
        case PaymentState.PROCESSING:
            return PaymentStatus.PROCESSING
        case _:
            return PaymentStatus.PENDING

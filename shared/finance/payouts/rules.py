"""The states of a payout, the moves between them, and how much may be paid out. Pure."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from shared.core.frozen import frozen
from shared.core.money import Money

# Charged in two decimals, paid out without (stripe-facts 6.4).
WHOLE_UNIT_PAYOUTS = frozenset({"HUF", "TWD", "ISK", "UGX"})


class PayoutState(StrEnum):
    """Where a payout stands.

    From `pending` on the words are Stripe's own; `paid` may still become `failed` (stripe-facts
    14.1).
    """

    OPENING = "opening"  # written down; Stripe has not answered
    REFUSED = "refused"  # Stripe said no; nothing moved
    PENDING = "pending"
    IN_TRANSIT = "in_transit"
    PAID = "paid"
    FAILED = "failed"
    CANCELED = "canceled"


MOVES: dict[PayoutState, frozenset[PayoutState]] = {
    PayoutState.OPENING: frozenset(
        {
            PayoutState.REFUSED,
            PayoutState.PENDING,
            PayoutState.IN_TRANSIT,
            PayoutState.PAID,
            PayoutState.FAILED,
            PayoutState.CANCELED,
        }
    ),
    PayoutState.PENDING: frozenset(
        {
            PayoutState.IN_TRANSIT,
            PayoutState.PAID,
            PayoutState.FAILED,
            PayoutState.CANCELED,
        }
    ),
    PayoutState.IN_TRANSIT: frozenset(
        {
            PayoutState.PAID,
            PayoutState.FAILED,
            PayoutState.CANCELED,
        }
    ),
    PayoutState.PAID: frozenset({PayoutState.FAILED}),
    PayoutState.FAILED: frozenset(),
    PayoutState.CANCELED: frozenset(),
    PayoutState.REFUSED: frozenset(),
}
UNDER_WAY = frozenset(
    {PayoutState.OPENING, PayoutState.PENDING, PayoutState.IN_TRANSIT}
)
# Nothing of it arrived.
GONE = frozenset({PayoutState.FAILED, PayoutState.CANCELED, PayoutState.REFUSED})


class Obstacle(StrEnum):
    """Why nothing is paid out now."""

    NOT_CONNECTED = "not_connected"
    HELD = "held"  # the operator holds payouts back
    BANK_NEW = "bank_new"  # it was changed lately; payouts wait
    BANK_MISSING = "bank_missing"
    BANK_ERRORED = "bank_errored"  # a payout came back from it
    DISABLED = "disabled"  # Stripe does not pay this account out
    OWED = "owed"  # all of it goes to what the vendor owes
    RESERVED = "reserved"  # all of it is held back
    HELD_BY_STRIPE = "held_by_stripe"  # all of it is in Stripe's own reserve
    PENDING = "pending"  # it is there, but cannot leave yet
    NOTHING = "nothing"
    BELOW_MINIMUM = "below_minimum"


@frozen
class PayoutConditions:
    """Whether a vendor's money may leave at all."""

    connected: bool
    held: bool
    enabled: bool
    bank: bool
    bank_errored: bool
    bank_new: bool = False


@frozen
class Funds:
    """What there is in one currency, in minor units.

    `available` and `pending` are Stripe's words, the rest is our ledger's.

    `payable` is earned and not arrived at the bank, without what is reserved; `on_the_way` is the
    part of it that has left the balance, payouts that Stripe was asked for and has not answered
    (`asked`) included. `held` is what Stripe holds of it in reserve.
    """

    currency: str
    available: int
    pending: int = 0
    payable: int = 0
    on_the_way: int = 0
    asked: int = 0
    owed: int = 0
    reserved: int = 0
    balance: int = (
        0  # what our books say lies at Stripe in all, without what it was asked to send
    )
    held: int = 0

    @property
    def free(self) -> int:
        """What of the vendor's earnings lies in its balance and is nobody else's; not all of it can
        leave yet.
        """
        return max(
            0,
            self.payable - self.on_the_way - self.owed - self.held,
        )

    @property
    def ready(self) -> int:
        """What could leave now, in amounts that banks take."""
        return whole(
            max(0, min(self.available, self.free)),
            self.currency,
        )

    @property
    def coming(self) -> int:
        """What is free and cannot leave yet."""
        return self.free - max(0, min(self.available, self.free))


@frozen
class Due:
    """What to pay out now; or nothing, and why."""

    amount: int
    obstacle: Obstacle | None = None


def whole(amount: int, currency: str) -> int:
    """The part of an amount that can be paid out: some currencies are charged with decimals and
    paid out without.
    """
    return amount // 100 * 100 if currency.upper() in WHOLE_UNIT_PAYOUTS else amount


def due(funds: Funds, conditions: PayoutConditions, *, minimum: int) -> Due:
    """How much goes out now.

    Never more than lies there, never less than the minimum, in whole units where banks want it.
    """
    if (stopped := obstacle_of(conditions)) is not None:
        return Due(0, stopped)
    amount = funds.ready
    if amount <= 0:
        return Due(0, _why_nothing(funds))
    if amount < minimum:
        return Due(0, Obstacle.BELOW_MINIMUM)
    return Due(amount)


def obstacle_of(conditions: PayoutConditions) -> Obstacle | None:
    """What stops payouts of any amount; None where nothing does."""
    checks = (
        (not conditions.connected, Obstacle.NOT_CONNECTED),
        (conditions.held, Obstacle.HELD),
        (conditions.bank_new, Obstacle.BANK_NEW),
        (conditions.bank_errored, Obstacle.BANK_ERRORED),
        (not conditions.enabled, Obstacle.DISABLED),
        (not conditions.bank, Obstacle.BANK_MISSING),
    )
    return next((obstacle for stops, obstacle in checks if stops), None)


def held_back(funds: Funds, obstacle: Obstacle | None) -> int:
    """What a vendor cannot have although it is its own: the reserve, and while nothing may leave
    all that otherwise would.
    """
    kept = max(0, funds.reserved)
    return kept if obstacle is None else kept + funds.free


def _why_nothing(funds: Funds) -> Obstacle:
    if funds.owed > 0 and funds.payable - funds.on_the_way > 0:
        return Obstacle.PENDING if funds.free else Obstacle.OWED
    if funds.free > 0:
        # Else: less than a whole unit.
        return Obstacle.PENDING if funds.available <= 0 else Obstacle.NOTHING
    if funds.held > 0:
        return Obstacle.HELD_BY_STRIPE
    return Obstacle.RESERVED if funds.reserved > 0 else Obstacle.NOTHING


@frozen
class Why:
    """What a sentence about an obstacle may need to name."""

    minimum: Money
    ready: Money
    owed: Money
    reserved: Money
    held: Money
    held_reason: str = ""
    available_on: date | None = None
    bank_hold_until: datetime | None = None

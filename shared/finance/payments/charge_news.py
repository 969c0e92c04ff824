"""Whether what an event says of a charge is news to us. Pure.

The content of an event is never taken for a fact. But where it says nothing that our rows do not
hold already, there is nothing to ask Stripe about. In doubt it is news, and Stripe is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.core.frozen import frozen
from shared.finance.payments.rules import PAID_STATES, PaymentState


@frozen
class ToldCharge:
    """What an event says of a charge; amounts in minor units.

    `is_booked`: it has a balance transaction. `noted`: what a payment would keep of it, by column;
    None tells nothing.
    """

    amount: int
    captured: int
    refunded: int
    currency: str
    paid: bool
    disputed: bool
    failure: str
    is_booked: bool
    noted: Mapping[str, object]

    @property
    def is_plain(self) -> bool:
        """Whether it took all of its amount, and nothing has happened to that since."""
        whole = self.paid and self.captured == self.amount
        return whole and not (self.refunded or self.disputed or self.failure)


@frozen
class KnownPayment:
    """What we hold of a payment that has the charge's intent.

    `lacks`: something is missing that comes when Stripe has booked the charge. `noted`: as of
    ToldCharge.
    """

    state: PaymentState
    amount: int
    currency: str
    lacks: bool
    noted: Mapping[str, object]


def is_news(told: ToldCharge, known: Sequence[KnownPayment]) -> bool:
    """Whether an event says more of a charge than all the payments hold that share its intent."""
    if not known or not told.is_plain:
        return True
    if told.amount != sum(each.amount for each in known):
        return True
    return any(_adds(told, each) for each in known)


def _adds(told: ToldCharge, known: KnownPayment) -> bool:
    if known.state not in PAID_STATES or known.currency != told.currency:
        return True
    if told.is_booked and known.lacks:
        return True
    return bool(new_of(told.noted, known.noted))


def new_of(
    told: Mapping[str, object],
    known: Mapping[str, object],
) -> dict[str, object]:
    """What is told that is not known, by column; None tells nothing."""
    return {
        name: value
        for name, value in told.items()
        if value is not None and value != known[name]
    }

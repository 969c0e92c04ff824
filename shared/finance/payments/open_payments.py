"""The open payment of an order, as whoever opened it gets it."""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.finance.payments.models import Payment
from shared.infra.stripe_writes.models import StripeWrite


@frozen
class OpenPayment:
    """An order's open payment; `write` is what asks for its intent, where it was stored just now.

    `is_selling`: its vendor's account takes payments. `slices`: of an intent that several orders
    share, every payment; `payment` is the one that leads then, and one vendor that sells is enough.
    """

    payment: Payment
    is_selling: bool
    write: StripeWrite | None = None
    slices: tuple[Payment, ...] = ()

    @property
    def whole(self) -> tuple[Payment, ...]:
        """Every payment that the intent is for."""
        return self.slices or (self.payment,)

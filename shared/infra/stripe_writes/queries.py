"""What of the writes to Stripe a person reads."""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.stripe_writes.rules import WriteState


@frozen
class UnexpectedAnswer:
    """A write whose answer our rows could not follow, and why."""

    write_id: int
    operation: str
    subject: str
    error: str


async def unexpected_answers() -> tuple[UnexpectedAnswer, ...]:
    """Return those that a person must look at, oldest first."""
    rows = StripeWrite.filter(state=WriteState.UNEXPECTED).order_by("id")
    found = await rows.values_list("id", "operation", "subject", "error")
    return tuple(UnexpectedAnswer(*row) for row in found)

"""The sweep of payments: each is looked after by a job of its own; where that was lost or gave up,
it is written again.
"""

from __future__ import annotations

from datetime import timedelta

from tortoise.queryset import QuerySet

from shared.core import clock
from shared.finance.payments.jobs import read_charge, settle_unknown
from shared.finance.payments.models import Payment
from shared.finance.payments.payment_intents import LEADS
from shared.finance.payments.rules import OPEN_IN_ORDER, PAID_STATES
from shared.infra import unit
from shared.infra.database.columns import numbers_in
from shared.infra.jobs import AnyJob, Context, queue, recurring

LEFT_ALONE = timedelta(minutes=15)
AT_ONCE = 500


@recurring("payments.sweep", every=timedelta(minutes=30))
async def sweep(_context: Context) -> None:
    """Leave no open payment and no bare charge without a job."""
    before = clock.now() - LEFT_ALONE
    undecided = Payment.filter(LEADS, updated_at__lt=before, status__in=OPEN_IN_ORDER)
    bare = Payment.filter(
        LEADS,
        updated_at__lt=before,
        status__in=list(PAID_STATES),
        stripe_charge_id__gt="",  # there is one: SQLite finds an index by no NOT IS NULL
        stripe_balance_transaction_id=None,
    )
    to_settle = await _without_job(settle_unknown, undecided)
    to_read = await _without_job(read_charge, bare)
    async with unit.transaction() as tx:
        for payment_id in to_settle:
            settle_unknown.once(f"settle_unknown:{payment_id}")(
                tx, payment_id=payment_id
            )
        for payment_id in to_read:
            read_charge.once(f"read_charge:{payment_id}")(tx, payment_id=payment_id)


async def _without_job(
    of: AnyJob,
    payments: QuerySet[Payment],
) -> list[int]:
    """Return those of these payments that no such job is there for, the oldest first."""
    known = await queue.under_way(of.kind, "payment_id")
    # Asked in no order: to have them in that of ids, SQLite would read all payments.
    found = await numbers_in(payments, "id")
    return [id_ for id_ in sorted(found) if id_ not in known][:AT_ONCE]

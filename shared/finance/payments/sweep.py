"""The sweep of payments: each is looked after by a job of its own; where that was lost or gave up, it is written again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shared.core import clock
from shared.finance.payments.models import Payment
from shared.finance.payments.rules import OPEN_STATES, PAID_STATES
from shared.infra import unit
from shared.infra.jobs import queue
from shared.infra.jobs.models import Job
from shared.infra.jobs.queue import Context

LEFT_ALONE = timedelta(minutes=15)
AT_ONCE = 500


async def sweep(_context: Context, _args: dict[str, Any]) -> None:
    """Job `payments.sweep`, every half an hour: no open payment and no bare charge is without a job."""
    before = clock.now() - LEFT_ALONE
    undecided = Payment.filter(updated_at__lt=before, status__in=list(OPEN_STATES))
    bare = Payment.filter(
        updated_at__lt=before,
        status__in=list(PAID_STATES),
        stripe_charge_id__not_isnull=True,
        stripe_balance_transaction_id=None,
    )
    to_settle = await _without_job("payments.settle_unknown", undecided)
    to_read = await _without_job("payments.read_charge", bare)
    async with unit.transaction() as tx:
        for payment_id in to_settle:
            key = f"settle_unknown:{payment_id}"
            queue.enqueue(tx, "payments.settle_unknown", {"payment_id": payment_id}, unique_key=key)
        for payment_id in to_read:
            key = f"read_charge:{payment_id}"
            queue.enqueue(tx, "payments.read_charge", {"payment_id": payment_id}, unique_key=key)


async def _without_job(kind: str, payments: Any) -> list[int]:
    """Those of these payments that no job of this kind is waiting for, the oldest first."""
    known = {job.args.get("payment_id") for job in await Job.filter(kind=kind, status__in=["waiting", "running"])}
    found = await payments.order_by("id").values_list("id", flat=True)
    return [int(id_) for id_ in found if id_ not in known][:AT_ONCE]

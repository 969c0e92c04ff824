"""Answering a dispute: a draft, handing it in, what the bank has of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.core import clock
from shared.finance.disputes import responses
from shared.finance.disputes.models import Dispute
from shared.infra.jobs.models import Job
from tests.support.disputes import work
from tests.support.money import stripe_get

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context
    from tests.support.sandbox import RunningSandbox

WORDS = {"product_description": "A cup", "uncategorized_text": "It arrived."}


KINDS = (
    "disputes.follow",
    "disputes.deliver",
    "disputes.stage",
    "stripe_writes.perform",
)


FAULTS = [
    {"effect": "reset_before"},
    {"effect": "reset_after"},
    {"effect": "status", "status": 500, "stored": True},
    {"effect": "status", "status": 503},
]


async def draft(row: Dispute, texts: dict[str, str] = WORDS) -> int:
    return await responses.save_draft(
        vendor_id=row.vendor_id, dispute_id=row.id, texts=texts, actor="member:1"
    )


async def submit(gateway: Gateway, row: Dispute, version: int) -> bool:
    return await responses.submit(
        gateway,
        vendor_id=row.vendor_id,
        dispute_id=row.id,
        version=version,
        actor="member:1",
    )


def at_bank(sandbox: RunningSandbox, row: Dispute) -> Any:
    """The dispute as Stripe has it."""
    return stripe_get(sandbox, f"/v1/disputes/{row.stripe_dispute_id}")


async def settle_down(context: Context) -> None:
    """Let every waiting job run, those too that wait for Stripe to come back."""
    for _ in range(4):
        await Job.filter(status="waiting", kind__in=KINDS).update(run_at=clock.now())
        await work(context)

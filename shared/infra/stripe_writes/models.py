"""Writes to Stripe, with the key under which each is asked."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from shared.infra.database.base import Row, words
from shared.infra.database.indexes import IndexWhere
from shared.infra.stripe_writes.rules import LOOKED_FOR, WriteState


class StripeWrite(Row):
    """One write. `params` are the fields of its operation (operations.py), `key` is the idempotency key of `attempt`."""

    lock_rank = 5  # before every row that an answer moves

    operation = fields.CharField(max_length=60, description="payouts.create")
    subject = fields.CharField(max_length=120, description="payout:12")
    key = fields.CharField(max_length=255, unique=True)
    params: Any = fields.JSONField(default=dict)
    attempt = fields.IntField(default=1)
    state = fields.CharField(max_length=20, default=WriteState.WAITING.value)
    asked_at = fields.DatetimeField(
        null=True, description="when Stripe was first asked under this key"
    )
    stripe_id = fields.CharField(
        max_length=255, null=True, description="of what it made or changed"
    )
    error = fields.TextField(
        default="",
        db_default="",
        description="why it was refused, or is not answered yet",
    )

    class Meta:
        table = "stripe_writes"
        indexes = [
            Index(
                fields=("subject", "operation", "id"), name="ix_stripe_writes_subject"
            ),
            IndexWhere(
                fields=("state", "updated_at"),
                name="ix_stripe_writes_state",
                where=" OR ".join(f"state = '{state}'" for state in LOOKED_FOR),
            ),
        ]
        constraints = [
            CheckConstraint(
                check=f"state in ({words(WriteState)})", name="ck_stripe_writes_state"
            ),
        ]

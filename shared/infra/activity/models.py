"""What happened: a row for each act, each change of a row, and each posting, in the transaction of
the fact.
"""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index

from shared.infra.database.base import Row
from shared.infra.database.indexes import IndexWhere


class Activity(Row):
    """One thing that happened. Rows are only added.

    An act has an `actor` (`member:7`, `stripe`, `system`); what only followed from something else
    has none. `before` and `after` hold the columns that changed, `cause` what set it off:
    `webhook_event:12`, `job:clawback.settle:40`, `member:7`. It names orders and vendors without foreign
    keys, so that writing it waits for nobody's lock.
    """

    kind = fields.CharField(max_length=80, description="dotted, e.g. refund.succeeded")
    subject = fields.CharField(max_length=140, description="refund:12")
    order_id = fields.BigIntField(null=True)
    vendor_id = fields.BigIntField(null=True)
    actor = fields.CharField(
        max_length=60,
        default="",
        db_default="",
    )
    amount = fields.BigIntField(null=True, description="minor units of currency")
    currency = fields.CharField(max_length=3, null=True)
    before: Any = fields.JSONField(null=True)
    after: Any = fields.JSONField(null=True)
    details: Any = fields.JSONField(null=True, description="what else an act tells")
    cause = fields.CharField(
        max_length=120,
        default="",
        db_default="",
    )

    class Meta:
        table = "activity"
        indexes = [
            IndexWhere(
                fields=("order_id", "id"),
                name="ix_activity_order",
                where="order_id IS NOT NULL",
            ),
            Index(fields=("subject", "id"), name="ix_activity_subject"),
            IndexWhere(
                fields=("cause", "id"), name="ix_activity_cause", where="NOT cause = ''"
            ),
        ]

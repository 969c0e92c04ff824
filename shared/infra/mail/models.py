"""The outbox: mails written in the transaction that causes them, sent by a job."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from shared.core.locales import LONGEST_TAG, SOURCE
from shared.infra.database.base import Row
from shared.infra.database.indexes import IndexWhere

NOT_SENT = ("waiting", "failed")


class Email(Row):
    """One mail. `unique_key` makes a fact cause its mail once."""

    unique_key = fields.CharField(max_length=200, unique=True)
    kind = fields.CharField(
        max_length=60, description="which mail, e.g. order_confirmed"
    )
    order: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "models.Order", related_name="emails", null=True, on_delete=fields.RESTRICT
    )
    order_id: int | None
    to = fields.CharField(max_length=254)
    subject = fields.CharField(max_length=200)
    text = fields.TextField()
    # Older versions stored it; now it is made of the text as the mail is sent.
    html = fields.TextField(default="")
    language = fields.CharField(
        max_length=LONGEST_TAG,
        default=SOURCE,
        db_default=SOURCE,
        description="that its text is written in",
    )
    status = fields.CharField(
        max_length=20, default="waiting", description="waiting | sent | failed"
    )
    sent_at = fields.DatetimeField(null=True)
    error = fields.TextField(null=True)

    class Meta:
        table = "emails"
        indexes = [
            Index(fields=("order_id",), name="ix_emails_order"),
            Index(fields=("to", "id"), name="ix_emails_to"),
            Index(fields=("status", "created_at"), name="ix_emails_status"),
            IndexWhere(
                fields=("created_at",),
                name="ix_emails_of_people",
                where="order_id IS NULL",
            ),
        ]
        constraints = [
            CheckConstraint(
                check="status in ('waiting', 'sent', 'failed')", name="ck_emails_status"
            )
        ]

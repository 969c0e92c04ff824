"""Tables of second factors and of what waits until somebody has confirmed that it is them."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from shared.database.base import Row


class KeptForm(Row):
    """A form that was sent when the sign-in was no longer fresh. It waits for its sender, and is taken once."""

    session: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.Session", related_name="kept_forms", on_delete=fields.CASCADE
    )
    session_id: int
    method = fields.CharField(max_length=4, description="GET for a link, POST for a form")
    action = fields.CharField(max_length=1000, description="path and query that it was sent to")
    back = fields.CharField(max_length=1000, description="the page that it was sent from")
    doing = fields.CharField(max_length=120, description="what it does, as words after `to`")
    fields_sent: Any = fields.JSONField(default=list, description="pairs of name and value; never secrets")
    expires_at = fields.DatetimeField()

    class Meta:
        table = "kept_forms"
        indexes = [Index(fields=("session_id",), name="ix_kept_forms_session")]
        constraints = [CheckConstraint(check="method in ('GET', 'POST')", name="ck_kept_forms_method")]

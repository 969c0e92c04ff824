"""Who did what: entries with stable dotted names, written where the state changes.

The database refuses to change or delete one, whoever asks (migration `audit`).
"""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index

from shared.infra.database.base import Row
from shared.infra.database.indexes import IndexWhere


class AuditEntry(Row):
    """One thing that was done. `actor` reads `member:7`, `customer:3`, `shopper`, `stripe` or `system`."""

    actor = fields.CharField(max_length=60)
    action = fields.CharField(
        max_length=80, description="dotted, e.g. payment.succeeded"
    )
    vendor: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "models.Vendor",
        related_name="audit_entries",
        null=True,
        on_delete=fields.RESTRICT,
    )
    vendor_id: int | None
    subject = fields.CharField(max_length=80, description="order:12, payment:9")
    details: Any = fields.JSONField(default=dict)
    address = fields.CharField(
        max_length=45,
        default="",
        db_default="",
        description="network address of a person",
    )
    request_id = fields.CharField(
        max_length=40, default="", db_default="", description="as in the log"
    )
    # What lists are narrowed by, worked out once: among a million entries few are of people.
    is_by_person = fields.BooleanField(
        default=False, db_default=False, description="of the actor"
    )
    kind = fields.CharField(
        max_length=20, default="", db_default="", description="of the action"
    )

    class Meta:
        table = "audit_entries"
        indexes = [
            Index(fields=("subject", "id"), name="ix_audit_subject"),
            IndexWhere(
                fields=("vendor_id", "id"),
                name="ix_audit_vendor",
                where="vendor_id IS NOT NULL",
            ),
            IndexWhere(
                fields=("actor", "id"),
                name="ix_audit_actor",
                where="is_by_person = TRUE",
            ),
            IndexWhere(
                fields=("id",), name="ix_audit_of_people", where="is_by_person = TRUE"
            ),
            Index(fields=("kind", "id"), name="ix_audit_kind"),
            Index(fields=("created_at",), name="ix_audit_at"),
        ]

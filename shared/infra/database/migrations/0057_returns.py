"""What shoppers ask their vendors to give back."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from shared.core.clock import now
from shared.infra.database.indexes import IndexWhere
from shared.infra.database.operations import AddChecks


class Migration(migrations.Migration):
    dependencies = [("models", "0056_shared_intents")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ReturnRequest",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "created_at",
                    fields.DatetimeField(
                        default=now, auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "updated_at",
                    fields.DatetimeField(
                        default=now, auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "order",
                    fields.ForeignKeyField(
                        "models.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="return_requests",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "vendor",
                    fields.ForeignKeyField(
                        "models.Vendor",
                        source_field="vendor_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="return_requests",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", fields.CharField(max_length=20)),
                ("status", fields.CharField(default="open", max_length=20)),
                (
                    "reason",
                    fields.CharField(
                        default="", description="empty for a withdrawal", max_length=20
                    ),
                ),
                (
                    "note",
                    fields.TextField(
                        default="", description="of the shopper", unique=False
                    ),
                ),
                (
                    "answer",
                    fields.CharField(
                        default="", description="why it was declined", max_length=500
                    ),
                ),
                (
                    "answered_by",
                    fields.CharField(default="", description="member:7", max_length=60),
                ),
                (
                    "answered_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "return_requests",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check="status in ('open', 'accepted', 'declined', 'taken_back')",
                        name="ck_return_requests_status",
                    ),
                    CheckConstraint(
                        check="kind in ('withdrawal', 'refund')",
                        name="ck_return_requests_kind",
                    ),
                    CheckConstraint(
                        check="reason in ('', 'not_arrived', 'damaged', 'wrong', 'different', 'incomplete', 'other')",
                        name="ck_return_requests_reason",
                    ),
                ],
                "indexes": [
                    Index(fields=["order_id"], name="ix_return_requests_order"),
                    IndexWhere(
                        fields=["vendor_id", "id"],
                        name="ix_return_requests_open",
                        where="status = 'open'",
                    ),
                ],
                "pk_attr": "id",
                "table_description": "A shopper withdraws from an order, or asks for money back and says why.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ReturnLine",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "created_at",
                    fields.DatetimeField(
                        default=now, auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "updated_at",
                    fields.DatetimeField(
                        default=now, auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "request",
                    fields.ForeignKeyField(
                        "models.ReturnRequest",
                        source_field="request_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="lines",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "order_line",
                    fields.ForeignKeyField(
                        "models.OrderLine",
                        source_field="order_line_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="return_lines",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("quantity", fields.IntField()),
            ],
            options={
                "table": "return_lines",
                "app": "models",
                "unique_together": (("request", "order_line"),),
                "constraints": [
                    CheckConstraint(
                        check="quantity > 0", name="ck_return_lines_quantity"
                    )
                ],
                "pk_attr": "id",
                "table_description": "So many pieces of one line that a request is about.",
            },
            bases=["Row"],
        ),
        AddChecks(
            "ReturnRequest",
            ck_return_requests_status="status in ('open', 'accepted', 'declined', 'taken_back')",
            ck_return_requests_kind="kind in ('withdrawal', 'refund')",
            ck_return_requests_reason="reason in ('', 'not_arrived', 'damaged', 'wrong', 'different', 'incomplete', 'other')",
        ),
        AddChecks("ReturnLine", ck_return_lines_quantity="quantity > 0"),
        ops.RunSQL(
            "CREATE UNIQUE INDEX uq_return_requests_one_open ON return_requests (order_id) WHERE status = 'open'"
        ),
    ]

"""The documents of a dispute's answer."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from shared.core.clock import now
from shared.infra.database.operations import AddChecks

KINDS = "kind in ('receipt', 'shipping_documentation', 'customer_communication', 'uncategorized_file')"
SIZE = "size > 0"


class Migration(migrations.Migration):
    dependencies = [("models", "0010_timeline")]

    initial = False

    operations = [
        ops.CreateModel(
            name="DisputeFile",
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
                    "dispute",
                    fields.ForeignKeyField(
                        "models.Dispute",
                        source_field="dispute_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="files",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "kind",
                    fields.CharField(
                        description="Stripe's name of this piece of evidence",
                        max_length=40,
                    ),
                ),
                ("name", fields.CharField(max_length=120)),
                ("content_type", fields.CharField(max_length=40)),
                ("size", fields.IntField(description="bytes")),
                ("digest", fields.CharField(description="SHA-256", max_length=64)),
                ("content", fields.BinaryField()),
                (
                    "made_here",
                    fields.BooleanField(
                        default=False,
                        description="our own receipt, not the vendor's document",
                    ),
                ),
                (
                    "upload_key",
                    fields.CharField(
                        description="idempotency key of its upload", max_length=255
                    ),
                ),
                ("stripe_file_id", fields.CharField(null=True, max_length=255)),
                (
                    "refusal",
                    fields.CharField(
                        default="",
                        description="why Stripe did not take it, for the vendor",
                        max_length=200,
                    ),
                ),
            ],
            options={
                "table": "dispute_files",
                "app": "models",
                "unique_together": (("dispute", "kind"),),
                "constraints": [
                    CheckConstraint(check=KINDS, name="ck_dispute_files_kind"),
                    CheckConstraint(check=SIZE, name="ck_dispute_files_size"),
                ],
                "pk_attr": "id",
                "table_description": "A document of a dispute's answer, one of each kind, with what is in it: it must outlive a crash before Stripe has it.",
            },
            bases=["Row"],
        ),
        AddChecks(
            "DisputeFile", ck_dispute_files_kind=KINDS, ck_dispute_files_size=SIZE
        ),
    ]

"""Withdrawals that fit no order wait for a person."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from shared.core.clock import now
from shared.infra.database.indexes import IndexWhere


class Migration(migrations.Migration):
    dependencies = [("models", "0071_vat_on_sales")]

    initial = False

    operations = [
        ops.CreateModel(
            name="UnmatchedWithdrawal",
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
                ("full_name", fields.CharField(max_length=120)),
                (
                    "number",
                    fields.CharField(description="as it was typed", max_length=40),
                ),
                ("email", fields.CharField(max_length=254)),
                ("language", fields.CharField(max_length=8)),
                (
                    "answered_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "answered_by",
                    fields.CharField(default="", description="member:7", max_length=60),
                ),
            ],
            options={
                "table": "unmatched_withdrawals",
                "app": "models",
                "indexes": [
                    IndexWhere(
                        fields=["id"],
                        name="ix_unmatched_withdrawals_open",
                        where="answered_at IS NULL",
                    ),
                ],
                "pk_attr": "id",
                "table_description": "A withdrawal that named no order which could be withdrawn from; a person looks for it.",
            },
            bases=["Row"],
        ),
    ]

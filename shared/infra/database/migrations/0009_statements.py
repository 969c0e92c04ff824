"""Statements: who writes the commission invoices, under which series of numbers, and the vendors' own VAT numbers."""

import functools
from decimal import Decimal
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from shared.core.clock import now
from shared.infra.database.operations import AddChecks

ONE = "id = 1"
VAT = "cast(vat_percentage as numeric) >= 0 and cast(vat_percentage as numeric) < 100"
SERIES = "series_last >= 0"


class Migration(migrations.Migration):
    dependencies = [("models", "0008_reconcile")]

    initial = False

    operations = [
        ops.CreateModel(
            name="MarketplaceIdentity",
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
                ("legal_name", fields.CharField(max_length=120)),
                (
                    "address",
                    fields.CharField(
                        description="lines as they stand on an envelope", max_length=300
                    ),
                ),
                ("country", fields.CharField(max_length=2)),
                ("vat_number", fields.CharField(default="", max_length=20)),
                (
                    "vat_percentage",
                    fields.DecimalField(
                        default=Decimal(0), max_digits=5, decimal_places=2
                    ),
                ),
                ("invoice_prefix", fields.CharField(max_length=12)),
                (
                    "series_year",
                    fields.IntField(
                        default=0, description="the year of the last invoice"
                    ),
                ),
                (
                    "series_last",
                    fields.IntField(
                        default=0, description="its number; starts again at 1 each year"
                    ),
                ),
            ],
            options={
                "table": "marketplace_identity",
                "app": "models",
                "constraints": [
                    CheckConstraint(check=ONE, name="ck_marketplace_identity_one"),
                    CheckConstraint(check=VAT, name="ck_marketplace_identity_vat"),
                    CheckConstraint(
                        check=SERIES, name="ck_marketplace_identity_series"
                    ),
                ],
                "pk_attr": "id",
                "table_description": "Who writes the commission invoices, and how far their one series of numbers has come. There is one row, with id 1.",
            },
            bases=["Row"],
        ),
        AddChecks(
            "MarketplaceIdentity",
            ck_marketplace_identity_one=ONE,
            ck_marketplace_identity_vat=VAT,
            ck_marketplace_identity_series=SERIES,
        ),
        ops.AddField(
            model_name="Statement",
            name="parties",
            field=fields.JSONField(
                null=True,
                description="who invoices whom, and whether the VAT is the recipient's: as it was when it was closed",
                encoder=functools.partial(dumps, separators=(",", ":")),
                decoder=loads,
            ),
        ),
        ops.AddField(
            model_name="Vendor",
            name="vat_number",
            field=fields.CharField(
                default="",
                description="for its invoices; may be empty",
                db_default="",
                max_length=20,
            ),
        ),
    ]

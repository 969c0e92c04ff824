"""The marketplace's own name, contact, logo and legal texts."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from shared.core.clock import now
from shared.infra.database.operations import AddChecks


class Migration(migrations.Migration):
    dependencies = [("models", "0034_order_links")]

    initial = False

    operations = [
        ops.CreateModel(
            name="LegalText",
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
                    "kind",
                    fields.CharField(
                        description="terms | privacy | imprint", max_length=20
                    ),
                ),
                (
                    "version",
                    fields.CharField(
                        description="the day, and its number where it is not the first of that day",
                        max_length=20,
                    ),
                ),
                (
                    "text",
                    fields.TextField(
                        description="the markup of marketplace/legal.py", unique=False
                    ),
                ),
                (
                    "returns",
                    fields.TextField(
                        default="",
                        description="what terms say about returns, for banks",
                        unique=False,
                    ),
                ),
                ("published_by", fields.CharField(max_length=60)),
            ],
            options={
                "table": "legal_texts",
                "app": "models",
                "unique_together": (("kind", "version"),),
                "constraints": [
                    CheckConstraint(
                        check="kind in ('terms', 'privacy', 'imprint')",
                        name="ck_legal_texts_kind",
                    )
                ],
                "pk_attr": "id",
                "table_description": "One version of a legal text of the operator's. None is changed or deleted: shoppers accepted them.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="MarketplaceLogo",
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
                ("digest", fields.CharField(unique=True, max_length=64)),
                (
                    "media_type",
                    fields.CharField(description="by its first bytes", max_length=40),
                ),
                ("content", fields.BinaryField()),
            ],
            options={
                "table": "marketplace_logos",
                "app": "models",
                "pk_attr": "id",
                "table_description": "The logo in use, named by the SHA-256 of its bytes.",
            },
            bases=["Row"],
        ),
        ops.AddField(
            model_name="MarketplaceSettings",
            name="contact_email",
            field=fields.CharField(default="", db_default="", max_length=254),
        ),
        ops.AddField(
            model_name="MarketplaceSettings",
            name="logo_digest",
            field=fields.CharField(
                default="",
                description="of the logo in use; or none",
                db_default="",
                max_length=64,
            ),
        ),
        ops.AddField(
            model_name="MarketplaceSettings",
            name="name",
            field=fields.CharField(
                default="Markethall",
                description="in titles, mails, the API",
                db_default="Markethall",
                max_length=60,
            ),
        ),
        ops.AddField(
            model_name="MarketplaceSettings",
            name="phone",
            field=fields.CharField(default="", db_default="", max_length=40),
        ),
        ops.AddField(
            model_name="MarketplaceSettings",
            name="postal_address",
            field=fields.CharField(
                default="",
                description="lines, as on a letter",
                db_default="",
                max_length=400,
            ),
        ),
        ops.AddField(
            model_name="MarketplaceSettings",
            name="sender",
            field=fields.CharField(
                default="",
                description="the address that mails come from",
                db_default="",
                max_length=254,
            ),
        ),
        AddChecks(
            "LegalText", ck_legal_texts_kind="kind in ('terms', 'privacy', 'imprint')"
        ),
    ]

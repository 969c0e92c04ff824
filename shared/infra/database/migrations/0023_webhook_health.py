"""How the two webhook endpoints do: refusals by the hour, secrets by digest, and which events we had to ask for."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from shared.core.clock import now
from shared.infra.database.operations import AddChecks


class Migration(migrations.Migration):
    dependencies = [("models", "0022_saved_cards")]

    initial = False

    operations = [
        ops.CreateModel(
            name="WebhookRefusal",
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
                    "source",
                    fields.CharField(description="platform | connect", max_length=20),
                ),
                (
                    "hour",
                    fields.DatetimeField(
                        description="its beginning", auto_now=False, auto_now_add=False
                    ),
                ),
                ("count", fields.IntField()),
                ("why", fields.CharField(description="of the last one", max_length=60)),
                ("last_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "webhook_refusals",
                "app": "models",
                "unique_together": (("source", "hour"),),
                "constraints": [
                    CheckConstraint(
                        check="source in ('platform', 'connect')",
                        name="ck_webhook_refusals_source",
                    ),
                    CheckConstraint(
                        check="count > 0", name="ck_webhook_refusals_count"
                    ),
                ],
                "pk_attr": "id",
                "table_description": "How many deliveries one endpoint refused within an hour, since the signature or the body was not Stripe's.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="WebhookSecret",
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
                    "source",
                    fields.CharField(description="platform | connect", max_length=20),
                ),
                ("digest", fields.CharField(max_length=64)),
            ],
            options={
                "table": "webhook_secrets",
                "app": "models",
                "unique_together": (("source", "digest"),),
                "constraints": [
                    CheckConstraint(
                        check="source in ('platform', 'connect')",
                        name="ck_webhook_secrets_source",
                    )
                ],
                "pk_attr": "id",
                "table_description": "A signing secret that was in use, by its digest; `created_at` is when it was first seen here.",
            },
            bases=["Row"],
        ),
        AddChecks(
            "WebhookRefusal",
            ck_webhook_refusals_source="source in ('platform', 'connect')",
            ck_webhook_refusals_count="count > 0",
        ),
        AddChecks(
            "WebhookSecret",
            ck_webhook_secrets_source="source in ('platform', 'connect')",
        ),
        ops.AddField(
            model_name="WebhookEvent",
            name="fetched",
            field=fields.BooleanField(
                default=False,
                description="we asked for it, since no delivery brought it",
                db_default=False,
            ),
        ),
        ops.AddIndex(
            model_name="WebhookEvent",
            index=Index(fields=["source", "created_at"], name="ix_webhook_events_seen"),
        ),
    ]

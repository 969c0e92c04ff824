"""The order timeline: which order a mail is about, when an event came again, and ways to find events by."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0009_statements")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Email",
            name="order",
            field=fields.ForeignKeyField(
                "models.Order",
                source_field="order_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="emails",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddIndex(
            model_name="Email",
            index=Index(fields=["order_id"], name="ix_emails_order"),
        ),
        ops.RunSQL(  # mails of before say in their key what they are about: order_confirmed:12
            "UPDATE emails SET order_id = CAST(substr(unique_key, length(kind) + 2) AS bigint) "
            "WHERE kind IN ('order_confirmed', 'order_sold', 'order_shipped')",
            reverse_sql="UPDATE emails SET order_id = NULL",
        ),
        ops.AddField(
            model_name="WebhookEvent",
            name="last_duplicate_at",
            field=fields.DatetimeField(
                null=True,
                description="when it was delivered again last",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddIndex(
            model_name="WebhookEvent",
            index=Index(fields=["stripe_event_id"], name="ix_webhook_events_event"),
        ),
        ops.AddIndex(
            model_name="WebhookEvent",
            index=Index(
                fields=["stripe_account_id", "id"], name="ix_webhook_events_account"
            ),
        ),
    ]

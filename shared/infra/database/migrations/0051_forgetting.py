"""What is old enough to be forgotten is found by an index."""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from shared.infra.database.indexes import IndexWhere

ADDED = {
    "Basket": Index(
        fields=["updated_at"],
        name="ix_baskets_used",
    ),
    "Session": Index(
        fields=["expires_at"],
        name="ix_sessions_end",
    ),
    "WebhookBody": Index(
        fields=["created_at"],
        name="ix_webhook_bodies_at",
    ),
}
MAILS = (
    IndexWhere(
        fields=["created_at"], name="ix_emails_of_orders", where="order_id IS NOT NULL"
    ),
    IndexWhere(
        fields=["created_at"], name="ix_emails_of_people", where="order_id IS NULL"
    ),
)


class Migration(migrations.Migration):
    dependencies = [("models", "0050_webhook_bodies")]

    initial = False

    operations = [
        *(
            ops.AddIndex(model_name=table, index=index)
            for table, index in ADDED.items()
        ),
        *(ops.AddIndex(model_name="Email", index=index) for index in MAILS),
    ]

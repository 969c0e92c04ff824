"""What was still read whole: mails by their state, which SQLite finds by no partial index, and the names of categories."""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

BY_STATUS = Index(fields=["status", "created_at"], name="ix_emails_status")
BY_CATEGORY = Index(fields=["category"], name="ix_products_category")
REMOVED = ("ix_emails_unsent", "ix_emails_of_orders")


class Migration(migrations.Migration):
    dependencies = [("models", "0051_forgetting")]

    initial = False

    operations = [
        ops.AddIndex(model_name="Email", index=BY_STATUS),
        *(ops.RemoveIndex(model_name="Email", name=name) for name in REMOVED),
        ops.AddIndex(model_name="Product", index=BY_CATEGORY),
    ]

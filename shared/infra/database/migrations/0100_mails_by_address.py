"""Staff find the mails to an address."""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0099_products_off_sale")]

    initial = False

    operations = [
        ops.AddIndex(
            model_name="Email", index=Index(fields=["to", "id"], name="ix_emails_to")
        )
    ]

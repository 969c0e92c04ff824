"""Checkouts are found by their address: what somebody bought as a guest is listed once the address is proven to be theirs."""

from tortoise import migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0031_heartbeat")]

    initial = False

    operations = [
        ops.AddIndex(
            model_name="Checkout",
            index=Index(fields=["email"], name="ix_checkouts_email"),
        )
    ]

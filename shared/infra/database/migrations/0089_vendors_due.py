"""The few vendors that a job is about are found by an index of those: who opens again, whose bank waits, whose deadline is near."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from shared.infra.database.indexes import IndexWhere


def _index(model_name: str, column: str, name: str) -> ops.AddIndex:
    where = f"{column} is not null"
    index = IndexWhere(fields=[column], name=name, where=where)
    return ops.AddIndex(model_name=model_name, index=index)


CONFIG = "VendorPaymentConfig"


class Migration(migrations.Migration):
    dependencies = [("models", "0088_shop_places")]

    initial = False

    operations = [
        _index("Vendor", "closed_until", "ix_vendors_closed_until"),
        _index(CONFIG, "bank_hold_until", "ix_payment_configs_bank_hold"),
        _index(CONFIG, "current_deadline", "ix_payment_configs_current"),
        _index(CONFIG, "future_deadline", "ix_payment_configs_future"),
    ]

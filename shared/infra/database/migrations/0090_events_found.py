"""Events and changes of pages are in fewer indexes: of what few have, those few; none by moments that the order of ids or another index tells."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from shared.infra.database.narrow_indexes import instead

EVENT = "WebhookEvent"
CHANGE = "PageChange"
REMOVED = (
    (EVENT, "ix_webhook_events_event"),
    (EVENT, "ix_webhook_events_at"),
    ("WebhookBody", "ix_webhook_bodies_at"),
    (CHANGE, "ix_page_changes_at"),
)


def _narrowed(model_name: str, name: str, *fields: str) -> tuple[ops.Operation, ...]:
    """Of the rows that have the first of these columns."""
    return instead(model_name, name, f"{fields[0]} IS NOT NULL", *fields)


class Migration(migrations.Migration):
    dependencies = [("models", "0089_vendors_due")]

    initial = False

    operations = [
        *(ops.RemoveIndex(model_name=table, name=name) for table, name in REMOVED),
        *_narrowed(EVENT, "ix_webhook_events_order", "order_id", "id"),
        *_narrowed(EVENT, "ix_webhook_events_account", "stripe_account_id", "id"),
        *_narrowed(CHANGE, "ix_page_changes_transaction", "transaction_id"),
    ]

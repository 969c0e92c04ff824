"""Whose shopper waits for the vendor: a message without an answer, a request without a decision."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from shared.infra.database.indexes import IndexWhere
from shared.infra.database.operations import RunOn

FILL = """
UPDATE orders SET message_waits = TRUE WHERE id IN (
    SELECT m.order_id FROM order_messages m WHERE m.is_from_shopper AND m.id = (
        SELECT MAX(l.id) FROM order_messages l WHERE l.order_id = m.order_id
    )
);
UPDATE orders SET return_waits = TRUE WHERE id IN (
    SELECT r.order_id FROM return_requests r WHERE r.status = 'open'
)
"""


def flag(description: str) -> fields.BooleanField[bool]:
    """A column that is false unless something waits."""
    return fields.BooleanField(
        default=False,
        db_default=False,
        description=description,
    )


class Migration(migrations.Migration):
    dependencies = [("models", "0076_day_sums")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Order",
            name="message_waits",
            field=flag("whether its shopper wrote and the vendor has not answered"),
        ),
        ops.AddField(
            model_name="Order",
            name="return_waits",
            field=flag(
                "whether its shopper asks for money back and nobody has decided"
            ),
        ),
        RunOn(sqlite=(FILL, ""), postgres=(FILL, "")),
        ops.AddIndex(
            model_name="Order",
            index=IndexWhere(
                fields=["vendor_id", "id"],
                name="ix_orders_to_answer",
                where="message_waits OR return_waits",
            ),
        ),
    ]

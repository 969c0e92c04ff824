"""A difference's two sides are named for whose they are; two tables' comments follow the code."""

from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

RENAMES = {"Difference.ours": "our_side", "Difference.theirs": "stripe_side"}


class Migration(migrations.Migration):
    dependencies = [("models", "0045_page_changes")]

    initial = False

    operations = [
        ops.RenameField(model_name="Difference", old_name="ours", new_name="our_side"),
        ops.RenameField(
            model_name="Difference", old_name="theirs", new_name="stripe_side"
        ),
        ops.AlterModelOptions(
            name="RefundLine",
            options={
                "table": "refund_lines",
                "app": "models",
                "unique_together": (("refund", "order_line"),),
                "constraints": [
                    CheckConstraint(
                        check="quantity > 0 and amount >= 0",
                        name="ck_refund_lines_positive",
                    )
                ],
                "pk_attr": "id",
                "table_description": (
                    "How many of an order's line a refund is about, and whether they go back"
                    " in stock."
                ),
            },
        ),
        ops.AlterModelOptions(
            name="Restoration",
            options={
                "table": "restorations",
                "app": "models",
                "pk_attr": "id",
                "table_description": (
                    "One restore. While a row is not acknowledged, nothing moves money"
                    " (shared/infra/gateway/restore_check.py)."
                ),
            },
        ),
    ]

"""What of an order's money and pieces is still there, kept beside the order; filled for orders of before."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from shared.infra.database.operations import AddChecks

COUNTING = "'awaiting_approval', 'opening', 'pending', 'requires_action', 'succeeded'"
# Disputes under way; an inquiry is none, since no money moves.
OPEN = (
    "'needs_response', 'under_review', 'appeal_needs_response', 'appeal_under_review'"
)
TOOK = "(d.vendor_part + d.commission_part + d.loss_part)"
GAVE = "(d.vendor_back + d.commission_back + d.loss_back)"

# Only the words above stand in these.
ORDERS = f"""
UPDATE orders SET
  returned_amount = COALESCE((
    SELECT CASE WHEN SUM(r.amount) > orders.refunded_amount THEN orders.refunded_amount ELSE SUM(r.amount) END
    FROM refunds r WHERE r.order_id = orders.id AND r.status = 'succeeded'), 0),
  disputed_amount = COALESCE((
    SELECT SUM(CASE WHEN {TOOK} - {GAVE} > d.amount THEN {TOOK} - {GAVE} ELSE d.amount END)
    FROM disputes d WHERE d.order_id = orders.id AND d.status IN ({OPEN})), 0),
  lost_amount = COALESCE((
    SELECT SUM(CASE
      WHEN {TOOK} > 0 AND (d.status <> 'won' OR {GAVE} > 0) THEN {TOOK} - {GAVE}
      WHEN {TOOK} = 0 AND d.status = 'lost' THEN d.amount
      ELSE 0 END)
    FROM disputes d WHERE d.order_id = orders.id AND d.status IN ('won', 'lost', 'prevented')
      AND {TOOK} >= {GAVE}), 0)
WHERE id IN (SELECT order_id FROM refunds) OR id IN (SELECT order_id FROM disputes)
"""  # noqa: S608
# More than one refund of a piece could put it back only once.
LINES = f"""
UPDATE order_lines SET
  refunded_quantity = COALESCE((
    SELECT CASE WHEN SUM(p.quantity) > order_lines.quantity THEN order_lines.quantity ELSE SUM(p.quantity) END
    FROM refund_lines p JOIN refunds r ON r.id = p.refund_id
    WHERE p.order_line_id = order_lines.id AND r.status IN ({COUNTING})), 0),
  restocked_quantity = COALESCE((
    SELECT CASE WHEN SUM(p.quantity) > order_lines.quantity THEN order_lines.quantity ELSE SUM(p.quantity) END
    FROM refund_lines p WHERE p.order_line_id = order_lines.id AND p.restocked_at IS NOT NULL), 0)
WHERE id IN (SELECT order_line_id FROM refund_lines)
"""  # noqa: S608


def _amount(description: str) -> fields.BigIntField:
    return fields.BigIntField(default=0, db_default=0, description=description)


def _pieces(description: str) -> fields.IntField[int]:
    return fields.IntField(default=0, db_default=0, description=description)


class Migration(migrations.Migration):
    dependencies = [("models", "0015_payments_back")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Order",
            name="returned_amount",
            field=_amount(
                "minor units of refunded_amount that have arrived at the shopper"
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="disputed_amount",
            field=_amount(
                "minor units that open disputes are about; may be more than the total"
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="lost_amount",
            field=_amount(
                "minor units that banks took for good; may be more than the total"
            ),
        ),
        ops.AddField(
            model_name="OrderLine",
            name="refunded_quantity",
            field=_pieces("pieces that were given back or are spoken for by refunds"),
        ),
        ops.AddField(
            model_name="OrderLine",
            name="restocked_quantity",
            field=_pieces(
                "pieces that stand on the shelf again (or were sold from there)"
            ),
        ),
        ops.RunSQL(ORDERS, ops.RunSQL.noop),
        ops.RunSQL(LINES, ops.RunSQL.noop),
        AddChecks(
            "Order",
            ck_orders_returned="returned_amount >= 0 and returned_amount <= refunded_amount",
            ck_orders_disputed="disputed_amount >= 0 and lost_amount >= 0",
        ),
        AddChecks(
            "OrderLine",
            ck_order_lines_pieces="refunded_quantity >= 0 and refunded_quantity <= quantity"
            " and restocked_quantity >= 0 and restocked_quantity <= quantity",
        ),
    ]

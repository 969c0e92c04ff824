"""What of an order the commission is taken of, and what of an order's commission is of sending.

The page of prices says the former, so its changes are noted.
"""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from shared.infra.database.operations import AddChecks, RunOn

AT = "strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')"
VERBS = ("INSERT", "UPDATE", "DELETE")
SQLITE = "".join(
    f"""CREATE TRIGGER marketplace_policy_change_pages_by_{verb.lower()} AFTER {verb} ON marketplace_policy
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES (NULL, {AT}, {AT}); END;
"""  # noqa: S608
    for verb in VERBS
)
SQLITE_BACK = "".join(
    f"DROP TRIGGER marketplace_policy_change_pages_by_{verb.lower()};\n"
    for verb in VERBS
)
POSTGRES = """
CREATE FUNCTION marketplace_policy_change_pages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM note_page_change(NULL); RETURN NULL; END $$;
CREATE TRIGGER marketplace_policy_change_pages AFTER INSERT OR UPDATE OR DELETE ON marketplace_policy
FOR EACH ROW EXECUTE FUNCTION marketplace_policy_change_pages();
"""
POSTGRES_BACK = """
DROP TRIGGER marketplace_policy_change_pages ON marketplace_policy;
DROP FUNCTION marketplace_policy_change_pages();
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0082_category_kinds")]

    initial = False

    operations = [
        ops.AddField(
            model_name="MarketplacePolicy",
            name="commission_basis",
            field=fields.CharField(
                default="goods",
                db_default="goods",
                description="what of an order the commission is taken of, from the next order on",
                max_length=20,
            ),
        ),
        AddChecks(
            "MarketplacePolicy",
            ck_marketplace_policy_basis="commission_basis in ('goods', 'goods_and_shipping')",
        ),
        ops.AddField(
            model_name="Order",
            name="shipping_commission",
            field=fields.BigIntField(
                default=0,
                db_default=0,
                description="minor units of platform_fee_amount that are of sending; frozen at sale",
            ),
        ),
        AddChecks(
            "Order",
            ck_orders_shipping_commission=(
                "shipping_commission >= 0 and shipping_commission <= platform_fee_amount"
            ),
        ),
        RunOn(sqlite=(SQLITE, SQLITE_BACK), postgres=(POSTGRES, POSTGRES_BACK)),
    ]

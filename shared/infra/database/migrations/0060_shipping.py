"""What vendors say of sending, what a product weighs, and what an order was sent with; a change of it changes pages."""

import functools
from collections.abc import Iterator
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from shared.core.clock import now
from shared.infra.database.operations import AddChecks, RunOn

JSON = functools.partial(dumps, separators=(",", ":"))
TABLE = "shipping_settings"
AT = "strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')"


def sqlite() -> Iterator[str]:
    for verb, row in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
        yield f"""CREATE TRIGGER {TABLE}_change_pages_by_{verb.lower()} AFTER {verb} ON {TABLE}
BEGIN INSERT INTO page_changes (vendor_id, created_at, updated_at) VALUES ({row}.vendor_id, {AT}, {AT}); END;
"""  # noqa: S608


def sqlite_back() -> Iterator[str]:
    for verb in ("insert", "update", "delete"):
        yield f"DROP TRIGGER {TABLE}_change_pages_by_{verb};\n"


POSTGRES = f"""
CREATE FUNCTION {TABLE}_change_pages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM note_page_change(coalesce(NEW.vendor_id, OLD.vendor_id)); RETURN NULL; END $$;
CREATE TRIGGER {TABLE}_change_pages AFTER INSERT OR DELETE ON {TABLE}
FOR EACH ROW EXECUTE FUNCTION {TABLE}_change_pages();
CREATE TRIGGER {TABLE}_change_pages_by_update AFTER UPDATE ON {TABLE}
FOR EACH ROW EXECUTE FUNCTION {TABLE}_change_pages();
"""
POSTGRES_BACK = f"""
DROP TRIGGER {TABLE}_change_pages ON {TABLE};
DROP TRIGGER {TABLE}_change_pages_by_update ON {TABLE};
DROP FUNCTION {TABLE}_change_pages();
"""


class Migration(migrations.Migration):
    dependencies = [("models", "0059_products_found")]

    initial = False

    operations = [
        ops.CreateModel(
            name="ShippingSettings",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "created_at",
                    fields.DatetimeField(
                        default=now, auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "updated_at",
                    fields.DatetimeField(
                        default=now, auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "vendor",
                    fields.OneToOneField(
                        "models.Vendor",
                        source_field="vendor_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="shipping_settings",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "currency",
                    fields.CharField(
                        description="of all amounts in zones", max_length=3
                    ),
                ),
                (
                    "handling_days",
                    fields.SmallIntField(
                        default=1,
                        description="until an order is handed over to be sent",
                    ),
                ),
                (
                    "zones",
                    fields.JSONField(
                        default=list,
                        description="shared/trade/shipping/rules.py::written",
                        encoder=JSON,
                        decoder=loads,
                    ),
                ),
            ],
            options={
                "table": TABLE,
                "app": "models",
                "pk_attr": "id",
                "table_description": "Zones, methods and days of one vendor. Orders keep copies of what they were sold with.",
            },
            bases=["Row"],
        ),
        AddChecks(
            "ShippingSettings",
            ck_shipping_settings_handling="handling_days >= 0 and handling_days <= 90",
        ),
        ops.AddField(
            model_name="Order",
            name="promised_from_days",
            field=fields.SmallIntField(
                null=True, description="days after the order, as it was promised"
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="promised_to_days",
            field=fields.SmallIntField(null=True),
        ),
        ops.AddField(
            model_name="Order",
            name="shipping_amount",
            field=fields.BigIntField(
                default=0,
                db_default=0,
                description="minor units of the total that are for sending; frozen at sale",
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="shipping_kind",
            field=fields.CharField(
                default="",
                db_default="",
                description="flat | weight | pickup",
                max_length=20,
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="shipping_method",
            field=fields.CharField(
                default="",
                db_default="",
                description="as it was called; empty: the prices include sending",
                max_length=80,
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="shipping_refunded",
            field=fields.BigIntField(
                default=0,
                db_default=0,
                description="minor units of shipping_amount that refunds speak for",
            ),
        ),
        AddChecks(
            "Order",
            ck_orders_shipping="shipping_amount >= 0",
            ck_orders_shipping_refunded="shipping_refunded >= 0 and shipping_refunded <= shipping_amount",
        ),
        ops.AddField(
            model_name="Product",
            name="weight_grams",
            field=fields.IntField(
                default=0,
                db_default=0,
                description="of one piece; 0: nobody has said",
            ),
        ),
        AddChecks(
            "Product",
            ck_products_weight="weight_grams >= 0 and weight_grams <= 1000000",
        ),
        ops.AddField(
            model_name="Refund",
            name="shipping_amount",
            field=fields.BigIntField(
                default=0,
                db_default=0,
                description="minor units of amount that are for the order's sending",
            ),
        ),
        AddChecks(
            "Refund",
            ck_refunds_shipping="shipping_amount >= 0 and shipping_amount <= amount",
        ),
        RunOn(
            sqlite=("".join(sqlite()), "".join(sqlite_back())),
            postgres=(POSTGRES, POSTGRES_BACK),
        ),
    ]

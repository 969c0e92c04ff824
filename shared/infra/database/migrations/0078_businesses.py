"""Shoppers' VAT numbers beside those of vendors, and what businesses' orders were sold without."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from shared.infra.database.null_columns import AllowNull
from shared.infra.database.operations import AddChecks


def _amount(description: str) -> fields.BigIntField:
    return fields.BigIntField(default=0, db_default=0, description=description)


def _text(length: int, description: str) -> "fields.CharField[str]":
    return fields.CharField(
        default="", db_default="", description=description, max_length=length
    )


class Migration(migrations.Migration):
    dependencies = [("models", "0077_waiting_shoppers")]

    initial = False

    operations = [
        AllowNull(
            "VatRegistration",
            "vendor",
            column="vendor_id",
            field=fields.ForeignKeyField(
                "models.Vendor",
                source_field="vendor_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="vat_registrations",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddField(
            model_name="VatRegistration",
            name="customer",
            field=fields.ForeignKeyField(
                "models.Customer",
                source_field="customer_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="vat_registrations",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddField(
            model_name="VatRegistration",
            name="name",
            field=_text(
                120,
                "of a shopper's business, as it was stated; a vendor has its own",
            ),
        ),
        AddChecks(
            "VatRegistration",
            ck_vat_registrations_holder="(vendor_id is null) <> (customer_id is null)",
        ),
        ops.RunSQL(
            "CREATE UNIQUE INDEX uq_vat_registrations_shopper"
            " ON vat_registrations (customer_id) WHERE replaced_at IS NULL",
            "DROP INDEX uq_vat_registrations_shopper",
        ),
        ops.AddField(
            model_name="Order",
            name="vat_taken_off",
            field=_amount(
                "minor units of VAT that a consumer would pay inside and this buyer does not"
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="buyer_vat_number",
            field=_text(
                20,
                "of a business that buys without VAT, confirmed then; empty: none",
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="buyer_vat_name",
            field=_text(120, "the business of that number"),
        ),
        ops.AddField(
            model_name="Order",
            name="buyer_vat_confirmed_at",
            field=fields.DatetimeField(
                null=True,
                description="when that number was confirmed",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="seller_vat_number",
            field=_text(20, "of its vendor, where it sold to a business without VAT"),
        ),
        AddChecks(
            "Order",
            ck_orders_reverse_charge=(
                "vat_taken_off >= 0 and (vat_treatment = 'reverse_charge') ="
                " (buyer_vat_number <> '' and seller_vat_number <> ''"
                " and buyer_vat_confirmed_at is not null)"
                " and (vat_taken_off = 0 or vat_treatment = 'reverse_charge')"
            ),
        ),
        ops.AddField(
            model_name="OrderLine",
            name="vat_taken_off",
            field=_amount(
                "minor units of VAT that a consumer would pay inside its pieces"
            ),
        ),
        AddChecks(
            "OrderLine",
            ck_order_lines_vat_taken_off="vat_taken_off >= 0",
        ),
    ]

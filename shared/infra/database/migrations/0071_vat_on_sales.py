"""How vendors are taxed, what products are to the states' VAT rates, and the VAT that orders were sold with."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0070_pickup_place")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Vendor",
            name="vat_scheme",
            field=fields.CharField(
                default="",
                db_default="",
                description="small | local | oss; empty: it has not said",
                max_length=10,
            ),
        ),
        ops.AddField(
            model_name="Product",
            name="vat_class",
            field=fields.CharField(
                default="standard",
                db_default="standard",
                description="what it is to the states' VAT rates; of a variant its product's",
                max_length=20,
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="vat_treatment",
            field=fields.CharField(
                default="",
                db_default="",
                description="vat/sales/rules.py::SaleTreatment, frozen at sale; empty: not known",
                max_length=20,
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="vat_state",
            field=fields.CharField(
                default="",
                db_default="",
                description="whose VAT is inside; empty: nobody's",
                max_length=2,
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="vat_parts",
            field=fields.JSONField(
                null=True,
                description="rate, gross and VAT inside, by rate; null: not known",
            ),
        ),
        ops.AddField(
            model_name="OrderLine",
            name="vat_rate",
            field=fields.IntField(
                null=True,
                description="hundredths of a percent, frozen at sale; null: not known",
            ),
        ),
        ops.AddField(
            model_name="OrderLine",
            name="vat_amount",
            field=fields.BigIntField(
                null=True,
                description="minor units of VAT inside what is paid for it",
            ),
        ),
    ]

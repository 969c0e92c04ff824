"""In which language mails to a shopper are: that of the purchase, or of the account."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0036_restorations")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Checkout",
            name="language",
            field=fields.CharField(
                default="en",
                db_default="en",
                max_length=8,
                description="spoken when it was placed; mails about it are in it",
            ),
        ),
        ops.AddField(
            model_name="Customer",
            name="language",
            field=fields.CharField(
                default="",
                db_default="",
                max_length=8,
                description="chosen, or spoken at the sign-up; empty: not known",
            ),
        ),
    ]

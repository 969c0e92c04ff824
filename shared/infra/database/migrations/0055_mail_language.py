"""A mail's html is made as it is sent, so the mail says which language it is written in."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0054_audit_kinds")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Email",
            name="language",
            field=fields.CharField(
                default="en",
                db_default="en",
                description="that its text is written in",
                max_length=8,
            ),
        ),
    ]

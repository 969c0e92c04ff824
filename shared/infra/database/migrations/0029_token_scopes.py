"""API tokens get scopes and an end. Those of before keep reading how the shop is paid; none of them opens Stripe's pages."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0028_doors")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Token",
            name="scopes",
            field=fields.CharField(
                default="payments:read",
                db_default="payments:read",
                description="words of people/scopes.py",
                max_length=200,
            ),
        ),
        ops.AddField(
            model_name="Token",
            name="expires_at",
            field=fields.DatetimeField(
                null=True,
                description="null: until it is revoked",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Token",
            name="told_of_end_at",
            field=fields.DatetimeField(
                null=True,
                description="when its owners were written to",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddIndex(
            model_name="Token", index=Index(fields=["expires_at"], name="ix_tokens_end")
        ),
    ]

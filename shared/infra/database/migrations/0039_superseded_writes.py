"""A write to Stripe may be superseded: what it asked for is no longer wanted."""

from tortoise import migrations

from shared.infra.database.operations import ReplaceChecks


class Migration(migrations.Migration):
    dependencies = [("models", "0038_stripe_writes")]

    initial = False

    operations = [
        ReplaceChecks(
            "StripeWrite",
            ck_stripe_writes_state=(
                "state in ('waiting', 'answered', 'refused')",
                "state in ('waiting', 'answered', 'refused', 'superseded')",
            ),
        ),
    ]

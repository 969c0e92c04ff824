"""A write to Stripe may have an answer that our rows cannot follow: a person must look."""

from tortoise import migrations

from shared.infra.database.operations import ReplaceChecks


class Migration(migrations.Migration):
    dependencies = [("models", "0043_dispute_writes")]

    initial = False

    operations = [
        ReplaceChecks(
            "StripeWrite",
            ck_stripe_writes_state=(
                "state in ('waiting', 'answered', 'refused', 'superseded')",
                "state in ('waiting', 'answered', 'refused', 'superseded', 'unexpected')",
            ),
        ),
    ]

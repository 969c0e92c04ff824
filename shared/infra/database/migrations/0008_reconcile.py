"""One reconciliation at a time: two that run at once would find each other's repairs."""

from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("models", "0007_payouts")]

    initial = False

    operations = [
        ops.RunSQL(
            "CREATE UNIQUE INDEX uq_reconciliation_runs_running ON reconciliation_runs (status) WHERE status = 'running'",
            reverse_sql="DROP INDEX uq_reconciliation_runs_running",
        ),
    ]

"""Refunds are durable writes: the attempt is the write's. Those without an answer go on by a job, under the key that they have."""

from tortoise import migrations

from shared.infra.database.operations import DropField, RunOn

COLUMNS = "kind, args, status, run_at, attempts, created_at, updated_at"
OPENING = "FROM refunds WHERE status = 'opening'"
NOW = "updated_at, 0, updated_at, updated_at"  # long ago: at once
SQLITE = f"""INSERT INTO jobs ({COLUMNS})
SELECT 'refunds.carry_out', json_object('refund_id', id), 'waiting', {NOW} {OPENING}"""  # noqa: S608
POSTGRES = f"""INSERT INTO jobs ({COLUMNS})
SELECT 'refunds.carry_out', jsonb_build_object('refund_id', id), 'waiting', {NOW} {OPENING}"""  # noqa: S608
UNDO = "SELECT 1"


class Migration(migrations.Migration):
    dependencies = [("models", "0040_activity")]

    initial = False

    operations = [
        RunOn(sqlite=(SQLITE, UNDO), postgres=(POSTGRES, UNDO)),
        DropField("Refund", "attempt"),
    ]

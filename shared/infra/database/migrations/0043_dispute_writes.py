"""Answers to disputes are durable writes, named by their version. Those without an answer go on by a job, under that name."""

from tortoise import migrations

from shared.infra.database.operations import DropField, RunOn

COLUMNS = "kind, args, status, run_at, attempts, created_at, updated_at"
UNTOLD = """FROM disputes
WHERE (submitted_at IS NOT NULL OR accepted_at IS NOT NULL) AND delivered_at IS NULL
AND status IN ('needs_response', 'under_review', 'warning_needs_response', 'warning_under_review')"""
NOW = "updated_at, 0, updated_at, updated_at"  # long ago: at once
SQLITE = f"""INSERT INTO jobs ({COLUMNS})
SELECT 'disputes.deliver', json_object('dispute_id', id), 'waiting', {NOW} {UNTOLD}"""  # noqa: S608
POSTGRES = f"""INSERT INTO jobs ({COLUMNS})
SELECT 'disputes.deliver', jsonb_build_object('dispute_id', id), 'waiting', {NOW} {UNTOLD}"""  # noqa: S608
UNDO = "SELECT 1"


class Migration(migrations.Migration):
    dependencies = [("models", "0042_payment_config_words")]

    initial = False

    operations = [
        RunOn(sqlite=(SQLITE, UNDO), postgres=(POSTGRES, UNDO)),
        DropField("Dispute", "evidence_key"),
    ]

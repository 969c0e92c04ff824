"""A refund that several orders share has a row for each of them; what waited for somebody to say whose it is, is taken in."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from shared.infra.database.operations import RunOn
from shared.infra.database.uniqueness import DropUnique

# Events that were given up on because nobody had said which order a refund is of: applied again, by a job as any that failed.
WAITING = """status = 'parked' AND (error LIKE 'WhichOrder:%' OR error LIKE 'MoreThanOneOrder:%')
    AND EXISTS (SELECT 1 FROM webhook_bodies b WHERE b.event_id = webhook_events.id)"""
COLUMNS = "kind, args, status, run_at, attempts, created_at, updated_at"
NOW = "strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')"
SQLITE = f"""INSERT INTO jobs ({COLUMNS})
SELECT 'webhooks.apply', json_object('event_id', id), 'waiting', {NOW}, 0, {NOW}, {NOW} FROM webhook_events WHERE {WAITING};
UPDATE webhook_events SET status = 'failed', attempts = 0, next_attempt_at = {NOW}, updated_at = {NOW} WHERE {WAITING};
"""  # noqa: S608
POSTGRES = f"""INSERT INTO jobs ({COLUMNS})
SELECT 'webhooks.apply', jsonb_build_object('event_id', id), 'waiting', now(), 0, now(), now() FROM webhook_events WHERE {WAITING};
UPDATE webhook_events SET status = 'failed', attempts = 0, next_attempt_at = now(), updated_at = now() WHERE {WAITING};
"""  # noqa: S608
UNDO = "SELECT 1"


class Migration(migrations.Migration):
    dependencies = [("models", "0084_people_found")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Refund",
            name="stripe_amount",
            field=fields.BigIntField(
                null=True,
                description="minor units of Stripe's one refund that several orders share; null: it is of this one",
            ),
        ),
        DropUnique("Refund", "stripe_refund_id"),
        ops.RunSQL(
            "CREATE UNIQUE INDEX uq_refunds_part ON refunds (stripe_refund_id, order_id)",
            reverse_sql="DROP INDEX uq_refunds_part",
        ),
        ops.RunSQL(
            "CREATE UNIQUE INDEX uq_refunds_alone ON refunds (stripe_refund_id)"
            " WHERE stripe_amount IS NULL",
            reverse_sql="DROP INDEX uq_refunds_alone",
        ),
        RunOn(sqlite=(SQLITE, UNDO), postgres=(POSTGRES, UNDO)),
    ]

"""What events brought moves into a table of its own: lists of events need not read past it."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from shared.core.clock import now
from shared.infra.database.operations import DropField, RunOn

OVER = """INSERT INTO webhook_bodies (created_at, updated_at, event_id, body)
SELECT created_at, updated_at, id, body FROM webhook_events ORDER BY id;"""
BACK = """UPDATE webhook_events SET body = coalesce(
    (SELECT b.body FROM webhook_bodies b WHERE b.event_id = webhook_events.id), '{}');"""


class Migration(migrations.Migration):
    dependencies = [("models", "0049_closed_accounts")]

    initial = False

    operations = [
        ops.CreateModel(
            name="WebhookBody",
            fields=[
                (
                    "id",
                    fields.BigIntField(
                        generated=True, primary_key=True, unique=True, db_index=True
                    ),
                ),
                (
                    "created_at",
                    fields.DatetimeField(
                        default=now, auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "updated_at",
                    fields.DatetimeField(
                        default=now, auto_now=False, auto_now_add=False
                    ),
                ),
                (
                    "event",
                    fields.OneToOneField(
                        "models.WebhookEvent",
                        source_field="event_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="kept_body",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "body",
                    fields.TextField(
                        description="raw, as signed, without client secrets",
                        unique=False,
                    ),
                ),
            ],
            options={
                "table": "webhook_bodies",
                "app": "models",
                "pk_attr": "id",
                "table_description": (
                    "What an event brought; lists of events need not read past it, and it goes"
                    " first."
                ),
            },
            bases=["Row"],
        ),
        RunOn(sqlite=(OVER, BACK), postgres=(OVER, BACK)),
        DropField("WebhookEvent", "body"),
    ]

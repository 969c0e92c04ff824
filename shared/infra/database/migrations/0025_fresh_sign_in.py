"""When somebody last showed who they are, and the forms that wait until they do so again."""

import functools
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from shared.core.clock import now
from shared.infra.database.operations import AddChecks


class Migration(migrations.Migration):
    dependencies = [("models", "0024_audit")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Session",
            name="authenticated_at",
            field=fields.DatetimeField(
                null=True,
                description="when a password or factor was last given in it",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="Session",
            name="wrong_answers",
            field=fields.SmallIntField(
                default=0, db_default=0, description="in a row; too many of them end it"
            ),
        ),
        ops.CreateModel(
            name="KeptForm",
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
                    "session",
                    fields.ForeignKeyField(
                        "models.Session",
                        source_field="session_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="kept_forms",
                        on_delete=OnDelete.CASCADE,
                    ),
                ),
                (
                    "method",
                    fields.CharField(
                        description="GET for a link, POST for a form", max_length=4
                    ),
                ),
                (
                    "action",
                    fields.CharField(
                        description="path and query that it was sent to",
                        max_length=1000,
                    ),
                ),
                (
                    "back",
                    fields.CharField(
                        description="the page that it was sent from", max_length=1000
                    ),
                ),
                (
                    "doing",
                    fields.CharField(
                        description="what it does, as words after `to`", max_length=120
                    ),
                ),
                (
                    "fields_sent",
                    fields.JSONField(
                        default=list,
                        description="pairs of name and value; never secrets",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "expires_at",
                    fields.DatetimeField(auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "kept_forms",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check="method in ('GET', 'POST')", name="ck_kept_forms_method"
                    )
                ],
                "indexes": [Index(fields=["session_id"], name="ix_kept_forms_session")],
                "pk_attr": "id",
                "table_description": "A form that was sent when the sign-in was no longer fresh. It waits for its sender, and is taken once.",
            },
            bases=["Row"],
        ),
        AddChecks("KeptForm", ck_kept_forms_method="method in ('GET', 'POST')"),
    ]

"""Accounts: addresses that were confirmed, and links that are mailed and act once. Whoever is there already counts as confirmed."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from shared.core.clock import now
from shared.infra.database.operations import AddChecks

_ONE_PERSON = "(member_id is null) <> (customer_id is null)"
_PURPOSES = "purpose in ('reset', 'confirm', 'change', 'undo')"


def _confirmed_at() -> Any:
    return fields.DatetimeField(
        null=True,
        description="when a mail to this address was answered",
        auto_now=False,
        auto_now_add=False,
    )


class Migration(migrations.Migration):
    dependencies = [("models", "0025_fresh_sign_in")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Member", name="email_confirmed_at", field=_confirmed_at()
        ),
        ops.AddField(
            model_name="Customer", name="email_confirmed_at", field=_confirmed_at()
        ),
        ops.RunSQL(
            "UPDATE members SET email_confirmed_at = created_at", reverse_sql="SELECT 1"
        ),
        ops.RunSQL(
            "UPDATE customers SET email_confirmed_at = created_at",
            reverse_sql="SELECT 1",
        ),
        ops.AddIndex(
            model_name="Session",
            index=Index(fields=["member_id"], name="ix_sessions_member"),
        ),
        ops.AddIndex(
            model_name="Session",
            index=Index(fields=["customer_id"], name="ix_sessions_customer"),
        ),
        ops.CreateModel(
            name="MailLink",
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
                    "purpose",
                    fields.CharField(
                        description="reset | confirm | change | undo", max_length=20
                    ),
                ),
                (
                    "member",
                    fields.ForeignKeyField(
                        "models.Member",
                        source_field="member_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="mail_links",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "customer",
                    fields.ForeignKeyField(
                        "models.Customer",
                        source_field="customer_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="mail_links",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "email",
                    fields.CharField(
                        description="where it was sent: for a change the new address",
                        max_length=254,
                    ),
                ),
                ("nonce", fields.CharField(unique=True, max_length=32)),
                (
                    "expires_at",
                    fields.DatetimeField(auto_now=False, auto_now_add=False),
                ),
                (
                    "used_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "ended_at",
                    fields.DatetimeField(
                        null=True,
                        description="when it lost its meaning before anybody used it",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
            ],
            options={
                "table": "mail_links",
                "app": "models",
                "constraints": [
                    CheckConstraint(check=_ONE_PERSON, name="ck_mail_links_one_person"),
                    CheckConstraint(check=_PURPOSES, name="ck_mail_links_purpose"),
                ],
                "indexes": [
                    Index(fields=["member_id", "purpose"], name="ix_mail_links_member"),
                    Index(
                        fields=["customer_id", "purpose"], name="ix_mail_links_customer"
                    ),
                    Index(fields=["email", "purpose"], name="ix_mail_links_email"),
                ],
                "pk_attr": "id",
                "table_description": "A link that was mailed to a person and acts once. The row holds no part of what opens it (`shared.core.ids.sealed`).",
            },
            bases=["Row"],
        ),
        AddChecks(
            "MailLink",
            ck_mail_links_one_person=_ONE_PERSON,
            ck_mail_links_purpose=_PURPOSES,
        ),
    ]

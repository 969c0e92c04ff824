"""Second factors of members: apps and passkeys, recovery codes, resets; and sessions that wait for one."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from shared.core.clock import now
from shared.infra.database.operations import AddChecks


def _row() -> list[tuple[str, Any]]:
    """The columns that each table has, and whose it is."""
    return [
        (
            "id",
            fields.BigIntField(
                generated=True, primary_key=True, unique=True, db_index=True
            ),
        ),
        (
            "created_at",
            fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
        ),
        (
            "updated_at",
            fields.DatetimeField(default=now, auto_now=False, auto_now_add=False),
        ),
    ]


def _member(related_name: str) -> tuple[str, Any]:
    return (
        "member",
        fields.ForeignKeyField(
            "models.Member",
            source_field="member_id",
            db_constraint=True,
            to_field="id",
            related_name=related_name,
            on_delete=OnDelete.RESTRICT,
        ),
    )


def _moment(description: str | None = None) -> Any:
    return fields.DatetimeField(
        null=True, description=description, auto_now=False, auto_now_add=False
    )


KIND = "kind in ('totp', 'passkey')"
PASSKEY = "(kind = 'passkey') = (credential_id is not null)"
APP = "(kind = 'totp') = (sealed_secret <> '')"
ONE_END = "stopped_at is null or done_at is null"


class Migration(migrations.Migration):
    dependencies = [("models", "0032_guest_orders")]

    initial = False

    operations = [
        ops.AddField(
            "Member",
            "second_factor_at",
            _moment("since when a second factor is asked for"),
        ),
        ops.AddField(
            "Session",
            "awaits_factor",
            fields.BooleanField(
                default=False,
                db_default=False,
                description="the password alone was given",
            ),
        ),
        ops.AddField(
            "Session",
            "challenge",
            fields.CharField(
                null=True,
                description="to which the next passkey must answer",
                max_length=128,
            ),
        ),
        ops.CreateModel(
            name="SecondFactor",
            fields=[
                *_row(),
                _member("second_factors"),
                ("kind", fields.CharField(description="totp | passkey", max_length=10)),
                (
                    "name",
                    fields.CharField(
                        description="by which its owner knows it", max_length=60
                    ),
                ),
                (
                    "sealed_secret",
                    fields.TextField(
                        default="",
                        description="of an app: what its codes are made of",
                        unique=False,
                    ),
                ),
                (
                    "counter",
                    fields.BigIntField(
                        default=0,
                        description="of an app: the step last taken; of a passkey: its own counter",
                    ),
                ),
                (
                    "credential_id",
                    fields.CharField(
                        null=True,
                        unique=True,
                        description="of a passkey, base64url",
                        max_length=1400,
                    ),
                ),
                (
                    "public_key",
                    fields.TextField(
                        default="",
                        description="of a passkey: COSE, base64url",
                        unique=False,
                    ),
                ),
                ("last_used_at", _moment()),
            ],
            options={
                "table": "second_factors",
                "app": "models",
                "constraints": [
                    CheckConstraint(check=KIND, name="ck_second_factors_kind"),
                    CheckConstraint(check=PASSKEY, name="ck_second_factors_passkey"),
                    CheckConstraint(check=APP, name="ck_second_factors_app"),
                ],
                "indexes": [
                    Index(fields=["member_id"], name="ix_second_factors_member")
                ],
                "pk_attr": "id",
                "table_description": "What a member shows besides the password: an authenticator app's secret (sealed), or a passkey's public key.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="RecoveryCode",
            fields=[
                *_row(),
                _member("recovery_codes"),
                ("code_digest", fields.CharField(unique=True, max_length=64)),
                ("used_at", _moment()),
            ],
            options={
                "table": "recovery_codes",
                "app": "models",
                "indexes": [
                    Index(fields=["member_id"], name="ix_recovery_codes_member")
                ],
                "pk_attr": "id",
                "table_description": "One of ten codes for the day the phone is lost. Shown once; only its digest is kept; used once.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="FactorReset",
            fields=[
                *_row(),
                _member("factor_resets"),
                (
                    "asked_by",
                    fields.CharField(
                        description="as the audit trail names people", max_length=60
                    ),
                ),
                (
                    "effective_at",
                    fields.DatetimeField(auto_now=False, auto_now_add=False),
                ),
                (
                    "stop_digest",
                    fields.CharField(
                        unique=True,
                        description="of the token in the mailed link",
                        max_length=64,
                    ),
                ),
                ("stopped_at", _moment()),
                ("done_at", _moment()),
            ],
            options={
                "table": "factor_resets",
                "app": "models",
                "constraints": [
                    CheckConstraint(check=ONE_END, name="ck_factor_resets_one_end")
                ],
                "indexes": [
                    Index(fields=["member_id"], name="ix_factor_resets_member")
                ],
                "pk_attr": "id",
                "table_description": "An operator takes somebody's second factors away a day later, unless the person stops it.",
            },
            bases=["Row"],
        ),
        AddChecks(
            "SecondFactor",
            ck_second_factors_kind=KIND,
            ck_second_factors_passkey=PASSKEY,
            ck_second_factors_app=APP,
        ),
        AddChecks("FactorReset", ck_factor_resets_one_end=ONE_END),
    ]

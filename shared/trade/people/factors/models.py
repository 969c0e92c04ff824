"""Tables of second factors, and of what waits until somebody has confirmed that it is them."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from shared.infra.database.base import Row, words
from shared.trade.people.factors.rules import FactorKind


class KeptForm(Row):
    """A form that was sent when the sign-in was no longer fresh. It waits for its sender, and is taken once."""

    session: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.Session", related_name="kept_forms", on_delete=fields.CASCADE
    )
    session_id: int
    method = fields.CharField(
        max_length=4, description="GET for a link, POST for a form"
    )
    action = fields.CharField(
        max_length=1000, description="path and query that it was sent to"
    )
    back = fields.CharField(
        max_length=1000, description="the page that it was sent from"
    )
    doing = fields.CharField(
        max_length=120, description="what it does, as words after `to`"
    )
    fields_sent: Any = fields.JSONField(
        default=list, description="pairs of name and value; never secrets"
    )
    expires_at = fields.DatetimeField()

    class Meta:
        table = "kept_forms"
        indexes = [Index(fields=("session_id",), name="ix_kept_forms_session")]
        constraints = [
            CheckConstraint(
                check="method in ('GET', 'POST')", name="ck_kept_forms_method"
            )
        ]


class SecondFactor(Row):
    """What a member shows besides the password: an authenticator app's secret (sealed), or a passkey's public key."""

    member: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.Member", related_name="second_factors", on_delete=fields.RESTRICT
    )
    member_id: int
    kind = fields.CharField(max_length=10, description="totp | passkey")
    name = fields.CharField(max_length=60, description="by which its owner knows it")
    sealed_secret = fields.TextField(
        default="", description="of an app: what its codes are made of"
    )
    counter = fields.BigIntField(
        default=0,
        description="of an app: the step last taken; of a passkey: its own counter",
    )
    credential_id = fields.CharField(
        max_length=1400, null=True, unique=True, description="of a passkey, base64url"
    )
    public_key = fields.TextField(
        default="", description="of a passkey: COSE, base64url"
    )
    last_used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "second_factors"
        indexes = [Index(fields=("member_id",), name="ix_second_factors_member")]
        constraints = [
            CheckConstraint(
                check=f"kind in ({words(FactorKind)})", name="ck_second_factors_kind"
            ),
            CheckConstraint(
                check="(kind = 'passkey') = (credential_id is not null)",
                name="ck_second_factors_passkey",
            ),
            CheckConstraint(
                check="(kind = 'totp') = (sealed_secret <> '')",
                name="ck_second_factors_app",
            ),
        ]


class RecoveryCode(Row):
    """One of ten codes for the day the phone is lost. Shown once; only its digest is kept; used once."""

    member: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.Member", related_name="recovery_codes", on_delete=fields.RESTRICT
    )
    member_id: int
    code_digest = fields.CharField(max_length=64, unique=True)
    used_at = fields.DatetimeField(null=True)

    class Meta:
        table = "recovery_codes"
        indexes = [Index(fields=("member_id",), name="ix_recovery_codes_member")]


class FactorReset(Row):
    """An operator takes somebody's second factors away a day later, unless the person stops it."""

    lock_rank = 15

    member: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "models.Member", related_name="factor_resets", on_delete=fields.RESTRICT
    )
    member_id: int
    asked_by = fields.CharField(
        max_length=60, description="as the audit trail names people"
    )
    effective_at = fields.DatetimeField()
    stop_digest = fields.CharField(
        max_length=64, unique=True, description="of the token in the mailed link"
    )
    stopped_at = fields.DatetimeField(null=True)
    done_at = fields.DatetimeField(null=True)

    class Meta:
        table = "factor_resets"
        indexes = [Index(fields=("member_id",), name="ix_factor_resets_member")]
        constraints = [
            CheckConstraint(
                check="stopped_at is null or done_at is null",
                name="ck_factor_resets_one_end",
            ),
        ]

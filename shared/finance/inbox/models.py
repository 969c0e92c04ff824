"""The webhook inbox: every signed event once, what it brought and what became of it."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint
from tortoise.queryset import QuerySet

from shared.finance.inbox.rules import SOURCES, EventStatus
from shared.infra.database.base import Row, words
from shared.infra.database.indexes import IndexWhere


class WebhookEvent(Row):
    """One event as it was delivered. `source` tells the platform's endpoint from the connected accounts'."""

    lock_rank = 310
    subject_word = "webhook_event"
    activity_columns = ()

    source = fields.CharField(max_length=20, description="platform | connect")
    stripe_event_id = fields.CharField(max_length=255)
    type = fields.CharField(max_length=120)
    stripe_account_id = fields.CharField(max_length=255, null=True)
    stripe_object_id = fields.CharField(
        max_length=255,
        null=True,
        db_index=True,
    )
    livemode = fields.BooleanField()
    api_version = fields.CharField(max_length=40, null=True)
    stripe_created_at = fields.DatetimeField()
    fetched = fields.BooleanField(
        default=False,
        db_default=False,
        description="we asked for it, since no delivery brought it",
    )
    status = fields.CharField(max_length=20, default=EventStatus.RECEIVED.value)
    outcome = fields.CharField(
        max_length=200, default="", description="what was decided, in words"
    )
    decision = fields.CharField(
        max_length=20,
        default="",
        db_default="",
        description="applied | older | ignored | failed, for the timeline",
    )
    order: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "models.Order",
        related_name="webhook_events",
        null=True,
        on_delete=fields.RESTRICT,
    )
    order_id: int | None
    duplicates = fields.IntField(
        default=0, db_default=0, description="how often it was delivered again"
    )
    last_duplicate_at = fields.DatetimeField(
        null=True, description="when it was delivered again last"
    )
    attempts = fields.SmallIntField(default=0)
    error = fields.TextField(null=True)
    next_attempt_at = fields.DatetimeField(null=True)
    handled_at = fields.DatetimeField(null=True)

    @classmethod
    def at_either(cls) -> QuerySet[WebhookEvent]:
        """All of them; with the endpoints named, an index finds an id of Stripe's, and a moment."""
        return cls.filter(source__in=SOURCES)

    class Meta:
        table = "webhook_events"
        unique_together = (("source", "stripe_event_id"),)
        indexes = [
            IndexWhere(
                fields=("order_id", "id"),
                name="ix_webhook_events_order",
                where="order_id IS NOT NULL",
            ),
            Index(fields=("status", "next_attempt_at"), name="ix_webhook_events_due"),
            IndexWhere(
                fields=("stripe_account_id", "id"),
                name="ix_webhook_events_account",
                where="stripe_account_id IS NOT NULL",
            ),
            Index(fields=("source", "created_at"), name="ix_webhook_events_seen"),
        ]
        constraints = [
            CheckConstraint(
                check="source in ('platform', 'connect')",
                name="ck_webhook_events_source",
            ),
            CheckConstraint(
                check=f"status in ({words(EventStatus)})",
                name="ck_webhook_events_status",
            ),
        ]


class WebhookBody(Row):
    """What an event brought; lists of events need not read past it, and it goes first."""

    event: fields.OneToOneRelation[WebhookEvent] = fields.OneToOneField(
        "models.WebhookEvent", related_name="kept_body", on_delete=fields.RESTRICT
    )
    event_id: int
    body = fields.TextField(description="raw, as signed, without client secrets")

    class Meta:
        table = "webhook_bodies"


class WebhookRefusal(Row):
    """How many deliveries one endpoint refused within an hour, since the signature or the body was not Stripe's.

    One row an hour, however many there were: a stranger who knocks cannot fill the table.
    """

    source = fields.CharField(max_length=20, description="platform | connect")
    hour = fields.DatetimeField(description="its beginning")
    count = fields.IntField()
    why = fields.CharField(max_length=60, description="of the last one")
    last_at = fields.DatetimeField()

    class Meta:
        table = "webhook_refusals"
        unique_together = (("source", "hour"),)
        constraints = [
            CheckConstraint(
                check="source in ('platform', 'connect')",
                name="ck_webhook_refusals_source",
            ),
            CheckConstraint(check="count > 0", name="ck_webhook_refusals_count"),
        ]


class WebhookSecret(Row):
    """A signing secret that was in use, by its digest; `created_at` is when it was first seen here."""

    source = fields.CharField(max_length=20, description="platform | connect")
    digest = fields.CharField(max_length=64)

    class Meta:
        table = "webhook_secrets"
        unique_together = (("source", "digest"),)
        constraints = [
            CheckConstraint(
                check="source in ('platform', 'connect')",
                name="ck_webhook_secrets_source",
            ),
        ]

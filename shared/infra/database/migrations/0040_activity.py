"""One history: what happened, and what set it off. What the audit trail and the events kept of before is imported."""

import functools
from json import dumps, loads
from typing import Any

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from shared.core.clock import now
from shared.infra.database.operations import DropField, RunOn

# What was done about an order, its payments, refunds, disputes and claims, about payouts and events.
# {amount}, {currency} and {details} are each engine's own way into JSON.
ACTS = """
INSERT INTO activity (created_at, updated_at, kind, subject, order_id, vendor_id, actor, amount, currency, details, cause)
SELECT acts.created_at, acts.created_at, acts.action, acts.subject, acts.about, acts.vendor_id, acts.actor,
       {amount}, {currency}, acts.details, ''
FROM (
    SELECT a.*, o.id AS about FROM audit_entries a JOIN orders o ON a.subject = 'order:' || o.id
    UNION ALL
    SELECT a.*, p.order_id FROM audit_entries a JOIN payments p ON a.subject = 'payment:' || p.id
    UNION ALL
    SELECT a.*, r.order_id FROM audit_entries a JOIN refunds r ON a.subject = 'refund:' || r.id
    UNION ALL
    SELECT a.*, d.order_id FROM audit_entries a JOIN disputes d ON a.subject = 'dispute:' || d.id
    UNION ALL
    SELECT a.*, c.order_id FROM audit_entries a JOIN claims c ON a.subject = c.subject
    WHERE c.subject NOT LIKE 'refund:%' AND c.subject NOT LIKE 'dispute:%'
    UNION ALL
    SELECT a.*, NULL FROM audit_entries a JOIN payouts p ON a.subject = 'payout:' || p.id
    UNION ALL
    SELECT a.*, w.order_id FROM audit_entries a JOIN webhook_events w ON a.subject = 'webhook_event:' || w.id
) acts
ORDER BY acts.id;
"""
# When a payout was made; those of Stripe's own schedule had no entry of their own for it.
MADE = """
INSERT INTO activity (created_at, updated_at, kind, subject, vendor_id, actor, amount, currency, cause)
SELECT created_at, created_at, 'payout.made', 'payout:' || id, vendor_id, '', amount, currency, ''
FROM payouts ORDER BY id;
"""
# What an event changed was kept with it as [[what, before, after], ...], `what` being `refund:12.status`.
CHANGES_SQLITE = """
INSERT INTO activity (created_at, updated_at, kind, subject, order_id, actor, before, after, cause)
SELECT coalesce(w.handled_at, w.created_at), coalesce(w.handled_at, w.created_at),
       substr(w.what, 1, instr(w.what, ':') - 1) || '.changed', substr(w.what, 1, instr(w.what, '.') - 1), w.order_id, '',
       '{' || json_quote(substr(w.what, instr(w.what, '.') + 1)) || ':'
           || substr(w.was, 2, (length(w.was) - 3) / 2) || '}',
       '{' || json_quote(substr(w.what, instr(w.what, '.') + 1)) || ':'
           || substr(w.became, 2, (length(w.became) - 3) / 2) || '}',
       'webhook_event:' || w.id
FROM (
    SELECT e.id, e.order_id, e.handled_at, e.created_at, c.key AS place, json_extract(c.value, '$[0]') AS what,
           json_extract(c.value, '$[1]', '$[1]') AS was, json_extract(c.value, '$[2]', '$[2]') AS became
    FROM webhook_events e JOIN json_each(e.changes) c WHERE e.changes IS NOT NULL
) w
ORDER BY w.id, w.place;
"""
CHANGES_POSTGRES = """
INSERT INTO activity (created_at, updated_at, kind, subject, order_id, actor, before, after, cause)
SELECT coalesce(e.handled_at, e.created_at), coalesce(e.handled_at, e.created_at),
       split_part(c.value->>0, ':', 1) || '.changed', split_part(c.value->>0, '.', 1), e.order_id, '',
       jsonb_build_object(split_part(c.value->>0, '.', 2), c.value->1),
       jsonb_build_object(split_part(c.value->>0, '.', 2), c.value->2),
       'webhook_event:' || e.id
FROM webhook_events e CROSS JOIN LATERAL jsonb_array_elements(e.changes) WITH ORDINALITY AS c(value, place)
WHERE e.changes IS NOT NULL
ORDER BY e.id, c.place;
"""
SQLITE = ACTS.format(
    amount="CASE json_type(acts.details, '$.amount') WHEN 'integer' THEN json_extract(acts.details, '$.amount') END",
    currency="json_extract(acts.details, '$.currency')",
)
POSTGRES = ACTS.format(
    amount="CASE jsonb_typeof(acts.details->'amount') WHEN 'number' THEN (acts.details->>'amount')::bigint END",
    currency="acts.details->>'currency'",
)
IMPORT = {
    "sqlite": SQLITE + MADE + CHANGES_SQLITE,
    "postgres": POSTGRES + MADE + CHANGES_POSTGRES,
}
JSON = functools.partial(dumps, separators=(",", ":"))


def _json(description: str | None = None) -> fields.JSONField[Any]:
    return fields.JSONField(
        null=True, description=description, encoder=JSON, decoder=loads
    )


class Migration(migrations.Migration):
    dependencies = [("models", "0039_superseded_writes")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Activity",
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
                    "kind",
                    fields.CharField(
                        description="dotted, e.g. refund.succeeded", max_length=80
                    ),
                ),
                ("subject", fields.CharField(description="refund:12", max_length=140)),
                ("order_id", fields.BigIntField(null=True)),
                ("vendor_id", fields.BigIntField(null=True)),
                ("actor", fields.CharField(default="", db_default="", max_length=60)),
                (
                    "amount",
                    fields.BigIntField(
                        null=True, description="minor units of currency"
                    ),
                ),
                ("currency", fields.CharField(null=True, max_length=3)),
                ("before", _json()),
                ("after", _json()),
                ("details", _json("what else an act tells")),
                ("cause", fields.CharField(default="", db_default="", max_length=120)),
            ],
            options={
                "table": "activity",
                "app": "models",
                "indexes": [
                    Index(fields=["order_id", "id"], name="ix_activity_order"),
                    Index(fields=["subject", "id"], name="ix_activity_subject"),
                    Index(fields=["cause", "id"], name="ix_activity_cause"),
                ],
                "pk_attr": "id",
                "table_description": "One thing that happened. Rows are only added.",
            },
            bases=["Row"],
        ),
        RunOn(
            sqlite=(IMPORT["sqlite"], "DELETE FROM activity"),
            postgres=(IMPORT["postgres"], "DELETE FROM activity"),
        ),
        DropField("WebhookEvent", "changes"),
    ]

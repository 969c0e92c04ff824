"""Money after the sale: claims, refunds, disputes, payouts, reconciliation, statements, and what Stripe's ids belong to."""

import functools
from decimal import Decimal
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from shared.core.clock import now
from shared.infra.database.operations import AddChecks, ReplaceChecks


class Migration(migrations.Migration):
    dependencies = [("models", "0002_ledger")]

    initial = False

    operations = [
        ops.CreateModel(
            name="Claim",
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
                    "subject",
                    fields.CharField(
                        unique=True, description="refund:12 or dispute:3", max_length=80
                    ),
                ),
                (
                    "vendor",
                    fields.ForeignKeyField(
                        "models.Vendor",
                        source_field="vendor_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="claims",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "payment",
                    fields.ForeignKeyField(
                        "models.Payment",
                        source_field="payment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="claims",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "order",
                    fields.ForeignKeyField(
                        "models.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="claims",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("currency", fields.CharField(max_length=3)),
                (
                    "amount",
                    fields.BigIntField(description="minor units that the vendor bears"),
                ),
                (
                    "taken",
                    fields.BigIntField(
                        default=0,
                        description="minor units that came back from the vendor's balance, net",
                    ),
                ),
                (
                    "receivable",
                    fields.BigIntField(
                        default=0,
                        description="minor units that the platform advanced and the vendor owes",
                    ),
                ),
                (
                    "written_off",
                    fields.BigIntField(
                        default=0,
                        description="minor units that the platform gave up on",
                    ),
                ),
                (
                    "owed_since",
                    fields.DatetimeField(
                        null=True,
                        description="when the receivable arose",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "postings",
                    fields.IntField(
                        default=0,
                        description="how often the receivable changed in the ledger",
                    ),
                ),
            ],
            options={
                "table": "claims",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check="amount >= 0 and receivable >= 0 and written_off >= 0",
                        name="ck_claims_amounts",
                    )
                ],
                "indexes": [
                    Index(
                        fields=["vendor_id", "currency", "id"], name="ix_claims_vendor"
                    ),
                    Index(fields=["order_id"], name="ix_claims_order"),
                    Index(fields=["receivable"], name="ix_claims_receivable"),
                ],
                "pk_attr": "id",
                "table_description": "What one refund or dispute takes from a vendor: `amount` has to be taken, `taken` was, `receivable` is owed and dated.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Dispute",
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
                ("stripe_dispute_id", fields.CharField(unique=True, max_length=255)),
                (
                    "vendor",
                    fields.ForeignKeyField(
                        "models.Vendor",
                        source_field="vendor_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="disputes",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "order",
                    fields.ForeignKeyField(
                        "models.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="disputes",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "payment",
                    fields.ForeignKeyField(
                        "models.Payment",
                        source_field="payment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="disputes",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("status", fields.CharField(max_length=40)),
                ("reason", fields.CharField(max_length=60)),
                ("amount", fields.BigIntField(description="minor units of currency")),
                ("currency", fields.CharField(max_length=3)),
                ("is_inquiry", fields.BooleanField()),
                ("is_charge_refundable", fields.BooleanField()),
                (
                    "due_by",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "opened_at",
                    fields.DatetimeField(
                        description="when Stripe made it",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "closed_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "fee",
                    fields.BigIntField(
                        default=0, description="minor units that Stripe took for it"
                    ),
                ),
                (
                    "vendor_part",
                    fields.BigIntField(
                        default=0,
                        description="minor units that the vendor bears while the money is gone",
                    ),
                ),
                (
                    "commission_part",
                    fields.BigIntField(
                        default=0, description="minor units of commission given back"
                    ),
                ),
                (
                    "loss_part",
                    fields.BigIntField(
                        default=0,
                        description="minor units that neither vendor nor commission can bear",
                    ),
                ),
                (
                    "withdrawn_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "reinstated_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "evidence",
                    fields.JSONField(
                        default=dict,
                        description="the vendor's draft, field -> text",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "staged_evidence",
                    fields.JSONField(
                        default=dict,
                        description="what Stripe holds, field -> text",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "evidence_key",
                    fields.CharField(
                        null=True,
                        description="idempotency key of the last write",
                        max_length=255,
                    ),
                ),
                ("evidence_version", fields.IntField(default=0)),
                (
                    "submitted_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("submitted_by", fields.CharField(default="", max_length=60)),
                (
                    "accepted_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("accepted_by", fields.CharField(default="", max_length=60)),
                ("network_reason_code", fields.CharField(null=True, max_length=40)),
            ],
            options={
                "table": "disputes",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check="status in ('warning_needs_response', 'warning_under_review', 'warning_closed', 'needs_response', 'under_review', 'won', 'lost', 'prevented', 'appeal_needs_response', 'appeal_under_review')",
                        name="ck_disputes_status",
                    ),
                    CheckConstraint(
                        check="amount > 0 and vendor_part >= 0 and commission_part >= 0 and loss_part >= 0 and fee >= 0",
                        name="ck_disputes_amounts",
                    ),
                ],
                "indexes": [
                    Index(fields=["vendor_id", "id"], name="ix_disputes_vendor"),
                    Index(fields=["order_id"], name="ix_disputes_order"),
                    Index(fields=["status", "due_by"], name="ix_disputes_status"),
                ],
                "pk_attr": "id",
                "table_description": "One dispute at Stripe, mirrored. `vendor_part` and `commission_part` are who bears `amount`, frozen when the money went.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="JobSchedule",
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
                ("kind", fields.CharField(unique=True, max_length=80)),
                ("next_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                (
                    "last_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "state",
                    fields.JSONField(
                        default=dict,
                        description="what the job remembers between runs",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
            ],
            options={
                "table": "job_schedules",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A recurring job: when it is due next, and what its last run wants to remember.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Movement",
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
                    "claim",
                    fields.ForeignKeyField(
                        "models.Claim",
                        source_field="claim_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="movements",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("kind", fields.CharField(max_length=20)),
                ("status", fields.CharField(default="opening", max_length=20)),
                (
                    "amount",
                    fields.BigIntField(
                        description="minor units of the claim's currency"
                    ),
                ),
                (
                    "stripe_source_id",
                    fields.CharField(
                        description="the transfer that is reversed, the fee that is given back, or the charge that is sent out of",
                        max_length=255,
                    ),
                ),
                ("stripe_id", fields.CharField(null=True, unique=True, max_length=255)),
                ("idempotency_key", fields.CharField(unique=True, max_length=255)),
                ("refusal", fields.CharField(default="", max_length=200)),
            ],
            options={
                "table": "movements",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check="kind in ('reversal', 'transfer', 'fee_refund')",
                        name="ck_movements_kind",
                    ),
                    CheckConstraint(
                        check="status in ('opening', 'done', 'refused')",
                        name="ck_movements_status",
                    ),
                    CheckConstraint(check="amount > 0", name="ck_movements_amount"),
                ],
                "indexes": [
                    Index(fields=["claim_id"], name="ix_movements_claim"),
                    Index(fields=["status"], name="ix_movements_status"),
                ],
                "pk_attr": "id",
                "table_description": "One reversal, transfer or fee refund at Stripe for a claim, written down before it is asked for.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Payout",
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
                    "vendor",
                    fields.ForeignKeyField(
                        "models.Vendor",
                        source_field="vendor_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="payouts",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "period",
                    fields.CharField(
                        null=True,
                        description="2026-11-30; null for automatic and instant ones",
                        max_length=40,
                    ),
                ),
                ("status", fields.CharField(default="opening", max_length=20)),
                ("amount", fields.BigIntField(description="minor units of currency")),
                (
                    "fee",
                    fields.BigIntField(
                        default=0, description="minor units, of an instant payout"
                    ),
                ),
                ("currency", fields.CharField(max_length=3)),
                (
                    "method",
                    fields.CharField(
                        default="standard",
                        description="standard | instant",
                        max_length=20,
                    ),
                ),
                (
                    "is_automatic",
                    fields.BooleanField(
                        default=False, description="made by Stripe's own schedule"
                    ),
                ),
                ("stripe_account_id", fields.CharField(null=True, max_length=255)),
                (
                    "stripe_payout_id",
                    fields.CharField(null=True, unique=True, max_length=255),
                ),
                ("stripe_destination_id", fields.CharField(null=True, max_length=255)),
                (
                    "destination_words",
                    fields.CharField(
                        default="", description="STRIPE TEST BANK ••42", max_length=120
                    ),
                ),
                (
                    "idempotency_key",
                    fields.CharField(null=True, unique=True, max_length=255),
                ),
                ("requested_by", fields.CharField(default="system", max_length=60)),
                (
                    "arrives_on",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "paid_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "failed_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("failure_code", fields.CharField(null=True, max_length=80)),
                ("trace_id", fields.CharField(null=True, max_length=120)),
                (
                    "refusal",
                    fields.CharField(
                        default="",
                        description="a sentence: why Stripe refused it",
                        max_length=300,
                    ),
                ),
            ],
            options={
                "table": "payouts",
                "app": "models",
                "unique_together": (("vendor", "currency", "period"),),
                "constraints": [
                    CheckConstraint(
                        check="status in ('opening', 'refused', 'pending', 'in_transit', 'paid', 'failed', 'canceled')",
                        name="ck_payouts_status",
                    ),
                    CheckConstraint(
                        check="method in ('standard', 'instant')",
                        name="ck_payouts_method",
                    ),
                    CheckConstraint(check="fee >= 0", name="ck_payouts_fee"),
                ],
                "indexes": [
                    Index(fields=["vendor_id", "id"], name="ix_payouts_vendor"),
                    Index(fields=["status", "updated_at"], name="ix_payouts_status"),
                ],
                "pk_attr": "id",
                "table_description": "One payout, ours or Stripe's own. `period` names the payday that our scheduler made it for: one per vendor, currency and period.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="PayoutItem",
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
                    "payout",
                    fields.ForeignKeyField(
                        "models.Payout",
                        source_field="payout_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="items",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "entry",
                    fields.ForeignKeyField(
                        "models.LedgerEntry",
                        source_field="entry_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="payout_items",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "order",
                    fields.ForeignKeyField(
                        "models.Order",
                        source_field="order_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="payout_items",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "amount",
                    fields.BigIntField(
                        description="minor units of the payout's currency; negative for what went back"
                    ),
                ),
            ],
            options={
                "table": "payout_items",
                "app": "models",
                "unique_together": (("payout", "entry"),),
                "indexes": [
                    Index(fields=["entry_id"], name="ix_payout_items_entry"),
                    Index(fields=["order_id"], name="ix_payout_items_order"),
                ],
                "pk_attr": "id",
                "table_description": "A part of a payout: an amount of one movement of the vendor's balance (a ledger entry), with the order it came from.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ReconciliationRun",
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
                    "status",
                    fields.CharField(
                        default="running",
                        description="running | clean | differences | failed",
                        max_length=20,
                    ),
                ),
                ("started_by", fields.CharField(default="system", max_length=60)),
                (
                    "finished_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "compared",
                    fields.JSONField(
                        default=dict,
                        description="what was looked at -> how many",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                ("error", fields.TextField(null=True, unique=False)),
            ],
            options={
                "table": "reconciliation_runs",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check="status in ('running', 'clean', 'differences', 'failed')",
                        name="ck_reconciliation_runs_status",
                    )
                ],
                "pk_attr": "id",
                "table_description": "One comparison of ledger, rows and Stripe.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Difference",
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
                    "run",
                    fields.ForeignKeyField(
                        "models.ReconciliationRun",
                        source_field="run_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="differences",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("number", fields.IntField()),
                ("kind", fields.CharField(max_length=60)),
                (
                    "subject",
                    fields.CharField(description="payment:12, po_1", max_length=80),
                ),
                ("stripe_id", fields.CharField(null=True, max_length=255)),
                (
                    "vendor",
                    fields.ForeignKeyField(
                        "models.Vendor",
                        source_field="vendor_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="differences",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "text",
                    fields.TextField(
                        description="a sentence: what differs", unique=False
                    ),
                ),
                ("ours", fields.CharField(default="", max_length=255)),
                ("theirs", fields.CharField(default="", max_length=255)),
                (
                    "repair",
                    fields.CharField(
                        default="",
                        description="the named repair; empty: a person must look",
                        max_length=60,
                    ),
                ),
                (
                    "arguments",
                    fields.JSONField(
                        default=dict,
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "status",
                    fields.CharField(
                        default="open",
                        description="open | repaired | failed",
                        max_length=20,
                    ),
                ),
                ("outcome", fields.CharField(default="", max_length=300)),
                (
                    "repaired_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("repaired_by", fields.CharField(default="", max_length=60)),
            ],
            options={
                "table": "differences",
                "app": "models",
                "unique_together": (("run", "number"),),
                "constraints": [
                    CheckConstraint(
                        check="status in ('open', 'repaired', 'failed')",
                        name="ck_differences_status",
                    )
                ],
                "indexes": [Index(fields=["status"], name="ix_differences_status")],
                "pk_attr": "id",
                "table_description": "One thing that does not agree, with the repair that mends it. `number` counts within the run.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Refund",
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
                    "vendor",
                    fields.ForeignKeyField(
                        "models.Vendor",
                        source_field="vendor_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="refunds",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "order",
                    fields.ForeignKeyField(
                        "models.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="refunds",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "payment",
                    fields.ForeignKeyField(
                        "models.Payment",
                        source_field="payment_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="refunds",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("number", fields.SmallIntField(description="1 for the order's first")),
                ("status", fields.CharField(default="opening", max_length=20)),
                ("amount", fields.BigIntField(description="minor units of currency")),
                (
                    "vendor_part",
                    fields.BigIntField(description="minor units that the vendor bears"),
                ),
                (
                    "commission_part",
                    fields.BigIntField(
                        description="minor units of commission that are given back"
                    ),
                ),
                ("currency", fields.CharField(max_length=3)),
                (
                    "policy",
                    fields.CharField(
                        description="keep | return | proportional, as it was then",
                        max_length=20,
                    ),
                ),
                (
                    "reverse_transfer",
                    fields.BooleanField(
                        null=True,
                        description="how Stripe was asked; null: not yet decided",
                    ),
                ),
                ("refund_application_fee", fields.BooleanField(default=False)),
                (
                    "reason",
                    fields.CharField(default="requested_by_customer", max_length=40),
                ),
                (
                    "note",
                    fields.CharField(
                        default="", description="to the shopper", max_length=500
                    ),
                ),
                ("attempt", fields.SmallIntField(default=1)),
                ("idempotency_key", fields.CharField(unique=True, max_length=255)),
                (
                    "stripe_refund_id",
                    fields.CharField(null=True, unique=True, max_length=255),
                ),
                (
                    "stripe_balance_transaction_id",
                    fields.CharField(null=True, max_length=255),
                ),
                (
                    "stripe_failure_transaction_id",
                    fields.CharField(null=True, max_length=255),
                ),
                ("stripe_reversal_id", fields.CharField(null=True, max_length=255)),
                ("pending_reason", fields.CharField(null=True, max_length=60)),
                ("failure_reason", fields.CharField(null=True, max_length=80)),
                (
                    "refusal",
                    fields.CharField(
                        default="",
                        description="a sentence: why it was refused or declined",
                        max_length=300,
                    ),
                ),
                (
                    "requested_by",
                    fields.CharField(description="member:7", max_length=60),
                ),
                ("decided_by", fields.CharField(default="", max_length=60)),
                (
                    "succeeded_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "refunds",
                "app": "models",
                "unique_together": (("order", "number"),),
                "constraints": [
                    CheckConstraint(
                        check="status in ('awaiting_approval', 'declined', 'opening', 'refused', 'pending', 'requires_action', 'succeeded', 'failed', 'canceled')",
                        name="ck_refunds_status",
                    ),
                    CheckConstraint(
                        check="amount > 0 and vendor_part >= 0 and commission_part >= 0 and amount = vendor_part + commission_part",
                        name="ck_refunds_amounts",
                    ),
                ],
                "indexes": [
                    Index(fields=["status", "updated_at"], name="ix_refunds_status"),
                    Index(fields=["vendor_id", "id"], name="ix_refunds_vendor"),
                ],
                "pk_attr": "id",
                "table_description": "Money that goes back to a shopper, written down before Stripe is asked. All of an order's counting refunds fit its total.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="RefundLine",
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
                    "refund",
                    fields.ForeignKeyField(
                        "models.Refund",
                        source_field="refund_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="lines",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "order_line",
                    fields.ForeignKeyField(
                        "models.OrderLine",
                        source_field="order_line_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="refund_lines",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("quantity", fields.IntField()),
                (
                    "amount",
                    fields.BigIntField(
                        description="minor units of the refund's currency"
                    ),
                ),
                ("restock", fields.BooleanField(default=False)),
                (
                    "restocked_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "refund_lines",
                "app": "models",
                "unique_together": (("refund", "order_line"),),
                "constraints": [
                    CheckConstraint(
                        check="quantity > 0 and amount >= 0",
                        name="ck_refund_lines_positive",
                    )
                ],
                "pk_attr": "id",
                "table_description": "How many of an order's line a refund is about, and whether they go back on the shelf.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="ReserveHold",
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
                    "vendor",
                    fields.ForeignKeyField(
                        "models.Vendor",
                        source_field="vendor_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="reserve_holds",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "order",
                    fields.ForeignKeyField(
                        "models.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="reserve_holds",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("currency", fields.CharField(max_length=3)),
                ("amount", fields.BigIntField(description="minor units of currency")),
                (
                    "release_at",
                    fields.DatetimeField(auto_now=False, auto_now_add=False),
                ),
                (
                    "released_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "reserve_holds",
                "app": "models",
                "unique_together": (("order", "vendor"),),
                "constraints": [
                    CheckConstraint(check="amount > 0", name="ck_reserve_holds_amount")
                ],
                "indexes": [
                    Index(
                        fields=["vendor_id", "currency", "released_at"],
                        name="ix_reserve_holds_vendor",
                    ),
                    Index(
                        fields=["released_at", "release_at"],
                        name="ix_reserve_holds_due",
                    ),
                ],
                "pk_attr": "id",
                "table_description": "A part of one sale that is held back until its day (rolling reserve).",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Statement",
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
                    "vendor",
                    fields.ForeignKeyField(
                        "models.Vendor",
                        source_field="vendor_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="statements",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("month", fields.CharField(description="2026-11", max_length=7)),
                ("currency", fields.CharField(max_length=3)),
                (
                    "number",
                    fields.CharField(
                        unique=True,
                        description="of the commission invoice, without gaps",
                        max_length=40,
                    ),
                ),
                ("opening", fields.BigIntField(description="minor units")),
                ("closing", fields.BigIntField(description="minor units")),
                (
                    "commission",
                    fields.BigIntField(
                        description="minor units, VAT included, net of what was given back"
                    ),
                ),
                (
                    "vat_percentage",
                    fields.DecimalField(
                        default=Decimal(0), max_digits=5, decimal_places=2
                    ),
                ),
                (
                    "vat",
                    fields.BigIntField(
                        default=0, description="minor units contained in the commission"
                    ),
                ),
                (
                    "last_entry_id",
                    fields.BigIntField(
                        description="the newest ledger entry that is in it"
                    ),
                ),
            ],
            options={
                "table": "statements",
                "app": "models",
                "unique_together": (("vendor", "month", "currency"),),
                "constraints": [
                    CheckConstraint(
                        check="length(month) = 7 and substr(month, 5, 1) = '-'",
                        name="ck_statements_month",
                    )
                ],
                "pk_attr": "id",
                "table_description": "A closed month of one vendor in one currency. What it says is read from the ledger; sums and number are frozen here.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="StripeReference",
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
                ("stripe_id", fields.CharField(unique=True, max_length=255)),
                ("subject", fields.CharField(max_length=80)),
                (
                    "order",
                    fields.ForeignKeyField(
                        "models.Order",
                        source_field="order_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="stripe_references",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "vendor",
                    fields.ForeignKeyField(
                        "models.Vendor",
                        source_field="vendor_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="stripe_references",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
            ],
            options={
                "table": "stripe_references",
                "app": "models",
                "indexes": [
                    Index(fields=["order_id"], name="ix_stripe_references_order")
                ],
                "pk_attr": "id",
                "table_description": "One Stripe object. `subject` reads `refund:12`; order and vendor where there is one.",
            },
            bases=["Row"],
        ),
        AddChecks(
            "Claim",
            ck_claims_amounts="amount >= 0 and receivable >= 0 and written_off >= 0",
        ),
        AddChecks(
            "Dispute",
            ck_disputes_status="status in ('warning_needs_response', 'warning_under_review', 'warning_closed', 'needs_response', 'under_review', 'won', 'lost', 'prevented', 'appeal_needs_response', 'appeal_under_review')",
            ck_disputes_amounts="amount > 0 and vendor_part >= 0 and commission_part >= 0 and loss_part >= 0 and fee >= 0",
        ),
        AddChecks(
            "Movement",
            ck_movements_kind="kind in ('reversal', 'transfer', 'fee_refund')",
            ck_movements_status="status in ('opening', 'done', 'refused')",
            ck_movements_amount="amount > 0",
        ),
        AddChecks(
            "Payout",
            ck_payouts_status="status in ('opening', 'refused', 'pending', 'in_transit', 'paid', 'failed', 'canceled')",
            ck_payouts_method="method in ('standard', 'instant')",
            ck_payouts_fee="fee >= 0",
        ),
        AddChecks(
            "ReconciliationRun",
            ck_reconciliation_runs_status="status in ('running', 'clean', 'differences', 'failed')",
        ),
        AddChecks(
            "Difference",
            ck_differences_status="status in ('open', 'repaired', 'failed')",
        ),
        AddChecks(
            "Refund",
            ck_refunds_status="status in ('awaiting_approval', 'declined', 'opening', 'refused', 'pending', 'requires_action', 'succeeded', 'failed', 'canceled')",
            ck_refunds_amounts="amount > 0 and vendor_part >= 0 and commission_part >= 0 and amount = vendor_part + commission_part",
        ),
        AddChecks(
            "RefundLine",
            ck_refund_lines_positive="quantity > 0 and amount >= 0",
        ),
        AddChecks(
            "ReserveHold",
            ck_reserve_holds_amount="amount > 0",
        ),
        AddChecks(
            "Statement",
            ck_statements_month="length(month) = 7 and substr(month, 5, 1) = '-'",
        ),
        ReplaceChecks(
            "LedgerEntry",
            ck_ledger_entries_account=(
                "account in ('vendor_payable', 'vendor_reserved', 'vendor_receivable', 'stripe_vendor', 'bank_vendor', 'stripe_platform', 'bank_platform', 'commission', 'stripe_fees', 'dispute_losses')",
                "account in ('vendor_payable', 'vendor_reserved', 'vendor_receivable', 'stripe_vendor', 'bank_vendor', 'stripe_platform', 'bank_platform', 'shoppers_due', 'suspense', 'commission', 'stripe_fees', 'dispute_losses')",
            ),
        ),
        ops.AddField(
            model_name="Order",
            name="refunded_amount",
            field=fields.BigIntField(
                default=0,
                description="minor units that went back or are spoken for; never more than the total",
                db_default=0,
            ),
        ),
        AddChecks(
            "Order",
            ck_orders_refunded="refunded_amount >= 0 and refunded_amount <= total_amount_cents",
        ),
        ops.AddField(
            model_name="VendorPaymentConfig",
            name="payout_anchor",
            field=fields.CharField(
                default="",
                description="monday, or 1 to 31",
                db_default="",
                max_length=10,
            ),
        ),
        ops.AddField(
            model_name="VendorPaymentConfig",
            name="payouts_held_at",
            field=fields.DatetimeField(
                null=True,
                description="the operator holds payouts back",
                auto_now=False,
                auto_now_add=False,
            ),
        ),
        ops.AddField(
            model_name="VendorPaymentConfig",
            name="payouts_held_reason",
            field=fields.CharField(default="", db_default="", max_length=300),
        ),
        ops.AddField(
            model_name="VendorPaymentConfig",
            name="reserve_days",
            field=fields.SmallIntField(
                default=0, description="how long the reserve is held", db_default=0
            ),
        ),
        ops.AddField(
            model_name="VendorPaymentConfig",
            name="reserve_percentage",
            field=fields.DecimalField(
                default=Decimal(0),
                description="of each sale",
                db_default=Decimal(0),
                max_digits=5,
                decimal_places=2,
            ),
        ),
        ops.AddField(
            model_name="WebhookEvent",
            name="changes",
            field=fields.JSONField(
                null=True,
                description="what it changed: [[what, before, after], ...]",
                encoder=functools.partial(dumps, separators=(",", ":")),
                decoder=loads,
            ),
        ),
        ops.AddField(
            model_name="WebhookEvent",
            name="decision",
            field=fields.CharField(
                default="",
                description="applied | older | ignored | failed, for the timeline",
                db_default="",
                max_length=20,
            ),
        ),
        ops.AddField(
            model_name="WebhookEvent",
            name="duplicates",
            field=fields.IntField(
                default=0, description="how often it was delivered again", db_default=0
            ),
        ),
        ops.AddField(
            model_name="WebhookEvent",
            name="order",
            field=fields.ForeignKeyField(
                "models.Order",
                source_field="order_id",
                null=True,
                db_constraint=True,
                to_field="id",
                related_name="webhook_events",
                on_delete=OnDelete.RESTRICT,
            ),
        ),
        ops.AddIndex(
            model_name="WebhookEvent",
            index=Index(fields=["order_id", "id"], name="ix_webhook_events_order"),
        ),
    ]

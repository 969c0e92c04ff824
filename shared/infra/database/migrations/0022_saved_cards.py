"""Saved payment methods: shoppers' customers at Stripe, setups, what leaves Stripe, and which card a method is."""

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
    dependencies = [("models", "0021_stripe_reserves")]

    initial = False

    operations = [
        ops.CreateModel(
            name="PaymentMethodDetachment",
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
                    "customer",
                    fields.ForeignKeyField(
                        "models.Customer",
                        source_field="customer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="payment_method_detachments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "stripe_payment_method_id",
                    fields.CharField(unique=True, max_length=255),
                ),
                ("idempotency_key", fields.CharField(unique=True, max_length=255)),
                ("because", fields.CharField(max_length=20)),
                (
                    "done_at",
                    fields.DatetimeField(
                        null=True,
                        description="when Stripe no longer held it",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
            ],
            options={
                "table": "payment_method_detachments",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check="because in ('shopper', 'replaced', 'unasked')",
                        name="ck_payment_method_detachments_because",
                    )
                ],
                "indexes": [
                    Index(fields=["done_at"], name="ix_payment_method_detachments_done")
                ],
                "pk_attr": "id",
                "table_description": "A method that leaves Stripe: written in the transaction that ends it here, and carried out by a job.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="PaymentMethodSetup",
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
                    "customer",
                    fields.ForeignKeyField(
                        "models.Customer",
                        source_field="customer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="payment_method_setups",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "number",
                    fields.SmallIntField(description="1 for the shopper's first"),
                ),
                ("idempotency_key", fields.CharField(unique=True, max_length=255)),
                ("stripe_customer_id", fields.CharField(max_length=255)),
                (
                    "stripe_setup_intent_id",
                    fields.CharField(null=True, unique=True, max_length=255),
                ),
                (
                    "stripe_payment_method_id",
                    fields.CharField(
                        null=True, description="what it set up", max_length=255
                    ),
                ),
                ("status", fields.CharField(default="opening", max_length=20)),
            ],
            options={
                "table": "payment_method_setups",
                "app": "models",
                "unique_together": (("customer", "number"),),
                "constraints": [
                    CheckConstraint(
                        check="status in ('opening', 'open', 'succeeded', 'canceled')",
                        name="ck_payment_method_setups_status",
                    )
                ],
                "indexes": [
                    Index(
                        fields=["status", "updated_at"],
                        name="ix_payment_method_setups_status",
                    )
                ],
                "pk_attr": "id",
                "table_description": "A SetupIntent by which a shopper adds a card. A shopper has at most one that is open (an index holds it).",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="StripeCustomer",
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
                    "customer",
                    fields.ForeignKeyField(
                        "models.Customer",
                        source_field="customer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="stripe_customers",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "number",
                    fields.SmallIntField(description="1 for the shopper's first"),
                ),
                ("idempotency_key", fields.CharField(unique=True, max_length=255)),
                (
                    "request",
                    fields.JSONField(
                        default=dict,
                        description="email and name sent with that key",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "asked_at",
                    fields.DatetimeField(
                        null=True,
                        description="when Stripe was first asked under that key",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "stripe_customer_id",
                    fields.CharField(null=True, unique=True, max_length=255),
                ),
                (
                    "read_at",
                    fields.DatetimeField(
                        null=True,
                        description="when the reading began that its methods are from",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "gone_at",
                    fields.DatetimeField(
                        null=True,
                        description="when we learnt that it was deleted at Stripe",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
            ],
            options={
                "table": "stripe_customers",
                "app": "models",
                "unique_together": (("customer", "number"),),
                "pk_attr": "id",
                "table_description": "A shopper's customer on the platform's Stripe account, written down before Stripe is asked for it.",
            },
            bases=["Row"],
        ),
        ops.AddField(
            model_name="Payment",
            name="stripe_customer_id",
            field=fields.CharField(
                null=True,
                description="whose saved methods may pay; frozen before Stripe is asked",
                max_length=255,
            ),
        ),
        ops.AddField(
            model_name="PaymentMethod",
            name="consented_in",
            field=fields.CharField(
                default="checkout",
                description="where",
                db_default="checkout",
                max_length=20,
            ),
        ),
        ops.AddField(
            model_name="PaymentMethod",
            name="fingerprint",
            field=fields.CharField(
                null=True,
                description="Stripe's: the same for the same card",
                max_length=80,
            ),
        ),
        ops.AddField(
            model_name="PaymentMethod",
            name="removed_at",
            field=fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
        ),
        ops.AddField(
            model_name="PaymentMethod",
            name="removed_because",
            field=fields.CharField(null=True, max_length=20),
        ),
        ops.RunSQL(
            "UPDATE payment_methods SET vendor_id = NULL WHERE vendor_id IS NOT NULL",
            reverse_sql="SELECT 1",
        ),
        AddChecks(
            "PaymentMethod",
            ck_payment_methods_vendor="vendor_id is null",
            ck_payment_methods_consent="consented_in in ('checkout', 'account')",
            ck_payment_methods_removal="removed_because in ('shopper', 'replaced', 'unasked', 'at_stripe', 'customer_gone')",
        ),
        AddChecks(
            "PaymentMethodSetup",
            ck_payment_method_setups_status="status in ('opening', 'open', 'succeeded', 'canceled')",
        ),
        AddChecks(
            "PaymentMethodDetachment",
            ck_payment_method_detachments_because="because in ('shopper', 'replaced', 'unasked')",
        ),
        # One card of one shopper is one row, one customer at Stripe is in use, one card is being added at a time.
        ops.RunSQL(
            "CREATE UNIQUE INDEX uq_payment_methods_card ON payment_methods (customer_id, fingerprint) WHERE is_active",
            reverse_sql="DROP INDEX uq_payment_methods_card",
        ),
        ops.RunSQL(
            "CREATE UNIQUE INDEX uq_stripe_customers_live ON stripe_customers (customer_id) WHERE gone_at IS NULL",
            reverse_sql="DROP INDEX uq_stripe_customers_live",
        ),
        ops.RunSQL(
            "CREATE UNIQUE INDEX uq_payment_method_setups_open ON payment_method_setups (customer_id) "
            "WHERE status IN ('opening', 'open')",
            reverse_sql="DROP INDEX uq_payment_method_setups_open",
        ),
    ]

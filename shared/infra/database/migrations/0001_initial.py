"""Every table of the first version, its indexes and its checks."""

import functools
from decimal import Decimal
from json import dumps, loads

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops
from tortoise.migrations.constraints import CheckConstraint

from shared.core.clock import now
from shared.infra.database.operations import AddChecks


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Basket",
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
                ("token_digest", fields.CharField(unique=True, max_length=64)),
            ],
            options={
                "table": "baskets",
                "app": "models",
                "pk_attr": "id",
                "table_description": "What someone means to buy. Belongs to whoever holds the token in the signed session cookie.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Customer",
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
                    "email",
                    fields.CharField(
                        unique=True, description="lower case", max_length=254
                    ),
                ),
                ("password_hash", fields.CharField(max_length=255)),
                ("full_name", fields.CharField(max_length=120)),
                ("is_active", fields.BooleanField(default=True)),
            ],
            options={
                "table": "customers",
                "app": "models",
                "pk_attr": "id",
                "table_description": "A shopper with an account. Guests have none: their checkout holds what they typed.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Checkout",
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
                    "token",
                    fields.CharField(
                        unique=True,
                        description="unguessable; part of the shopper's order link",
                        max_length=80,
                    ),
                ),
                (
                    "basket",
                    fields.ForeignKeyField(
                        "models.Basket",
                        source_field="basket_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="checkouts",
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
                        related_name="checkouts",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("status", fields.CharField(default="open", max_length=20)),
                ("email", fields.CharField(max_length=254)),
                ("full_name", fields.CharField(max_length=120)),
                ("address", fields.CharField(max_length=200)),
                ("address_extra", fields.CharField(default="", max_length=200)),
                ("city", fields.CharField(max_length=80)),
                ("postal_code", fields.CharField(max_length=20)),
                ("country", fields.CharField(max_length=2)),
                ("currency", fields.CharField(max_length=3)),
                (
                    "total_amount",
                    fields.BigIntField(description="minor units of currency"),
                ),
                (
                    "reserved_until",
                    fields.DatetimeField(
                        description="when the stock is given back if nothing was paid",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
            ],
            options={
                "table": "checkouts",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check="status in ('open', 'completed', 'expired', 'cancelled')",
                        name="ck_checkouts_status",
                    ),
                    CheckConstraint(
                        check="total_amount > 0", name="ck_checkouts_total"
                    ),
                ],
                "indexes": [
                    Index(fields=["status", "reserved_until"], name="ix_checkouts_due"),
                    Index(fields=["basket_id", "status"], name="ix_checkouts_basket"),
                ],
                "pk_attr": "id",
                "table_description": "One purchase by one shopper, who reaches it by the link that holds `token`.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Email",
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
                ("unique_key", fields.CharField(unique=True, max_length=200)),
                (
                    "kind",
                    fields.CharField(
                        description="which mail, e.g. order_confirmed", max_length=60
                    ),
                ),
                ("to", fields.CharField(max_length=254)),
                ("subject", fields.CharField(max_length=200)),
                ("text", fields.TextField(unique=False)),
                ("html", fields.TextField(default="", unique=False)),
                (
                    "status",
                    fields.CharField(
                        default="waiting",
                        description="waiting | sent | failed",
                        max_length=20,
                    ),
                ),
                (
                    "sent_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("error", fields.TextField(null=True, unique=False)),
            ],
            options={
                "table": "emails",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check="status in ('waiting', 'sent', 'failed')",
                        name="ck_emails_status",
                    )
                ],
                "pk_attr": "id",
                "table_description": "One mail. `unique_key` makes a fact cause its mail once.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Job",
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
                ("kind", fields.CharField(max_length=80)),
                (
                    "args",
                    fields.JSONField(
                        default=dict,
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "unique_key",
                    fields.CharField(null=True, unique=True, max_length=200),
                ),
                (
                    "status",
                    fields.CharField(
                        default="waiting",
                        description="waiting | running | done | failed",
                        max_length=20,
                    ),
                ),
                ("run_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("attempts", fields.SmallIntField(default=0)),
                (
                    "claimed_until",
                    fields.DatetimeField(
                        null=True,
                        description="a running job whose time is over is taken again",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                ("error", fields.TextField(null=True, unique=False)),
                (
                    "finished_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "jobs",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check="status in ('waiting', 'running', 'done', 'failed')",
                        name="ck_jobs_status",
                    )
                ],
                "indexes": [Index(fields=["status", "run_at"], name="ix_jobs_due")],
                "pk_attr": "id",
                "table_description": "Something to do at or after `run_at`. `unique_key` keeps one waiting job per subject; it is cleared when the job ends.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Vendor",
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
                ("slug", fields.CharField(unique=True, max_length=60)),
                ("name", fields.CharField(max_length=120)),
                ("tagline", fields.CharField(default="", max_length=160)),
                ("description", fields.TextField(default="", unique=False)),
                ("business_email", fields.CharField(max_length=254)),
                ("business_phone", fields.CharField(default="", max_length=40)),
                (
                    "country",
                    fields.CharField(description="ISO 3166-1 alpha-2", max_length=2),
                ),
                ("city", fields.CharField(default="", max_length=80)),
                ("brand_color", fields.CharField(default="#0f766e", max_length=7)),
                (
                    "logo",
                    fields.CharField(
                        default="", description="path below static/", max_length=200
                    ),
                ),
                (
                    "cover",
                    fields.CharField(
                        default="", description="path below static/", max_length=200
                    ),
                ),
                ("ships_in_days", fields.SmallIntField(default=3)),
                (
                    "is_open",
                    fields.BooleanField(
                        default=True, description="false: hidden from shoppers"
                    ),
                ),
            ],
            options={
                "table": "vendors",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check="length(country) = 2", name="ck_vendors_country"
                    )
                ],
                "pk_attr": "id",
                "table_description": "A business that sells through the marketplace.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="AuditEntry",
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
                ("actor", fields.CharField(max_length=60)),
                (
                    "action",
                    fields.CharField(
                        description="dotted, e.g. payment.succeeded", max_length=80
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
                        related_name="audit_entries",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "subject",
                    fields.CharField(description="order:12, payment:9", max_length=80),
                ),
                (
                    "details",
                    fields.JSONField(
                        default=dict,
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
            ],
            options={
                "table": "audit_entries",
                "app": "models",
                "indexes": [
                    Index(fields=["subject", "id"], name="ix_audit_subject"),
                    Index(fields=["vendor_id", "id"], name="ix_audit_vendor"),
                ],
                "pk_attr": "id",
                "table_description": "One thing that was done. `actor` reads `member:7`, `customer:3`, `shopper`, `stripe` or `system`.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Member",
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
                    "email",
                    fields.CharField(
                        unique=True, description="lower case", max_length=254
                    ),
                ),
                ("password_hash", fields.CharField(max_length=255)),
                ("full_name", fields.CharField(max_length=120)),
                (
                    "role",
                    fields.CharField(description="owner | operator", max_length=20),
                ),
                (
                    "vendor",
                    fields.ForeignKeyField(
                        "models.Vendor",
                        source_field="vendor_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="members",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("is_active", fields.BooleanField(default=True)),
            ],
            options={
                "table": "members",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check="role in ('owner', 'operator')", name="ck_members_role"
                    ),
                    CheckConstraint(
                        check="(role = 'operator') = (vendor_id is null)",
                        name="ck_members_vendor",
                    ),
                ],
                "pk_attr": "id",
                "table_description": "Someone who signs in to the portal: `owner` of one vendor, or `operator` of the marketplace (no vendor).",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Order",
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
                ("number", fields.CharField(unique=True, max_length=20)),
                (
                    "checkout",
                    fields.ForeignKeyField(
                        "models.Checkout",
                        source_field="checkout_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="orders",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "vendor",
                    fields.ForeignKeyField(
                        "models.Vendor",
                        source_field="vendor_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="orders",
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
                        related_name="orders",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("status", fields.CharField(default="pending", max_length=20)),
                ("payment_status", fields.CharField(default="pending", max_length=50)),
                (
                    "payment_intent_id",
                    fields.CharField(null=True, db_index=True, max_length=255),
                ),
                (
                    "total_amount_cents",
                    fields.BigIntField(description="minor units of currency"),
                ),
                (
                    "platform_fee_amount",
                    fields.BigIntField(
                        description="minor units of currency; frozen at sale"
                    ),
                ),
                (
                    "platform_fee_percentage",
                    fields.DecimalField(max_digits=5, decimal_places=2),
                ),
                ("currency", fields.CharField(max_length=3)),
                ("stock_state", fields.CharField(default="reserved", max_length=20)),
                (
                    "paid_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "shipped_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                ("tracking_carrier", fields.CharField(default="", max_length=60)),
                ("tracking_number", fields.CharField(default="", max_length=80)),
            ],
            options={
                "table": "orders",
                "app": "models",
                "unique_together": (("checkout", "vendor"),),
                "constraints": [
                    CheckConstraint(
                        check="status in ('pending', 'processing', 'shipped', 'delivered', 'cancelled')",
                        name="ck_orders_status",
                    ),
                    CheckConstraint(
                        check="payment_status in ('pending', 'processing', 'paid', 'failed', 'cancelled', 'refunded')",
                        name="ck_orders_payment_status",
                    ),
                    CheckConstraint(
                        check="stock_state in ('reserved', 'taken', 'released')",
                        name="ck_orders_stock_state",
                    ),
                    CheckConstraint(
                        check="platform_fee_amount >= 0 and platform_fee_amount < total_amount_cents",
                        name="ck_orders_fee",
                    ),
                ],
                "indexes": [
                    Index(fields=["vendor_id", "id"], name="ix_orders_vendor"),
                    Index(fields=["customer_id", "id"], name="ix_orders_customer"),
                ],
                "pk_attr": "id",
                "table_description": "What one vendor has to deliver out of a checkout. The fee is frozen here when the order is placed.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Payment",
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
                        related_name="payments",
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
                        related_name="payments",
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
                        related_name="payments",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "attempt",
                    fields.SmallIntField(description="1 for the order's first intent"),
                ),
                ("idempotency_key", fields.CharField(unique=True, max_length=255)),
                (
                    "stripe_payment_intent_id",
                    fields.CharField(null=True, unique=True, max_length=255),
                ),
                (
                    "stripe_account_id",
                    fields.CharField(description="the destination", max_length=255),
                ),
                (
                    "stripe_charge_id",
                    fields.CharField(null=True, db_index=True, max_length=255),
                ),
                ("stripe_transfer_id", fields.CharField(null=True, max_length=255)),
                (
                    "stripe_application_fee_id",
                    fields.CharField(null=True, max_length=255),
                ),
                (
                    "stripe_balance_transaction_id",
                    fields.CharField(null=True, max_length=255),
                ),
                (
                    "amount_total",
                    fields.BigIntField(description="minor units of currency"),
                ),
                (
                    "amount_vendor",
                    fields.BigIntField(description="minor units of currency"),
                ),
                (
                    "amount_platform_fee",
                    fields.BigIntField(description="minor units of currency"),
                ),
                (
                    "amount_stripe_fee",
                    fields.BigIntField(
                        null=True,
                        description="minor units, as Stripe's balance transaction says",
                    ),
                ),
                ("currency", fields.CharField(max_length=3)),
                ("status", fields.CharField(default="opening", max_length=50)),
                (
                    "payment_method",
                    fields.CharField(
                        null=True, description="card, sepa_debit, ...", max_length=50
                    ),
                ),
                (
                    "stripe_metadata",
                    fields.JSONField(
                        default=dict,
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                ("failure_code", fields.CharField(null=True, max_length=80)),
                (
                    "failure_reason",
                    fields.TextField(
                        null=True,
                        description="a sentence fit for the shopper",
                        unique=False,
                    ),
                ),
                ("refund_reason", fields.TextField(null=True, unique=False)),
                (
                    "paid_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "refunded_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "parked_reason",
                    fields.TextField(
                        null=True,
                        description="why a success did not match the order",
                        unique=False,
                    ),
                ),
            ],
            options={
                "table": "payments",
                "app": "models",
                "unique_together": (("order", "attempt"),),
                "constraints": [
                    CheckConstraint(
                        check="status in ('opening', 'pending', 'requires_action', 'processing', 'succeeded', 'failed', 'canceled', 'parked', 'refunded')",
                        name="ck_payments_status",
                    ),
                    CheckConstraint(
                        check="amount_total > 0 and amount_platform_fee >= 0 and amount_platform_fee < amount_total and amount_vendor = amount_total - amount_platform_fee",
                        name="ck_payments_amounts",
                    ),
                ],
                "indexes": [
                    Index(fields=["status", "updated_at"], name="ix_payments_status")
                ],
                "pk_attr": "id",
                "table_description": "A PaymentIntent for an order, written down before Stripe is asked for it. An order has at most one open payment.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="PaymentMethod",
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
                        related_name="payment_methods",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "customer",
                    fields.ForeignKeyField(
                        "models.Customer",
                        source_field="customer_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="payment_methods",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("stripe_customer_id", fields.CharField(max_length=255)),
                (
                    "stripe_payment_method_id",
                    fields.CharField(unique=True, max_length=255),
                ),
                ("payment_method_type", fields.CharField(max_length=50)),
                ("card_brand", fields.CharField(null=True, max_length=50)),
                ("card_last4", fields.CharField(null=True, max_length=4)),
                ("card_exp_month", fields.SmallIntField(null=True)),
                ("card_exp_year", fields.SmallIntField(null=True)),
                ("is_default", fields.BooleanField(default=False)),
                ("is_active", fields.BooleanField(default=True)),
                (
                    "consented_at",
                    fields.DatetimeField(
                        description="when the shopper agreed to its being kept",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
            ],
            options={
                "table": "payment_methods",
                "app": "models",
                "indexes": [
                    Index(fields=["customer_id"], name="ix_payment_methods_customer")
                ],
                "pk_attr": "id",
                "table_description": "A shopper's saved payment method. It lives on the platform's Stripe account, hence `stripe_customer_id`.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Product",
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
                        related_name="products",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("slug", fields.CharField(max_length=80)),
                ("name", fields.CharField(max_length=120)),
                ("category", fields.CharField(default="", max_length=60)),
                ("description", fields.TextField(default="", unique=False)),
                (
                    "price_amount",
                    fields.BigIntField(description="minor units of currency"),
                ),
                ("currency", fields.CharField(max_length=3)),
                ("stock", fields.IntField(default=0)),
                (
                    "reserved",
                    fields.IntField(
                        default=0,
                        description="held by open orders; never more than stock",
                    ),
                ),
                (
                    "picture",
                    fields.CharField(
                        default="", description="path below static/", max_length=200
                    ),
                ),
                ("is_published", fields.BooleanField(default=True)),
            ],
            options={
                "table": "products",
                "app": "models",
                "unique_together": (("vendor", "slug"),),
                "constraints": [
                    CheckConstraint(
                        check="price_amount > 0 and price_amount <= 99999999",
                        name="ck_products_price",
                    ),
                    CheckConstraint(
                        check="stock >= 0 and reserved >= 0 and reserved <= stock",
                        name="ck_products_stock",
                    ),
                ],
                "indexes": [
                    Index(
                        fields=["vendor_id", "is_published", "id"],
                        name="ix_products_shop",
                    )
                ],
                "pk_attr": "id",
                "table_description": "Something a vendor sells. Prices are integers in minor units and include everything the shopper pays.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="BasketLine",
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
                    "basket",
                    fields.ForeignKeyField(
                        "models.Basket",
                        source_field="basket_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="lines",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "product",
                    fields.ForeignKeyField(
                        "models.Product",
                        source_field="product_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="basket_lines",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("quantity", fields.IntField()),
                ("seen_amount", fields.BigIntField(description="minor units")),
            ],
            options={
                "table": "basket_lines",
                "app": "models",
                "unique_together": (("basket", "product"),),
                "constraints": [
                    CheckConstraint(
                        check="quantity between 1 and 99",
                        name="ck_basket_lines_quantity",
                    )
                ],
                "pk_attr": "id",
                "table_description": "One product in a basket. `seen_amount` is the unit price that the shopper was last shown, in minor units.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="OrderLine",
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
                    "order",
                    fields.ForeignKeyField(
                        "models.Order",
                        source_field="order_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="lines",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "product",
                    fields.ForeignKeyField(
                        "models.Product",
                        source_field="product_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="order_lines",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.CharField(max_length=120)),
                ("picture", fields.CharField(default="", max_length=200)),
                (
                    "unit_amount",
                    fields.BigIntField(
                        description="minor units of the order's currency"
                    ),
                ),
                ("quantity", fields.IntField()),
            ],
            options={
                "table": "order_lines",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check="quantity > 0 and unit_amount > 0",
                        name="ck_order_lines_positive",
                    )
                ],
                "indexes": [Index(fields=["order_id"], name="ix_order_lines_order")],
                "pk_attr": "id",
                "table_description": "One product of an order as it was sold: name and price are copies, the product may change later.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Session",
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
                ("token_digest", fields.CharField(unique=True, max_length=64)),
                (
                    "member",
                    fields.ForeignKeyField(
                        "models.Member",
                        source_field="member_id",
                        null=True,
                        db_constraint=True,
                        to_field="id",
                        related_name="sessions",
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
                        related_name="sessions",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("user_agent", fields.CharField(default="", max_length=255)),
                (
                    "last_seen_at",
                    fields.DatetimeField(auto_now=False, auto_now_add=False),
                ),
                (
                    "expires_at",
                    fields.DatetimeField(auto_now=False, auto_now_add=False),
                ),
                (
                    "revoked_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "sessions",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check="(member_id is null) <> (customer_id is null)",
                        name="ck_sessions_one_person",
                    )
                ],
                "pk_attr": "id",
                "table_description": "One signed-in browser. The cookie holds the token, the row its digest; a revoked or expired row opens nothing.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="Token",
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
                        related_name="tokens",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "member",
                    fields.ForeignKeyField(
                        "models.Member",
                        source_field="member_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="tokens",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                ("name", fields.CharField(max_length=80)),
                (
                    "hint",
                    fields.CharField(
                        description="its first characters, to recognise it by",
                        max_length=16,
                    ),
                ),
                ("token_digest", fields.CharField(unique=True, max_length=64)),
                (
                    "last_used_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "revoked_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "tokens",
                "app": "models",
                "indexes": [Index(fields=["vendor_id"], name="ix_tokens_vendor")],
                "pk_attr": "id",
                "table_description": "A vendor's API token. Shown once when made; only its digest is kept.",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="VendorPaymentConfig",
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
                    fields.OneToOneField(
                        "models.Vendor",
                        source_field="vendor_id",
                        db_constraint=True,
                        to_field="id",
                        related_name="payment_config",
                        on_delete=OnDelete.RESTRICT,
                    ),
                ),
                (
                    "stripe_account_id",
                    fields.CharField(null=True, unique=True, max_length=255),
                ),
                (
                    "stripe_account_key",
                    fields.CharField(
                        null=True,
                        description="idempotency key of the account's creation",
                        max_length=255,
                    ),
                ),
                (
                    "stripe_account_status",
                    fields.CharField(default="not_configured", max_length=50),
                ),
                (
                    "account_request",
                    fields.JSONField(
                        default=dict,
                        description="country, business type and details sent with that key",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                ("charges_enabled", fields.BooleanField(default=False)),
                ("payouts_enabled", fields.BooleanField(default=False)),
                ("details_submitted", fields.BooleanField(default=False)),
                ("transfers_active", fields.BooleanField(default=False)),
                ("disabled_reason", fields.CharField(null=True, max_length=80)),
                (
                    "requirements",
                    fields.JSONField(
                        default=dict,
                        description="currently_due, past_due, pending_verification",
                        encoder=functools.partial(dumps, separators=(",", ":")),
                        decoder=loads,
                    ),
                ),
                (
                    "accepts_payments",
                    fields.BooleanField(
                        default=False,
                        description="derived from the account, see vendors/rules.py",
                    ),
                ),
                ("currency", fields.CharField(default="EUR", max_length=3)),
                (
                    "platform_fee_percentage",
                    fields.DecimalField(
                        default=Decimal("2.50"), max_digits=5, decimal_places=2
                    ),
                ),
                ("payout_schedule", fields.CharField(default="weekly", max_length=20)),
                (
                    "minimum_payout",
                    fields.BigIntField(
                        default=2000, description="minor units of currency"
                    ),
                ),
                (
                    "synced_at",
                    fields.DatetimeField(
                        null=True,
                        description="when the account was last read from Stripe",
                        auto_now=False,
                        auto_now_add=False,
                    ),
                ),
                (
                    "deauthorized_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "vendor_payment_configs",
                "app": "models",
                "constraints": [
                    CheckConstraint(
                        check="stripe_account_status in ('not_configured', 'pending', 'under_review', 'restricted_soon', 'active', 'restricted', 'inactive')",
                        name="ck_payment_configs_status",
                    ),
                    CheckConstraint(
                        check="payout_schedule in ('daily', 'weekly', 'monthly')",
                        name="ck_payment_configs_schedule",
                    ),
                    CheckConstraint(
                        check="cast(platform_fee_percentage as numeric) >= 0 and cast(platform_fee_percentage as numeric) < 100",
                        name="ck_payment_configs_fee",
                    ),
                    CheckConstraint(
                        check="minimum_payout >= 0", name="ck_payment_configs_minimum"
                    ),
                    CheckConstraint(
                        check="currency = upper(currency) and length(currency) = 3",
                        name="ck_payment_configs_currency",
                    ),
                ],
                "pk_attr": "id",
                "table_description": "How a vendor is paid. Onboarding and dashboard links are minted per click and never stored (defect 14 of the seed).",
            },
            bases=["Row"],
        ),
        ops.CreateModel(
            name="WebhookEvent",
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
                    "source",
                    fields.CharField(description="platform | connect", max_length=20),
                ),
                ("stripe_event_id", fields.CharField(max_length=255)),
                ("type", fields.CharField(max_length=120)),
                ("stripe_account_id", fields.CharField(null=True, max_length=255)),
                (
                    "stripe_object_id",
                    fields.CharField(null=True, db_index=True, max_length=255),
                ),
                ("livemode", fields.BooleanField()),
                ("api_version", fields.CharField(null=True, max_length=40)),
                (
                    "stripe_created_at",
                    fields.DatetimeField(auto_now=False, auto_now_add=False),
                ),
                ("body", fields.TextField(description="raw, as signed", unique=False)),
                ("status", fields.CharField(default="received", max_length=20)),
                (
                    "outcome",
                    fields.CharField(
                        default="",
                        description="what was decided, in words",
                        max_length=200,
                    ),
                ),
                ("attempts", fields.SmallIntField(default=0)),
                ("error", fields.TextField(null=True, unique=False)),
                (
                    "next_attempt_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
                (
                    "handled_at",
                    fields.DatetimeField(null=True, auto_now=False, auto_now_add=False),
                ),
            ],
            options={
                "table": "webhook_events",
                "app": "models",
                "unique_together": (("source", "stripe_event_id"),),
                "constraints": [
                    CheckConstraint(
                        check="source in ('platform', 'connect')",
                        name="ck_webhook_events_source",
                    ),
                    CheckConstraint(
                        check="status in ('received', 'handled', 'ignored', 'failed', 'parked')",
                        name="ck_webhook_events_status",
                    ),
                ],
                "indexes": [
                    Index(
                        fields=["status", "next_attempt_at"],
                        name="ix_webhook_events_due",
                    )
                ],
                "pk_attr": "id",
                "table_description": "One event as it was delivered. `source` tells the platform's endpoint from the connected accounts'.",
            },
            bases=["Row"],
        ),
        # The database itself refuses what the models' checks forbid (shared/infra/database/operations.py says why not AddConstraint).
        AddChecks(
            "Member",
            ck_members_role="role in ('owner', 'operator')",
            ck_members_vendor="(role = 'operator') = (vendor_id is null)",
        ),
        AddChecks(
            "Session",
            ck_sessions_one_person="(member_id is null) <> (customer_id is null)",
        ),
        AddChecks("Vendor", ck_vendors_country="length(country) = 2"),
        AddChecks(
            "VendorPaymentConfig",
            ck_payment_configs_status="stripe_account_status in ('not_configured', 'pending', 'under_review', 'restricted_soon', 'active', 'restricted', 'inactive')",
            ck_payment_configs_schedule="payout_schedule in ('daily', 'weekly', 'monthly')",
            ck_payment_configs_fee="cast(platform_fee_percentage as numeric) >= 0 and cast(platform_fee_percentage as numeric) < 100",
            ck_payment_configs_minimum="minimum_payout >= 0",
            ck_payment_configs_currency="currency = upper(currency) and length(currency) = 3",
        ),
        AddChecks(
            "Product",
            ck_products_price="price_amount > 0 and price_amount <= 99999999",
            ck_products_stock="stock >= 0 and reserved >= 0 and reserved <= stock",
        ),
        AddChecks("BasketLine", ck_basket_lines_quantity="quantity between 1 and 99"),
        AddChecks(
            "Checkout",
            ck_checkouts_status="status in ('open', 'completed', 'expired', 'cancelled')",
            ck_checkouts_total="total_amount > 0",
        ),
        AddChecks(
            "Order",
            ck_orders_status="status in ('pending', 'processing', 'shipped', 'delivered', 'cancelled')",
            ck_orders_payment_status="payment_status in ('pending', 'processing', 'paid', 'failed', 'cancelled', 'refunded')",
            ck_orders_stock_state="stock_state in ('reserved', 'taken', 'released')",
            ck_orders_fee="platform_fee_amount >= 0 and platform_fee_amount < total_amount_cents",
        ),
        AddChecks(
            "OrderLine", ck_order_lines_positive="quantity > 0 and unit_amount > 0"
        ),
        AddChecks(
            "Payment",
            ck_payments_status="status in ('opening', 'pending', 'requires_action', 'processing', 'succeeded', 'failed', 'canceled', 'parked', 'refunded')",
            ck_payments_amounts="amount_total > 0 and amount_platform_fee >= 0 and amount_platform_fee < amount_total and amount_vendor = amount_total - amount_platform_fee",
        ),
        AddChecks(
            "WebhookEvent",
            ck_webhook_events_source="source in ('platform', 'connect')",
            ck_webhook_events_status="status in ('received', 'handled', 'ignored', 'failed', 'parked')",
        ),
        AddChecks(
            "Job", ck_jobs_status="status in ('waiting', 'running', 'done', 'failed')"
        ),
        AddChecks("Email", ck_emails_status="status in ('waiting', 'sent', 'failed')"),
        # At most one open payment per order: a second try at paying finds the first intent (shared/finance/payments/rules.py OPEN_STATES).
        ops.RunSQL(
            "CREATE UNIQUE INDEX uq_payments_open ON payments (order_id) WHERE status IN "
            "('opening', 'pending', 'requires_action', 'processing', 'failed')",
            reverse_sql="DROP INDEX uq_payments_open",
        ),
        ops.RunSQL(
            "CREATE UNIQUE INDEX uq_payment_methods_default ON payment_methods (customer_id) WHERE is_default AND is_active",
            reverse_sql="DROP INDEX uq_payment_methods_default",
        ),
    ]

"""Tables of saved payment methods: a shopper's customer at Stripe, its methods, setups, and what is
to leave Stripe.
"""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from shared.finance.payment_methods.rules import (
    DETACHED_BY_US,
    ConsentOrigin,
    Removal,
    SetupState,
)
from shared.infra.database.base import Row, words
from shared.trade.people.models import Customer


class StripeCustomer(Row):
    """A shopper's customer on the platform's Stripe account, written down before Stripe is asked for it.

    A shopper has at most one that is not gone (an index holds it); after one that was deleted at Stripe comes the next number.
    """

    lock_rank = 50
    subject_word = "stripe_customer"
    activity_columns = (
        "stripe_customer_id",
        "gone_at",
    )

    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "models.Customer", related_name="stripe_customers", on_delete=fields.RESTRICT
    )
    customer_id: int
    number = fields.SmallIntField(description="1 for the shopper's first")
    idempotency_key = fields.CharField(max_length=255, unique=True)
    request: Any = fields.JSONField(
        default=dict, description="email and name sent with that key"
    )
    asked_at = fields.DatetimeField(
        null=True, description="when Stripe was first asked under that key"
    )
    stripe_customer_id = fields.CharField(
        max_length=255,
        null=True,
        unique=True,
    )
    read_at = fields.DatetimeField(
        null=True, description="when the reading began that its methods are from"
    )
    gone_at = fields.DatetimeField(
        null=True, description="when we learnt that it was deleted at Stripe"
    )

    class Meta:
        table = "stripe_customers"
        unique_together = (("customer", "number"),)


class PaymentMethod(Row):
    """A shopper's saved payment method. It lives on the platform's Stripe account, hence `stripe_customer_id`.

    One card of one shopper is one row: saved again, the row gets the newer method.
    """

    lock_rank = 70
    subject_word = "payment_method"
    activity_columns = (
        "stripe_payment_method_id",
        "card_exp_month",
        "card_exp_year",
        "is_default",
        "is_active",
        "removed_because",
    )

    vendor: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "models.Vendor",
        related_name="payment_methods",
        null=True,
        on_delete=fields.RESTRICT,
    )
    vendor_id: int | None
    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "models.Customer", related_name="payment_methods", on_delete=fields.RESTRICT
    )
    customer_id: int
    stripe_customer_id = fields.CharField(max_length=255)
    stripe_payment_method_id = fields.CharField(max_length=255, unique=True)
    payment_method_type = fields.CharField(max_length=50)
    card_brand = fields.CharField(max_length=50, null=True)
    card_last4 = fields.CharField(max_length=4, null=True)
    card_exp_month = fields.SmallIntField(null=True)
    card_exp_year = fields.SmallIntField(null=True)
    fingerprint = fields.CharField(
        max_length=80, null=True, description="Stripe's: the same for the same card"
    )
    is_default = fields.BooleanField(default=False)
    is_active = fields.BooleanField(default=True)
    consented_at = fields.DatetimeField(
        description="when the shopper agreed to its being kept"
    )
    consented_in = fields.CharField(
        max_length=20,
        default=ConsentOrigin.CHECKOUT.value,
        db_default=ConsentOrigin.CHECKOUT.value,
        description="where",
    )
    removed_at = fields.DatetimeField(null=True)
    removed_because = fields.CharField(max_length=20, null=True)

    class Meta:
        table = "payment_methods"
        indexes = [
            Index(fields=("customer_id",), name="ix_payment_methods_customer"),
            Index(
                fields=("card_exp_year", "card_exp_month"),
                name="ix_payment_methods_expiry",
            ),
        ]
        constraints = [
            CheckConstraint(
                check="vendor_id is null", name="ck_payment_methods_vendor"
            ),
            CheckConstraint(
                check=f"consented_in in ({words(ConsentOrigin)})",
                name="ck_payment_methods_consent",
            ),
            CheckConstraint(
                check=f"removed_because in ({words(Removal)})",
                name="ck_payment_methods_removal",
            ),
        ]


class PaymentMethodSetup(Row):
    """A SetupIntent by which a shopper adds a card. A shopper has at most one that is open (an index holds it)."""

    lock_rank = 60
    subject_word = "payment_method_setup"
    activity_columns = (
        "status",
        "stripe_payment_method_id",
    )

    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "models.Customer",
        related_name="payment_method_setups",
        on_delete=fields.RESTRICT,
    )
    customer_id: int
    number = fields.SmallIntField(description="1 for the shopper's first")
    idempotency_key = fields.CharField(max_length=255, unique=True)
    stripe_customer_id = fields.CharField(max_length=255)
    stripe_setup_intent_id = fields.CharField(
        max_length=255,
        null=True,
        unique=True,
    )
    stripe_payment_method_id = fields.CharField(
        max_length=255, null=True, description="what it set up"
    )
    status = fields.CharField(max_length=20, default=SetupState.OPENING.value)

    class Meta:
        table = "payment_method_setups"
        unique_together = (("customer", "number"),)
        indexes = [
            Index(
                fields=("status", "updated_at"), name="ix_payment_method_setups_status"
            )
        ]
        constraints = [
            CheckConstraint(
                check=f"status in ({words(SetupState)})",
                name="ck_payment_method_setups_status",
            )
        ]


class PaymentMethodDetachment(Row):
    """A method that leaves Stripe: written in the transaction that ends it here, and carried out by a job."""

    customer: fields.ForeignKeyRelation[Customer] = fields.ForeignKeyField(
        "models.Customer",
        related_name="payment_method_detachments",
        on_delete=fields.RESTRICT,
    )
    customer_id: int
    stripe_payment_method_id = fields.CharField(max_length=255, unique=True)
    idempotency_key = fields.CharField(max_length=255, unique=True)
    because = fields.CharField(max_length=20)
    done_at = fields.DatetimeField(
        null=True, description="when Stripe no longer held it"
    )

    class Meta:
        table = "payment_method_detachments"
        indexes = [
            Index(fields=("done_at",), name="ix_payment_method_detachments_done")
        ]
        constraints = [
            CheckConstraint(
                check=f"because in ({words(DETACHED_BY_US)})",
                name="ck_payment_method_detachments_because",
            )
        ]

"""The table of how vendors are paid: their Stripe account, what it may do, the commission, the
payout plan.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from shared.finance.connect.rules import AccountStatus, PayoutSchedule
from shared.infra.database.base import Row, words
from shared.infra.database.indexes import IndexWhere
from shared.trade.commission.rules import NEW_VENDOR_FEE
from shared.trade.vendors.models import Vendor


class VendorPaymentConfig(Row):
    """How a vendor is paid. Onboarding and dashboard links are minted per click and never stored."""

    lock_rank = 220
    subject_word = "account"
    activity_columns = (
        "stripe_account_status",
        "accepts_payments",
        "charges_enabled",
        "payouts_enabled",
        "details_submitted",
        "transfers_active",
        "disabled_reason",
        "requirements",
        "external_account_errored",
        "payout_schedule",
        "payouts_held_at",
        "bank_hold_until",
        "deauthorized_at",
    )

    vendor: fields.OneToOneRelation[Vendor] = fields.OneToOneField(
        "models.Vendor", related_name="payment_config", on_delete=fields.RESTRICT
    )
    vendor_id: int
    stripe_account_id = fields.CharField(
        max_length=255,
        null=True,
        unique=True,
    )
    stripe_account_key = fields.CharField(
        max_length=255,
        null=True,
        description="idempotency key of the account's creation",
    )
    stripe_account_status = fields.CharField(
        max_length=50, default=AccountStatus.NOT_CONFIGURED.value
    )
    account_request: Any = fields.JSONField(
        default=dict,
        description="country, business type and details sent with that key",
    )
    charges_enabled = fields.BooleanField(default=False)
    payouts_enabled = fields.BooleanField(default=False)
    details_submitted = fields.BooleanField(default=False)
    transfers_active = fields.BooleanField(default=False)
    disabled_reason = fields.CharField(max_length=80, null=True)
    # Everything that Stripe asks for: connect/mirror.py says what stands in it.
    requirements: Any = fields.JSONField(
        default=dict, description="currently_due, past_due, pending_verification"
    )
    # Of all currencies, as it decides the account's status; of which bank and currency it is true
    # stands in `requirements`.
    external_account_errored = fields.BooleanField(
        default=False, db_default=False, description="payouts have nowhere to go"
    )
    current_deadline = fields.DatetimeField(
        null=True, description="of what is due now; to find it by"
    )
    future_deadline = fields.DatetimeField(
        null=True, description="of what is announced; to find it by"
    )
    accepts_payments = fields.BooleanField(
        default=False, description="derived from the account, see vendors/rules.py"
    )
    currency = fields.CharField(max_length=3, default="EUR")
    platform_fee_percentage = fields.DecimalField(
        max_digits=5, decimal_places=2, default=NEW_VENDOR_FEE
    )
    payout_schedule = fields.CharField(
        max_length=20, default=PayoutSchedule.WEEKLY.value
    )
    minimum_payout = fields.BigIntField(
        default=2000, description="minor units of currency"
    )
    payout_anchor = fields.CharField(
        max_length=10,
        default="",
        db_default="",
        description="monday, or 1 to 31",
    )
    payouts_held_at = fields.DatetimeField(
        null=True, description="the operator holds payouts back"
    )
    payouts_held_reason = fields.CharField(
        max_length=300,
        default="",
        db_default="",
    )
    # Where money goes when somebody else gets hold of the account: connect/banks.py follows it.
    payout_banks: Any = fields.JSONField(
        null=True, description="currency -> id of the bank that payouts went to last"
    )
    bank_changed_at = fields.DatetimeField(null=True)
    bank_hold_until = fields.DatetimeField(
        null=True, description="payouts wait, after another bank was given"
    )
    reserve_percentage = fields.DecimalField(
        max_digits=5,
        decimal_places=2,
        default=Decimal(0),
        db_default=Decimal(0),
        description="of each sale",
    )
    reserve_days = fields.SmallIntField(
        default=0, db_default=0, description="how long the reserve is held"
    )
    synced_at = fields.DatetimeField(
        null=True, description="when the account was last read from Stripe"
    )
    deauthorized_at = fields.DatetimeField(null=True)
    connected_again_at = fields.DatetimeField(
        null=True, description="after it was disconnected; older news is ignored"
    )

    class Meta:
        table = "vendor_payment_configs"
        indexes = [
            IndexWhere(
                fields=("bank_hold_until",),
                name="ix_payment_configs_bank_hold",
                where="bank_hold_until is not null",
            ),
            IndexWhere(
                fields=("current_deadline",),
                name="ix_payment_configs_current",
                where="current_deadline is not null",
            ),
            IndexWhere(
                fields=("future_deadline",),
                name="ix_payment_configs_future",
                where="future_deadline is not null",
            ),
        ]
        constraints = [
            CheckConstraint(
                check=f"stripe_account_status in ({words(AccountStatus)})",
                name="ck_payment_configs_status",
            ),
            CheckConstraint(
                check=f"payout_schedule in ({words(PayoutSchedule)})",
                name="ck_payment_configs_schedule",
            ),
            CheckConstraint(
                check=(
                    "cast(platform_fee_percentage as numeric) >= 0 and "
                    "cast(platform_fee_percentage as numeric) < 100"
                ),
                name="ck_payment_configs_fee",
            ),
            CheckConstraint(
                check="minimum_payout >= 0", name="ck_payment_configs_minimum"
            ),
            CheckConstraint(
                check="currency = upper(currency) and length(currency) = 3",
                name="ck_payment_configs_currency",
            ),
        ]

"""What the marketplace bears of discounts: an account of the ledger for it, what of it comes back with
refunds and disputes, contributions to vendors as claims below zero, and payments of nothing.
"""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from shared.infra.database.indexes import IndexWhere
from shared.infra.database.operations import ReplaceChecks


class Migration(migrations.Migration):
    dependencies = [("models", "0073_closing_postings")]

    initial = False

    operations = [
        ReplaceChecks(
            "LedgerEntry",
            ck_ledger_entries_account=(
                "account in ('vendor_payable', 'vendor_reserved', 'vendor_receivable', 'stripe_vendor', 'stripe_held_vendor', 'bank_vendor', 'stripe_platform', 'stripe_held_platform', 'bank_platform', 'shoppers_due', 'suspense', 'commission', 'stripe_fees', 'dispute_losses')",
                "account in ('vendor_payable', 'vendor_reserved', 'vendor_receivable', 'stripe_vendor', 'stripe_held_vendor', 'bank_vendor', 'stripe_platform', 'stripe_held_platform', 'bank_platform', 'shoppers_due', 'suspense', 'commission', 'marketplace_discounts', 'stripe_fees', 'dispute_losses')",
            ),
        ),
        ops.AddField(
            model_name="Refund",
            name="discount_part",
            field=fields.BigIntField(
                default=0,
                db_default=0,
                description="minor units that the marketplace has back of what it paid of the price",
            ),
        ),
        ReplaceChecks(
            "Refund",
            ck_refunds_amounts=(
                (
                    "amount > 0 and vendor_part >= 0 and commission_part >= 0 and amount = "
                    "vendor_part + commission_part"
                ),
                (
                    "amount >= 0 and vendor_part >= 0 and commission_part >= 0"
                    " and discount_part >= 0"
                    " and amount = vendor_part + commission_part - discount_part"
                ),
            ),
        ),
        ops.AddField(
            model_name="Dispute",
            name="discount_part",
            field=fields.BigIntField(
                default=0,
                db_default=0,
                description="minor units that the marketplace has back of what it paid of the price",
            ),
        ),
        ops.AddField(
            model_name="Dispute",
            name="discount_back",
            field=fields.BigIntField(
                default=0,
                db_default=0,
                description="minor units of them that it pays again",
            ),
        ),
        ReplaceChecks(
            "Dispute",
            ck_disputes_amounts=(
                (
                    "amount > 0 and vendor_part >= 0 and commission_part >= 0 and loss_part >= 0 "
                    "and fee >= 0"
                ),
                (
                    "amount > 0 and vendor_part >= 0 and commission_part >= 0 and loss_part >= 0 "
                    "and fee >= 0 and discount_part >= 0"
                ),
            ),
            ck_disputes_back=(
                (
                    "vendor_back >= 0 and vendor_back <= vendor_part and commission_back >= 0"
                    " and commission_back <= commission_part and loss_back >= 0"
                ),
                (
                    "vendor_back >= 0 and vendor_back <= vendor_part and commission_back >= 0"
                    " and commission_back <= commission_part and loss_back >= 0"
                    " and discount_back >= 0 and discount_back <= discount_part"
                ),
            ),
        ),
        ReplaceChecks(
            "Payment",
            ck_payments_amounts=(
                (
                    "amount_total > 0 and amount_platform_fee >= 0"
                    " and amount_platform_fee < amount_total and amount_vendor = amount_total - amount_platform_fee"
                ),
                (
                    "amount_total >= 0 and amount_platform_fee >= 0 and"
                    " (amount_platform_fee = 0 or amount_platform_fee < amount_total)"
                    " and amount_vendor = amount_total - amount_platform_fee"
                ),
            ),
        ),
        ops.RemoveIndex(model_name="Order", name="ix_orders_to_ship"),
        ops.AddIndex(
            model_name="Order",
            index=IndexWhere(
                fields=["vendor_id", "id"],
                name="ix_orders_to_ship",
                where=(
                    "status = 'processing' AND payment_status = 'paid' AND disputed_amount = 0"
                    " AND (refunded_amount < total_amount_cents - lost_amount OR total_amount_cents = 0)"
                ),
            ),
        ),
        ReplaceChecks(
            "Claim",
            ck_claims_amounts=(
                "amount >= 0 and receivable >= 0 and written_off >= 0",
                (
                    "(amount >= 0 or subject like 'contribution:%')"
                    " and receivable >= 0 and written_off >= 0"
                ),
            ),
        ),
    ]

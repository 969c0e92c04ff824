"""Two accounts of the ledger for what Stripe itself holds in reserve, of vendors and of the platform."""

from tortoise import migrations

from shared.infra.database.operations import ReplaceChecks


class Migration(migrations.Migration):
    dependencies = [("models", "0020_vat")]

    initial = False

    operations = [
        ReplaceChecks(
            "LedgerEntry",
            ck_ledger_entries_account=(
                "account in ('vendor_payable', 'vendor_reserved', 'vendor_receivable', 'stripe_vendor', 'bank_vendor', 'stripe_platform', 'bank_platform', 'shoppers_due', 'suspense', 'commission', 'stripe_fees', 'dispute_losses')",
                "account in ('vendor_payable', 'vendor_reserved', 'vendor_receivable', 'stripe_vendor', 'stripe_held_vendor', 'bank_vendor', 'stripe_platform', 'stripe_held_platform', 'bank_platform', 'shoppers_due', 'suspense', 'commission', 'stripe_fees', 'dispute_losses')",
            ),
            ck_ledger_entries_vendor=(
                "(account in ('bank_vendor', 'stripe_vendor', 'vendor_payable', 'vendor_receivable', 'vendor_reserved')) = (vendor_id is not null)",
                "(account in ('bank_vendor', 'stripe_held_vendor', 'stripe_vendor', 'vendor_payable', 'vendor_receivable', 'vendor_reserved')) = (vendor_id is not null)",
            ),
        ),
    ]

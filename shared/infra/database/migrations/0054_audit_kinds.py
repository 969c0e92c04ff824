"""What the audit trail is narrowed by, on each entry and with an index: among a million entries few are of people."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from shared.infra.database.operations import RunOn

PEOPLE = ("member:", "customer:", "token:", "nobody")
KINDS = {
    "signing_in": ("person.", "member.", "factor.", "vendor.signed_up"),
    "access": (
        "token.",
        "vendor.dashboard",
        "vendor.onboarding",
        "vendor.account",
        "vendor.connected",
    ),
    "payouts": (
        "payout.",
        "reserve.",
        "vendor.payout",
        "vendor.bank",
        "vendor.reserve",
    ),
    "refunds": ("refund.", "dispute.", "claim.", "vendor.owes"),
    "rules": (
        "fees.",
        "marketplace.",
        "vendor.platform_fee",
        "vendor.currency",
        "vat.",
        "vendor.vat",
        "statement.",
    ),
    "sales": ("order.", "payment", "product.", "stripe_customer.", "vendor.shop"),
    "books": ("reconciliation.", "restoration.", "difference.", "webhook.", "mail."),
}


def _begins(column: str, words: tuple[str, ...]) -> str:
    return " OR ".join(f"substr({column}, 1, {len(word)}) = '{word}'" for word in words)


_CASES = " ".join(
    f"WHEN {_begins('action', words)} THEN '{kind}'" for kind, words in KINDS.items()
)
WORK_OUT = f"""
UPDATE audit_entries SET is_by_person = ({_begins("actor", PEOPLE)}),
    kind = CASE {_CASES} ELSE '' END;
"""  # noqa: S608
# Entries are never changed: what refuses it stands aside while the new columns are filled.
SCRIPTS = {
    "sqlite": f"""
DROP TRIGGER audit_entries_never_change;
{WORK_OUT}
CREATE TRIGGER audit_entries_never_change BEFORE UPDATE ON audit_entries
BEGIN SELECT RAISE(ABORT, 'audit entries are never changed'); END;
""",
    "postgres": f"""
ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_never_change;
{WORK_OUT}
ALTER TABLE audit_entries ENABLE TRIGGER audit_entries_never_change;
""",
}


class Migration(migrations.Migration):
    dependencies = [("models", "0053_stripe_balances")]

    initial = False

    operations = [
        ops.AddField(
            model_name="AuditEntry",
            name="is_by_person",
            field=fields.BooleanField(
                default=False, db_default=False, description="of the actor"
            ),
        ),
        ops.AddField(
            model_name="AuditEntry",
            name="kind",
            field=fields.CharField(
                default="", db_default="", description="of the action", max_length=20
            ),
        ),
        RunOn(sqlite=(SCRIPTS["sqlite"], ""), postgres=(SCRIPTS["postgres"], "")),
        ops.RemoveIndex(model_name="AuditEntry", name="ix_audit_action"),
        ops.AddIndex(
            model_name="AuditEntry",
            index=Index(fields=["is_by_person", "id"], name="ix_audit_by_person"),
        ),
        ops.AddIndex(
            model_name="AuditEntry",
            index=Index(fields=["kind", "id"], name="ix_audit_kind"),
        ),
    ]

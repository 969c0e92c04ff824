"""The ledger's tables.

Postings and entries are added and never changed, and only the database itself changes a sum, when
a posting is closed; it refuses the rest (migrations 0002 and 0047).
"""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.indexes import Index
from tortoise.migrations.constraints import CheckConstraint

from shared.finance.ledger.chart import AT_STRIPE, EARNED, OF_VENDORS, Account
from shared.infra.database.base import Row, words
from shared.infra.database.indexes import IndexWhere


class LedgerPosting(Row):
    """One fact about money. It is closed once its entries are there, and only a balanced one can be closed."""

    kind = fields.CharField(max_length=40)
    key = fields.CharField(
        max_length=120,
        unique=True,
        description="names the fact, so that it is posted once",
    )
    subject = fields.CharField(
        max_length=80,
        db_index=True,
        description="order:12",
    )
    is_closed = fields.BooleanField(default=False)
    vendor: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "models.Vendor",
        related_name="ledger_postings",
        null=True,
        on_delete=fields.RESTRICT,
        description="whose sale it is about, where no entry says so",
    )
    vendor_id: int | None

    class Meta:
        table = "ledger_postings"
        indexes = [
            IndexWhere(
                fields=("vendor_id", "created_at"),
                name="ix_ledger_postings_vendor_at",
                where="vendor_id is not null",
            )
        ]


class LedgerEntry(Row):
    """One line of a posting: debits are positive, credits negative."""

    posting: fields.ForeignKeyRelation[LedgerPosting] = fields.ForeignKeyField(
        "models.LedgerPosting", related_name="entries", on_delete=fields.RESTRICT
    )
    posting_id: int
    account = fields.CharField(max_length=40)
    vendor: fields.ForeignKeyNullableRelation[Any] = fields.ForeignKeyField(
        "models.Vendor",
        related_name="ledger_entries",
        null=True,
        on_delete=fields.RESTRICT,
    )
    vendor_id: int | None
    amount = fields.BigIntField(
        description="minor units of currency; debits positive, credits negative"
    )
    currency = fields.CharField(max_length=3)
    stripe_id = fields.CharField(
        max_length=255, description="the Stripe object that it came from"
    )

    class Meta:
        table = "ledger_entries"
        indexes = [
            Index(fields=("posting_id",), name="ix_ledger_entries_posting"),
            IndexWhere(
                fields=("vendor_id", "account", "currency", "created_at", "id"),
                name="ix_ledger_entries_vendor_at",
                where="vendor_id IS NOT NULL",
            ),
            IndexWhere(
                fields=("account", "created_at"),
                name="ix_ledger_entries_at_stripe",
                where=f"account IN ({words(AT_STRIPE)})",
            ),
            IndexWhere(
                fields=("account", "created_at"),
                name="ix_ledger_entries_earned",
                where=" OR ".join(f"account = '{each}'" for each in EARNED),
            ),
            IndexWhere(
                fields=("posting_id",),
                name="ix_ledger_entries_suspense",
                where=f"account = {words([Account.SUSPENSE])}",
            ),
            Index(fields=("stripe_id",), name="ix_ledger_entries_stripe"),
        ]
        constraints = [
            CheckConstraint(
                check=f"account in ({words(Account)})", name="ck_ledger_entries_account"
            ),
            CheckConstraint(
                check=f"(account in ({words(sorted(OF_VENDORS))})) = (vendor_id is not null)",
                name="ck_ledger_entries_vendor",
            ),
            CheckConstraint(check="amount <> 0", name="ck_ledger_entries_amount"),
            CheckConstraint(
                check="currency = upper(currency) and length(currency) = 3",
                name="ck_ledger_entries_currency",
            ),
        ]


class AccountSum(Row):
    """What the entries of one account come to, of those postings that are closed."""

    account = fields.CharField(max_length=40)
    vendor_id = fields.BigIntField(description="0: the platform's own account")
    currency = fields.CharField(max_length=3)
    amount = fields.BigIntField(
        description="minor units of currency; debits positive, credits negative"
    )
    entries = fields.BigIntField(description="how many there are in it")
    last_posting_id = fields.BigIntField(description="the last one that changed it")

    class Meta:
        table = "ledger_sums"
        unique_together = (("account", "vendor_id", "currency"),)
        indexes = [Index(fields=("vendor_id",), name="ix_ledger_sums_vendor")]

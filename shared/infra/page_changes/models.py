"""The table of changes."""

from __future__ import annotations

from tortoise import fields

from shared.infra.database.base import Row
from shared.infra.database.indexes import IndexWhere


class PageChange(Row):
    """One transaction's change to one vendor, or without a vendor to the whole marketplace.

    Triggers alone write it, each vendor once a transaction where the engine knows
    transactions by number.
    """

    vendor_id = fields.BigIntField(null=True, description="none: every page may change")
    transaction_id = fields.BigIntField(
        null=True, description="PostgreSQL's number of the transaction"
    )

    class Meta:
        table = "page_changes"
        indexes = [
            IndexWhere(
                fields=("transaction_id",),
                name="ix_page_changes_transaction",
                where="transaction_id IS NOT NULL",
            ),
        ]

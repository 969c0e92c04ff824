"""The hot statements of the ledger, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from shared.finance.ledger.chart import Account
from shared.infra.database.several import Found, Records

# What a vendor's accounts come to, of the postings that are closed; its value: whose.
SUMS = Records(
    "SELECT account, currency, amount FROM ledger_sums WHERE vendor_id = ?",
    ("account", "currency", "amount"),
)


def sums_in(found: Found) -> dict[tuple[Account, str], int]:
    """What `queries.of_vendor` answers, of what was read."""
    return {
        (Account(each["account"]), each["currency"]): int(each["amount"])
        for each in found.records(SUMS)
    }

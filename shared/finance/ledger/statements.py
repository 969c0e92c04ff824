"""The hot statements of the ledger, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from shared.finance.ledger.chart import Account
from shared.infra.database.raw_sql import fetch
from shared.infra.database.several import Found, Records

# What a vendor's accounts come to, of the postings that are closed; its value: whose.
SUMS = Records(
    "SELECT account, currency, amount FROM ledger_sums WHERE vendor_id = ?",
    ("account", "currency", "amount"),
)

_OWING = (
    "SELECT 1 AS one FROM ledger_sums"
    f" WHERE vendor_id = ? AND account = '{Account.VENDOR_RECEIVABLE}' AND amount > 0"
    " LIMIT 1"
)


async def is_owing(vendor_id: int) -> bool:
    """Tell whether the postings that are closed leave a vendor owing something."""
    return bool(await fetch(_OWING, vendor_id))


def sums_in(found: Found) -> dict[tuple[Account, str], int]:
    """What `queries.of_vendor` answers, of what was read."""
    return {
        (Account(each["account"]), each["currency"]): int(each["amount"])
        for each in found.records(SUMS)
    }

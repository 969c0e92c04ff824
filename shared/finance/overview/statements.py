"""Hot statements of what people see first, by hand (shared/infra/database/raw_sql.py)."""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.finance.connect.queries import Selling, selling_of
from shared.finance.disputes.statements import TO_ANSWER
from shared.infra.database.counting import MOST
from shared.infra.database.raw_sql import fetch
from shared.infra.database.several import Records
from shared.trade.orders.statements import counting

_FRAME = f"""
SELECT {counting("to_ship")} AS to_ship,
    {counting("to_answer")} AS shoppers_waiting,
    {TO_ANSWER} AS to_answer,
    c.accepts_payments, c.stripe_account_id
FROM (SELECT 1) page LEFT JOIN vendor_payment_configs c ON c.vendor_id = ?
"""

# How many products a vendor has, as far as a page tells; its value: whose.
PRODUCTS = Records(
    "SELECT COUNT(*) AS products FROM"
    " (SELECT 1 FROM products p WHERE p.vendor_id = ? AND p.parent_id IS NULL"
    f" LIMIT {MOST + 1}) counted",
    ("products",),
)


@frozen
class VendorFrame:
    """What stands around each page of a vendor: what waits, and whether it can sell."""

    to_ship: int  # paid orders
    shoppers_waiting: int  # orders whose shopper wrote or asks for money back
    to_answer: int  # disputes
    selling: Selling


async def vendor_frame(vendor_id: int) -> VendorFrame:
    """Read it with one statement."""
    (record,) = await fetch(
        _FRAME,
        vendor_id,
        vendor_id,
        vendor_id,
        vendor_id,
    )
    return VendorFrame(
        to_ship=int(record["to_ship"]),
        shoppers_waiting=int(record["shoppers_waiting"]),
        to_answer=int(record["to_answer"]),
        selling=selling_of(
            record["stripe_account_id"],
            accepts=bool(record["accepts_payments"]),
        ),
    )

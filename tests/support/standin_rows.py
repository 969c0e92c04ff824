"""Balance transactions of the stand-in."""

from typing import Any


async def rows(platform, **options: Any):
    found = await platform.v1.balance_transactions.list_async({"limit": 100}, options)
    return [
        (
            t.type,
            t.amount,
            t.fee,
            t.net,
        )
        for t in reversed(found.data)
    ]

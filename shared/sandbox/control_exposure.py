"""A control call about risk: what the platform may still have to pay for others, added up from the
store itself.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from shared.sandbox import books
from shared.sandbox.control_base import Call, acting
from shared.sandbox.resources.dispute_terms import CLOSED
from shared.sandbox.store import Json
from shared.sandbox.world import Act

if TYPE_CHECKING:
    from shared.sandbox.app import Standin

Sums = dict[str, dict[str, int]]  # by account or currency, then by currency or part
PARTS = ("negative_balances", "open_disputes", "unsettled_refunds")


async def exposure(standin: Standin) -> Json:
    """Per currency: what connected accounts are below zero (pending money counts), disputes of
    the platform's own charges that are not decided, and refunds of the platform that have not
    arrived; and whose balances they are. Beside it, what Stripe holds in reserve of each account,
    the platform's own among them.
    """
    return added_up(acting(standin))


def added_up(act: Act) -> Json:
    """The same, of the platform that acts."""
    negative = _negative(act)
    sums: Sums = defaultdict(_nothing)
    for account in negative.values():
        for currency, amount in account.items():
            sums[currency]["negative_balances"] += amount
    for part, object, condition in (
        ("open_disputes", "dispute", f"NOT IN {CLOSED!r}"),
        ("unsettled_refunds", "refund", "IN ('pending', 'requires_action')"),
    ):
        sql = (
            "SELECT json_extract(body, '$.currency'), sum(json_extract(body, '$.amount')) FROM "
            "docs "
            "WHERE platform = ? AND scope = ? AND object = ? AND json_extract(body, '$.status') "
            f"{condition} GROUP BY 1"
        )
        rows = act.store.rows(sql, act.platform, act.home, object)
        for currency, amount in rows:
            sums[currency][part] += amount
    shown = {
        currency: {**parts, "total": sum(parts.values())}
        for currency, parts in sorted(sums.items())
    }
    return {"currencies": shown, "accounts": negative, "reserved": _reserved(act)}


def _nothing() -> dict[str, int]:
    return dict.fromkeys(PARTS, 0)


def _reserved(act: Act) -> Sums:
    head = f"{books.RESERVED}:"
    sql = (
        "SELECT substr(scope, ?), currency, sum(net) FROM balances WHERE platform = ? AND scope "
        "LIKE ? || '%' "
        "GROUP BY 1, 2 HAVING sum(net) <> 0 ORDER BY 1, 2"
    )
    found: Sums = defaultdict(dict)
    rows = act.store.rows(sql, len(head) + 1, act.platform, head)
    for account, currency, net in rows:
        found[account][currency] = net
    return dict(found)


def _negative(act: Act) -> Sums:
    sql = (
        "SELECT b.scope, b.currency, sum(b.net) FROM balances b JOIN docs d ON d.platform = "
        "b.platform AND d.id = b.scope "
        "AND d.object = 'account' WHERE b.platform = ? GROUP BY 1, 2 HAVING sum(b.net) < 0 ORDER "
        "BY 1, 2"
    )
    found: Sums = defaultdict(dict)
    for account, currency, net in act.store.rows(sql, act.platform):
        found[account][currency] = -net
    return dict(found)


CALLS: tuple[Call, ...] = (("GET", "/exposure", exposure),)

"""The proof that no money appears or vanishes; tests run it after every request
(`SandboxConfig.audit`).
"""

from __future__ import annotations

from shared.sandbox.store import Store


def problems(store: Store, platform: str) -> list[str]:
    """Every sentence is a cent that cannot be accounted for; an empty list is the only good
    answer.
    """
    found: list[str] = []
    for check in CHECKS:
        found += check(store, platform)
    return found


def _nothing_appears(store: Store, platform: str) -> list[str]:
    """The platform, its accounts, the card network, the banks and Stripe: together they hold
    nothing.
    """
    sql = "SELECT currency, sum(net) FROM balances WHERE platform = ? GROUP BY 1 HAVING sum(net) <> 0"
    rows = store.rows(sql, platform)
    return [f"{net} {currency} came from nowhere" for currency, net in rows]


def _balances_are_sums(store: Store, platform: str) -> list[str]:
    """For each account, balance and currency: it is the sum of its balance transactions."""
    sql = """
        SELECT scope, currency, sum(kept), sum(told) FROM (
            SELECT scope, currency, net AS kept, 0 AS told FROM balances
            WHERE platform = :platform AND scope NOT IN ('network', 'bank', 'stripe')
            UNION ALL
            SELECT CASE json_extract(body, '$.balance_type') WHEN 'risk_reserved' THEN 'risk_reserved:' || scope ELSE scope END,
                json_extract(body, '$.currency'), 0, json_extract(body, '$.net') FROM docs
            WHERE platform = :platform AND object = 'balance_transaction')
        GROUP BY 1, 2 HAVING sum(kept) <> sum(told)"""
    rows = store.db.execute(sql, {"platform": platform})
    return [
        f"{scope} holds {kept} {currency}, but its transactions come to {told}"
        for scope, currency, kept, told in rows
    ]


def _transactions_add_up(store: Store, platform: str) -> list[str]:
    """Each transaction's net is its amount less its fee, and the fee is the sum of its details."""
    sql = """
        SELECT id FROM docs WHERE platform = ? AND object = 'balance_transaction' AND (
            json_extract(body, '$.net') <> json_extract(body, '$.amount') - json_extract(body, '$.fee')
            OR json_extract(body, '$.fee') <> (
                SELECT coalesce(sum(json_extract(value, '$.amount')), 0) FROM json_each(body, '$.fee_details')))"""
    return [f"{id} does not add up" for (id,) in store.rows(sql, platform)]


# An object, the field that tells what went back, the object that took it back, how it names the
# first, and which do not count.
_RETURNS = (
    ("charge", "amount_refunded", "refund", "charge", "('failed', 'canceled')"),
    ("transfer", "amount_reversed", "transfer_reversal", "transfer", "()"),
    ("application_fee", "amount_refunded", "fee_refund", "fee", "()"),
)


def _returns_are_counted(store: Store, platform: str) -> list[str]:
    """What an object says was given back is what its refunds or reversals took, and never more than
    there was.
    """
    found = []
    for kind, field, back, name, dead in _RETURNS:
        sql = f"""
            SELECT d.id, json_extract(d.body, '$.{field}'), json_extract(d.body, '$.amount'), coalesce(b.total, 0)
            FROM docs d LEFT JOIN (
                SELECT scope, json_extract(body, '$.{name}') AS owner, sum(json_extract(body, '$.amount')) AS total FROM docs
                WHERE platform = :platform AND object = '{back}'
                    AND coalesce(json_extract(body, '$.status'), '') NOT IN {dead} GROUP BY 1, 2) b
                ON b.owner = d.id AND b.scope = d.scope
            WHERE d.platform = :platform AND d.object = '{kind}'"""
        rows = store.db.execute(sql, {"platform": platform})
        for id, told, amount, taken in rows:
            if told != taken or told > amount:
                found.append(
                    f"{id} says {told} of {amount} went back; its {back}s come to {taken}"
                )
    return found


# What the rows of an object must come to, by its status, or by what else tells.
_CASE = "json_extract(body, '$.payment_method_details.card.case_type')"
_AMOUNT, _BOOKED = (
    "json_extract(body, '$.amount')",
    "json_extract(body, '$.balance_transaction') IS NOT NULL",
)
_COMES_TO = {
    "application_fee": _AMOUNT,
    "charge": f"CASE WHEN {_BOOKED} THEN json_extract(body, '$.amount_captured') ELSE 0 END",
    "dispute": f"CASE WHEN {_CASE} IN ('inquiry', 'block') THEN 0 WHEN json_extract(body, '$.status') = 'won' THEN 0 "
    f"ELSE coalesce(json_extract(hidden, '$.returned'), 0) - {_AMOUNT} END",
    "fee_refund": f"-{_AMOUNT}",
    "payout": (
        "CASE WHEN json_extract(body, '$.status') IN ('failed', 'canceled') THEN 0 ELSE "
        f"-{_AMOUNT} END"
    ),
    "refund": (
        f"CASE WHEN {_BOOKED} AND json_extract(body, '$.status') NOT IN ('failed', 'canceled') "
        f"THEN -{_AMOUNT} ELSE 0 END"
    ),
    "transfer": f"-{_AMOUNT}",
    "transfer_reversal": _AMOUNT,
}


def _rows_follow_status(store: Store, platform: str) -> list[str]:
    """The rows of whatever moves money come to its amount: a payout's until it comes back, a
    chargeback's until it is won, or in part.
    """
    cases = " ".join(
        f"WHEN '{kind}' THEN {wanted}" for kind, wanted in _COMES_TO.items()
    )
    kinds = ", ".join(f"'{kind}'" for kind in _COMES_TO)
    sql = f"""
        SELECT id, wanted, coalesce(moved, 0) FROM (
            SELECT id, scope, CASE object {cases} END AS wanted FROM docs
            WHERE platform = :platform AND object IN ({kinds})) d
        LEFT JOIN (
            SELECT scope, json_extract(body, '$.source') AS source, sum(json_extract(body, '$.amount')) AS moved FROM docs
            WHERE platform = :platform AND object = 'balance_transaction' GROUP BY 1, 2) b
            ON b.source = d.id AND b.scope = d.scope
        WHERE wanted <> coalesce(moved, 0)"""
    return [
        f"{id} should have moved {wanted}, but its rows come to {moved}"
        for id, wanted, moved in store.db.execute(sql, {"platform": platform})
    ]


CHECKS = (
    _nothing_appears,
    _balances_are_sums,
    _transactions_add_up,
    _returns_are_counted,
    _rows_follow_status,
)

"""Saved payment methods: ours against what Stripe's customers hold. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from shared.finance.reconciliation.facts import Facts, Finding, HeldMethod, Kind, MethodRow, Repair


def methods(facts: Facts) -> Iterator[Finding]:
    """Every active row has its method at Stripe, as it is there; and nothing is held there that we do not have."""
    theirs = {method.stripe_id: method for method in facts.held_methods}
    ours = {row.stripe_id for row in facts.method_rows}
    for row in facts.method_rows:
        method = theirs.get(row.stripe_id)
        if method is None or method.customer != row.customer:
            yield _found(Kind.METHOD_MISSING, row, "A saved card is not held at Stripe any more.", row.told, "not held")
        elif method.told != row.told:
            text = "A saved card is told otherwise by Stripe."
            yield _found(Kind.METHOD_DIFFERS, row, text, row.told, method.told)
    for method in facts.held_methods:
        if method.stripe_id not in ours and method.stripe_id not in facts.leaving_methods:
            yield _unknown(method)


def _found(kind: Kind, row: MethodRow, text: str, ours: str, theirs: str) -> Finding:
    return Finding(
        kind,
        f"payment_method:{row.id}",
        text,
        ours,
        theirs,
        Repair.FOLLOW_METHODS,
        row.stripe_id,
        arguments={"customer_id": row.customer},
    )


def _unknown(method: HeldMethod) -> Finding:
    return Finding(
        Kind.METHOD_UNKNOWN,
        f"payment_method:{method.stripe_id}"[:80],
        "Stripe holds a card of a shopper's that is not among our saved cards.",
        "none",
        method.told,
        Repair.FOLLOW_METHODS,
        method.stripe_id,
        arguments={"customer_id": method.customer},
    )

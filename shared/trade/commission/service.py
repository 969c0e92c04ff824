"""The operator writes commission rules and the refund policy.

Orders already placed keep what they were charged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.core import clock
from shared.core.editing import Look, unseen
from shared.core.money import MAX_AMOUNT, step
from shared.infra import unit
from shared.infra.unit import Transaction
from shared.trade.commission.basis import CommissionBasis
from shared.trade.commission.errors import NotRefundable, RuleNotFound, TooManyRules
from shared.trade.commission.events import CategoryChargedFor
from shared.trade.commission.models import FeeRule, MarketplacePolicy
from shared.trade.commission.queries import (
    MAX_ID,
    POLICY_ID,
    Policy,
    RuleView,
    policy_of,
    rule_of,
    rule_view,
)
from shared.trade.commission.rules import RefundPolicy, Rule, check

SUBJECT = "fees"  # what the audit trail calls all of this
MAX_RULES = 200


async def add_rule(rule: Rule, *, actor: str) -> int:
    """Put a rule at the end of the list: its id.

    Raises Invalid for one that could never be charged.
    """
    check(rule)
    async with unit.transaction() as tx:
        rows = await _all_locked(tx)
        if len(rows) >= MAX_RULES:
            raise TooManyRules(most=MAX_RULES)
        row = await FeeRule.create(
            position=max(
                (r.position for r in rows),
                default=0,
            )
            + 1,
            **_columns(rule),
        )
        await _record(
            tx,
            "fees.rule_added",
            actor,
            rule=row.id,
            after=_told(rule),
        )
        _tell(tx, row.id, rule)
    return int(row.id)


async def change_rule(
    rule_id: int,
    rule: Rule,
    *,
    actor: str,
    look: Look[RuleView] = unseen,
) -> None:
    """Write a rule anew, in its place.

    Orders already placed keep the old one. Raises Invalid, NotFound, and what `look` does.
    """
    check(rule)
    async with unit.transaction() as tx:
        row = await _locked(tx, rule_id)
        await look(await rule_view(row.id))
        before, after = _told(rule_of(row)), _told(rule)
        if before == after:
            return
        await FeeRule.filter(id=row.id).update(
            **_columns(rule),
            updated_at=clock.now(),
        )
        await _record(
            tx,
            "fees.rule_changed",
            actor,
            rule=row.id,
            before=before,
            after=after,
        )
        _tell(tx, row.id, rule)


def _tell(
    tx: Transaction,
    rule_id: int,
    rule: Rule,
) -> None:
    if rule.category:
        tx.emit(CategoryChargedFor(rule_id, rule.category))


async def move_rule(
    rule_id: int,
    *,
    up: bool,
    actor: str,
) -> None:
    """Let a rule change places with its neighbour; at the end of the list nothing happens.

    Raises NotFound.
    """
    async with unit.transaction() as tx:
        rows = await _all_locked(tx)
        ids = [row.id for row in rows]
        if rule_id not in ids:
            raise RuleNotFound
        here = ids.index(rule_id)
        there = here - 1 if up else here + 1
        if not 0 <= there < len(ids):
            return
        ids[here], ids[there] = ids[there], ids[here]
        at = {row.id: row.position for row in rows}
        for place, moved in enumerate(ids, start=1):
            if (
                at[moved] != place
            ):  # two, and whoever stood at the same place as another
                await FeeRule.filter(id=moved).update(
                    position=place,
                    updated_at=clock.now(),
                )
        await _record(
            tx,
            "fees.rule_moved",
            actor,
            rule=rule_id,
            before=here + 1,
            after=there + 1,
        )


async def switch_rule(
    rule_id: int,
    *,
    on: bool,
    actor: str,
) -> None:
    """Let a rule hold, or not. Raises NotFound."""
    async with unit.transaction() as tx:
        row = await _locked(tx, rule_id)
        moved = await FeeRule.filter(
            id=row.id,
            is_active=not on,
        ).update(is_active=on, updated_at=clock.now())
        if moved:
            await _record(
                tx,
                "fees.rule_switched_on" if on else "fees.rule_switched_off",
                actor,
                rule=row.id,
            )


async def set_policy(
    *,
    refund_policy: RefundPolicy,
    refund_approval_limits: Mapping[str, int],
    actor: str,
    look: Look[Policy] = unseen,
) -> None:
    """Set what refunds do to the commission, and above which amount, per currency, a refund waits
    for the operator.

    Raises Invalid, and what `look` does.
    """
    for code, limit in refund_approval_limits.items():
        if not 0 <= limit <= MAX_AMOUNT or limit % step(code):
            raise NotRefundable(currency=code, param=f"limit_{code}")
    limits = dict(sorted(refund_approval_limits.items()))
    async with unit.transaction() as tx:
        row = await _policy_locked(tx)
        await look(policy_of(row))
        before = {
            "refund_policy": row.refund_policy,
            "refund_approval_limits": row.refund_approval_limits,
        }
        after = {"refund_policy": refund_policy.value, "refund_approval_limits": limits}
        if before == after:
            return
        row.refund_policy, row.refund_approval_limits = refund_policy.value, limits
        await row.save(update_fields=["refund_policy", "refund_approval_limits"])
        await _record(tx, "fees.policy_changed", actor, before=before, after=after)


async def set_basis(
    basis: CommissionBasis,
    *,
    actor: str,
) -> None:
    """Say of what the commission is taken, from the next order on; orders that are placed keep
    theirs.
    """
    async with unit.transaction() as tx:
        row = await _policy_locked(tx)
        before = row.commission_basis
        if before == basis.value:
            return
        row.commission_basis = basis.value
        await row.save(update_fields=["commission_basis"])
        await _record(
            tx,
            "fees.basis_changed",
            actor,
            before=before,
            after=basis.value,
        )


async def _policy_locked(tx: Transaction) -> MarketplacePolicy:
    return await tx.lock_or_create(MarketplacePolicy, id=POLICY_ID)


async def _locked(tx: Transaction, rule_id: int) -> FeeRule:
    row = (
        await tx.lock_first(FeeRule.filter(id=rule_id))
        if 0 < rule_id <= MAX_ID
        else None
    )
    if row is None:
        raise RuleNotFound
    return row


async def _all_locked(tx: Transaction) -> list[FeeRule]:
    """Every rule in its order, locked by id so that two who move rules queue here."""
    rows = await tx.lock_all(FeeRule.all())
    return sorted(rows, key=lambda row: (row.position, row.id))


def _columns(rule: Rule) -> dict[str, Any]:
    return {
        "vendor_id": rule.vendor_id,
        "category": rule.category,
        "product_id": rule.product_id,
        "percentage": rule.percentage,
        "fixed_amount": rule.fixed,
        "minimum_amount": rule.minimum,
        "maximum_amount": rule.maximum,
        "currency": rule.currency,
    }


def _told(rule: Rule) -> dict[str, Any]:
    """The rule as the audit trail keeps it, in JSON's words."""
    return {**_columns(rule), "percentage": f"{rule.percentage:.2f}"}


async def _record(
    tx: Transaction,
    action: str,
    actor: str,
    **details: Any,
) -> None:
    tx.record(action, actor=actor, subject=SUBJECT, **details)

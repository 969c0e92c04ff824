"""Commission rules for a category, when it is renamed or is to go."""

from __future__ import annotations

from shared.core import clock
from shared.infra.unit import Transaction
from shared.trade.commission.models import FeeRule
from shared.trade.commission.rules import same_category


async def follow_category(before: str, after: str) -> None:
    """Have the rules for a category say its new name, in the caller's transaction."""
    mine = await _rules_for(before)
    if mine:
        rows = FeeRule.filter(id__in=mine)
        await rows.update(category=after, updated_at=clock.now())


async def lock_rules(tx: Transaction) -> None:
    """Let nobody else write rules until the transaction ends; before categories are locked, as
    whoever saves a rule does.
    """
    await tx.lock_all(FeeRule.all())


async def say_category(rule_id: int, name: str) -> None:
    """Have a rule that is locked say another category, in the caller's transaction."""
    await FeeRule.filter(id=rule_id).update(category=name, updated_at=clock.now())


async def charges_category(name: str) -> bool:
    """Whether a rule that is switched on is for it."""
    mine = await _rules_for(name)
    return await FeeRule.exists(id__in=mine, is_active=True)


async def _rules_for(name: str) -> list[int]:
    named = await FeeRule.exclude(category="").values_list("id", "category")
    return [
        int(str(rule_id)) for rule_id, said in named if same_category(str(said), name)
    ]

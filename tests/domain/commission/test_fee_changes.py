"""The operator changes rules and the policy of refunds; each change is kept once."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from shared.core.errors import Invalid, NotFound
from shared.core.money import Money
from shared.infra.audit.models import AuditEntry
from shared.trade.commission import service
from shared.trade.commission.models import FeeRule, MarketplacePolicy
from shared.trade.commission.queries import (
    all_rules,
    get_policy,
)
from shared.trade.commission.rules import RefundPolicy, Rule
from tests.support.fee_rules import BAGS, BY


@pytest.mark.usefixtures("database")
class TestRules:
    """The operator's list."""

    async def test_a_new_rule_comes_last_and_is_audited(self) -> None:
        """Who did it and what it says."""
        await service.add_rule(Rule(Decimal(5)), actor=BY)
        await service.add_rule(BAGS, actor=BY)
        assert [view.rule.category for view in await all_rules()] == ["", "Bags"]
        entry = (
            await AuditEntry.filter(action="fees.rule_added").order_by("-id").first()
        )
        assert entry is not None
        assert (entry.actor, entry.details["after"]["percentage"]) == (BY, "10.00")

    async def test_moving_beyond_the_ends_does_nothing(self) -> None:
        """And is not written down."""
        first = await service.add_rule(Rule(Decimal(1)), actor=BY)
        last = await service.add_rule(Rule(Decimal(2)), actor=BY)
        await service.move_rule(first, up=True, actor=BY)
        await service.move_rule(last, up=False, actor=BY)
        assert [view.id for view in await all_rules()] == [first, last]
        assert not await AuditEntry.exists(action="fees.rule_moved")

    async def test_two_operators_moving_at_once_lose_no_rule(self) -> None:
        """Every rule keeps a place of its own."""
        ids = [await service.add_rule(Rule(Decimal(n)), actor=BY) for n in range(5)]
        await asyncio.gather(
            *(service.move_rule(i, up=n % 2 == 0, actor=BY) for n, i in enumerate(ids))
        )
        rows = await FeeRule.all().order_by("position").values_list("position", "id")
        assert [place for place, _ in rows] == [1, 2, 3, 4, 5]
        assert sorted(i for _, i in rows) == sorted(ids)

    async def test_the_same_again_is_not_a_change(self) -> None:
        """Saving a form that nobody touched, switching on what is on."""
        rule = await service.add_rule(BAGS, actor=BY)
        await service.change_rule(rule, BAGS, actor=BY)
        await service.switch_rule(rule, on=True, actor=BY)
        assert await AuditEntry.filter(subject="fees").count() == 1

    @pytest.mark.parametrize("rule_id", [0, 99, 2**63])
    async def test_a_rule_that_is_not_there(self, rule_id: int) -> None:
        """NotFound, for every use case."""
        for work in (
            service.change_rule(rule_id, BAGS, actor=BY),
            service.move_rule(rule_id, up=True, actor=BY),
            service.switch_rule(rule_id, on=True, actor=BY),
        ):
            with pytest.raises(NotFound):
                await work

    async def test_a_rule_that_could_never_be_charged_is_not_written(self) -> None:
        """A sentence, no row."""
        with pytest.raises(Invalid):
            await service.add_rule(Rule(Decimal(100)), actor=BY)
        assert not await FeeRule.exists()

    @pytest.mark.parametrize(
        "values",
        [
            {"percentage": Decimal(100)},
            {"percentage": Decimal(-1)},
            {"fixed_amount": 30},
            {"minimum_amount": 30},
            {"maximum_amount": 30},
            {"currency": "eur"},
            {"currency": "EUR", "fixed_amount": -1},
            {"currency": "EUR", "minimum_amount": 30, "maximum_amount": 20},
            {"currency": "EUR", "fixed_amount": 30, "maximum_amount": 20},
            {"position": 0},
        ],
    )
    async def test_the_database_refuses_it_too(self, values: dict[str, Any]) -> None:
        """Whoever writes."""
        with pytest.raises(IntegrityError):
            await FeeRule.create(**{"position": 1, **values})


@pytest.mark.usefixtures("database")
class TestPolicy:
    """What refunds do to the commission."""

    async def test_until_somebody_chose_it_is_proportional_without_limits(self) -> None:
        """The defaults need no row."""
        policy = await get_policy()
        assert (policy.refund_policy, dict(policy.refund_approval_limits)) == (
            RefundPolicy.PROPORTIONAL,
            {},
        )
        assert not policy.needs_approval(Money(99_999_999, "EUR"))

    async def test_a_change_is_kept_and_audited_once(self) -> None:
        """The second time the same is set nothing happens."""
        for _ in range(2):
            await service.set_policy(
                refund_policy=RefundPolicy.KEEP,
                refund_approval_limits={"EUR": 10000, "DKK": 0},
                actor=BY,
            )
        policy = await get_policy()
        assert policy.refund_policy is RefundPolicy.KEEP
        assert [policy.needs_approval(Money(n, "EUR")) for n in (10000, 10001)] == [
            False,
            True,
        ]
        assert policy.needs_approval(Money(1, "DKK"))
        assert not policy.needs_approval(Money(99_999, "GBP"))
        entry = await AuditEntry.get(action="fees.policy_changed")
        assert entry.details["before"]["refund_policy"] == "proportional"
        assert entry.details["after"] == {
            "refund_policy": "keep",
            "refund_approval_limits": {"DKK": 0, "EUR": 10000},
        }

    async def test_two_first_changes_at_once_make_one_row(self) -> None:
        """One after the other, both written down."""
        await asyncio.gather(
            *(
                service.set_policy(
                    refund_policy=policy, refund_approval_limits={}, actor=BY
                )
                for policy in (RefundPolicy.KEEP, RefundPolicy.RETURN)
            )
        )
        assert await MarketplacePolicy.all().count() == 1
        assert await AuditEntry.filter(action="fees.policy_changed").count() == 2

    @pytest.mark.parametrize(
        "limits",
        [{"EUR": -1}, {"EUR": 100_000_000}, {"ISK": 150}],
    )
    async def test_a_limit_that_is_no_amount_is_refused(
        self, limits: dict[str, int]
    ) -> None:
        """Nothing is written."""
        with pytest.raises(Invalid):
            await service.set_policy(
                refund_policy=RefundPolicy.KEEP, refund_approval_limits=limits, actor=BY
            )
        assert not await MarketplacePolicy.exists()

    @pytest.mark.parametrize(
        "values",
        [{"id": 2}, {"id": 1, "refund_policy": "half"}],
    )
    async def test_the_database_holds_one_known_policy(
        self, values: dict[str, Any]
    ) -> None:
        """A second row, an unknown word: refused."""
        with pytest.raises(IntegrityError):
            await MarketplacePolicy.create(**values)

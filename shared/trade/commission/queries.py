"""Read models of commission rules and of the marketplace's refund policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.trade.commission.basis import CommissionBasis
from shared.trade.commission.errors import RuleNotFound
from shared.trade.commission.models import FeeRule, MarketplacePolicy
from shared.trade.commission.rules import RefundPolicy, Rule, in_force

POLICY_ID = 1
MAX_ID = 2**63 - 1


@frozen
class RuleView:
    """A rule with the names of what it is about.

    `reach` also says what its product is like now: what comes before it is judged by that.
    """

    id: int
    rule: Rule
    is_active: bool
    vendor_name: str
    vendor_slug: str
    product_name: str
    product_slug: str
    reach: Rule


LARGE_REFUND = 50_000  # minor units: 500.00 where a currency has two decimals


@frozen
class Policy:
    """What the operator has set for the whole marketplace."""

    refund_policy: RefundPolicy
    refund_approval_limits: Mapping[str, int]
    commission_basis: CommissionBasis = CommissionBasis.GOODS

    def needs_approval(self, refund: Money) -> bool:
        """Whether a refund of this much waits for the operator."""
        limit = self.refund_approval_limits.get(refund.currency)
        return limit is not None and refund.amount > limit

    def needs_fresh_sign_in(self, refund: Money) -> bool:
        """Whether who asks for a refund of this much shows first that it is them: above the limit,
        or where none is set.
        """
        return refund.amount > self.refund_approval_limits.get(
            refund.currency, LARGE_REFUND
        )


def rule_of(row: FeeRule) -> Rule:
    """The rule that a row holds."""
    return Rule(
        percentage=row.percentage,
        fixed=row.fixed_amount,
        minimum=row.minimum_amount,
        maximum=row.maximum_amount,
        currency=row.currency,
        vendor_id=row.vendor_id,
        category=row.category,
        product_id=row.product_id,
        id=row.id,
    )


async def rules_for(*vendor_ids: int) -> tuple[Rule, ...]:
    """The active rules that may hold for what these vendors sell, in the operator's order."""
    rows = await FeeRule.filter(
        Q(vendor_id__in=vendor_ids) | Q(vendor_id=None), is_active=True
    ).order_by("position", "id")
    return tuple(rule_of(row) for row in rows)


async def all_rules() -> tuple[RuleView, ...]:
    """Every rule, switched off or not, in the operator's order."""
    return await _views(FeeRule.all())


async def rule_view(rule_id: int) -> RuleView:
    """One rule. Raises NotFound."""
    found = await _views(FeeRule.filter(id=rule_id)) if 0 < rule_id <= MAX_ID else ()
    if not found:
        raise RuleNotFound
    return found[0]


async def vendor_rules(vendor_id: int, currency: str) -> tuple[RuleView, ...]:
    """The rules that this vendor's sales fall under, in order; after one about everything nothing
    else comes.
    """
    found = await _views(
        FeeRule.filter(
            Q(vendor_id=vendor_id) | Q(vendor_id=None),
            is_active=True,
        )
    )
    return _kept(
        found,
        in_force(
            [view.reach for view in found],
            vendor_id=vendor_id,
            currency=currency,
        ),
    )


async def active_rules() -> tuple[Rule, ...]:
    """Every rule that is switched on, in the operator's order; of a product with what it is like
    now.
    """
    return tuple(view.reach for view in await _views(FeeRule.filter(is_active=True)))


def _kept(
    views: tuple[RuleView, ...],
    rules: tuple[Rule, ...],
) -> tuple[RuleView, ...]:
    ids = {rule.id for rule in rules}
    return tuple(view for view in views if view.id in ids)


async def _views(query: QuerySet[FeeRule]) -> tuple[RuleView, ...]:
    rows = await query.order_by("position", "id").select_related("vendor", "product")
    return tuple(_view(row) for row in rows)


def _view(row: FeeRule) -> RuleView:
    vendor: Any = row.vendor
    product: Any = row.product
    rule = rule_of(row)
    return RuleView(
        id=row.id,
        rule=rule,
        is_active=row.is_active,
        vendor_name=vendor.name if vendor else "",
        vendor_slug=vendor.slug if vendor else "",
        product_name=product.name if product else "",
        product_slug=product.slug if product else "",
        reach=replace(rule, category=product.category, currency=product.currency)
        if product
        else rule,
    )


async def get_policy() -> Policy:
    """The marketplace's policy; the defaults until an operator has set another."""
    return policy_of(
        await MarketplacePolicy.get_or_none(id=POLICY_ID)
        or MarketplacePolicy(id=POLICY_ID)
    )


def policy_of(row: MarketplacePolicy) -> Policy:
    """The policy that a row holds."""
    limits = {
        str(code): int(limit)
        for code, limit in (row.refund_approval_limits or {}).items()
    }
    return Policy(
        RefundPolicy(row.refund_policy),
        limits,
        CommissionBasis(row.commission_basis),
    )

"""What selling costs, for whoever asks before signing up: computed from the rules and from what
vendors really pay. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from shared.core.frozen import frozen
from shared.trade.commission.rules import Rule, Sold, choose, in_force

_ANYTHING = Sold(
    vendor_id=0,
    product_id=None,
    category="",
    amount=1,
)


@frozen
class Payer:
    """A vendor that sells in `currency` and pays `percentage` where no rule says otherwise."""

    vendor_id: int
    currency: str
    percentage: Decimal


@frozen
class Offer:
    """`usual` is what a new vendor pays of most things; `others` hold whoever sells; `agreed` are
    those of single shops.
    """

    usual: Rule
    others: tuple[Rule, ...]
    agreed: tuple[Rule, ...]

    @property
    def is_one_price(self) -> bool:
        """Whether everybody pays the same of everything."""
        return not self.others and not self.agreed

    @property
    def everything(self) -> tuple[Rule, ...]:
        """Every rate that somebody pays, or would."""
        return (self.usual, *self.others, *self.agreed)


def offer(
    rules: Sequence[Rule],
    payers: Iterable[Payer],
    *,
    newcomer: Decimal,
    currency: str,
) -> Offer:
    """What a new vendor is offered, and what those who sell already agreed on instead.

    `rules` are the active ones in the operator's order, those of a product with its category and
    currency; `newcomer` is the percentage of a vendor that nobody agreed anything with; `currency`
    is that of the usual rate.
    """
    for_all = [rule for rule in rules if _is_for_all(rule)]
    general = in_force(for_all, vendor_id=None, currency=None)
    usual = choose(general, _ANYTHING, currency, otherwise=Rule(newcomer))
    others = tuple(rule for rule in general if rule is not usual)
    if usual.id is not None and not any(
        rule.is_general and rule.currency is None for rule in general
    ):
        others += (
            Rule(newcomer),
        )  # what is sold in other currencies falls under no rule
    known = {_rate(rule) for rule in (usual, Rule(newcomer))}
    agreed: dict[tuple[object, ...], Rule] = {}
    for payer in _classes(rules, payers):
        for rule in _paid_by(payer, rules):
            if not _is_for_all(rule) and _rate(rule) not in known:
                agreed.setdefault(_rate(rule), rule)
    return Offer(usual, others, tuple(agreed.values()))


def _is_for_all(rule: Rule) -> bool:
    return rule.vendor_id is None and rule.product_id is None and rule.id is not None


def _classes(
    rules: Sequence[Rule],
    payers: Iterable[Payer],
) -> Iterable[Payer]:
    """One of all vendors that pay alike: those without a rule of their own differ by currency and
    percentage alone.
    """
    special = {rule.vendor_id for rule in rules} - {None}
    found: dict[tuple[object, ...], Payer] = {}
    for payer in payers:
        own = payer.vendor_id if payer.vendor_id in special else None
        found.setdefault((own, payer.currency, payer.percentage), payer)
    return found.values()


def _paid_by(
    payer: Payer,
    rules: Sequence[Rule],
) -> tuple[Rule, ...]:
    """The rates that a vendor's sales can fall under, its own percentage last where one can still
    come to it.
    """
    found = in_force(rules, vendor_id=payer.vendor_id, currency=payer.currency)
    return found if found and found[-1].is_general else (*found, Rule(payer.percentage))


def _rate(rule: Rule) -> tuple[object, ...]:
    return (
        rule.percentage,
        rule.fixed,
        rule.minimum,
        rule.maximum,
        rule.currency if has_amounts(rule) else None,
    )


def has_amounts(rule: Rule) -> bool:
    """Whether it charges more, or other, than a percentage."""
    return bool(rule.fixed) or rule.minimum is not None or rule.maximum is not None

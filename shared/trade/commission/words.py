"""Commission rules in words.

How money is written is the caller's business: pages hand in their own filter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from shared.core import formats
from shared.core.money import Money
from shared.core.words import word
from shared.trade.commission.basis import CommissionBasis
from shared.trade.commission.rules import Rule

_RULES = "commission.rules"
Write = Callable[[Money], str]


def percent(value: Decimal) -> str:
    """`2.5%`, as the language spoken here writes it."""
    return formats.percent(value)


def _base(rule: Rule, write: Write) -> str:
    parts = [percent(rule.percentage)] if rule.percentage or not rule.fixed else []
    if rule.fixed and rule.currency:
        parts.append(write(Money(rule.fixed, rule.currency)))
    return " + ".join(parts)


def _bounds(rule: Rule, write: Write) -> str:
    bounds = [
        ("minimum", rule.minimum),
        ("maximum", rule.maximum),
    ]
    told = [
        (code, Money(n, rule.currency))
        for code, n in bounds
        if n is not None and rule.currency
    ]
    return "".join(word(_RULES, code, amount=write(money)) for code, money in told)


def charge(rule: Rule, write: Write) -> str:
    """What is charged: `10% + €0.30, at most €20.00`."""
    return _base(rule, write) + _bounds(rule, write)


def span(rules: Iterable[Rule]) -> str:
    """What several rules charge, as far as percentages say it: `10%`, or `from 2.5% to 10%`."""
    rates = {rule.percentage.normalize() for rule in rules}
    least, most = min(rates), max(rates)
    if least == most:
        return percent(least)
    return word(_RULES, "span", least=percent(least), most=percent(most))


def subject(rule: Rule, product: str = "") -> str:
    """What a rule is about, for someone who knows the vendor: `Bags`, `A tote`, `everything`."""
    what = product or rule.category or word(_RULES, "everything")
    amounts = rule.fixed or rule.minimum is not None or rule.maximum is not None
    if rule.currency and not amounts:
        return word(_RULES, "in_currency", what=what, currency=rule.currency)
    return what


def basis_sentence(basis: CommissionBasis) -> str:
    """Whether delivery is charged too."""
    return word("commission.basis", basis)


def sentence(rule: Rule, write: Write, product: str = "") -> str:
    """The whole rule: `10% + €0.30 on Bags, at most €20.00`."""
    told = {
        "share": _base(rule, write),
        "what": subject(rule, product),
        "bounds": _bounds(rule, write),
    }
    return word(_RULES, "whole", **told)

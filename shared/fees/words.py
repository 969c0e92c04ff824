"""Commission rules in words. How money is written is the caller's business: pages hand in their own filter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from shared.fees.rules import Rule
from shared.money import Money

Write = Callable[[Money], str]


def percent(value: Decimal) -> str:
    """`2.5%`."""
    return f"{value.normalize():f}%"


def _base(rule: Rule, write: Write) -> str:
    parts = [percent(rule.percentage)] if rule.percentage or not rule.fixed else []
    if rule.fixed and rule.currency:
        parts.append(write(Money(rule.fixed, rule.currency)))
    return " + ".join(parts)


def _bounds(rule: Rule, write: Write) -> str:
    bounds = [("at least", rule.minimum), ("at most", rule.maximum)]
    return "".join(
        f", {word} {write(Money(n, rule.currency))}" for word, n in bounds if n is not None and rule.currency
    )


def charge(rule: Rule, write: Write) -> str:
    """What is charged: `10% + €0.30, at most €20.00`."""
    return _base(rule, write) + _bounds(rule, write)


def span(rules: Iterable[Rule]) -> str:
    """What several rules charge, as far as percentages say it: `10%`, or `from 2.5% to 10%`."""
    rates = {rule.percentage.normalize() for rule in rules}
    least, most = min(rates), max(rates)
    return percent(least) if least == most else f"from {percent(least)} to {percent(most)}"


def subject(rule: Rule, product: str = "") -> str:
    """What a rule is about, for someone who knows the vendor: `Bags`, `A tote`, `everything`."""
    what = product or rule.category or "everything"
    amounts = rule.fixed or rule.minimum is not None or rule.maximum is not None
    return f"{what} sold in {rule.currency}" if rule.currency and not amounts else what


def sentence(rule: Rule, write: Write, product: str = "") -> str:
    """The whole rule: `10% + €0.30 on Bags, at most €20.00`."""
    return f"{_base(rule, write)} on {subject(rule, product)}{_bounds(rule, write)}"

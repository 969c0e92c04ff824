"""The platform's commission: which rule a line falls under, what it comes to, and what of it a
refund gives back. Pure.

Everything is whole minor units, rounded half up in the currency's smallest chargeable step; what is
left over is the vendor's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum

from shared.core.frozen import frozen
from shared.core.money import MAX_AMOUNT, round_half_up, step
from shared.trade.commission.errors import (
    CurrencyLacking,
    MaximumBelowFixed,
    MaximumBelowMinimum,
    NotChargeable,
    NothingToPay,
    RateOutOfRange,
    RateTooFine,
)

# What a vendor pays that nobody agreed anything else with, in per cent of what a commission is of.
NEW_VENDOR_FEE = Decimal("2.50")


class RefundPolicy(StrEnum):
    """What becomes of the commission when a shopper gets money back."""

    PROPORTIONAL = "proportional"
    RETURN = "return"
    KEEP = "keep"


@frozen
class Rule:
    """What is charged, and for what.

    Without a currency it is a percentage only; empty conditions hold for everything.

    `id` is None for the vendor's own percentage, the rule of last resort. Amounts are minor units
    of `currency`, per line.
    """

    percentage: Decimal
    fixed: int = 0
    minimum: int | None = None
    maximum: int | None = None
    currency: str | None = None
    vendor_id: int | None = None
    category: str = ""
    product_id: int | None = None
    id: int | None = None

    @property
    def is_general(self) -> bool:
        """Whether it holds for everything that its vendors sell in its currency."""
        return not self.category and self.product_id is None


@frozen
class Sold:
    """A line of an order: a product, and what all its pieces cost together."""

    vendor_id: int
    product_id: int | None
    category: str
    amount: int


@frozen
class Charged:
    """What a line pays, and by which rule."""

    amount: int
    rule: Rule


def holds(rule: Rule, line: Sold, currency: str) -> bool:
    """Whether every condition of `rule` is true of `line`.

    Categories are compared as people do, whatever the case.
    """
    return (
        rule.currency in (None, currency)
        and rule.vendor_id in (None, line.vendor_id)
        and rule.product_id in (None, line.product_id)
        and (not rule.category or same_category(rule.category, line.category))
    )


def same_category(one: str, other: str) -> bool:
    """Whether two spellings name one category."""
    return one.strip().casefold() == other.strip().casefold()


def covers(one: Rule, other: Rule) -> bool:
    """Whether `one` holds wherever `other` does, so that behind it `other` is never reached."""
    return (
        one.currency in (None, other.currency)
        and one.vendor_id in (None, other.vendor_id)
        and one.product_id in (None, other.product_id)
        and (not one.category or same_category(one.category, other.category))
    )


def choose(
    rules: Iterable[Rule],
    line: Sold,
    currency: str,
    *,
    otherwise: Rule,
) -> Rule:
    """The first of `rules` (in the operator's order) that holds for the line, else `otherwise`."""
    holding = (rule for rule in rules if holds(rule, line, currency))
    return next(holding, otherwise)


def commission(amount: int, rule: Rule, currency: str) -> int:
    """What `rule` takes of a line of `amount`: percentage and fixed part, half up, within minimum
    and maximum, never above the line.
    """
    if rule.currency not in (None, currency):
        raise ValueError(f"a rule in {rule.currency} does not hold for {currency}")
    unit = step(currency)
    exact = Decimal(amount) * rule.percentage / 100 + rule.fixed
    fee = round_half_up(exact / unit) * unit
    if rule.maximum is not None:
        fee = min(fee, rule.maximum)
    if rule.minimum is not None:
        fee = max(fee, rule.minimum)
    return max(min(fee, amount // unit * unit), 0)


def most(total: int, currency: str) -> int:
    """The largest commission on an order of `total`: a step below it, since Stripe refuses a
    transfer of nothing.
    """
    unit = step(currency)
    return max((total - 1) // unit * unit, 0)


def charge(
    lines: Sequence[Sold],
    rules: Sequence[Rule],
    currency: str,
    *,
    otherwise: Rule,
) -> tuple[Charged, ...]:
    """What each line of one order pays.

    Together it is below the order's total: what is too much is taken off the last lines.
    """
    chosen = [choose(rules, line, currency, otherwise=otherwise) for line in lines]
    fees = [
        commission(line.amount, rule, currency)
        for line, rule in zip(lines, chosen, strict=True)
    ]
    total = sum(line.amount for line in lines)
    excess = max(sum(fees) - most(total, currency), 0)
    for place in reversed(range(len(fees))):
        off = min(excess, fees[place])
        fees[place] -= off
        excess -= off
    return tuple(Charged(fee, rule) for fee, rule in zip(fees, chosen, strict=True))


def share(amount: int, percentage: Decimal, currency: str) -> int:
    """`percentage` per cent of `amount` minor units, half up, in the currency's smallest chargeable
    step.

    Always 0 <= share < amount for 0 <= percentage < 100, so a transfer is never empty (Stripe
    refuses those).
    """
    if amount <= 0:
        raise NothingToPay
    if not Decimal(0) <= percentage < Decimal(100):
        raise ValueError(f"a fee of {percentage} % is out of range")
    fee = commission(amount, Rule(percentage), currency)
    return min(fee, most(amount, currency))


def commission_back(
    policy: RefundPolicy,
    total: int,
    commission: int,
    refunded_before: int,
    commission_back_before: int,
    refund: int,
    *,
    unit: int = 1,
) -> int:
    """How much of its commission the marketplace gives back with a refund of `refund`; the vendor
    bears the rest of it.

    Keep: nothing. Return: the marketplace pays first, until its commission is used up.
    Proportional: the commission's share of all that was refunded so far, half up in `unit`, so that
    the last part clears the remainder. Whatever was given back under another policy before, it is
    never more than the refund or than what is left.
    """
    if total <= 0 or not 0 <= commission <= total:
        raise ValueError(f"a commission of {commission} on {total}")
    if refunded_before < 0 or refund < 0 or refunded_before + refund > total:
        raise ValueError(f"{refund} after {refunded_before} is more than {total}")
    left = max(commission - commission_back_before, 0)
    if policy is RefundPolicy.KEEP:
        return 0
    if policy is RefundPolicy.RETURN:
        return min(refund, left)
    twice = 2 * commission * (refunded_before + refund)
    so_far = (twice + total * unit) // (2 * total * unit) * unit
    return max(min(so_far - commission_back_before, refund, left), 0)


def check(rule: Rule) -> None:
    """Raise Invalid, naming the field, for a rule that could never be charged as it is written."""
    is_rate = rule.percentage.is_finite() and 0 <= rule.percentage < 100
    if not is_rate:
        raise RateOutOfRange
    if rule.percentage != rule.percentage.quantize(Decimal("0.01")):
        raise RateTooFine
    amounts = {
        "fixed_amount": rule.fixed,
        "minimum_amount": rule.minimum,
        "maximum_amount": rule.maximum,
    }
    given = {name: amount for name, amount in amounts.items() if amount}
    if rule.currency is None:
        if given or rule.minimum is not None or rule.maximum is not None:
            raise CurrencyLacking
        return
    for name, amount in given.items():
        if amount < 0 or amount > MAX_AMOUNT or amount % step(rule.currency):
            raise NotChargeable(currency=rule.currency, param=name)
    if rule.maximum is not None and rule.maximum < (rule.minimum or 0):
        raise MaximumBelowMinimum
    if rule.maximum is not None and rule.maximum < rule.fixed:
        raise MaximumBelowFixed


def in_force(
    rules: Sequence[Rule], *, vendor_id: int | None, currency: str | None
) -> tuple[Rule, ...]:
    """The rules that something this vendor sells can fall under, in order: without those that
    another comes before.

    Without a vendor: the rules that hold whoever sells. Without a currency: those in any currency.
    """
    found: list[Rule] = []
    for rule in rules:
        of_another = rule.vendor_id not in (None, vendor_id)
        if of_another or (currency and rule.currency not in (None, currency)):
            continue
        if any(covers(earlier, rule) for earlier in found):
            continue
        found.append(rule)
        if rule.is_general and (rule.currency is None or currency):
            break
    return tuple(found)


def snapshot(rule: Rule) -> str:
    """The rule as it is kept with what was sold: short JSON that later changes of the rule do not
    touch.
    """
    kept: dict[str, object] = {
        "rule": rule.id,
        "percentage": str(rule.percentage),
    }
    amounts = {
        "fixed": rule.fixed or None,
        "minimum": rule.minimum,
        "maximum": rule.maximum,
    }
    kept |= {name: amount for name, amount in amounts.items() if amount is not None}
    return json.dumps(kept, separators=(",", ":"))


def read_snapshot(text: str, currency: str) -> Rule | None:
    """The rule that a line of an order was charged by; None where only the order's own fee was kept
    (older orders).
    """
    if not text:
        return None
    kept = json.loads(text)
    amounts = {name: kept.get(name) for name in ("minimum", "maximum")}
    each = (*amounts.values(), kept.get("fixed"))
    with_amounts = any(amount is not None for amount in each)
    return Rule(
        Decimal(kept["percentage"]),
        fixed=kept.get("fixed", 0),
        **amounts,
        currency=currency if with_amounts else None,
        id=kept["rule"],
    )

"""What of an order the commission is taken of: the goods alone, or the price of sending them too.
Pure.

Sending is charged at the percentage of the goods that are sent. What a rule says in amounts (a
fixed part, a minimum, a maximum) is for a line of goods and leaves sending alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction

from shared.core.frozen import frozen
from shared.core.money import step
from shared.trade.commission.rules import Charged, Rule, Sold, charge, most


class CommissionBasis(StrEnum):
    """What the commission is taken of."""

    GOODS = "goods"
    GOODS_AND_SHIPPING = "goods_and_shipping"


@frozen
class Tariff:
    """The operator's rules in their order, and what of an order they are about."""

    rules: Sequence[Rule] = ()
    basis: CommissionBasis = CommissionBasis.GOODS


@frozen
class OrderCommission:
    """What each line of an order pays, and what is charged of sending them, in minor units."""

    lines: tuple[Charged, ...]
    shipping: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return sum(line.amount for line in self.lines) + self.shipping


def charge_order(
    goods: Sequence[Sold],
    shipping: int,
    tariff: Tariff,
    currency: str,
    *,
    otherwise: Rule,
) -> OrderCommission:
    """The commission of one order that sells `goods` and has `shipping` for sending them.

    The goods pay the same whichever the basis is; all of it stays below the order's worth.
    """
    lines = charge(goods, tariff.rules, currency, otherwise=otherwise)
    if tariff.basis is CommissionBasis.GOODS or not shipping:
        return OrderCommission(lines)
    fee = _of_shipping(shipping, goods, lines, currency)
    worth = sum(line.amount for line in goods) + shipping
    left = most(worth, currency) - sum(line.amount for line in lines)
    return OrderCommission(lines, max(min(fee, left), 0))


def _of_shipping(
    shipping: int,
    goods: Sequence[Sold],
    lines: Sequence[Charged],
    currency: str,
) -> int:
    """The goods' percentage of it, half up: of several the mean, weighed by what they cost; alike
    where a code took all of that off.
    """
    weights = [line.amount for line in goods]
    if not any(weights):
        weights = [1] * len(weights)
    rates = [Fraction(line.rule.percentage) for line in lines]
    weighed = [rate * weight for rate, weight in zip(rates, weights, strict=True)]
    exact = shipping * sum(weighed) / sum(weights) / 100
    unit = step(currency)
    return int(exact / unit + Fraction(1, 2)) * unit

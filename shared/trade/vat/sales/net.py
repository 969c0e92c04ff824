"""What a business pays that accounts for the VAT itself: the consumer's price without the VAT that
would be inside it. Pure.

One piece costs what is left of its price, to the minor unit (or the step that its currency is
charged in), halves of VAT up; so pieces, lines and totals come to each other exactly, and codes and
commission go by those prices. Sending follows the goods, as its VAT does (`rules.vat_of`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from shared.core.frozen import frozen
from shared.core.money import split
from shared.trade.vat.sales.rules import vat_inside


@frozen
class GrossLine:
    """The price of one piece for a consumer, in minor units, how many there are, and at which rate
    a consumer would be taxed.
    """

    unit: int
    quantity: int
    rate: int

    @property
    def gross(self) -> int:
        """What a consumer would pay for all of them."""
        return self.unit * self.quantity


@frozen
class NetPrices:
    """The price of a piece of each line without VAT, what that takes off each line, and sending
    without VAT.
    """

    units: tuple[int, ...]
    off_lines: tuple[int, ...]
    sending: int
    off_sending: int

    @property
    def taken_off(self) -> int:
        """All the VAT that a consumer would pay inside."""
        return sum(self.off_lines) + self.off_sending


def net_unit(
    gross: int,
    rate: int,
    step: int = 1,
) -> int:
    """A price without the VAT in it; a multiple of `step`, as the price is one."""
    return gross - vat_inside(gross // step, rate) * step


def net_prices(
    lines: Sequence[GrossLine],
    sending: int,
    step: int = 1,
) -> NetPrices:
    """The prices of a vendor's part of a purchase, and of sending it, without VAT.

    Sending is split over the rates in proportion to what a consumer would pay for the goods of
    each, so neither the order of lines nor their number matters.
    """
    units = tuple(net_unit(line.unit, line.rate, step) for line in lines)
    off = [
        (line.unit - unit) * line.quantity
        for line, unit in zip(lines, units, strict=True)
    ]
    without = _sending(lines, sending, step)
    return NetPrices(
        units,
        tuple(off),
        without,
        sending - without,
    )


def _sending(
    lines: Sequence[GrossLine],
    sending: int,
    step: int,
) -> int:
    by_rate: dict[int, int] = defaultdict(int)
    for line in lines:
        by_rate[line.rate] += line.gross
    if not sending or not sum(by_rate.values()):
        return sending
    rates = sorted(by_rate, reverse=True)
    shares = split(sending // step, [by_rate[rate] for rate in rates])
    found = sending % step
    for rate, share in zip(
        rates,
        shares,
        strict=True,
    ):
        found += net_unit(share, rate) * step
    return found

"""What jobs cost as the marketplace grows, for `bench growth`: those that find nothing to do, and
for each thing those that have as much to do in both.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shared.entrypoints.cli.benchmarks.measured import Bar, Measured

if TYPE_CHECKING:
    from shared.entrypoints.cli.benchmarks.growth import Filled

ROUNDS = 3
TIMES = 60  # of a job that finds nothing
# It compares everything with Stripe, in a process of its own: `bench reconciliation`.
WHOLE = "reporting.nightly"
# It asks once for each vendor, of whom there are as many as there are.
BY_VENDOR = "statements.close"

_SCRIPTS = Path(__file__).with_suffix(".sql")
# What else they are given to do, and how many things that is.
DUE = {
    "orders.deliver": 500,
    "orders.remind": 300,
    "orders.forget_baskets": 5000,
    "jobs.forget": 5000,
    "page_changes.forget": 5000,
}


def script(name: str) -> str:
    """One of the scripts, by its name."""
    _, _, behind = _SCRIPTS.read_text("utf-8").partition(f"\n-- {name}")
    _, _, lines = behind.partition("\n")
    return lines.partition("\n-- ")[0]


def measured(
    small: Filled,
    large: Filled,
    orders: int,
) -> list[Measured]:
    """Every recurring job, and the closing of a vendor's months."""
    both = (small, large)
    for each in both:
        each.write(script("settled"))
    kinds = [kind for kind in large.kinds() if kind != WHOLE]
    for kind in kinds:
        for each in both:  # what there is to do is done now
            each.job(kind, 1)
    idle = [kind for kind in kinds if kind != BY_VENDOR]
    found = [_idle(kind, both, orders) for kind in idle]
    found += [_due(kind, both, orders) for kind in DUE]
    return [*found, _months(both, orders)]


def _idle(
    kind: str,
    both: tuple[Filled, Filled],
    orders: int,
) -> Measured:
    took = [_turn(kind, both, TIMES) for _ in range(ROUNDS)]
    return _line(f"{kind}, nothing to do", took, orders)


def _turn(
    kind: str,
    both: tuple[Filled, Filled],
    times: int,
) -> list[float]:
    """What one run takes in each."""
    return [each.job(kind, times) / times for each in both]


def _due(
    kind: str,
    both: tuple[Filled, Filled],
    orders: int,
) -> Measured:
    things = DUE[kind]
    took = []
    for _ in range(ROUNDS):
        for each in both:
            each.write(script(kind))
        turn = _turn(kind, both, 1)
        took.append([cost / things for cost in turn])
    return _line(f"{kind}, each of {things:,}", took, orders)


def _months(
    both: tuple[Filled, Filled],
    orders: int,
) -> Measured:
    """A vendor's months, of which it has had a thousand orders: another one each time."""
    told = [(each, each.vendors(script("not closed"))) for each in both]
    took = [
        [each.close_months(vendors[number]) for each, vendors in told]
        for number in range(ROUNDS)
    ]
    return _line("statements.close_vendor, a year", took, orders)


def _line(
    name: str,
    took: list[list[float]],
    orders: int,
) -> Measured:
    """The least of each: nothing makes a job cheaper than it is."""
    small, large = (min(each) for each in zip(*took, strict=True))
    return Measured(
        f"{name}, {orders:,} orders",
        large,
        "ms",
        large / small,
        "the small one",
        Bar(1.3, is_most=True),
    )

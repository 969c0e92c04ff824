"""What every check is: what it looks at, what it finds, how it says so, and what repairs it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.finance.reconciliation.findings import (
    DifferenceKind,
    FoundDifference,
    RepairName,
)
from shared.finance.reconciliation.records import BothSides, TransactionAtStripe
from shared.finance.reconciliation.stripe_links import StripeLinks, links_of
from shared.finance.reconciliation.unexplained import (
    Gap,
    UnknownMovement,
    find_gaps,
    find_unknown_movements,
)
from shared.infra.jobs import Context

Arguments = Mapping[str, Any]  # what a difference says to its repair; stored as JSON
Subject = TypeVar("Subject")


@frozen
class Repair:
    """What repairs a difference.

    `would`: a sentence that says what it would do, with names of arguments in braces. `apply` does
    it and says what came of it; it looks again before it acts, and may be done twice. It raises
    CannotRepair, or what Stripe or the domain said.
    """

    would: str
    apply: Callable[[Context, Arguments], Awaitable[str]]


@dataclass
class Comparison:
    """Both sides, what follows from them, and what was found so far."""

    both: BothSides
    found: list[FoundDifference] = field(default_factory=list)
    covered: set[str] = field(default_factory=set)

    def add(self, difference: FoundDifference) -> None:
        """Take in what a check found. What has no id covers nobody else's money."""
        self.found.append(difference)
        self.covered |= difference.covers - {""}

    def of(self, kinds: Iterable[DifferenceKind]) -> list[FoundDifference]:
        """Name what was found of these kinds."""
        wanted = frozenset(kinds)
        return [difference for difference in self.found if difference.kind in wanted]

    @cached_property
    def links(self) -> StripeLinks:
        """Which of Stripe's ids belong together."""
        return links_of(self.both)

    @cached_property
    def gaps(self) -> Sequence[Gap]:
        """Every key that does not come to the same on both sides."""
        return find_gaps(self.both, self.links)

    @cached_property
    def unknown_movements(self) -> Sequence[UnknownMovement]:
        """Movements at Stripe without a row of ours."""
        return find_unknown_movements(self.both, self.links)


class Check(ABC, Generic[Subject]):
    """One check: it goes through its subjects, and says of each what differs.

    `kinds`: what it finds; no other check finds that. `repairs`: what repairs that, each by its
    name; a difference may also name a repair of another check. Whatever it says of money is in
    minor units.
    """

    kinds: ClassVar[tuple[DifferenceKind, ...]]
    repairs: ClassVar[Mapping[RepairName, Repair]] = {}

    @abstractmethod
    def subjects(self, comparison: Comparison) -> Iterable[Subject]:
        """Name what is looked at, one by one."""

    @abstractmethod
    def find(self, subject: Subject, comparison: Comparison) -> FoundDifference | None:
        """Say what differs about one of them; None when nothing does."""


def as_argument(t: TransactionAtStripe) -> list[object]:
    """Write a balance transaction into the arguments of a repair: id, vendor, minor units,
    currency.
    """
    return [t.id, t.vendor_id, t.net, t.currency]


def money(amount: int, currency: str) -> str:
    """Say an amount (minor units) as people read it."""
    return str(Money(amount, currency))

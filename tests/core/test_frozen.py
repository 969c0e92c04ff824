"""`frozen`: dataclasses of the standard library, written when a class is first used."""

from __future__ import annotations

import dataclasses
import inspect
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, field, fields, replace
from functools import partial
from typing import Any

import pytest

from shared.core.frozen import frozen


def both(**options: bool) -> list[Any]:
    """The same two classes, by the standard library and by ours."""
    ways: list[Any] = [partial(dataclasses.dataclass, frozen=True), frozen]
    return [_made(way, options) for way in ways]


def _made(way: Any, options: dict[str, bool]) -> Any:
    class Parcel:
        """Has one field of each kind."""

        number: int
        name: str = "parcel"
        parts: list[int] = field(default_factory=list)
        note: str = field(default="", kw_only=True, repr=False, compare=False)

        def __post_init__(self) -> None:
            if self.number < 0:
                raise ValueError(self.number)

    parent: Any = way(**options)(Parcel)

    class Letter(parent):  # type: ignore[misc]
        """Its base is written with it."""

        weight: int = 20

    return way(**options)(Letter)


@pytest.mark.parametrize("options", [{}, {"kw_only": True}])
def test_objects_are_as_the_standard_library_makes_them(
    options: dict[str, bool],
) -> None:
    """Fields, signature, words, comparison, copies."""
    found = []
    for cls in both(**options):
        one, other = cls(number=1, weight=3), cls(number=1, weight=3, note="x")
        assert one == other
        assert one != replace(one, number=2)
        assert one.parts is not other.parts, "each has its own list"
        found.append(
            (
                [
                    (each.name, each.kind, each.default is each.empty)
                    for each in inspect.signature(cls).parameters.values()
                ],
                [(each.name, each.kw_only, each.compare) for each in fields(cls)],
                repr(one),
                asdict(replace(other, parts=[4])),
                cls.__match_args__,
                cls.__hash__ is None,
                issubclass(cls, cls.__mro__[1]),
            )
        )
    assert found[0] == found[1]


@pytest.mark.parametrize("given", [{}, {"number": 1, "size": 2}, {"number": -1}])
def test_what_cannot_be_is_refused_alike(given: dict[str, int]) -> None:
    """Missing, unknown, and what the class itself refuses."""
    told = []
    for cls in both():
        with pytest.raises((TypeError, ValueError)) as refused:
            cls(**given)
        told.append((refused.type, str(refused.value).split(".")[-1]))
    assert told[0] == told[1]


def test_a_frozen_one_stays_as_it_is() -> None:
    """By the same error."""
    one = both()[1](1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.number = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        del one.number
    assert hash(both()[1](1, parts=())) is not None


def test_a_class_is_written_when_it_is_first_used() -> None:
    """By an object, by a question about its fields, or by an object of a class made from it."""
    uses: list[Callable[[Any], object]] = [lambda cls: cls(1), fields, _inherit]
    for use in uses:
        cls = both()[1]
        assert "__eq__" not in vars(cls)
        use(cls)
        assert "__eq__" in vars(cls)


def _inherit(cls: Any) -> object:
    more: Any = type("More", (cls,), {})
    return frozen(more)(1)


@pytest.fixture
def threads_change_often() -> Iterator[None]:
    """Python goes to another thread at nearly every step."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("threads_change_often")
def test_threads_that_make_the_first_objects_at_once_all_get_theirs() -> None:
    """Nobody meets a class that is half written."""
    for _ in range(20):
        cls = both()[1]
        start = threading.Barrier(4)

        def make(_number: int, cls: Any = cls, start: Any = start) -> Any:
            start.wait()
            return cls(7, weight=1)

        with ThreadPoolExecutor(4) as threads:
            made = list(threads.map(make, range(4)))
        assert made == [cls(7, weight=1)] * 4

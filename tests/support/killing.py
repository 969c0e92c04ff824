"""A process that dies at a statement of our choice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import TypeVar

import pytest

from tests.support.heard import hear_all

Thing = TypeVar("Thing")


class Killed(BaseException):
    """The process is gone."""


@contextmanager
def killed_at(number: int) -> Iterator[list[str]]:
    """Let the statement of that number be the last; yields what was sent."""
    sent: list[str] = []

    def hear(query: str, _: object) -> None:
        if len(sent) == number:
            raise Killed
        sent.append(query)

    with pytest.MonkeyPatch.context() as patch:
        hear_all(hear, patch.setattr)
        yield sent


async def killed_in_turn(
    prepare: Callable[[], Awaitable[Thing]],
    act: Callable[[Thing], Awaitable[object]],
    step: int = 1,
) -> AsyncIterator[Thing]:
    """Let `act` die at its first statement, on the next thing at the statement a `step` further on,
    until it lives; yields each thing afterwards.

    What is to happen next needs to happen once for all of them: an hour's rest of a market costs
    a second.
    """
    for number in count(0, step):
        thing = await prepare()
        try:
            with killed_at(number):
                await act(thing)
        except Killed:
            yield thing
        else:
            yield thing
            return

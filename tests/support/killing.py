"""A process that dies at a statement of our choice."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, TypeVar

from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.backends.sqlite.client import SqliteClient

from shared.infra.database.sqlite import _Asks

Thing = TypeVar("Thing")


class Killed(BaseException):
    """The process is gone."""


@contextmanager
def killed_at(number: int) -> Iterator[list[str]]:
    """Let the statement of that number be the last; yields what was sent."""
    sent: list[str] = []
    originals: list[tuple[Any, str, Any]] = []

    def counting(method: Any) -> Any:
        async def send(self: Any, query: str, *args: Any, **kwargs: Any) -> Any:
            if len(sent) == number:
                raise Killed
            sent.append(query)
            return await method(self, query, *args, **kwargs)

        return send

    for client in (_Asks, SqliteClient, AsyncpgDBClient):
        for name in ("execute_query", "execute_query_dict", "execute_insert"):
            if name in client.__dict__:
                originals.append((client, name, client.__dict__[name]))
                setattr(client, name, counting(client.__dict__[name]))
    try:
        yield sent
    finally:
        for client, name, method in originals:
            setattr(client, name, method)


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

"""Answers in memory: so many bytes at most, those asked for longest ago go first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import TypeAlias

from shared.core.frozen import frozen
from shared.entrypoints.web.outside import Route

Header: TypeAlias = tuple[bytes, bytes]
Key: TypeAlias = tuple[
    str, bytes, str, bytes, str
]  # scheme, host, path, query, language

MOST = 4096  # answers
_BESIDES = 1000  # bytes of an answer's own rows and objects, about


@frozen
class AnswerForm:
    """An answer in one encoding; `headers` lack those that are of one request."""

    headers: tuple[Header, ...]
    headers_alone: tuple[Header, ...]  # those that go without a body, with 304
    body: bytes
    etag: bytes


@frozen
class KeptAnswer:
    """One answer, as it is and as gzip.

    `seen` and `vendor_id`: of what it was made (freshness.py). `until`: seconds of the monotonic
    clock.
    """

    route: Route
    plain: AnswerForm
    packed: AnswerForm
    seen: int
    vendor_id: int | None
    until: float


class KeptAnswers:
    """The answers of one process."""

    def __init__(self, size: int) -> None:
        """`size` in bytes."""
        self._size, self._bytes = size, 0
        self._kept: OrderedDict[Key, KeptAnswer] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def get(
        self,
        key: Key,
    ) -> KeptAnswer | None:
        """Return the answer that is kept for `key`."""
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        return kept

    def put(
        self,
        key: Key,
        kept: KeptAnswer,
    ) -> None:
        """Keep an answer, unless a later one is kept already, and give up what is too much."""
        there = self._kept.get(key)
        if there is not None and there.seen > kept.seen:
            return
        self.drop(key)
        self._kept[key] = kept
        self._bytes += _size(key, kept)
        while self._bytes > self._size or len(self._kept) > MOST:
            self.drop(next(iter(self._kept)))

    def drop(self, key: Key) -> None:
        """Give an answer up, if it is there."""
        kept = self._kept.pop(key, None)
        if kept is not None:
            self._bytes -= _size(key, kept)


def _size(
    key: Key,
    kept: KeptAnswer,
) -> int:
    names = len(key[2]) + len(key[3])
    return _size_of(kept.plain) + _size_of(kept.packed) + names + _BESIDES


def _size_of(form: AnswerForm) -> int:
    parts: Sequence[bytes] = [part for header in form.headers for part in header]
    return len(form.body) + sum(map(len, parts))

"""Two people edit one thing: what changed since the second opened it. Pure.

Whoever saves what somebody may edit at the same time takes a `look`, and calls it under the lock
with what is there now: lock, look, move or leave. The look is the form's
(shared/entrypoints/web/editing.py); what comes from elsewhere brings none.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Collection, Mapping
from hashlib import sha256
from typing import TypeVar

from shared.core.errors import Conflict
from shared.core.frozen import frozen

T = TypeVar("T")
Look = Callable[[T], Awaitable[None]]

# characters of a text that is carried as it is; of longer ones a digest says whether they changed
LONGEST = 120
_DIGEST = "sha256:"


class ChangedMeanwhile(Conflict):
    """Somebody else has changed the same thing since it was opened. Nothing was saved."""

    code = "changed_meanwhile"
    default = (
        "Somebody else has changed this since you opened it. Nothing was "
        "saved; please look again."
    )


async def unseen(_now: object) -> None:
    """The look of whoever opened no form: there is nothing that could have changed since."""


@frozen
class FieldDifference:
    """One field that somebody else changed.

    `was` is None where nobody can say; `is_both`: whoever saves changed it too.
    """

    name: str
    was: str | None
    now: str
    typed: str
    is_both: bool


def differences(
    opened: Mapping[str, str] | None,
    now: Mapping[str, str],
    typed: Mapping[str, str],
    *,
    moving: Collection[str] = (),
) -> tuple[FieldDifference, ...]:
    """What changed between opening and saving, field by field, in the order of `now`.

    `opened` holds marks; None is a page that does not say what it showed: then all that would be
    changed is told. Where both say the same there is nothing to tell. What is `moving` by itself is
    told to those alone who touched it.
    """
    marks = opened or {}
    found = []
    for name, current in now.items():
        mine, was = typed.get(name, ""), marks.get(name)
        is_touched = was is None or mark(mine) != was
        if (
            mine == current
            or mark(current) == was
            or (name in moving and not is_touched)
        ):
            continue
        found.append(FieldDifference(name, told(was), current, mine, is_touched))
    return tuple(found)


def mark(text: str) -> str:
    """What is carried of a field to see later whether it has changed."""
    if len(text) <= LONGEST:
        return text
    return _DIGEST + sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def told(was: str | None) -> str | None:
    """A mark to be read; None where only a digest was kept."""
    is_digest = was is not None and was.startswith(_DIGEST)
    return None if is_digest else was


def write(texts: Mapping[str, str]) -> str:
    """What a page carries of what it showed."""
    return json.dumps(
        {name: mark(text) for name, text in texts.items()},
        ensure_ascii=False,
    )


def read(carried: str | None) -> dict[str, str] | None:
    """The marks of a page; None where it carries none, or what it carries was not written by us."""
    try:
        found = json.loads(carried or "")
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not all(
        isinstance(value, str) for value in found.values()
    ):
        return None
    return found

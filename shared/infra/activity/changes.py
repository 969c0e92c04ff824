"""What changed of a row, field by field, as it is kept and as it is read. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from shared.core.frozen import frozen

Scalar = str | int | bool | None
LONGEST = 200
_NOTHING = (None, "", 0, False)


@frozen
class FieldChange:
    """One field of one thing: `what` reads `refund:12.status`."""

    what: str
    before: Scalar
    after: Scalar

    @property
    def thing(self) -> str:
        """refund:12"""
        return self.what.rpartition(".")[0]

    @property
    def field(self) -> str:
        """Status"""
        return self.what.rpartition(".")[2]


@frozen
class Columns:
    """Columns of a row that changed, before and after."""

    before: Mapping[str, Scalar]
    after: Mapping[str, Scalar]

    def __bool__(self) -> bool:
        return bool(self.after)


SAME = Columns({}, {})


def difference(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> Columns:
    """What of `after` is not what it was, as scalars that JSON keeps."""
    was, now = {}, {}
    for name, value in after.items():
        known = before.get(name)
        if value is known:
            continue
        told, told_before = plain(value), plain(known)
        if told != told_before:
            was[name], now[name] = _short(told_before), _short(told)
    return Columns(was, now)


def held(values: Mapping[str, Any]) -> Columns:
    """What a new row holds; what is empty is no news."""
    now = {name: plain(value) for name, value in values.items()}
    return Columns(
        {},
        {name: _short(value) for name, value in now.items() if value not in _NOTHING},
    )


def read(
    subject: str,
    before: Any,
    after: Any,
) -> tuple[FieldChange, ...]:
    """The changes that one row of activity keeps."""
    was = before or {}
    found = (after or {}).items()
    return tuple(
        FieldChange(f"{subject}.{name}", was.get(name), value) for name, value in found
    )


def net(changes: Iterable[FieldChange]) -> tuple[FieldChange, ...]:
    """What came of them all: each field once, from what it was first to what it was last."""
    found: dict[str, FieldChange] = {}
    for change in changes:
        first = found.get(change.what, change)
        found[change.what] = FieldChange(
            change.what,
            first.before,
            change.after,
        )
    return tuple(change for change in found.values() if change.before != change.after)


def plain(value: Any) -> Scalar:
    """A column's value as it can be kept and compared."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    return _told(value)


def _short(value: Scalar) -> Scalar:
    return value[:LONGEST] if isinstance(value, str) else value


def _told(value: Any) -> str:
    """Of lists and objects what is not empty, in a fixed order."""
    if isinstance(value, dict):
        return "; ".join(
            f"{key}: {_told(value[key])}" for key in sorted(value) if value[key]
        )
    if isinstance(value, list | tuple):
        return ", ".join(map(_told, value))
    return str(value)

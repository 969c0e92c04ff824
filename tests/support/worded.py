"""Every detail of an act that a test writes down has a word: pages show no name of the code's.

What is kept of an act is put together in many ways, so it is looked at where it is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from portal.audit.details import NAMED_BY_PEOPLE, is_quiet
from shared.core.words import codes
from shared.infra.audit.models import AuditEntry
from shared.infra.unit import acts


class DetailWithoutWords(AssertionError):
    """A page would have no name for what is kept."""


@cache
def watch() -> None:
    """Let every act of this process be looked at; twice is once."""
    writes = acts.entry

    def entry(
        action: str,
        actor: str,
        subject: str,
        vendor_id: int | None,
        details: Mapping[str, Any],
    ) -> AuditEntry:
        check(action, details)
        return writes(action, actor, subject, vendor_id, details)

    acts.entry = entry


def check(action: str, details: Mapping[str, Any]) -> None:
    """Refuse what has no words."""
    known = codes("audit.details")
    for name in names_in(details):
        if name.removeprefix("before_") not in known:
            raise DetailWithoutWords(
                f"{action}: templates/words/audit.toml has no {name}"
            )


def names_in(details: Mapping[str, Any]) -> Iterator[str]:
    """The names of the code's in it, however deep: not what people typed, nor currencies."""
    for name, value in details.items():
        if is_quiet(name):
            continue
        yield name
        inner = (
            value.values()
            if name in NAMED_BY_PEOPLE and isinstance(value, dict)
            else [value]
        )
        for each in inner:
            if isinstance(each, dict):
                yield from names_in(each)
        if name in ("changed", "changes") and isinstance(value, list):
            yield from (column for column in map(str, value) if not is_quiet(column))

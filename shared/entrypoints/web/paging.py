"""Links between the pages of a list; what was searched and filtered stays in the address."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from shared.core.frozen import frozen
from shared.infra.database.newest_statements import Turn
from shared.infra.database.paging import Paged


@frozen(kw_only=True)
class Pager(Paged):
    """What the pager component wants."""

    prev_url: str
    next_url: str


def address(path: str, **query: str | int | None) -> str:
    """`path` with those parameters that say something."""
    told = {key: value for key, value in query.items() if value}
    return f"{path}?{urlencode(told)}" if told else path


def told(address: str) -> list[tuple[str, str]]:
    """What an address says behind its `?`, for the hidden fields of a form that goes there."""
    return parse_qsl(address.partition("?")[2])


@frozen
class TurnLinks:
    """The links of a list without numbered pages, to what is newer and older."""

    newer_url: str | None
    older_url: str | None


def id_in(text: str | None) -> int:
    """The id that an address names; 0 for what is none."""
    found = re.fullmatch(r"[1-9][0-9]{0,17}", text or "", re.ASCII)
    return int(found[0]) if found else 0


def turn_in(told: Mapping[str, str]) -> Turn | None:
    """Which way an address turns in such a list, and at which row."""
    for name in ("after", "before"):
        number = id_in(told.get(name))
        if number:
            return Turn(number, newer=name == "before")
    return None


def turns(
    path: str,
    newer: Turn | None,
    older: Turn | None,
    **query: str | None,
) -> TurnLinks:
    """The links that turn the list at `path` with these parameters."""
    return TurnLinks(
        address(path, **query, before=newer.id) if newer else None,
        address(path, **query, after=older.id) if older else None,
    )


def pager(
    path: str,
    shown: Paged,
    **query: str | int | None,
) -> Pager:
    """The links before and after `shown`, in the list at `path` with these parameters."""
    number, pages = shown.number, shown.pages
    return Pager(
        number=number,
        pages=pages,
        goes_on=shown.goes_on,
        prev_url=address(
            path,
            **query,
            page=number - 1 if number > 2 else None,
        ),
        next_url=address(path, **query, page=number + 1),
    )

"""Links between the pages of a list; what was searched and filtered stays in the address."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from shared.core.frozen import frozen
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

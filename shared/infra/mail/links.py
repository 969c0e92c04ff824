"""Addresses in mails: `url_for('orders.show', number=…)`, as in pages.

The door says where each page is.

Mails are written in transactions, where there is no request and no setting. What stands in their
text is an address below `PUBLIC_URL`, which is filled in as the mail is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

PUBLIC_URL = "{public_url}"


class WhenSent(str):
    """A part of an address that stands in no database: it is made as the mail is sent."""

    __slots__ = ()


# The token of the purchase that a mail is about, for its shopper alone
# (`shared.entrypoints.web.order_links`).
ORDER = WhenSent("{order_link}")


class Routes(Protocol):
    """Where the pages are."""

    def build(
        self,
        name: str,
        values: Mapping[str, Any],
        /,
    ) -> str:
        """Return the path of a route, from its name and the parts of its address; other values make
        the query.
        """
        ...


class MailLinks:
    """Where the pages are; asked for when the first address is, since knowing every route may cost
    a second.
    """

    def __init__(self) -> None:
        self._door: Callable[[], Routes] | None = None
        self._routes: Routes | None = None

    def come_from(self, door: Callable[[], Routes]) -> None:
        """Let `door` say where the pages are."""
        self._door, self._routes = door, None

    def url_for(self, name: str, /, **values: object) -> str:
        """Return the address of a page, below PUBLIC_URL.

        Raises LookupError for a route or a part that is not there.
        """
        return PUBLIC_URL + self._path(name, values)

    def _path(
        self,
        name: str,
        values: Mapping[str, object],
    ) -> str:
        """What is made later goes through the builder under another name, which no quoting
        changes.
        """
        later = {
            f"when.sent.{part}": value
            for part, value in values.items()
            if isinstance(value, WhenSent)
        }
        known = {
            part: f"when.sent.{part}" if isinstance(value, WhenSent) else value
            for part, value in values.items()
        }
        path = self._found().build(name, known)
        for stand_in, value in later.items():
            path = path.replace(stand_in, value)
        return path

    def _found(self) -> Routes:
        if self._routes is None:
            if self._door is None:
                raise RuntimeError(
                    "nobody has said where the pages are (run.py does: links.come_from)"
                )
            self._routes = self._door()
        return self._routes


links = MailLinks()

"""What a page says of itself to machines: its one address, a description, a picture, and what it is
about in schema.org's terms (structured.py).
"""

from __future__ import annotations

from typing import Any

from shared.core import locales
from shared.core.frozen import frozen
from shared.core.money import Money
from shared.entrypoints.web.kit import kit
from shared.entrypoints.web.links import public_url_for
from shared.entrypoints.web.pages import static_url
from storefront.described.sending import Thing, plain

LONGEST_DESCRIPTION = 200
_CONTEXT = {"@context": "https://schema.org"}
_TERRITORIES = {"en": "en_GB", "de": "de_DE", "fr": "fr_FR"}
_DRAWN = ".svg"  # which who shows a link's picture does not show


@frozen(kw_only=True)
class Meta:
    """Of one page. `address` is what it is known by, whatever filter or order was chosen."""

    address: str
    title: str
    description: str = ""
    picture: str = ""
    kind: str = "website"
    price: Money | None = None
    about: tuple[Thing, ...] = ()

    @property
    def locale(self) -> str:
        """The language with its territory, as Open Graph names it."""
        return _TERRITORIES.get(locales.current(), "en_GB")

    @property
    def documents(self) -> tuple[Thing, ...]:
        """What the page is about, each a document of its own."""
        return tuple(_CONTEXT | thing for thing in self.about)

    @property
    def amount(self) -> str:
        """The price as machines read it."""
        return plain(self.price) if self.price else ""


def picture_address(path: str) -> str:
    """The whole address of a picture below static/; empty for one that others cannot show."""
    if not path or path.endswith(_DRAWN):
        return ""
    return kit().settings.public_url + static_url(path)


def shortened(text: str) -> str:
    """The beginning of a text, whole words, as a search engine shows it."""
    words = " ".join(text.split())
    if len(words) <= LONGEST_DESCRIPTION:
        return words
    return words[:LONGEST_DESCRIPTION].rpartition(" ")[0] + "…"


def whole_address(route: str, /, **values: Any) -> str:
    """The address of a page as machines know it."""
    return public_url_for(route, **values)

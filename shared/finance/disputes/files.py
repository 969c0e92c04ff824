"""Documents in an answer: which kinds there are, what one may be, and how large, judged by what is
in it. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from pathlib import PurePosixPath

from shared.core import formats
from shared.core.frozen import frozen
from shared.core.words import words
from shared.finance.disputes.errors import (
    DocumentEmpty,
    DocumentFormat,
    DocumentsTooLarge,
    DocumentTooLarge,
    TooManyPages,
    UnknownDocumentKind,
)

# Stripe's own limit of one document is 5 MB, that of all together about 4.5 MB (stripe-facts 13.6):
# the smaller one counts.
MOST_TOGETHER = 4_500_000
MOST_PAGES = 49
MOST_NAME = 100
ACCEPT = "application/pdf,image/jpeg,image/png"
RECEIPT = "receipt"


@frozen
class Kind:
    """What a document shows. `name` is Stripe's."""

    name: str

    @property
    def label(self) -> str:
        return words("disputes.documents", self.name)["label"]

    @property
    def hint(self) -> str:
        return words("disputes.documents", self.name)["hint"]


_ALL = (
    Kind(RECEIPT),
    Kind("shipping_documentation"),
    Kind("customer_communication"),
    Kind("uncategorized_file"),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}


@frozen
class Paper:
    """A document that may be attached."""

    name: str
    content_type: str


@frozen
class _Sort:
    start: bytes
    content_type: str
    endings: tuple[str, ...]


_SORTS = (
    _Sort(b"%PDF-", "application/pdf", (".pdf",)),
    _Sort(b"\xff\xd8\xff", "image/jpeg", (".jpg", ".jpeg")),
    _Sort(b"\x89PNG\r\n\x1a\n", "image/png", (".png",)),
)
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")


def judge(kind: str, name: str, content: bytes) -> Paper:
    """What a document is, whatever its name says.

    Raises Invalid, naming the kind, for what a bank would not get to read.
    """
    if kind not in KINDS:
        raise UnknownDocumentKind(param=kind)
    if not content:
        raise DocumentEmpty(param=kind)
    sort = next(
        (sort for sort in _SORTS if content.startswith(sort.start)),
        None,
    )
    if sort is None:
        raise DocumentFormat(param=kind)
    if len(content) > MOST_TOGETHER:
        raise DocumentTooLarge(
            size=formats.size(len(content)),
            most=formats.size(MOST_TOGETHER),
            param=kind,
        )
    if (
        sort.content_type == "application/pdf"
        and len(_PAGE.findall(content)) > MOST_PAGES
    ):
        raise TooManyPages(most=MOST_PAGES, param=kind)
    return Paper(tidy_name(name, sort.endings), sort.content_type)


def check_together(kind: str, sizes: Mapping[str, int]) -> None:
    """Raise Invalid at `kind`, the newest, when all documents together are too large.

    `sizes` has one for each kind.
    """
    together = sum(sizes.values())
    if together > MOST_TOGETHER:
        raise DocumentsTooLarge(
            size=formats.size(together),
            most=formats.size(MOST_TOGETHER),
            param=kind,
        )


def tidy_name(name: str, endings: tuple[str, ...]) -> str:
    """A file's name without its folders and what cannot be printed, ending with what the file
    is.
    """
    plain = unicodedata.normalize(
        "NFC",
        re.split(r"[/\\]", name)[-1],
    )
    plain = "".join(
        char for char in plain if char.isprintable() and char not in '"<>:|?*'
    ).strip(" .")
    path = PurePosixPath(plain or "document")
    own = path.suffix.lower()
    ending = own if own in endings else endings[0]
    return path.stem[: MOST_NAME - len(ending)] + ending

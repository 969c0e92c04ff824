"""Documents in an answer: which kinds there are, what one may be, and how large, judged by what is
in it. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from shared.core.errors import Invalid

# Stripe's own limit of one document is 5 MB, that of all together about 4.5 MB (stripe-facts 13.6):
# the smaller one counts.
MOST_TOGETHER = 4_500_000
MOST_PAGES = 49
MOST_NAME = 100
ACCEPT = "application/pdf,image/jpeg,image/png"
RECEIPT = "receipt"


@dataclass(frozen=True)
class Kind:
    """What a document shows. `name` is Stripe's."""

    name: str
    label: str
    hint: str


_ALL = (
    Kind(RECEIPT, "Receipt", "What the shopper got as a receipt or an invoice."),
    Kind(
        "shipping_documentation",
        "Proof of delivery",
        "The carrier’s confirmation, a signature, a photo of the parcel at the door.",
    ),
    Kind(
        "customer_communication",
        "Messages with the customer",
        "Emails or chats, as one PDF or one picture.",
    ),
    Kind(
        "uncategorized_file",
        "Other",
        "Anything else that helps, such as photos of what you sent.",
    ),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in _ALL}


@dataclass(frozen=True)
class Paper:
    """A document that may be attached."""

    name: str
    content_type: str


@dataclass(frozen=True)
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
        raise Invalid("We do not know that kind of document.", param=kind)
    if not content:
        raise Invalid("This document is empty. Please choose it again.", param=kind)
    sort = next(
        (sort for sort in _SORTS if content.startswith(sort.start)),
        None,
    )
    if sort is None:
        raise Invalid(
            (
                "The bank reads PDF, JPEG and PNG. Save this document as one of them and choose "
                "it again."
            ),
            param=kind,
        )
    if len(content) > MOST_TOGETHER:
        raise Invalid(
            f"This document has {size(len(content))}; all documents together may have "
            f"{size(MOST_TOGETHER)}."
            " Make it smaller, for example with a lower resolution.",
            param=kind,
        )
    if (
        sort.content_type == "application/pdf"
        and len(_PAGE.findall(content)) > MOST_PAGES
    ):
        raise Invalid(
            f"This PDF has more than {MOST_PAGES} pages. Keep those that matter.",
            param=kind,
        )
    return Paper(tidy_name(name, sort.endings), sort.content_type)


def check_together(kind: str, sizes: Mapping[str, int]) -> None:
    """Raise Invalid at `kind`, the newest, when all documents together are too large.

    `sizes` has one for each kind.
    """
    together = sum(sizes.values())
    if together > MOST_TOGETHER:
        raise Invalid(
            f"With this document all together would have {size(together)}; the bank takes "
            f"{size(MOST_TOGETHER)}. Make it"
            " smaller, or remove another one first.",
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
    if path.suffix.lower() in endings:
        return path.stem[: MOST_NAME - len(path.suffix)] + path.suffix.lower()
    return path.stem[: MOST_NAME - len(endings[0])] + endings[0]


def size(count: int) -> str:
    """`640 bytes`, `23 KB`, `4.5 MB`: as people say it, in thousands."""
    if count < 1000:
        return f"{count} byte{'s' if count != 1 else ''}"
    if count < 999_500:
        return f"{round(count / 1000)} KB"
    return f"{count / 1_000_000:.1f}".removesuffix(".0") + " MB"

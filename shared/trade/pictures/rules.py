"""How pictures are named, and in which widths there are files of one. Pure."""

from __future__ import annotations

import re

from shared.core.frozen import frozen

# What a column that names a picture begins with; anything else there is a path below static/.
FOLDER = "pictures/"
WIDTHS = (320, 640, 960)
WIDEST = 1440
MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000
LEAST_SIDE = 200
FORMATS = {"webp": "image/webp", "jpg": "image/jpeg"}

_NAME = re.compile(r"[0-9a-f]{32}-(\d{1,5})x(\d{1,5})", re.ASCII)


@frozen
class PictureSize:
    """How large a picture is, in pixels."""

    width: int
    height: int

    @property
    def widths(self) -> tuple[int, ...]:
        """The widths that there are files of, smallest first."""
        return (*(width for width in WIDTHS if width < self.width), self.width)

    def height_at(self, width: int) -> int:
        """How high it is when it is that wide."""
        return max(1, round(self.height * width / self.width))


@frozen
class EncodedFile:
    """A picture in one width and format."""

    width: int
    format: str
    content: bytes


@frozen
class EncodedPicture:
    """A picture as it is kept."""

    name: str
    size: PictureSize
    files: tuple[EncodedFile, ...]


def fitted(width: int, height: int) -> PictureSize:
    """The size that a picture of so many pixels is kept in."""
    if width <= WIDEST:
        return PictureSize(width, height)
    return PictureSize(WIDEST, max(1, round(height * WIDEST / width)))


def name_of(digest: str, size: PictureSize) -> str:
    """What a picture is called: by its pixels and its size, so that no page must ask for that."""
    return f"{digest[:32]}-{size.width}x{size.height}"


def size_in(name: str) -> PictureSize | None:
    """The size that a picture's name says; None for what is no such name."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    size = PictureSize(int(found[1]), int(found[2]))
    return size if size.width and size.height else None

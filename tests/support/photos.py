"""Pictures as cameras and browsers make them, for uploads."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image

PLACE = "SECRET PLACE"  # stands in the files, and must not come out again
_MAKE, _ORIENTATION = 0x010F, 0x0112


def photo(
    width: int = 1600,
    height: int = 1200,
    *,
    kind: str = "JPEG",
    mode: str = "RGB",
    turned: int = 1,
    colour: Any = None,
) -> bytes:
    """A picture: red on the left and `colour` (blue) on the right, with a camera's words in it."""
    ink: dict[str, Any] = {
        "RGB": (200, 0, 0),
        "RGBA": (200, 0, 0, 255),
        "CMYK": (0, 255, 255, 40),
        "L": 60,
    }
    rest: dict[str, Any] = {
        "RGB": (0, 0, 200),
        "RGBA": (0, 0, 0, 0),
        "CMYK": (255, 255, 0, 40),
        "L": 200,
    }
    image = Image.new(mode, (width, height), colour or rest[mode])
    image.paste(ink[mode], (0, 0, width // 2, height))
    exif = Image.Exif()
    exif[_ORIENTATION], exif[_MAKE] = turned, PLACE
    to = BytesIO()
    image.save(to, kind, exif=exif)
    return to.getvalue()


def opened(content: bytes) -> Image.Image:
    """A picture as a browser takes it."""
    image = Image.open(BytesIO(content))
    image.load()
    return image

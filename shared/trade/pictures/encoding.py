"""Making an uploaded picture anew: nothing of the file but its pixels goes on.

What a file is, its bytes say, not its name. The size is looked at before anything is unpacked.
"""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import TYPE_CHECKING

from shared.core.importing import Late
from shared.trade.pictures.errors import NoPicture, PictureTooLarge, PictureTooSmall
from shared.trade.pictures.rules import (
    LEAST_SIDE,
    MOST_BYTES,
    MOST_PIXELS,
    EncodedFile,
    EncodedPicture,
    fitted,
    name_of,
)

if TYPE_CHECKING:
    from PIL import Image, ImageCms, ImageOps
else:
    Image = Late("PIL.Image")
    ImageCms = Late("PIL.ImageCms")
    ImageOps = Late("PIL.ImageOps")

_READ = ("JPEG", "PNG", "WEBP")
_BROKEN = (OSError, SyntaxError, ValueError)


def encoded(
    content: bytes,
    *,
    called: str,
    owner: int,
) -> EncodedPicture:
    """Read a picture and write it anew in every width; takes a second of one processor.

    `called` is what its owner calls the file. Raises NoPicture, PictureTooLarge, PictureTooSmall.
    """
    pixels = _pixels(content, called)
    size = fitted(*pixels.size)
    shown = pixels.resize((size.width, size.height), Image.Resampling.LANCZOS)
    digest = hashlib.sha256(b"%d:" % owner + shown.tobytes()).hexdigest()
    files = []
    for width in size.widths:
        part = shown.resize((width, size.height_at(width)), Image.Resampling.LANCZOS)
        files.append(
            EncodedFile(
                width,
                "webp",
                _webp(part),
            )
        )
        files.append(
            EncodedFile(
                width,
                "jpg",
                _jpeg(part),
            )
        )
    return EncodedPicture(
        name_of(digest, size),
        size,
        tuple(files),
    )


def _pixels(content: bytes, called: str) -> Image.Image:
    """The pixels of a file, the right way up, in sRGB and on white."""
    most = MOST_PIXELS // 1_000_000
    too_large = PictureTooLarge(
        name=called,
        size=MOST_BYTES // 1024 // 1024,
        pixels=most,
    )
    if len(content) > MOST_BYTES:
        raise too_large
    try:
        with Image.open(BytesIO(content), formats=_READ) as image:
            width, height = image.size
            if width * height > MOST_PIXELS:
                raise too_large
            if min(width, height) < LEAST_SIDE:
                raise PictureTooSmall(name=called, least=LEAST_SIDE)
            image.load()
            return _flat(ImageOps.exif_transpose(image))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise too_large from None
    except _BROKEN:
        raise NoPicture(name=called) from None


def _flat(image: Image.Image) -> Image.Image:
    coloured = _in_srgb(image)
    if coloured.mode != "RGBA":
        return coloured.convert("RGB")
    white = Image.new(
        "RGB",
        coloured.size,
        "white",
    )
    white.paste(coloured, mask=coloured.getchannel("A"))
    return white


def _in_srgb(image: Image.Image) -> Image.Image:
    """The image with red, green, blue as screens take them, and with what is transparent of it."""
    profile = image.info.get("icc_profile")
    wanted = "RGBA" if image.has_transparency_data else "RGB"
    if not profile or image.mode not in ("RGB", "CMYK"):
        return image.convert(wanted)
    try:
        found = ImageCms.profileToProfile(
            image,
            BytesIO(profile),
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, OSError):
        found = None
    return image.convert(wanted) if found is None else found


def _webp(image: Image.Image) -> bytes:
    return _written(
        image,
        "WEBP",
        quality=78,
        method=4,
    )


def _jpeg(image: Image.Image) -> bytes:
    return _written(
        image,
        "JPEG",
        quality=80,
        progressive=True,
        optimize=True,
    )


def _written(image: Image.Image, kind: str, **how: int) -> bytes:
    bare = Image.new("RGB", image.size)
    bare.paste(image)  # whatever else hung on it is left behind
    to = BytesIO()
    bare.save(
        to,
        kind,
        **how,
    )
    return to.getvalue()

"""Pictures on pages: where the files of an uploaded one are, and how browsers choose among them."""

from __future__ import annotations

from collections.abc import Iterable

from shared.core.frozen import frozen
from shared.entrypoints.web.links import url_for
from shared.trade.pictures.rules import FOLDER, PictureSize, size_in

USUAL = 640  # the width of who asks for one file

# How wide a picture is shown, as browsers are told, by the size that a page names.
SIZES = {
    "thumb": "64px",
    "line": "96px",
    "card": "(max-width: 560px) 50vw, (max-width: 860px) 33vw, 280px",
    "large": "(max-width: 859px) 100vw, 640px",
    "logo": "80px",
    "shop": "(max-width: 560px) 100vw, (max-width: 860px) 50vw, 380px",
    "cover": "(max-width: 1199px) 100vw, 1136px",
}


@frozen
class PictureSources:
    """What an `img` and a `picture` say; without `webp` there is one file, `src`."""

    src: str
    webp: str = ""
    jpeg: str = ""
    sizes: str = ""
    width: int = 600
    height: int = 600


def picture_address(path: str) -> str:
    """One file of an uploaded picture, that is named as columns name it."""
    name = path.removeprefix(FOLDER)
    size = size_in(name)
    width = _nearest(size.widths) if size else USUAL
    return _address(
        name,
        width,
        "jpg",
    )


def sources(address: str, shown: str) -> PictureSources:
    """The files behind the address of one of them; of what is not uploaded that one alone.

    `shown`: how large, a key of SIZES.
    """
    name = address.rpartition("/")[0].rpartition("/")[2]
    size = size_in(name)
    if size is None:
        return PictureSources(address)
    return PictureSources(
        src=address,
        webp=_set(
            name,
            size,
            "webp",
        ),
        jpeg=_set(
            name,
            size,
            "jpg",
        ),
        sizes=SIZES.get(shown, SIZES["large"]),
        width=size.width,
        height=size.height,
    )


def _set(
    name: str,
    size: PictureSize,
    kind: str,
) -> str:
    files = (f"{_address(name, width, kind)} {width}w" for width in size.widths)
    return ", ".join(files)


def _nearest(widths: Iterable[int]) -> int:
    return min(widths, key=lambda width: abs(width - USUAL))


def _address(
    name: str,
    width: int,
    kind: str,
) -> str:
    return url_for(
        "pictures.show",
        name=name,
        file=f"{width}.{kind}",
    )

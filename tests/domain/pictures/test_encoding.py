"""Uploaded pictures are made anew: their pixels go on, and nothing else; pure."""

from __future__ import annotations

import struct
import zlib

import pytest

from shared.core.errors import Invalid
from shared.trade.pictures.encoding import encoded
from shared.trade.pictures.rules import (
    MOST_BYTES,
    EncodedPicture,
    PictureSize,
    fitted,
    size_in,
)
from tests.support.photos import PLACE, opened, photo


def made(content: bytes, owner: int = 1) -> EncodedPicture:
    return encoded(content, called="cup.jpg", owner=owner)


def file_of(picture: EncodedPicture, width: int, kind: str) -> bytes:
    (found,) = [
        one.content for one in picture.files if (one.width, one.format) == (width, kind)
    ]
    return found


class TestSizes:
    def test_every_width_below_its_own_and_that_one(self) -> None:
        """Never larger than it is, nor than the widest."""
        assert fitted(3000, 1500) == PictureSize(1440, 720)
        assert PictureSize(1440, 720).widths == (320, 640, 960, 1440)
        assert PictureSize(640, 300).widths == (320, 640)
        assert PictureSize(250, 900).widths == (250,)

    def test_a_name_says_the_size_and_nothing_else_is_one(self) -> None:
        """So that no page asks the database how high a picture is."""
        picture = made(photo(1600, 1200))
        assert size_in(picture.name) == picture.size == PictureSize(1440, 1080)
        for name in ("", "x" * 32 + "-1x1", "0" * 32 + "-0x5", "../" + picture.name):
            assert size_in(name) is None

    @pytest.mark.parametrize("kind", ["webp", "jpg"])
    def test_each_file_is_as_wide_as_it_says(self, kind: str) -> None:
        """In the format it says, in the right shape."""
        picture = made(photo(1600, 1200))
        for width in picture.size.widths:
            image = opened(file_of(picture, width, kind))
            assert image.size == (width, picture.size.height_at(width))
            assert image.format == {"webp": "WEBP", "jpg": "JPEG"}[kind]


class TestPixels:
    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    def test_nothing_of_the_file_but_its_pixels_survives(self, kind: str) -> None:
        """Neither what the camera wrote nor what hangs behind the picture."""
        brought = photo(kind=kind)
        assert PLACE.encode() in brought
        picture = made(brought + b"<script>alert(1)</script>")
        for one in picture.files:
            assert PLACE.encode() not in one.content
            assert b"script" not in one.content
            assert not opened(one.content).getexif()

    def test_a_picture_is_the_right_way_up(self) -> None:
        """As the camera says how it was held: what was left is on top."""
        picture = made(photo(1600, 1200, turned=6))
        assert picture.size.width < picture.size.height
        image = opened(file_of(picture, 640, "jpg"))
        top, bottom = (
            image.getpixel((320, 20)),
            image.getpixel((320, image.height - 20)),
        )
        assert isinstance(top, tuple)
        assert isinstance(bottom, tuple)
        assert top[0] > 150 > top[2]
        assert bottom[2] > 150 > bottom[0]

    def test_what_is_transparent_is_white(self) -> None:
        """Not black, as a JPEG would have it."""
        image = opened(file_of(made(photo(kind="PNG", mode="RGBA")), 640, "jpg"))
        corner = image.getpixel((630, 10))
        assert isinstance(corner, tuple)
        assert min(corner) > 245

    @pytest.mark.parametrize("mode", ["CMYK", "L"])
    def test_other_colours_become_those_of_screens(self, mode: str) -> None:
        """As printers and scanners write them."""
        assert opened(made(photo(mode=mode)).files[0].content).mode == "RGB"

    def test_the_same_picture_has_one_name_and_each_owner_its_own(self) -> None:
        """Nobody learns from a name what others have uploaded."""
        assert made(photo()).name == made(photo(kind="JPEG") + b"more").name
        assert made(photo()).name != made(photo(), owner=2).name


def _bomb(side: int = 20_000) -> bytes:
    """A PNG of a few bytes that says it has so many pixels a side."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    parts = [b"\x89PNG\r\n\x1a\n"]
    for name, data in ((b"IHDR", head), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")):
        check = zlib.crc32(name + data)
        parts.append(
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)
        )
    return b"".join(parts)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "not a picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
        (b"GIF89a" + b"\x00" * 400, "not a picture"),
        (b"%PDF-1.7", "not a picture"),
        (photo()[:2000], "not a picture"),
        (photo(kind="PNG")[:400], "not a picture"),
        (photo(199, 900), "too small"),
        (_bomb(), "too large"),
        (_bomb(8_000), "too large"),
        (b"\xff\xd8\xff" + b"\x00" * MOST_BYTES, "too large"),
    ],
    ids=[
        "empty",
        "svg",
        "gif",
        "pdf",
        "half",
        "half png",
        "small",
        "bomb",
        "large",
        "heavy",
    ],
)
def test_what_is_no_picture_of_ours_is_said_by_its_name(
    content: bytes, told: str
) -> None:
    """What a file is, its bytes say; none of them is an error of ours."""
    with pytest.raises(Invalid, match=rf"cup\.jpg is {told}"):
        made(content)

"""What travels compressed: our own files and pages from memory, to those who take it, and nothing
that is made for one person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from shared.entrypoints.web.compression import accepts
from tests.support.from_memory import (
    PAGE,
    Answer,
    ask,
    cookies_of_ours,
    is_from_memory,
    shop_with_a_cup,
)

if TYPE_CHECKING:
    from quart import Quart

pytestmark = pytest.mark.usefixtures("database")

TAKES = ("Accept-Encoding", "gzip, deflate, br")
STYLES = "/static/css/base.css"
FONT = "/static/vendor/inter/inter-latin-wght-normal.woff2"


@pytest.mark.one_engine
@pytest.mark.parametrize(
    ("header", "takes"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("*", True),
        ("", False),
        ("br", False),
        ("gzip;q=0, *", False),
        ("identity", False),
        ("gzip, " + "x" * 300, False),
    ],
)
def test_who_takes_it(header: str, takes: bool) -> None:
    assert accepts(header) is takes


async def test_a_page_from_memory_is_a_third_as_long(app: Quart) -> None:
    """When it is kept, and whenever it is given after that; with an etag of its own."""
    await shop_with_a_cup()
    first = await ask(app, PAGE, TAKES)
    assert await is_from_memory(app)
    again, plain = await ask(app, PAGE, TAKES), await ask(app)
    for packed in (first, again):
        assert packed.encoding == "gzip"
        assert packed.body == plain.body
        assert packed.size < plain.size / 3
        assert packed.headers["etag"] == again.headers["etag"]
    assert not plain.encoding
    for answer in (first, plain):
        assert "Accept-Encoding" in answer.headers["vary"]
    assert plain.headers["etag"] != again.headers["etag"]


async def test_who_has_a_page_is_told_so_in_its_own_encoding(app: Quart) -> None:
    await shop_with_a_cup()
    packed, plain = await ask(app, PAGE, TAKES), await ask(app)

    async def status(*headers: tuple[str, str]) -> tuple[int, bytes]:
        answer = await ask(app, PAGE, *headers)
        return answer.status, answer.body[:1]

    has_packed = ("If-None-Match", packed.headers["etag"])
    has_plain = ("If-None-Match", plain.headers["etag"])
    assert await status(TAKES, has_packed) == (304, b"")
    assert await status(has_plain) == (304, b"")
    assert await status(has_packed) == (200, b"<")
    assert await status(TAKES, has_plain) == (200, b"<")


async def test_nothing_that_is_made_for_one_person_is_compressed(app: Quart) -> None:
    """Whatever their cookie holds."""
    await shop_with_a_cup()
    for value in (await cookies_of_ours(app)).values():
        for page in (PAGE, "/shop/basket", "/shop/account/login"):
            answer = await ask(app, page, TAKES, ("Cookie", f"markethall={value}"))
            assert not answer.encoding


async def static(app: Quart, *headers: tuple[str, str], path: str = STYLES) -> Answer:
    return await ask(app, path, *headers)


@pytest.mark.one_engine
async def test_our_files_are_compressed_for_those_who_take_it(app: Quart) -> None:
    """But a part of one, or what is small by itself."""
    plain, packed = await static(app), await static(app, TAKES)
    assert (plain.encoding, packed.encoding) == ("", "gzip")
    assert packed.body == plain.body
    assert packed.size < plain.size / 2
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
    assert plain.headers["etag"] != packed.headers["etag"]
    has = ("If-None-Match", packed.headers["etag"])
    assert (await static(app, TAKES, has)).status == 304
    assert (await static(app, has)).status == 200
    part = await static(app, TAKES, ("Range", "bytes=0-9"))
    assert (part.status, part.encoding, part.body) == (206, "", plain.body[:10])
    font = await static(app, TAKES, path=FONT)
    assert (font.status, font.encoding) == (200, "")
    assert "vary" not in font.headers


@pytest.mark.one_engine
async def test_asking_for_the_head_tells_what_would_come(app: Quart) -> None:
    told = await ask(app, STYLES, TAKES, method="HEAD")
    assert (told.status, told.encoding) == (200, "gzip")
    came = await static(app, TAKES)
    assert int(told.headers["content-length"]) == came.size

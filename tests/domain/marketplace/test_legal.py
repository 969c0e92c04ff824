"""The small markup of legal texts, and what may be the marketplace's name and logo. Pure."""

from __future__ import annotations

from datetime import date

import pytest

from shared.core.errors import Invalid
from shared.core.markup import Block, blocks
from shared.trade.marketplace import identity as rules
from shared.trade.marketplace.identity import MOST_LOGO, MarketIdentity, picture
from shared.trade.marketplace.legal import LegalKind, check, version

TEXT = (
    "First line\r\ngoes on.\r\n\r\n## Returns\r\nWrite to us.\r\n- within 14 days\r\n- "
    "unworn\r\n\r\n<b>bold</b>"
)


def test_a_text_is_headings_paragraphs_and_lists() -> None:
    """Whatever else stands in it is words."""
    assert blocks(TEXT) == (
        Block("p", ("First line goes on.",)),
        Block("h2", ("Returns",)),
        Block("p", ("Write to us.",)),
        Block("ul", ("within 14 days", "unworn")),
        Block("p", ("<b>bold</b>",)),
    )
    assert blocks(" \n\n ") == ()


@pytest.mark.parametrize(
    ("kind", "text", "returns", "field"),
    [
        (LegalKind.TERMS, " ", "14 days", "text"),
        (LegalKind.TERMS, "Terms", " ", "returns"),
        (LegalKind.PRIVACY, "x" * 60_001, "", "text"),
        (LegalKind.TERMS, "Terms", "x" * 1_001, "returns"),
    ],
)
def test_a_text_that_cannot_be_published_names_its_field(
    kind: LegalKind, text: str, returns: str, field: str
) -> None:
    """Empty or endless."""
    with pytest.raises(Invalid) as refused:
        check(kind, text, returns)
    assert refused.value.param == field


def test_each_version_has_a_name_of_its_own() -> None:
    """Never that of a text which came with the software, which is a day alone."""
    day = date(2026, 11, 28)
    assert version(day, set()) == "2026-11-28.1"
    assert version(day, {"2026-11-28.1", "2026-11-28.2"}) == "2026-11-28.3"


@pytest.mark.parametrize(
    ("identity", "field"),
    [
        (MarketIdentity(name=" "), "name"),
        (MarketIdentity(name="x" * 61), "name"),
        (MarketIdentity(name="Hall\r\nBcc: all"), "name"),
        (MarketIdentity(name="Hall <b>"), "name"),
        (MarketIdentity(sender="nobody"), "sender"),
        (MarketIdentity(contact_email="a@b@c"), "contact_email"),
        (MarketIdentity(phone="call me"), "phone"),
        (MarketIdentity(postal_address="x" * 401), "postal_address"),
    ],
)
def test_an_identity_that_cannot_stand_names_its_field(
    identity: MarketIdentity, field: str
) -> None:
    """The name goes into headers of mails, so it is one line without signs that mean something
    there.
    """
    with pytest.raises(Invalid) as refused:
        rules.check(identity)
    assert refused.value.param == field


def test_a_logo_is_what_its_first_bytes_say() -> None:
    """PNG, JPEG and WebP within the size; an SVG, which can hold scripts, is none."""
    png, webp = b"\x89PNG\r\n\x1a\n" + b"0" * 20, b"RIFF\x00\x00\x00\x00WEBPVP8 "
    assert [
        picture(content).media_type for content in (png, b"\xff\xd8\xff\xe0", webp)
    ] == [
        "image/png",
        "image/jpeg",
        "image/webp",
    ]
    for content in (
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a",
        b"",
        png + b"0" * MOST_LOGO,
    ):
        with pytest.raises(Invalid):
            picture(content)

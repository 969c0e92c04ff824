"""The small markup of texts: what it becomes, and that nothing in it is HTML; pure."""

from __future__ import annotations

import pytest

from shared.core.markup import Block, Span, as_plain, blocks, spans


def test_a_line_is_words_of_which_some_are_strong() -> None:
    """Stars that go together with no others are stars."""
    assert spans("Wash **cold**, then **dry flat**.") == (
        Span("Wash "),
        Span("cold", is_strong=True),
        Span(", then "),
        Span("dry flat", is_strong=True),
        Span("."),
    )
    assert spans("2 ** 3 is **8") == (Span("2 ** 3 is **8"),)
    assert spans("") == ()


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "[x](javascript:alert(1))", "&lt;b&gt;", "**<i>**"],
)
def test_html_and_links_are_words_like_others(text: str) -> None:
    """Nothing is taken out, since nothing is let in."""
    (block,) = blocks(text)
    assert block == Block("p", (text,))
    assert "".join(span.text for span in spans(text)) == text.replace("**", "")


def test_one_line_of_it_has_no_marks() -> None:
    """For search engines and feeds."""
    text = "Made of **linen**.\n\n## Care\n- wash cold\n- dry flat"
    assert as_plain(text) == "Made of linen. Care wash cold dry flat"
    assert as_plain("") == ""

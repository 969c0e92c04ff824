"""What searches compare: text without case, accents and separators."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.folding import fold, words
from shared.core.ids import new_number, typed_number

SAME = [
    ("Žamet", "zamet"),
    ("ŽAMET", "zamet"),
    ("Z\u030camet", "zamet"),
    ("MÜLLER", "muller"),
    ("VÉLO", "velo"),
    ("Étui", "etui"),
    ("Straße", "strasse"),
    ("STRAẞE", "strasse"),
    ("Øresund", "oresund"),
    ("Łódź", "lodz"),
    ("Đorđe", "dorde"),
    ("Ægir", "aegir"),
    ("Œuvre", "oeuvre"),
    ("İstanbul", "istanbul"),
    ("ISPARTA", "isparta"),
    ("ıspartalı", "ispartali"),
    ("Ħamrun", "hamrun"),
    ("Þór", "thor"),
    ("Sørensen", "sorensen"),
    ("Åse", "ase"),
    ("ﬁne", "fine"),
    ("Ｆｕｌｌ", "full"),
    ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
    ("Σίσυφος", "σισυφοσ"),
    ("ЁЛКА", "елка"),
    ("soft\u00adhyphen", "softhyphen"),
    ("हिन्दी", "हिनदी"),
]


@pytest.mark.parametrize(("text", "folded"), SAME)
def test_letters_that_people_take_for_the_same_are_the_same(
    text: str, folded: str
) -> None:
    """Case, accents, ligatures and letters with a stroke."""
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    """What is stored and what is typed meet, however often either was folded, in whatever form it
    was encoded.
    """
    assert fold(fold(text)) == fold(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(
        unicodedata.normalize("NFC", text)
    )


@given(st.text())
def test_words_are_words_already(text: str) -> None:
    """Each word once, and each is its own only word."""
    found = words(text)
    assert len(set(found)) == len(found)
    assert all(words(word) == (word,) for word in found)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Belt, bridle – belt", ("belt", "bridle")),
        ("T‑shirt (linen)", ("t", "shirt", "linen")),
        ("Levi’s l'étui", ("levis", "letui")),
        ("100% wool_mix & co", ("100%", "wool_mix", "&", "co")),
        ("ada@müller.test", ("ada@muller", "test")),
        (" — … ", ()),
    ],
)
def test_words_end_where_people_would_end_them(
    text: str, found: tuple[str, ...]
) -> None:
    """At spaces, dashes and punctuation; apostrophes stand inside, and signs that people search for
    stay.
    """
    assert words(text) == found


@pytest.mark.parametrize(
    "written",
    ["{0}-{1}-{2}", "{0}{1}{2}", "{1}-{2}", "{1}{2}", " {0} {1} {2} ", "{0}–{1}–{2}"],
)
def test_an_order_number_is_read_however_it_is_written(written: str) -> None:
    """With hyphens or without, in any case, with or without its first letters."""
    number = new_number()
    typed = written.format(*number.split("-"))
    assert typed_number(typed) == typed_number(typed.lower()) == number


@pytest.mark.parametrize("text", ["", "evt_1", "MH", "mh-1234", "a" * 300])
def test_what_is_no_number_does_not_become_one(text: str) -> None:
    """Stripe's ids and halves of numbers look up nothing by mistake."""
    assert "-" not in typed_number(text)

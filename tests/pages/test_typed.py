"""What people type into fields of codes and numbers reaches every such field in the same plain
signs.
"""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core.typed import bare_code, phone_number, plain, plain_code, readable

DASHES = "-‐‑‒–—―−－﹣﹘ー⁃˗"


@pytest.mark.parametrize("dash", DASHES)
def test_every_dash_is_the_one_on_the_keyboard(dash: str) -> None:
    """The minus sign, the dashes of word processors, and the Japanese long vowel that is typed for
    one.
    """
    assert plain(f"100{dash}0001") == "100-0001"


@pytest.mark.parametrize(
    "space", [" ", "\u00a0", "\u2009", "\u202f", "\u3000", "\t", "\n", " \u00a0 "]
)
def test_every_space_is_one_space(space: str) -> None:
    """No-break, thin, narrow and ideographic spaces; several in a row are one, at the ends none."""
    assert plain(f"{space}1{space}204{space}") == "1 204"


def test_digits_of_every_script_are_read() -> None:
    """Each decimal digit that Unicode knows has one value, whoever's keyboard typed it."""
    for code in range(0x110000):
        digit = unicodedata.decimal(chr(code), None)
        if digit is not None:
            assert plain(chr(code)) == str(digit)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("〒１００－０００１", "100-0001"),
        ("\u202a100-0001\u202c", "100-0001"),
        ("\ufeff1010", "1010"),
        ("10\u00ad115", "10115"),
        ("１，２０４．５０ €", "1,204.50 €"),
        ("Cafe\u0301", "Café"),
    ],
)
def test_what_is_pasted_along_is_taken_off(typed: str, read: str) -> None:
    """Marks of direction, byte order marks, soft hyphens and the postal mark; letters keep their
    accents.
    """
    assert plain(typed) == read


@pytest.mark.parametrize("typed", ["10²", "1½", "①", "m₂", "㎡"])
def test_a_sign_that_means_something_else_is_kept(typed: str) -> None:
    """10² is not 102: the field itself refuses what it does not know."""
    assert plain(typed) == typed


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("lu 123.456-78", "LU12345678"),
        ("ｄｋ–12", "DK12"),
        ("che-123.456.789 mwst", "CHE123456789MWST"),
        ("ß1", "ß1"),
    ],
)
def test_a_code_is_capitals_and_digits(typed: str, read: str) -> None:
    """What stands between them is taken out; only a to z become capitals."""
    assert bare_code(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("＋３５２  26–12 ", "+352 26-12"),
        ("(030) 901820", "(030) 901820"),
        ("+33 (0)1/42.68-53", "+33 (0)1/42.68-53"),
        ("1" * 38, "1" * 38),
        ("1" * 39, None),
        ("call me", None),
        ("+352", None),
        ("", None),
    ],
)
def test_a_phone_number_can_be_called(typed: str, read: str | None) -> None:
    """As people write them, in plain signs."""
    assert phone_number(typed) == read


@given(st.text(max_size=40))
def test_reading_twice_changes_nothing(text: str) -> None:
    """Whatever is typed; so a stored code may be read again."""
    for read in (plain, plain_code, bare_code):
        assert read(read(text)) == read(text)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ada\u202ecod.exe", "Adacod.exe"),
        ("\u2066a\u2069\u200fb\ufeff", "ab"),
        ("one\x00\x07\x1btwo", "onetwo"),
        ("line\r\nline\tand\n", "line\r\nline\tand\n"),
        ("שלום Ada, مرحبا", "שלום Ada, مرحبا"),
        ("می\u200cخواهم 👩\u200d🚀", "می\u200cخواهم 👩\u200d🚀"),
        ("Zoë, 東京 ﬁne", "Zoë, 東京 ﬁne"),
    ],
)
def test_free_text_turns_nothing_around(typed: str, kept: str) -> None:
    """Marks of direction and control characters go; lines, joiners and letters stay."""
    assert readable(typed) == kept

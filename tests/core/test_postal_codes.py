"""Postal codes: what people type becomes what the post writes, in every country offered; what
cannot be one is refused.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.trade.shipping.places import COUNTRIES
from storefront.checkout.places import place_of
from storefront.checkout.postal import example_of, tidy_postal_code

OFFERED = COUNTRIES
FULL_WIDTH = {ord(sign): ord(sign) + 0xFEE0 for sign in map(chr, range(0x21, 0x7F))}
DASHES = "-‐‑‒–—−ー－"
# Codes that begin with the country's letters, or with an area's: nothing is a prefix there.
WITH_LETTERS = {"AD", "CA", "GB", "IE", "LV", "MT"}
# What people put before the number there, besides the ISO code.
PLATES = {
    "AT": "A",
    "BE": "B",
    "DE": "D",
    "ES": "E",
    "FI": "FIN",
    "FR": "F",
    "HU": "H",
    "IT": "I",
    "LI": "FL",
    "LU": "L",
    "NO": "N",
    "PT": "P",
    "SE": "S",
    "SI": "SLO",
    "US": "USA",
}


@pytest.mark.parametrize("country", OFFERED)
def test_each_countrys_codes_are_taken_however_they_are_typed(country: str) -> None:
    """Every example of the country, plain and in each disguise, is stored in the one form of its
    post.
    """
    for example in place_of(country).code_examples:
        stored = tidy_postal_code(example, country)
        assert stored is not None, example
        bare = stored.replace(" ", "").replace("-", "")
        typed = {
            stored,
            bare,
            bare.lower(),
            f" {stored}\u00a0",
            stored.translate(FULL_WIDTH),
            bare.translate(FULL_WIDTH),
        }
        typed |= {stored.replace("-", dash).replace(" ", "\u2009") for dash in DASHES}
        typed |= {
            stored.replace(" ", "-"),
            stored.replace("-", " "),
            f"〒{stored}",
            f"\u200e{stored}",
        }
        assert {tidy_postal_code(text, country) for text in typed} == {stored}


@pytest.mark.parametrize(
    "country", [code for code in OFFERED if code not in WITH_LETTERS]
)
def test_the_countrys_letters_before_a_number_are_dropped(country: str) -> None:
    """The ISO code and the letters of number plates, with a hyphen, a space or nothing between."""
    stored = str(example_of(country))
    for letters in {country, country.lower(), PLATES.get(country, country)}:
        for between in ("-", " ", "", " - ", "–", "\u00a0"):
            assert tidy_postal_code(f"{letters}{between}{stored}", country) == stored, (
                letters
            )


@pytest.mark.parametrize("country", OFFERED)
def test_a_foreign_code_is_refused(country: str) -> None:
    """Each country refuses what no code of its own looks like, and another one's letters before its
    own number.
    """
    stored = str(example_of(country))
    other = "DK" if country != "DK" else "NO"
    for typed in (
        "1",
        "ABC",
        "12345678901",
        f"{stored}9999999",
        f"{other}-{stored}",
        "@" + stored,
        f"{stored};",
    ):
        assert tidy_postal_code(typed, country) is None, typed


@pytest.mark.parametrize("country", OFFERED)
def test_the_example_in_the_message_is_a_code_of_that_country(country: str) -> None:
    """What we suggest is taken as it stands, by that country, and is no counting from one."""
    example = example_of(country)
    assert example is not None
    assert tidy_postal_code(example, country) == example
    assert example not in {"12345", "1234", "123456"}


@pytest.mark.parametrize(
    ("country", "typed", "written"),
    [
        ("AD", "500", "AD500"),
        ("AD", "ad-500", "AD500"),
        ("CA", "k1a0b1", "K1A 0B1"),
        ("CZ", "CZ-110 00", "110 00"),
        ("CZ", "11000", "110 00"),
        ("FI", "FIN-00100", "00100"),
        ("GB", "sw1a1aa", "SW1A 1AA"),
        ("GB", "M1 1AE", "M1 1AE"),
        ("GB", "b338th", "B33 8TH"),
        ("GR", "GR-104 31", "104 31"),
        ("IE", "d02af30", "D02 AF30"),
        ("IE", "D6W XK06", "D6W XK06"),
        ("JP", "１００－０００１", "100-0001"),
        ("JP", "〒100-0001", "100-0001"),
        ("JP", "100ー0001", "100-0001"),
        ("LI", "FL-9490", "9490"),
        ("LT", "LT-01001", "01001"),
        ("LU", "１７２８", "1728"),
        ("LV", "LV-1010", "LV-1010"),
        ("LV", "lv1010", "LV-1010"),
        ("LV", "1010", "LV-1010"),
        ("MT", "vlt1117", "VLT 1117"),
        ("NL", "NL-1012ab", "1012 AB"),
        ("PL", "PL-00-001", "00-001"),
        ("PL", "00001", "00-001"),
        ("PT", "1100148", "1100-148"),
        ("RS", "RS-11000", "11000"),
        ("SE", "S-111 22", "111 22"),
        ("SK", "81101", "811 01"),
        ("US", "941071234", "94107-1234"),
    ],
)
def test_is_written_as_the_post_writes_it(
    country: str, typed: str, written: str
) -> None:
    """A missing space or a habitual prefix is mended, not blamed; what is part of the code is
    added.
    """
    assert tidy_postal_code(typed, country) == written


@pytest.mark.parametrize(
    ("country", "typed"),
    [
        ("LU", "17280"),
        ("LU", "abcd"),
        ("DE", "1011"),
        ("GB", "12345"),
        ("NL", "0012 AB"),
        ("US", "9410"),
        ("DE", "1011⁵"),
    ],
)
def test_what_cannot_be_one_is_refused(country: str, typed: str) -> None:
    """Wrong length, wrong signs."""
    assert tidy_postal_code(typed, country) is None


@pytest.mark.parametrize("country", OFFERED)
def test_only_an_eircode_may_be_left_out(country: str) -> None:
    """The Irish post delivers without; the others ask for theirs."""
    assert tidy_postal_code("", country) == ("" if country == "IE" else None)


@pytest.mark.parametrize(
    ("country", "typed", "stored"),
    [
        ("AE", "", ""),
        ("HK", "", ""),
        ("XX", "ab 12", "AB 12"),
        ("XX", "?", None),
    ],
)
def test_where_there_are_no_codes_none_is_asked_for(
    country: str, typed: str, stored: str | None
) -> None:
    """Countries without codes, and those that the data does not know: what looks like a code is
    kept.
    """
    assert tidy_postal_code(typed, country) == stored


@given(st.text(max_size=60), st.sampled_from(OFFERED))
def test_nothing_breaks_it_and_what_it_gives_it_takes(text: str, country: str) -> None:
    """Tidying twice changes nothing, and the result fits its column."""
    once = tidy_postal_code(text, country)
    if once is not None:
        assert tidy_postal_code(once, country) == once
        assert len(once) <= 20

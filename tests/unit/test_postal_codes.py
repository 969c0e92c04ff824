"""Postal codes: what people type becomes what the post writes; what cannot be one is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storefront.checkout.forms import COUNTRIES
from storefront.checkout.postal import example_of, tidy_postal_code


@pytest.mark.parametrize(
    ("country", "typed", "written"),
    [
        ("LU", "1728", "1728"),
        ("LU", "L-1728", "1728"),
        ("LU", " l 1728 ", "1728"),
        ("DE", "D-10115", "10115"),
        ("DK", "DK-2100", "2100"),
        ("GB", "sw1a1aa", "SW1A 1AA"),
        ("GB", "M1 1AE", "M1 1AE"),
        ("NL", "1012ab", "1012 AB"),
        ("PL", "00001", "00-001"),
        ("PT", "1100148", "1100-148"),
        ("SE", "11122", "111 22"),
        ("US", "94107", "94107"),
        ("US", "941071234", "94107-1234"),
        ("CA", "k1a0b1", "K1A 0B1"),
        ("IE", "d02af30", "D02 AF30"),
        ("LV", "LV-1050", "1050"),
    ],
)
def test_is_written_as_the_post_writes_it(country: str, typed: str, written: str) -> None:
    """A missing space or a habitual prefix is mended, not blamed."""
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
        ("LU", "１７２８"),
        ("XX", ""),
    ],
)
def test_what_cannot_be_one_is_refused(country: str, typed: str) -> None:
    """Wrong length, wrong signs, other scripts' digits."""
    assert tidy_postal_code(typed, country) is None


@pytest.mark.parametrize("country", [code for code, _ in COUNTRIES])
def test_each_countrys_example_is_right(country: str) -> None:
    """What we suggest must be accepted as it stands."""
    example = example_of(country)
    assert example is not None
    assert tidy_postal_code(example, country) == example


@given(st.text(max_size=60), st.sampled_from([code for code, _ in COUNTRIES]))
def test_nothing_breaks_it_and_what_it_gives_it_takes(text: str, country: str) -> None:
    """Tidying twice changes nothing, and the result fits its column."""
    once = tidy_postal_code(text, country)
    if once is not None:
        assert tidy_postal_code(once, country) == once
        assert len(once) <= 20

"""States of addresses: asked for where the post asks, read however they are written, and where they
stand on a label.
"""

from __future__ import annotations

import unicodedata

import pytest

from shared.trade.orders.contacts import Contact
from shared.trade.shipping.places import COUNTRIES
from storefront.checkout.places import place_of

WITH_STATES = {
    "AU": "State or territory",
    "CA": "Province",
    "ES": "Province",
    "IT": "Province",
    "JP": "Prefecture",
    "US": "State or territory",
}


def test_states_are_asked_for_where_the_post_asks_for_them() -> None:
    """Of the countries offered; elsewhere the field does not exist."""
    assert {
        code: place_of(code).state_word for code in COUNTRIES if place_of(code).states
    } == WITH_STATES


@pytest.mark.parametrize("country", WITH_STATES)
def test_a_state_is_read_however_it_is_written(country: str) -> None:
    """Its label and its name, in any case, without accents or spaces; two states never share a
    label.
    """
    place = place_of(country)
    for label, name in place.states:
        bare = "".join(
            sign for sign in unicodedata.normalize("NFKD", name) if sign.isalnum()
        )
        for typed in (label, name, label.lower(), name.upper(), f" {name} ", bare):
            assert place.state(typed) == label, typed
    assert len({label for label, _ in place.states}) == len(place.states)
    assert place.state("Atlantis") is place.state("") is place.state("-") is None


@pytest.mark.parametrize(
    ("country", "typed", "label"),
    [
        ("CA", "Québec", "QC"),
        ("CA", "Terre-Neuve-et-Labrador", "NL"),
        ("ES", "Araba", "Álava"),
        ("ES", "Gipuzkoa", "Guipúzcoa"),
        ("IT", "Reggio nell'Emilia", None),
        ("JP", "東京都", "Tokyo"),
        ("JP", "東京", "Tokyo"),
        ("US", "D.C.", "DC"),
    ],
)
def test_other_languages_of_the_country_are_read(
    country: str, typed: str, label: str | None
) -> None:
    """French in Canada, Basque in Spain, Japanese; what the data does not know is asked again."""
    assert place_of(country).state(typed) == label


@pytest.mark.parametrize(
    "country",
    ["", "XX", "ZZ", "all", "../..", "us", "US\n", "DE"],
)
def test_a_country_that_is_none_asks_for_nothing(country: str) -> None:
    """Whatever a form sends for a country, no file but that country's is read."""
    assert place_of(country).states == ()


@pytest.mark.parametrize(
    ("city", "code", "state", "country", "line"),
    [
        ("Luxembourg", "1728", "", "LU", "1728 Luxembourg"),
        ("San Francisco", "94107", "CA", "US", "San Francisco, CA 94107"),
        ("San Francisco", "94107", "", "US", "San Francisco, 94107"),
        ("Toronto", "M5V 2T6", "ON", "CA", "Toronto ON M5V 2T6"),
        ("Sydney", "2000", "NSW", "AU", "Sydney NSW 2000"),
        ("Milano", "20121", "MI", "IT", "20121 Milano MI"),
        ("Getxo", "48930", "Vizcaya", "ES", "48930 Getxo Vizcaya"),
        ("Madrid", "28013", "Madrid", "ES", "28013 Madrid"),
        ("Chiyoda", "100-0001", "Tokyo", "JP", "100-0001 Chiyoda, Tokyo"),
        ("London", "SW1A 1AA", "", "GB", "London SW1A 1AA"),
        ("Cork", "", "", "IE", "Cork"),
        ("Riga", "LV-1010", "", "LV", "Riga, LV-1010"),
    ],
)
def test_the_town_stands_as_the_post_writes_it(
    city: str, code: str, state: str, country: str, line: str
) -> None:
    """With a state, without one, on orders older than the field, without a code."""
    contact = Contact(
        "ada@example.test", "Ada", "1 Street", "", city, code, country, state
    )
    assert contact.lines == ("1 Street", line)

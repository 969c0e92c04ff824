"""VAT numbers of every state that we know: published examples are taken, one wrong sign is not."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.trade.vat.errors import BadVatNumber
from shared.trade.vat.numbers import (
    FORMATS,
    MOST,
    is_well_formed,
    normal_vat_number,
    prefixes_of,
    state_of,
)
from shared.trade.vat.rules import EU
from shared.trade.vendors.countries import COUNTRIES

# Country, what somebody types, how it is kept. All are published examples: of the states, of VIES'
# documents, of libraries.
VALID = (
    ("AT", "ATU13585627", "ATU13585627"),
    ("AT", "AT U 10223006", "ATU10223006"),
    ("BE", "BE 0428.759.497", "BE0428759497"),
    ("BE", "BE428759497", "BE0428759497"),
    ("BE", "BE1234567894", "BE1234567894"),
    ("BG", "BG 175074752", "BG175074752"),
    ("BG", "BG7523169263", "BG7523169263"),
    ("HR", "HR33392005961", "HR33392005961"),
    ("CY", "CY-10259033P", "CY10259033P"),
    ("CZ", "CZ25123891", "CZ25123891"),
    ("CZ", "CZ710319/2745", "CZ7103192745"),
    ("CZ", "CZ640903926", "CZ640903926"),
    ("DK", "DK 13 58 56 28", "DK13585628"),
    ("EE", "EE 100 594 102", "EE100594102"),
    ("FI", "FI-20774740", "FI20774740"),
    ("FR", "FR 40 303 265 045", "FR40303265045"),
    ("FR", "FRK7399859412", "FRK7399859412"),
    ("DE", "DE 136,695 976", "DE136695976"),
    ("GR", "EL 094259216", "EL094259216"),
    ("GR", "GR094259216", "EL094259216"),
    ("GR", "EL94259216", "EL094259216"),
    ("HU", "HU-12892312", "HU12892312"),
    ("IE", "IE6433435F", "IE6433435F"),
    ("IE", "IE 6433435OA", "IE6433435OA"),
    ("IE", "IE8D79739I", "IE8D79739I"),
    ("IT", "IT 00743110157", "IT00743110157"),
    ("LV", "LV 4000 3521 600", "LV40003521600"),
    ("LT", "LT119511515", "LT119511515"),
    ("LT", "LT 100001919017", "LT100001919017"),
    ("LU", "lu 150.274-42", "LU15027442"),
    ("LU", "15027442", "LU15027442"),
    ("MT", "MT 1167-9112", "MT11679112"),
    ("NL", "NL 0044.95.445.B01", "NL004495445B01"),
    ("NL", "NL002455799B11", "NL002455799B11"),
    ("PL", "PL 856-734-62-15", "PL8567346215"),
    ("PT", "PT 501 964 843", "PT501964843"),
    ("RO", "RO 185 472 90", "RO18547290"),
    ("SK", "SK 202 274 96 19", "SK2022749619"),
    ("SI", "SI 5022 3054", "SI50223054"),
    ("ES", "ESB64717838", "ESB64717838"),
    ("ES", "ESX-5253868-R", "ESX5253868R"),
    ("ES", "ES54362315K", "ES54362315K"),
    ("SE", "SE 123456789701", "SE123456789701"),
    ("GB", "GB 980 7806 84", "GB980780684"),
    ("GB", "GB123456782012", "GB123456782012"),
    ("GB", "GBGD001", "GBGD001"),
    ("GB", "XI 980 7806 84", "XI980780684"),
    ("CH", "CHE-107.787.577 IVA", "CHE107787577"),
    ("CH", "CHE107787577MWST", "CHE107787577"),
    ("CH", "che-107.787.577", "CHE107787577"),
    ("LI", "CHE-107.787.577 MWST", "CHE107787577"),
    ("LI", "LI12345", "LI12345"),
    ("NO", "995 525 828 MVA", "NO995525828MVA"),
    ("NO", "NO 995525828", "NO995525828MVA"),
    ("NO", "ＮＯ９９５５２５８２８ＭＶＡ", "NO995525828MVA"),
)
# Right in shape, wrong in the check digit; wrong in shape; zeros throughout; or another state's.
INVALID = (
    ("AT", "ATU13585626"),
    ("AT", "AT13585627"),
    ("BE", "BE0776091950"),
    ("BE", "BE2345678901"),
    ("BG", "BG175074751"),
    ("BG", "BG7523169260"),
    ("HR", "HR33392005962"),
    ("CY", "CY10259033Z"),
    ("CZ", "CZ25123890"),
    ("CZ", "CZ00000001"),
    ("DK", "DK12"),
    ("DK", "DK00000000"),
    ("DK", "DK13585627"),
    ("EE", "EE100594103"),
    ("EE", "EE000000000"),
    ("FI", "FI20774741"),
    ("FI", "FI00000000"),
    ("FR", "FRXX123456789"),
    ("FR", "FR41303265045"),
    ("FR", "FR12000000000"),
    ("FR", "FRIO334175221"),
    ("DE", "DE136695978"),
    ("DE", "DE036695976"),
    ("GR", "EL123456781"),
    ("GR", "EL000000000"),
    ("HU", "HU12892313"),
    ("HU", "HU00000000"),
    ("IE", "IE6433435E"),
    ("IE", "IE8?79739J"),
    ("IT", "IT00743110158"),
    ("LV", "LV40003521601"),
    ("LT", "LT100001919018"),
    ("LT", "LT119511516"),
    ("LU", "LU15027443"),
    ("LU", "LU00000000"),
    ("LU", "LU1"),
    ("LU", "LU"),
    ("LU", "LU<b>12"),
    ("LU", "LU" + "1" * 30),
    ("MT", "MT11679113"),
    ("NL", "NL123456789B90"),
    ("NL", "NL004495445C01"),
    ("PL", "PL8567346216"),
    ("PL", "PL0000000000"),
    ("PT", "PT501964842"),
    ("RO", "RO12"),
    ("RO", "RO18158684"),
    ("RO", "RO1630615123457"),
    ("SK", "SK2022749618"),
    ("SI", "SI50223055"),
    ("ES", "ESB64717839"),
    ("ES", "EST99600678"),
    ("SE", "SE123456789101"),
    ("SE", "SE123456789702"),
    ("SE", "SE000000000001"),
    ("GB", "GB802311781"),
    ("GB", "GB12345678"),
    ("GB", "GBXGD123"),
    ("GB", "GB000000000"),
    ("GB", "XI123456789"),
    ("CH", "CHE-107.787.578 IVA"),
    ("CH", "CHE12345678"),
    ("CH", "CHE000000000"),
    ("LI", "LI1234"),
    ("LI", "LIEB1"),
    ("NO", "NO995525829MVA"),
    ("NO", "995525828MWST"),
    ("NO", "NO000000000MVA"),
    ("LU", "DE136695976"),
    ("DE", "LU15027442"),
    ("IE", "XI980780684"),
    ("CH", "LI12345"),
    ("US", "US123456789"),
)


@pytest.mark.parametrize(("country", "typed", "kept"), VALID)
def test_a_published_number_is_taken(country: str, typed: str, kept: str) -> None:
    """However it is spaced; it is kept in one form, and says of which state it is."""
    assert normal_vat_number(typed, country) == kept
    assert normal_vat_number(kept, country) == kept
    assert is_well_formed(kept, country)
    assert state_of(kept)


@pytest.mark.parametrize(("country", "typed"), INVALID)
def test_what_is_no_number_of_that_state_is_refused(country: str, typed: str) -> None:
    """With a sentence at the field; nothing of it is kept."""
    with pytest.raises(BadVatNumber) as told:
        normal_vat_number(typed, country)
    assert told.value.param == "vat_number"
    assert not is_well_formed(typed, country)


def test_every_state_is_in_the_table_with_right_and_wrong() -> None:
    """The 27, Northern Ireland, and each country that a vendor may be at home in."""
    tried = {
        (country, kept[: len(p)])
        for country, _, kept in VALID
        for p in prefixes_of(country)
        if kept.startswith(p)
    }
    assert tried == {
        (country, prefix)
        for country in {*EU, *COUNTRIES}
        for prefix in prefixes_of(country)
    }
    assert {prefix for _, prefix in tried} == set(FORMATS)
    assert {country for country, _ in INVALID} >= {*EU, *COUNTRIES}


@pytest.mark.parametrize("prefix", FORMATS)
def test_the_example_that_a_page_shows_is_a_number_of_that_state(prefix: str) -> None:
    """Whoever types it back is not told that it is wrong."""
    country = {"EL": "GR", "XI": "GB", "CHE": "CH"}.get(prefix, prefix)
    assert normal_vat_number(FORMATS[prefix].example, country).startswith(prefix)


def test_a_number_of_another_state_is_told_apart_from_a_wrong_one() -> None:
    """So that nobody looks for a typing error that is none."""
    with pytest.raises(
        BadVatNumber, match=r"a number of Germany\. Yours is of Luxembourg"
    ):
        normal_vat_number("DE136695976", "LU")
    with pytest.raises(BadVatNumber, match="a sign is missing or wrong"):
        normal_vat_number("LU15027443", "LU")


@pytest.mark.parametrize("typed", ["", "  ", "\u00a0", "-"])
def test_nothing_is_no_number(typed: str) -> None:
    """A vendor may have none."""
    assert normal_vat_number(typed, "LU") == ""


@given(
    text=st.text(max_size=MOST),
    country=st.sampled_from(sorted(COUNTRIES)),
)
def test_whatever_is_typed_is_a_number_or_a_sentence(text: str, country: str) -> None:
    """Never another error, and what is kept is kept again."""
    try:
        kept = normal_vat_number(text, country)
    except BadVatNumber:
        return
    assert normal_vat_number(kept, country) == kept


# How many wrong digits a state's own check lets pass: kinds without a check digit over all of their
# places, and those whose sums have two ways to be right.
UNNOTICED = {
    "BG175074752": 1,
    "BG7523169263": 17,
    "CZ25123891": 6,
    "CZ640903926": 7,
    "GB123456782012": 28,
    "GB980780684": 2,
    "GBGD001": 22,
    "LI12345": 45,
    "LT100001919017": 1,
    "NL002455799B11": 9,
    "NL004495445B01": 18,
    "RO18547290": 7,
    "XI980780684": 2,
}


def test_one_digit_typed_wrong_is_noticed() -> None:
    """That is what check digits are for: each wrong digit at each place of each number."""
    passed = Counter(
        kept
        for country, _, kept in VALID
        for place, right in enumerate(kept)
        for digit in "0123456789"
        if right.isdigit() and digit != right
        if is_well_formed(kept[:place] + digit + kept[place + 1 :], country)
    )
    assert passed == UNNOTICED

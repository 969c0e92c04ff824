"""What stands on a card statement: the shop's name in the letters that Stripe takes, whatever the
shop is called.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.finance.payments.statement_descriptor import LONGEST, shown, suffix

NUMBER = "MH-7KQ2-9FXD"
NAMES = {
    "Atelier Luxe": "ATELIER LUXE",
    "Café Crème": "CAFE CREME",
    "Smørrebrød & Øl": "SMORREBROD & OL",
    "Łódź Ceramika": "LODZ CERAMIKA",
    "Straßenkunst": "STRASSENKUNST",
    "Œuvre Æther": "OEUVRE AETHER",
    "Þórshöfn Ðís": "THORSHOFN DIS",
    "ʼn Winkel": "N WINKEL",
    "İstanbul Halı": "ISTANBUL HALI",
    "L’Atelier d'Été": "LATELIER DETE",
    'Rock*Star "Hits" <live>': "ROCK STAR HITS L",
    "Back\\slash": "BACK SLASH",
    "Čaj – žamet": "CAJ - ZAMET",
    "Ｆｕｌｌ Ｗｉｄｔｈ": "FULL WIDTH",
    "ﬁne ﬂowers": "FINE FLOWERS",
    "№5 Parfum™": "NO5 PARFUMTM",
    "7 Days": "7 DAYS",
    "  much   space\t\n": "MUCH SPACE",
    "A very long name of a shop indeed": "A VERY LONG NAME",
    "Exactly sixteen, and": "EXACTLY SIXTEEN",
    "花店": NUMBER,
    "Магазин": NUMBER,
    "متجر": NUMBER,
    "🌸🌸": NUMBER,
    "123 - 456": NUMBER,
    "***": NUMBER,
    "": NUMBER,
}


@pytest.mark.parametrize("name", NAMES)
def test_a_shops_name_is_written_in_stripes_letters(name: str) -> None:
    """Behind a prefix of four letters there is room for sixteen; a name of nothing usable gives way
    to the order's number.
    """
    assert suffix(name, NUMBER, "HALL") == NAMES[name]


@pytest.mark.parametrize(
    ("prefix", "whole"),
    [
        ("MH", "MH* ATELIER LUXEMBOURG"),
        ("MARKET", "MARKET* ATELIER LUXEMB"),
        ("MARKETHALL", "MARKETHALL* ATELIER LU"),
        ("", ""),  # not known: nothing is promised
    ],
)
def test_prefix_and_suffix_together_fill_the_line(prefix: str, whole: str) -> None:
    """Never longer than a statement's line; without a known prefix room is left for the longest."""
    made = suffix("Atelier Luxembourg", NUMBER, prefix)
    assert shown(prefix, made) == whole
    assert made == (whole.partition("* ")[2] or "ATELIER LU")


@given(
    name=st.text(max_size=60),
    prefix=st.sampled_from(["", "MH", "MARKET", "MARKETHALL"]),
)
def test_whatever_a_shop_is_called_stripe_takes_it(name: str, prefix: str) -> None:
    """Latin letters with at least one of them, nothing that is forbidden, not too long, and always
    the same.
    """
    made = suffix(name, NUMBER, prefix)
    assert re.fullmatch("[A-Z0-9 &.+/-]+", made)
    assert re.search("[A-Z]", made)
    assert made == made.strip()
    assert len(prefix or "M" * 10) + 2 + len(made) <= LONGEST
    assert suffix(made, NUMBER, prefix) == made

"""The states whose VAT numbers a shopper can state."""

from __future__ import annotations

from functools import cache

from shared.core.folding import fold
from shared.core.formats import country
from shared.core.locales import speaking
from shared.core.words import words
from shared.trade.vat.rules import EU


@cache
def named_states(language: str) -> tuple[tuple[str, str], ...]:
    """Code and name of the EU's, and of Northern Ireland, which is in it for goods."""
    with speaking(language):
        found = [(code, country(code)) for code in EU]
        found.append(("XI", words("vat.states", "XI")["name"]))
    return tuple(sorted(found, key=lambda each: fold(each[1])))

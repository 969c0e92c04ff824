"""Whoever changes the words of the terms gives them a new version: old orders were placed under the
old ones.
"""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

from shared.core.words import codes, in_english
from shared.entrypoints.cli.translations import sentences
from shared.trade.orders import terms

TEMPLATE = (
    Path(__file__).resolve().parents[3] / "templates/storefront/platform/terms.html"
)
# Version -> the digest of the sentences of its page and of what it says on returns.
KNOWN = {
    "2026-11-27": "06b78837fc970b04",
    "2026-11-28": "7097376f3eef567d",
    "2026-12-01": "0f2c5f88a52feb1d",
}


def test_the_terms_have_the_version_of_their_words() -> None:
    """Changed the page? Then VERSION, the table of returns and the line above get today's date."""
    page = "".join(str(sentence) for _line, sentence in sentences(TEMPLATE))
    # As it was written there when the digests were made.
    page = page.replace("%(address)s", "/pricing")
    words = page + in_english("orders.returns", terms.VERSION)
    assert KNOWN[terms.VERSION] == hashlib.sha256(words.encode()).hexdigest()[:16]


def test_versions_are_days_and_old_ones_stay() -> None:
    """Banks ask about old orders."""
    assert set(KNOWN) == codes("orders.returns")
    assert max(map(date.fromisoformat, KNOWN)) == date.fromisoformat(terms.VERSION)

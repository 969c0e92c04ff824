"""What became of an event, in words that a shop owner understands.

The inbox keeps short notes ("payment is requires_action"), also of versions that are long gone.
Their words stand in `inbox.outcomes`: by the note, with underscores for what is no letter and `n`
for a number.
"""

from __future__ import annotations

import re

from shared.core.locales import SOURCE, speaking
from shared.core.words import codes, word

TABLE = "inbox.outcomes"
_NUMBER = re.compile(r"\d+")
_NO_LETTERS = re.compile(r"[^a-z]+")


def code_of(noted: str) -> str:
    """The code of a note: `3 refunds read` -> n_refunds_read."""
    without_number = _NUMBER.sub("n", noted)
    return _NO_LETTERS.sub("_", without_number.lower()).strip("_")


def in_words(noted: str) -> str:
    """A note as people read it; what has no words, such as why an event failed, as it stands."""
    code = code_of(noted)
    if code not in codes(TABLE):
        return noted
    number = _NUMBER.search(noted)
    return word(TABLE, code, number=number.group() if number else "")


def in_english(noted: str) -> str:
    """The same as it is kept, whatever is spoken here."""
    with speaking(SOURCE):
        return in_words(noted)

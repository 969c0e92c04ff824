"""Text as searches compare it, the same on every database: no case, no accents, no separators.

Pure.

What rows keep to be searched by (shared/infra/database/searching.py) and what people type into a
search box both pass through here, so a database only compares letters. A change here asks for a
migration that folds the rows again.
"""

from __future__ import annotations

import unicodedata

# Letters with a stroke, hook or ligature of their own: Unicode takes none of these apart.
_LETTERS = str.maketrans(
    {
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ð": "d",
        "đ": "d",
        "ɖ": "d",
        "ħ": "h",
        "ı": "i",
        "ĸ": "k",
        "ł": "l",
        "ŋ": "n",
        "ŧ": "t",
        "þ": "th",
        "ə": "e",
        "ɛ": "e",
        "ɔ": "o",
        "ɨ": "i",
        "ʉ": "u",
        "ƀ": "b",
    }
)
# Written inside a word and left out as often: levi's, l'étui, col·lecció, o‘zbek.
_INSIDE_WORDS = frozenset("'’‘ʼʻ`′·•")
_BETWEEN_WORDS = frozenset(',;:!?.()[]{}<>"“”„«»‹›/|…¿¡')


def fold(text: str) -> str:
    """`text` in small letters without accents: `Étui` -> `etui`, `MÜLLER` -> `muller`, `Straße` ->
    `strasse`.

    Compatibility forms come out plain (`ﬁ` -> `fi`, full-width letters), invisible signs are taken
    off. Folding twice changes nothing.
    """
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS)
    letters = unicodedata.normalize("NFKD", plain)
    return "".join(sign for sign in letters if not _is_mark(sign))


def words(text: str) -> tuple[str, ...]:
    """The folded words of `text`, each once, in the order of their first appearance.

    Dashes and punctuation stand between words. `%`, `_`, `&`, `@` and their like are letters: who
    types them means them.
    """
    signs = "".join(
        " " if _separates(sign) else sign
        for sign in fold(text)
        if sign not in _INSIDE_WORDS
    )
    return tuple(dict.fromkeys(signs.split()))


def _is_mark(sign: str) -> bool:
    """An accent, or a sign nobody sees.

    Vowels that scripts write as marks (Hindi, Thai) combine with nothing: they stay.
    """
    return unicodedata.combining(sign) != 0 or unicodedata.category(sign) == "Cf"


def _separates(sign: str) -> bool:
    return sign in _BETWEEN_WORDS or unicodedata.category(sign) == "Pd"

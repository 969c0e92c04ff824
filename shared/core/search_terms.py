"""What a thing is found by, as terms that both databases index alike, and what somebody typed as a
wish for such terms.

Pure. A term is a folded word (folding.py) without a sign that an index would read as its own: those
are written as letters of Unicode's private use. So SQLite's FTS5 and PostgreSQL's tsvector hold the
very same terms, and a wish means the same on each.

Words of a name also count from each of their letters on (`tasche` finds `Ledertasche`), and once
more as words of a name, so that what is called so comes before what is only described so. Kinds (a
vendor, a category) are terms too: `of("vendor", 17)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shared.core.folding import words
from shared.core.frozen import frozen

LONGEST = 40  # letters of a word; what follows is left out on either side
MOST_WORDS = 400  # of a description
MOST_TYPED = 12
SHORTEST_PART = 3
_PRIVATE = 0xE000
_SIGNS = {
    code: chr(_PRIVATE + code)
    for code in range(0x21, 0x7F)
    if not chr(code).isalnum()
}
# What people type of these would be taken for ours; FTS5 parts words at signs that nobody sees.
_OURS: dict[int, str | None] = dict.fromkeys(range(_PRIVATE, 0xF900))
_OURS |= dict.fromkeys(range(0x20), " ") | {0x7F: " "}
_KINDS = {
    kind: chr(0xE100 + place) for place, kind in enumerate(("name", "vendor", "category"))
}


@frozen
class Wish:
    """Terms that a thing must have: of each group at least one.

    A term ending in `*` stands for all that begin so. `without`: a wish that it must not fulfil.
    """

    groups: tuple[tuple[str, ...], ...]
    without: Wish | None = None


def without(wish: Wish, other: Wish) -> Wish:
    """What fulfils `wish` and not `other`."""
    return Wish(wish.groups, other)


def typed_words(text: str) -> tuple[str, ...]:
    """The words of what somebody typed, as terms."""
    return _words(text)[:MOST_TYPED]


def of(kind: str, number: int) -> str:
    """The term of everything that belongs to a vendor or a category."""
    return f"{_KINDS[kind]}{number}"


def begins(word: str) -> str:
    """What wishes for a word that begins so."""
    return f"{word}*"


def in_name(word: str) -> str:
    """What wishes for a word of the name that begins so."""
    return f"{_KINDS['name']}{word}*"


def terms(
    *,
    name: str,
    near: str = "",
    text: str = "",
    kinds: Iterable[str] = (),
) -> str:
    """The terms of a thing, each once, with spaces between them.

    `near`: words that count in all their parts, as those of the name do.
    """
    named = _words(name)
    found = dict.fromkeys(f"{_KINDS['name']}{word}" for word in named)
    found |= dict.fromkeys(part for word in named for part in _parts(word))
    found |= dict.fromkeys(part for word in _words(near) for part in _parts(word))
    found |= dict.fromkeys(_words(text)[:MOST_WORDS])
    found |= dict.fromkeys(kinds)
    return " ".join(found)


def as_fts5(wish: Wish) -> str:
    """The wish in the words of SQLite's FTS5."""
    positive = " AND ".join(
        f"({' OR '.join(map(_fts5, group))})" for group in wish.groups
    )
    if wish.without is None:
        return positive
    return f"({positive}) NOT ({as_fts5(wish.without)})"


def as_tsquery(wish: Wish) -> str:
    """The wish in the words of PostgreSQL's tsquery."""
    positive = " & ".join(
        f"({' | '.join(map(_tsquery, group))})" for group in wish.groups
    )
    if wish.without is None:
        return positive
    return f"({positive}) & !({as_tsquery(wish.without)})"


def _fts5(term: str) -> str:
    return f'"{term[:-1]}"*' if term.endswith("*") else f'"{term}"'


def _tsquery(term: str) -> str:
    return f"'{term[:-1]}':*" if term.endswith("*") else f"'{term}'"


def _words(text: str) -> tuple[str, ...]:
    folded = words(text.translate(_OURS))
    return tuple(
        dict.fromkeys(word.translate(_SIGNS)[:LONGEST] for word in folded),
    )


def _parts(word: str) -> Iterator[str]:
    """A word from each of its letters on, while there is something to recognise."""
    yield word
    for start in range(1, len(word)):
        if start <= len(word) - SHORTEST_PART or word[start] >= chr(_PRIVATE):
            yield word[start:]

"""What a thing is found by, as terms that both databases index alike, and what somebody typed as a
query for such terms.

Pure. A term is a folded word (folding.py) without a sign that an index would read as its own: those
are written as letters of Unicode's private use. So SQLite's FTS5 and PostgreSQL's tsvector hold the
very same terms, and a query means the same on each.

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
_PRINTABLE = range(0x21, 0x7F)
_SIGNS: dict[int, str] = {}
for _code in _PRINTABLE:
    if not chr(_code).isalnum():
        _SIGNS[_code] = chr(_PRIVATE + _code)
# What people type of these would be taken for ours; FTS5 parts words at signs that nobody sees.
_TAKEN_AWAY = dict.fromkeys(
    range(_PRIVATE, 0xF900),
    "",
)
_UNSEEN = dict.fromkeys(
    (*range(0x20), 0x7F),
    " ",
)
_PLAIN = _TAKEN_AWAY | _UNSEEN
# What our own terms begin with.
_KINDS = {
    "name": chr(0xE100),
    "vendor": chr(0xE101),
    "category": chr(0xE102),
}


@frozen
class TermQuery:
    """Terms that a thing must have: of each group at least one.

    A term ending in `*` stands for all that begin so; of terms with spaces between them it must
    have each. `without`: what it must not fulfil.
    """

    groups: tuple[tuple[str, ...], ...]
    without: TermQuery | None = None


def without(query: TermQuery, other: TermQuery) -> TermQuery:
    """What fulfils `query` and not `other`."""
    return TermQuery(query.groups, other)


def typed_words(text: str) -> tuple[str, ...]:
    """The words of what somebody typed, as terms."""
    return _words(text)[:MOST_TYPED]


def of(kind: str, number: int) -> str:
    """The term of everything that belongs to a vendor or a category."""
    return f"{_KINDS[kind]}{number}"


def begins(word: str) -> str:
    """What asks for a word that begins so."""
    return f"{word}*"


def each_of(name: str) -> str:
    """What asks for all words of a name."""
    return " ".join(_words(name))


def in_name(word: str) -> str:
    """What asks for a word of the name that begins so."""
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
    mark = _KINDS["name"]
    found = [
        *(mark + word for word in named),
        *_all_parts(named),
        *_all_parts(_words(near)),
        *_words(text)[:MOST_WORDS],
        *kinds,
    ]
    return " ".join(dict.fromkeys(found))


def pieces(*texts: str) -> str:
    """The terms of what any piece of its words finds, however short."""
    found = (
        word[start : start + LONGEST]
        for word in _signed(" ".join(texts))
        for start in range(len(word))
    )
    return " ".join(dict.fromkeys(found))


def piece_query(typed: Iterable[str]) -> TermQuery:
    """What asks such terms for each of these words."""
    return TermQuery(tuple((begins(word),) for word in typed))


def as_fts5(query: TermQuery) -> str:
    """The query in the words of SQLite's FTS5."""
    positive = " AND ".join(
        f"({' OR '.join(map(_fts5, group))})" for group in query.groups
    )
    if query.without is None:
        return positive
    return f"({positive}) NOT ({as_fts5(query.without)})"


def as_tsquery(query: TermQuery) -> str:
    """The query in the words of PostgreSQL's tsquery."""
    positive = " & ".join(
        f"({' | '.join(map(_tsquery, group))})" for group in query.groups
    )
    if query.without is None:
        return positive
    return f"({positive}) & !({as_tsquery(query.without)})"


def _fts5(term: str) -> str:
    if " " in term:
        return f"({' AND '.join(map(_fts5, term.split()))})"
    return f'"{term[:-1]}"*' if term.endswith("*") else f'"{term}"'


def _tsquery(term: str) -> str:
    if " " in term:
        return f"({' & '.join(map(_tsquery, term.split()))})"
    return f"'{term[:-1]}':*" if term.endswith("*") else f"'{term}'"


def _signed(text: str) -> Iterator[str]:
    for word in words(text.translate(_PLAIN)):
        yield word.translate(_SIGNS)


def _words(text: str) -> tuple[str, ...]:
    cut = dict.fromkeys(word[:LONGEST] for word in _signed(text))
    return tuple(cut)


def _all_parts(of_words: Iterable[str]) -> Iterator[str]:
    for word in of_words:
        yield from _parts(word)


def _parts(word: str) -> Iterator[str]:
    """A word from each of its letters on, while there is something to recognise."""
    yield word
    last = len(word) - SHORTEST_PART
    for start in range(1, len(word)):
        is_sign = word[start] >= chr(_PRIVATE)
        if is_sign or start <= last:
            yield word[start:]

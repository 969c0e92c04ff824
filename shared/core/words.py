"""The words for codes and states: tables in `templates/words/<name>.toml`, each sentence once, in
English.

Code speaks of codes (`account_closed`, `needs_response`); who shows one to a person looks its words
up here, a mail and a page alike. A key may name several codes that share their words, with spaces
between; `other` stands for every code that has none of its own. An entry is a sentence, or several
by name (`text`, `next_step`); a table may also be a list of sentences (`say`) or entries, each with
its `codes`. What stands under a name of NO_WORDS is no word: the look of a badge (`kind`), a number
such as people type it (`example`), what names an entry of another table (`do`, `stops`,
`meanwhile`). The catalogues of translations hold all others (`run.py translations`), but for the
tables of ENGLISH_ALONE, which `in_english` reads.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from shared.core.locales import SOURCE, gettext, speaking

FOLDER: Final = Path(__file__).resolve().parents[2] / "templates" / "words"
OTHER: Final = "other"
NO_WORDS: Final = frozenset({"kind", "do", "stops", "meanwhile", "example"})
# The same in every language: names of makers, what stands on invoices, what a machine reads.
ENGLISH_ALONE: Final = frozenset(
    {
        "browsers.programs",
        "browsers.systems",
        "metrics.help",
        "payment_methods.brands",
        "vat.notes",
    },
)

Entry = str | Mapping[str, str]
Entries = Mapping[str, Entry]
Groups = list[dict[str, str]]  # each with its codes


def word(
    table: str,
    code: str | None,
    /,
    **values: Any,
) -> str:
    """The sentence of `code` in `payouts.refusals`, say, in the language spoken here.

    Raises KeyError where the table has neither the code nor `other`.
    """
    said = _entry(table, code)
    if not isinstance(said, str):
        raise TypeError(f"{table} has several words for a code")
    return gettext(said, **values)


def words(
    table: str,
    code: str | None,
    /,
    **values: Any,
) -> Mapping[str, str]:
    """All words of `code` by their names, in the language spoken here. Raises as `word` does."""
    said = _entry(table, code)
    if isinstance(said, str):
        raise TypeError(f"{table} has one word for a code")
    return {
        name: each if name in NO_WORDS else gettext(each, **values)
        for name, each in said.items()
    }


def in_english(
    table: str,
    code: str | None,
    /,
    **values: Any,
) -> str:
    """The sentence of `code` as it is kept, or as a machine reads it, whatever is spoken here.

    Who shows a kept one gives it to gettext. Raises as `word` does.
    """
    with speaking(SOURCE):
        return word(table, code, **values)


def badge(table: str, state: str) -> tuple[str, str]:
    """The kind of badge and the word of a state."""
    said = words(table, state)
    return said["kind"], said["word"]


def codes(table: str) -> frozenset[str]:
    """The codes that have words of their own."""
    return frozenset(_table(table)) - {OTHER}


def sentences(path: Path) -> Iterator[tuple[int, str]]:
    """(line, sentence) of one file of tables, for the catalogues."""
    text = path.read_text(encoding="utf-8")
    for name, found in tomllib.loads(text).items():
        if f"{path.stem}.{name}" in ENGLISH_ALONE:
            continue
        for said in dict.fromkeys(
            said for entry in _spread(found).values() for said in _said(entry)
        ):
            yield text[: text.find(said[:40])].count("\n") + 1, said


def _said(entry: Entry) -> Iterator[str]:
    if isinstance(entry, str):
        yield entry
        return
    yield from (said for name, said in entry.items() if name not in NO_WORDS)


def _entry(table: str, code: str | None) -> Entry:
    known = _table(table)
    return known[code] if code is not None and code in known else known[OTHER]


@cache
def _table(table: str) -> Entries:
    file, _, name = table.partition(".")
    return _spread(
        tomllib.loads((FOLDER / f"{file}.toml").read_text(encoding="utf-8"))[name]
    )


def _spread(found: Entries | Groups) -> Entries:
    """A table with each code by itself."""
    if isinstance(found, list):
        return {
            code: _entry_of(group) for group in found for code in group["codes"].split()
        }
    return {code: entry for key, entry in found.items() for code in key.split()}


def _entry_of(group: dict[str, str]) -> Entry:
    return (
        group["say"]
        if "say" in group
        else {name: said for name, said in group.items() if name != "codes"}
    )

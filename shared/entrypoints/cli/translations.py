"""The catalogues of translations, brought up to date with the sentences that stand in templates and
code.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from shared.core import locales, words
from shared.entrypoints.cli.bootstrap import ROOT

KEYWORDS = {
    "_": None,
    "_l": None,
    "_n": None,
    "fresh_sign_in": None,  # what a route does, after `To`
    "gettext": None,
    "gettext_noop": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
}
_JINJA = {"extensions": "jinja2.ext.i18n", "trimmed": "true", "silent": "false"}
_PYTHON = ("shared", "portal", "storefront")
WIDTH = 100
_HEAD = r"""msgid ""
msgstr ""
"Language: {language}\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: {plurals}\n"

"""


def path_of(language: str) -> Path:
    """Where the catalogue of a language lies."""
    return locales.FOLDER / language / "LC_MESSAGES" / "messages.po"


def read(language: str) -> Catalog:
    """The catalogue as it is; an empty one where there is none yet."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def sources() -> Iterator[tuple[Path, str]]:
    """Every file that may hold sentences, and how they are found in it."""
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.suffix in (".html", ".txt"):
            yield path, "jinja2"
        elif path.suffix == ".toml":
            yield path, "words"
    for folder in _PYTHON:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "gettext" in path.read_text(encoding="utf-8"):
                yield path, "python"


def found() -> Catalog:
    """The sentences of the source, each with the files in which it stands."""
    catalog = Catalog()
    for path, how in sources():
        place = path.relative_to(ROOT).as_posix()
        for line, message in sentences(path, how):
            catalog.add(message, None, [(place, line)])
    return catalog


def sentences(
    path: Path, how: str = "jinja2"
) -> Iterator[tuple[int, str | tuple[str, ...]]]:
    """(line, sentence) of one file, in order; a sentence with plural forms is all of them."""
    if how == "words":
        yield from words.sentences(path)
        return
    options = _JINJA if how == "jinja2" else {}
    for line, message, _comments, _context in extract(
        how, io.BytesIO(path.read_bytes()), KEYWORDS, (), options
    ):
        yield line, message


def written(catalog: Catalog) -> bytes:
    """A catalogue as its file: sorted by sentence, without line numbers and dates, so that only
    sentences change it.
    """
    out = io.BytesIO(
        _HEAD.format(language=catalog.locale, plurals=catalog.plural_forms).encode()
    )
    out.seek(0, io.SEEK_END)
    options = {
        "sort_output": True,
        "include_lineno": False,
        "ignore_obsolete": True,
        "omit_header": True,
    }
    write_po(out, catalog, width=WIDTH, **options)
    return out.getvalue()


def update() -> list[str]:
    """Bring every catalogue up to date; tells for each language how many sentences wait for a
    translation.
    """
    template, told = found(), []
    for language, name in locales.LANGUAGES.items():
        if language == locales.SOURCE:
            continue
        catalog = read(language)
        catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
        catalog.fuzzy = False
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        path_of(language).write_bytes(written(catalog))
        waiting = sum(
            not is_translated(message.string) for message in catalog if message.id
        )
        told.append(f"{name}: {len(catalog)} sentences, {waiting} to be translated")
    return told


def is_translated(told: str | list[str] | tuple[str, ...] | None) -> bool:
    """Whether a sentence has its translation, in every plural form."""
    return bool(told) if isinstance(told, str) or told is None else all(told)


@click.command()
def translations_command() -> int:
    """Bring the catalogues of translations up to date with templates and code."""
    print(*update(), sep="\n")
    return 0

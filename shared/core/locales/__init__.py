"""In which language one speaks: the visitor's while a page is made, the recipient's while a mail is
written, else English.

English is the source: a sentence stands in code and templates as it is read, and is its own key.
The other languages are `<language>/LC_MESSAGES/messages.po` beside this file. They are compiled
when the language is first spoken in a process, so that no compiled file can be missing or stale. A
sentence without a translation is said in English.

What machines read (JSON, CSV, keys, what is sent to Stripe, what is stored) never follows a
language: it is written while none is set, or by functions that ask for none (`str(Money)`).
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Any, Final

SOURCE: Final = "en"
# Each by its own name, in the order in which they are offered.
LANGUAGES: Final = {"en": "English", "de": "Deutsch", "fr": "Français"}
FOLDER = Path(__file__).resolve().parent
LONGEST_TAG = 8  # of a column that holds a language

_spoken: ContextVar[str] = ContextVar("language", default=SOURCE)


def current() -> str:
    """The language that is spoken here: a key of LANGUAGES."""
    return _spoken.get()


def known(tag: str | None) -> str | None:
    """The language that a tag such as `de-AT` asks for, or None when we do not speak it."""
    hyphened = (tag or "").replace("_", "-")
    language = hyphened.partition("-")[0].lower()
    return language if language in LANGUAGES else None


def speak(language: str) -> None:
    """Speak `language` from here to the end of the task. Raises ValueError when we do not."""
    if language not in LANGUAGES:
        raise ValueError(f"{language!r} is none of {tuple(LANGUAGES)}")
    _spoken.set(language)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak `language` inside this block: what a mail is written in.

    One that we do not speak is English.
    """
    token = _spoken.set(known(language) or SOURCE)
    try:
        yield
    finally:
        _spoken.reset(token)


def translated(message: str) -> str:
    """`message` in the language spoken here, its placeholders as they are."""
    return _catalogue(current()).gettext(message) if message else ""


def translated_plural(one: str, many: str, count: int) -> str:
    """The form of the sentence that `count` asks for in the language spoken here."""
    return _catalogue(current()).ngettext(one, many, count)


def gettext(message: str, /, **values: Any) -> str:
    """`message` in the language spoken here; `%(name)s` takes the value of that name.

    Without values a sentence is taken as it stands: a percent sign is one.
    """
    told = translated(message)
    return told % values if values else told


def ngettext(
    one: str,
    many: str,
    count: int,
    /,
    **values: Any,
) -> str:
    """The same for a sentence with a count, which it may name as `%(num)s`."""
    return translated_plural(one, many, count) % {"num": count, **values}


def gettext_noop(message: str) -> str:
    """Mark a sentence for the catalogues that is translated later, where it is said: defaults of
    error classes, tables.
    """
    return message


def teach(environment: Any) -> None:
    """Have a Jinja environment with the extension `i18n` translate: `_('…')`, `{% trans %}`,
    `language()`, `languages`.

    Values are given by name, and are escaped where the environment escapes; a percent sign in
    `_('…')` is doubled.
    """
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(translated, translated_plural, newstyle=True)
    environment.globals.update(language=current, languages=LANGUAGES)


@cache
def _catalogue(language: str) -> NullTranslations:
    path = FOLDER / language / "LC_MESSAGES" / "messages.po"
    if language == SOURCE:
        return NullTranslations()
    # Late: English needs none, and a short command speaks English.
    from babel.messages import (
        mofile,
        pofile,
    )

    with path.open("rb") as file:
        catalog = pofile.read_po(file, locale=language)
    compiled = io.BytesIO()
    mofile.write_mo(compiled, catalog)
    compiled.seek(0)
    return GNUTranslations(compiled)

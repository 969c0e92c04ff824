"""The catalogues against the sentences of templates and code: nothing missing, nothing stale,
nothing said past them.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import pytest

from shared.core import locales
from shared.core.amounts import DECIMAL_SIGNS
from shared.entrypoints.cli.bootstrap import ROOT
from shared.entrypoints.cli.translations import (
    found,
    is_translated,
    path_of,
    read,
    sources,
    written,
)
from tests.support.visible import given_to_gettext, unsaid, untranslated

if TYPE_CHECKING:
    from pathlib import Path

    from babel.messages.catalog import Catalog

pytestmark = pytest.mark.one_engine

TEMPLATES = ROOT / "templates"
TRANSLATED = [each for each in locales.LANGUAGES if each != locales.SOURCE]
# What a shopper may read is promised in every language; of everything else the catalogues may wait.
PROMISED = (
    *(
        f"templates/{folder}/"
        for folder in ("storefront", "account", "errors", "components")
    ),
    *(
        f"shared/{folder}/"
        for folder in (
            "entrypoints/web",
            "trade/baskets",
            "finance/payments",
            "finance/payment_methods",
        )
    ),
    "storefront/",
)
PROMISED_TOO = {
    *(
        f"templates/words/{name}.toml"
        for name in (
            "account",
            "baskets",
            "browsers",
            "commission",
            "marketplace",
            "orders",
            "payment_methods",
            "payments",
            "vendors",
        )
    ),
    *(
        f"templates/layouts/{name}.html"
        for name in ("base", "storefront", "checkout", "narrow", "error")
    ),
    *(
        f"templates/layouts/{name}.html"
        for name in ("_document", "_footer", "_languages")
    ),
    *(
        f"templates/mail/{kind}.txt"
        for kind in (
            "card_ends",
            "order_confirmed",
            "refund_came_back",
            "report_received",
            "refunded",
            "confirm_email",
            "email_change",
            "email_changed",
            "order_shipped",
            "password_changed",
            "password_reset",
            "switched_off",
            "switched_on",
        )
    ),
    *(
        f"shared/{place}.py"
        for place in (
            "core/amounts",
            "core/errors",
            "infra/gateway/errors",
            "trade/people/browser_names",
            "trade/people/account_history",
            "trade/people/errors",
            "trade/orders/errors",
        )
    ),
    "portal/links/views.py",  # mailed links of shoppers, too
    "shared/finance/payments/sync.py",
}
# Nobody but programmers and operators reads what these say past the catalogues.
FOR_OPERATORS = {
    "shared/finance/payments/jobs.py",
    "shared/finance/payments/service.py",
    "shared/entrypoints/web/measuring.py",
    # SQL alone
    "shared/finance/payments/opening_statements.py",
    "shared/finance/payments/statements.py",
    "shared/trade/baskets/statements.py",
    "shared/trade/orders/placing_statements.py",
    "shared/trade/orders/statements.py",
}
# What a bank reads, and what whoever runs the server does, is English.
NOT_OF_PAGES = {
    "portal/disputes/documents.py",
    "shared/entrypoints/web/measuring.py",
}
_PLACEHOLDER = re.compile(r"%\(\w+\)s|%%")
_TAG = re.compile(r"</?\w+[^>]*>")


@cache
def of_source() -> Catalog:
    return found()


@cache
def of(language: str) -> Catalog:
    return read(language)


def _is_promised(place: str) -> bool:
    return place.startswith(PROMISED) or place in PROMISED_TOO


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_holds_the_sentences_of_the_source_and_no_other(
    language: str,
) -> None:
    """Whoever changes a sentence runs `run.py translations`, and sees what is to be translated."""
    source, catalogue = (
        {message.id for message in each if message.id}
        for each in (of_source(), of(language))
    )

    assert (source - catalogue, catalogue - source) == (set(), set()), (
        "run `python3 run.py translations`"
    )


@pytest.mark.parametrize("language", TRANSLATED)
def test_what_shoppers_may_read_is_translated(language: str) -> None:
    """Pages, form labels, errors and mails of the way from shop to parcel."""
    promised = [
        each
        for each in of_source()
        if any(_is_promised(place) for place, _ in each.locations)
    ]
    told = {each.id: each.string for each in of(language)}
    lacking = [each.id for each in promised if not is_translated(told.get(each.id))]

    assert len(promised) > 300
    assert lacking == []


@pytest.mark.parametrize("language", TRANSLATED)
def test_translations_keep_what_is_filled_in(language: str) -> None:
    """The same placeholders and tags as the sentence, in whatever order; spaces at its ends as
    well.
    """
    for message in of(language):
        ids, told = message.id, message.string
        sources = ids if isinstance(ids, tuple | list) else [ids]
        strings = told if isinstance(told, tuple | list) else [told]
        for string in filter(None, strings if message.id else []):
            assert _parts(string) in [_parts(each) for each in sources], message.id
            assert [string[:1].isspace(), string[-1:].isspace()] == [
                sources[0][:1].isspace(),
                sources[0][-1:].isspace(),
            ]


def test_a_french_mail_begins_with_a_capital_letter() -> None:
    """Below "Bonjour …," as everywhere; English and German go on after the comma."""
    small = [
        told
        for message in of("fr")
        for sentence, told in [(message.id, message.string)]
        if isinstance(sentence, str)
        and isinstance(told, str)
        and any(place.startswith("templates/mail/") for place, _ in message.locations)
        and sentence[:1].islower()
        and sentence.endswith((".", ":"))
        and told[:1].islower()
    ]
    assert small == []


def _parts(text: str) -> list[str]:
    return sorted({*_PLACEHOLDER.findall(text), *_TAG.findall(text)})


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_catalogue_lies_as_the_command_writes_it(language: str) -> None:
    """So that a translation changes its own lines alone."""
    assert written(of(language)) == path_of(language).read_bytes()


def test_each_sentence_given_to_gettext_is_found() -> None:
    """Babel's reader of Python passes over a string in brackets of its own."""
    known = {
        each.id if isinstance(each.id, str) else each.id[0] for each in of_source()
    }
    for path, how in sources():
        if how == "python":
            said = given_to_gettext(path.read_text(encoding="utf-8"))
            assert said <= known, path


def test_forms_read_amounts_in_every_language_offered() -> None:
    """What a page writes can be typed back (tests/core/test_amounts.py)."""
    assert set(DECIMAL_SIGNS) == set(locales.LANGUAGES)


@pytest.mark.parametrize(
    "path",
    sorted(TEMPLATES.rglob("*.*")),
    ids=lambda path: str(path.relative_to(TEMPLATES)),
)
def test_a_template_says_nothing_past_the_catalogues(path: Path) -> None:
    """Texts, labels and sentences in expressions are given to gettext."""
    if path.suffix not in (".html", ".txt"):
        return
    assert (
        untranslated(path.read_text(encoding="utf-8"), is_html=path.suffix == ".html")
        == []
    )


@pytest.mark.parametrize("place", [*PROMISED, *sorted(PROMISED_TOO)])
def test_code_says_nothing_to_shoppers_past_the_catalogues(place: str) -> None:
    """Errors, messages of forms and words of pages, wherever shoppers meet them."""
    if place.startswith("templates/"):
        return
    for path in (
        sorted((ROOT / place).rglob("*.py")) if place.endswith("/") else [ROOT / place]
    ):
        told = unsaid(path.read_text(encoding="utf-8"))
        assert path.relative_to(ROOT).as_posix() in FOR_OPERATORS or told == [], path


def test_no_page_says_anything_past_the_catalogues() -> None:
    """Neither to shoppers, nor to vendors, nor to the marketplace's staff."""
    rooms = ("portal", "storefront", "shared/entrypoints/web")
    said = {
        path.relative_to(ROOT).as_posix(): unsaid(path.read_text(encoding="utf-8"))
        for room in rooms
        for path in sorted((ROOT / room).rglob("*.py"))
    }
    assert {path for path, told in said.items() if told} == NOT_OF_PAGES


def test_days_are_written_in_the_language_spoken() -> None:
    """By `shared.core.formats`: what Python calls a month or a day is English, on every machine."""
    english = re.compile(r"%-?[aAbB]\b|month_name|day_name|month_abbr")
    rooms = ("portal", "storefront", "shared")
    paths = [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]
    told = [
        path.relative_to(ROOT).as_posix()
        for path in paths
        if "sandbox" not in path.parts
        and english.search(path.read_text(encoding="utf-8"))
    ]
    assert told == []

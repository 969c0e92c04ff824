"""Mails as templates: `templates/mail/<kind>.txt`, a line `Subject: …`, an empty line, the text.

Plain text in Jinja's words. A name that the template asks for and nobody gave is an error
(StrictUndefined), and nothing is escaped. Amounts are given as `Money` and written by the filter
`money`, as the pages write them; codes get their words from `templates/words`; addresses are asked
for by `url_for`. `own_order` is the token of the purchase that the mail is about:
`url_for('receipts.order_page', token=own_order)`.

The html part says the same: `templates/mail/layout.html` lays out the paragraphs of the text, so
that no sentence stands twice. It is made as the mail is sent, and stands in no database. A kind
whose html is to look otherwise has a `<kind>.html` of its own, which extends the layout.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, Template

from shared.core import formats, words
from shared.core.compiled_templates import CompiledTemplates, QuickEnvironment
from shared.core.frozen import frozen
from shared.core.locales import SOURCE, speaking, teach, translated
from shared.infra.mail.links import ORDER, PUBLIC_URL, links
from shared.infra.mail.paragraphs import paragraphs

FOLDER = Path(__file__).resolve().parents[3] / "templates" / "mail"
_FILTERS: tuple[Callable[..., str], ...] = (
    formats.money,
    formats.percent,
    formats.deadline,
    formats.hour,
    formats.written_day,
    formats.near_day,
    formats.time_left,
    formats.month,
    formats.month_and_year,
)
_SUBJECT = "Subject: "


@frozen
class Letter:
    """A mail as it is written: its subject and its plain text."""

    subject: str
    text: str


def render(
    kind: str,
    context: Mapping[str, Any],
    language: str = SOURCE,
) -> Letter:
    """The mail `kind` in the recipient's language, whatever is spoken here.

    Raises ValueError when the template does not begin with its subject.
    """
    with speaking(language):
        told = _environment(is_html=False).get_template(f"{kind}.txt").render(context)
        head, _, rest = told.partition("\n")
        if not head.startswith(_SUBJECT):
            raise ValueError(
                f"templates/mail/{kind}.txt does not begin with its subject"
            )
        return Letter(head.removeprefix(_SUBJECT).strip(), rest.strip() + "\n")


def as_html(kind: str, letter: Letter, language: str) -> str:
    """The same mail as html, in the language that it was written in."""
    with speaking(language):
        layout = _layout(kind)
        parts = paragraphs(letter.text, PUBLIC_URL)
        return layout.render(subject=letter.subject, paragraphs=parts)


@cache
def _layout(kind: str) -> Template:
    """Looked for once: most kinds have none of their own, and looking finds that anew."""
    return _environment(is_html=True).select_template([f"{kind}.html", "layout.html"])


@cache
def _environment(*, is_html: bool) -> QuickEnvironment:
    environment = QuickEnvironment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=is_html,  # plain text is not escaped
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        bytecode_cache=CompiledTemplates(FOLDER, "mail"),
        auto_reload=False,
    )
    environment.filters.update({way.__name__: way for way in _FILTERS})
    environment.globals.update(
        word=words.word,
        words=words.words,
        paydays=formats.paydays,
    )
    environment.globals.update(
        url_for=links.url_for, own_order=ORDER, public_url=PUBLIC_URL
    )
    teach(environment)
    if not is_html:
        environment.globals.update(_=_sentence, gettext=_sentence)
    return environment


def _sentence(message: str, /, **values: Any) -> str:
    """What Jinja makes of a sentence where nothing is escaped, without asking what that takes."""
    return translated(message) % values

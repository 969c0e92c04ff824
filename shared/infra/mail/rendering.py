"""Mails as templates: `templates/mail/<kind>.txt`, a line `Subject: …`, an empty line, the text.

Plain text in Jinja's words. A name that the template asks for and nobody gave is an error (StrictUndefined), and nothing is
escaped: a mail is no HTML. Amounts are given as `Money` and written by the filter `money`, as the pages write them; addresses
are asked for by `url_for`. `own_order` is the token of the purchase that the mail is about: `url_for('receipts.order_page',
token=own_order)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from shared.core import formats
from shared.core.locales import SOURCE, speaking, teach
from shared.infra.mail.links import ORDER, PUBLIC_URL, links

FOLDER = Path(__file__).resolve().parents[3] / "templates" / "mail"
_SUBJECT = "Subject: "


def render(kind: str, context: Mapping[str, Any], language: str = SOURCE) -> tuple[str, str]:
    """(subject, text) of the mail `kind` in the recipient's language, whatever is spoken here.

    Raises ValueError when the template does not begin with its subject.
    """
    with speaking(language):
        told = _templates().get_template(f"{kind}.txt").render(context)
    head, _, text = told.partition("\n")
    if not head.startswith(_SUBJECT):
        raise ValueError(f"templates/mail/{kind}.txt does not begin with its subject")
    return head.removeprefix(_SUBJECT).strip(), text.strip() + "\n"


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701  # plain text
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.filters["money"] = formats.money
    environment.globals.update(url_for=links.url_for, own_order=ORDER, public_url=PUBLIC_URL)
    teach(environment)
    return environment

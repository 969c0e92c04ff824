"""Mails as templates: `templates/mail/<kind>.txt`, a line `Subject: …`, an empty line, the text.

Plain text in Jinja's words. A name that the template asks for and nobody gave is an error (StrictUndefined), and nothing is
escaped: a mail is no HTML. Amounts and dates are given as text or as `Money`, which writes itself as the pages do.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "mail"
_SUBJECT = "Subject: "


def render(kind: str, context: Mapping[str, Any]) -> tuple[str, str]:
    """(subject, text) of the mail `kind`. Raises ValueError when the template does not begin with its subject."""
    told = _templates().get_template(f"{kind}.txt").render(context)
    head, _, text = told.partition("\n")
    if not head.startswith(_SUBJECT):
        raise ValueError(f"templates/mail/{kind}.txt does not begin with its subject")
    return head.removeprefix(_SUBJECT).strip(), text.strip() + "\n"


@cache
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701  # plain text
        trim_blocks=True,
        lstrip_blocks=True,
    )

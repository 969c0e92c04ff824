"""What templates remember of their macros."""

from __future__ import annotations

import pytest
from jinja2 import DictLoader, Environment
from markupsafe import Markup

from shared.entrypoints.web import templating

MACROS = """{% macro badge(kind, text) %}<b>{{ text }}</b>{% endmacro %}
{% macro avatar(name) %}{% endmacro %}"""


@pytest.mark.parametrize("markup_first", [True, False])
def test_a_text_is_never_taken_for_markup_of_the_same_letters(
    *, markup_first: bool
) -> None:
    """Python takes the two for equal: what one was filled in as must not be said for the other."""
    env = Environment(loader=DictLoader({"ui.html": MACROS}), autoescape=True)
    templating._load(env, "ui", "ui.html")
    badge = env.globals["ui"].badge  # type: ignore[attr-defined]
    texts: list[str] = (
        [Markup("<i>"), "<i>"] if markup_first else ["<i>", Markup("<i>")]
    )
    for text in texts:
        wanted = "<b><i></b>" if isinstance(text, Markup) else "<b>&lt;i&gt;</b>"
        assert badge("ok", text) == wanted

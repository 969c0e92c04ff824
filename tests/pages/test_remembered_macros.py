"""What templates remember of their macros, and forms of their options."""

from __future__ import annotations

from typing import Any

import pytest
import wtforms
from jinja2 import DictLoader, Environment
from markupsafe import Markup
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from shared.entrypoints.web import templating
from shared.entrypoints.web.forms import KeptOptions

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


# Alike to Python, and each another option.
OPTIONS: list[tuple[Any, Any, dict[str, str]]] = [
    ("1", "<i>", {}),
    ("1", Markup("<i>"), {}),
    (1, "<i>", {}),
    (True, "<i>", {}),
    ("1", "<i>", {"data-x": "y"}),
    ("", "", {}),
    ("2", "<i>", {}),
]


@pytest.mark.parametrize("chosen", ["1", "2", None])
def test_an_option_is_written_as_wtforms_writes_it(chosen: str | None) -> None:
    """Whatever is chosen, however often it is written, and whatever else is called alike."""

    class Form(wtforms.Form):
        plain = wtforms.SelectField(
            choices=[SelectChoice(*option) for option in OPTIONS]
        )

    form = Form(data={"plain": chosen})
    expected = str(form.plain())
    form.plain.widget = KeptOptions()
    assert [str(form.plain()), str(form.plain())] == [expected] * 2
    assert ("selected" in expected) is (chosen is not None)

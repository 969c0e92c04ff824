"""What templates remember of their macros, and forms of their options."""

from __future__ import annotations

from typing import Any

import pytest
import wtforms
from jinja2 import DictLoader, Environment, pass_context, pass_environment
from jinja2.runtime import Context
from markupsafe import Markup
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, Length, NumberRange

from shared.core.compiled_templates import QuickContext
from shared.entrypoints.web import templating
from shared.entrypoints.web.widgets import KeptOptions, quick

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


CALLS = """{% macro boxed(text) %}[{{ text }}{{ caller() if caller }}]{% endmacro %}
{%- block all scoped %}{% for n in (1, 2) %}{% set m = n * 2 %}
{{- plain(n, sign='+') }}{{ named(n) }}{{ whole(n) }}
{%- call boxed('<') %}{{ plain(n) }}{% endcall %}{{ n.bit_length() }}{% endfor %}{% endblock %}"""


@pass_context
def _named(context: Context, number: int) -> str:
    return f"{context.name}{context['m']}{number}"


@pass_environment
def _whole(env: Environment, number: int) -> str:
    return f"{env.autoescape}{number}"


def test_templates_call_as_jinja_calls() -> None:
    """Plain functions, what takes the context or the environment, macros, methods; in a loop and in
    a block, where Jinja says more of the place.
    """

    def plain(
        number: int,
        **more: str,
    ) -> str:
        return f"{number}{more}<"

    filled = []
    for context in (Context, QuickContext):
        env = Environment(loader=DictLoader({"it": CALLS}), autoescape=True)
        env.context_class = context
        env.globals.update(plain=plain, named=_named, whole=_whole)
        filled.append(env.get_template("it").render())
    assert filled[0] == filled[1]
    assert "1{&#39;sign&#39;: &#39;+&#39;}&lt;it21True1[&lt;1{}&lt;]1" in filled[0]


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


class _Controls(wtforms.Form):
    """Every kind of control that WTForms itself writes."""

    text = wtforms.StringField(
        validators=[DataRequired(), Length(min=2, max=9)],
        render_kw={"class_": "input", "data_one_two": "1"},
    )
    email = wtforms.EmailField()
    secret = wtforms.PasswordField()
    hidden = wtforms.HiddenField()
    box = wtforms.BooleanField()
    file = wtforms.FileField()
    files = wtforms.MultipleFileField()
    long = wtforms.TextAreaField(validators=[Length(max=500)])
    number = wtforms.IntegerField(validators=[NumberRange(1, 5)])
    colour = wtforms.ColorField()
    one = wtforms.SelectField(choices=[SelectChoice("a", "A"), SelectChoice("b", "B")])
    some = wtforms.SelectMultipleField(choices=[SelectChoice("a", "A")])
    groups = wtforms.SelectField(choices=[SelectChoice("a", "A", optgroup="<g>")])


GIVEN: list[dict[str, Any]] = [
    {},
    {"class_": "a \"b' <c>", "aria_describedby": "x", "aria-invalid": "true"},
    {"required": False, "disabled": True, "rows": 3, "data-x": Markup('"<i>"')},
    {"id": "own", "value": "<given>", "maxlength": 4, "hx-get": "/?a=1&b=2"},
]


@pytest.mark.parametrize("given", GIVEN)
@pytest.mark.parametrize("typed", ["<b>\"&'", Markup("<i>"), "", None, True])
def test_a_control_is_written_as_wtforms_writes_it(
    given: dict[str, Any], typed: object
) -> None:
    """Of every kind, whatever it is given and whatever stands in it."""
    every: Any = _Controls(data=dict.fromkeys(_Controls()._fields, typed))
    for field in every:
        expected = field(**given)
        field.widget = quick(field.widget)
        assert field(**given) == expected
        assert isinstance(field(**given), Markup)

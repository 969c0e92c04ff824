"""What is remembered of a form's fields: all but what a person typed."""

from __future__ import annotations

from functools import cache
from operator import attrgetter
from typing import Any

import pytest
import wtforms
from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup
from wtforms.validators import DataRequired, Length

from shared.core import locales
from shared.core.locales.lazy import lazy_gettext as _l
from shared.entrypoints.web import kept_fields, pages, templating
from shared.entrypoints.web.forms import ChecksField, choices
from shared.entrypoints.web.widgets import Offered, quick

OFFERED = Offered([("", "Choose"), ("a", "<A>"), ("b", "B")])
GROUPS = [wtforms.fields.choices.SelectChoice("a", "A", optgroup="<g>")]  # type: ignore[attr-defined]


class _Form(wtforms.Form):
    """Every kind of field."""

    text = wtforms.StringField(
        _l("City"),
        [DataRequired(), Length(min=2, max=9)],
        render_kw={"class_": "wide", "data_one_two": "1"},
    )
    email = wtforms.EmailField(_l("Email"), description="<so>")
    secret = wtforms.PasswordField()
    hidden = wtforms.HiddenField()
    box = wtforms.BooleanField(_l("Phone"))
    file = wtforms.FileField()
    long = wtforms.TextAreaField(validators=[Length(max=500)])
    number = wtforms.IntegerField()
    amount = wtforms.DecimalField(places=None)
    colour = wtforms.ColorField()
    one = wtforms.SelectField(choices=choices([("a", "<A>"), ("b", "B")]))
    some = wtforms.SelectMultipleField(choices=choices([("a", "A")]))
    groups = wtforms.SelectField(choices=GROUPS)
    offered = wtforms.SelectField(choices=[], validate_choice=False)
    radio = wtforms.RadioField(choices=choices([("a", "A"), ("b", "B")]))
    checks = ChecksField(choices=choices([("a", "A"), ("b", "B")]))

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        for field in self:
            widget: Any = field.widget
            field.widget = quick(widget)
        self.offered.choices = OFFERED  # type: ignore[assignment]


ASKED: list[dict[str, Any]] = [
    {},
    {"help": "<i>"},
    {"help": Markup("<i>")},
    {"label": "Own", "required": True},
    {"label": "Own", "required": 1},
    {"label": "Own", "required": False, "data_x": "\"'"},
    {"optional": False, "autocomplete": "email"},
    {"optional": True, "placeholder": "<&>"},
    {"id": "own", "value": "<given>"},
    {"rows": 3, "list": ("not", "a", "text")},
]
TYPED = ["<b>\"&'", "ada@example.test", "a", "b", "", None, Markup('"<i>'), True, 7]


# What of a field is changed, one after the other: where, which and to what.
CHANGED: list[tuple[str, tuple[str, Any]]] = [
    ("", ("description", "")),
    ("label", ("text", "<Another>")),
    ("label", ("text", Markup("<Another>"))),
    ("", ("description", "Below")),
    ("", ("render_kw", {"data_own": "1"})),
    ("flags", ("required", True)),
]


def _filled(typed: object) -> Any:
    return _Form(data=dict.fromkeys(_Form()._fields, typed))


@cache
def _components() -> tuple[Any, Any]:
    """The macros of forms as they stand in their file, and as pages call them."""
    env = Environment(
        loader=FileSystemLoader(pages.TEMPLATES),
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
    )
    locales.teach(env)
    env.globals["static_url"] = str
    templating._load(env, "icon", "components/icon.html")
    templating._load(env, "forms", "components/forms.html")
    plain = env.get_template("components/forms.html").make_module()
    return plain, env.globals["forms"]


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("asked", ASKED)
def test_a_kept_field_is_written_as_its_macro_writes_it(
    language: str, asked: dict[str, Any]
) -> None:
    """Of every kind, whatever stands in it, however often, and after what others typed; with and
    without errors.
    """
    plain, kept = _components()
    for typed in [*TYPED, *TYPED]:
        for field in _filled(typed):
            with locales.speaking(language):
                assert kept.field(field, **asked) == plain.field(field, **asked)
                field.errors = [f"not {typed}"]
                assert kept.field(field, **asked) == plain.field(field, **asked)


@pytest.mark.parametrize("typed", TYPED)
def test_so_are_boxes_and_what_stands_beside_a_unit(typed: object) -> None:
    """As macros of their own."""
    plain, kept = _components()
    for form in (_filled(None), _filled(typed), _filled(typed)):
        assert kept.checkbox(form.box) == plain.checkbox(form.box)
        assert kept.affix(form.text, after="%") == plain.affix(form.text, after="%")
        assert kept.money(form.text, "EUR") == plain.money(form.text, "EUR")


def test_a_kept_field_is_known_by_all_that_it_is_made_of() -> None:
    """Neither language nor label, nor a text below it, a flag or an attribute that changes is of
    whoever came before.
    """
    plain, kept = _components()
    for language in ("en", "de", "fr", "en"):
        with locales.speaking(language):
            field = _filled("ada@example.test").email
            for name, value in CHANGED:
                setattr(attrgetter(name)(field) if name else field, *value)
                assert kept.field(field) == plain.field(field)


def test_nothing_that_was_typed_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor what was chosen; and what is kept is bounded."""
    monkeypatch.setattr(kept_fields, "REMEMBERED", 3)
    _, kept = _components.__wrapped__()
    known = _memory_of(kept.field)
    for number, field in enumerate(_filled("ada@example.test")):
        kept.field(field, placeholder=str(number))
        assert "ada@example.test" not in repr(known)
        assert len(known) <= 3
    assert known


def _memory_of(write: Any) -> dict[Any, Any]:
    cells = (cell.cell_contents for cell in write.__closure__)
    return next(found for found in cells if isinstance(found, dict))


def test_a_list_that_is_offered_everywhere_is_kept_by_what_is_chosen_of_it() -> None:
    """What was sent and is none of it leaves nothing behind."""
    for chosen in ["a", "b", "never offered", None, "a"]:
        field = _Form(data={"offered": chosen}).offered
        plain = wtforms.widgets.Select()(field)
        assert str(field()) == plain
    assert set(OFFERED._written) <= {"", "a", "b", None}

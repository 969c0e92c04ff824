"""WTForms' widgets, which write a field's attributes by a formatter in Python, each anew: half of
what a page of fields took. What these write is the same (tests/pages/test_remembered_macros.py).
"""

from __future__ import annotations

from copy import copy
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape
from wtforms.fields.choices import Choice  # type: ignore[attr-defined]
from wtforms.widgets import Input, Select, TextArea
from wtforms.widgets.core import clean_key  # type: ignore[attr-defined]  # stubs lag


def attributes(**given: Any) -> Markup:
    """What stands in a tag, as WTForms' `html_params` writes it."""
    written: list[str] = []
    for name, value in sorted(given.items()):
        if value is False:
            continue
        key = escape(clean_key(name))
        if value is True:
            written.append(key)
            continue
        said = str(escape(value)).replace('"', "&quot;")
        written.append(f'{key}="{said}"')
    return Markup(" ".join(written))  # noqa: S704 - escaped above


def _flagged(
    widget: Any,
    field: Any,
    given: dict[str, Any],
) -> Markup:
    """The attributes of a control: what was given, and what the field's validators ask for."""
    flags = {
        name: getattr(field.flags, name)
        for name in vars(field.flags)
        if name in widget.validation_attrs
    }
    named = {"id": field.id, "name": field.name}
    return attributes(**{**named, **flags, **given})


class QuickArea(TextArea):
    """Text of several lines."""

    def __call__(self, field: Any, **given: Any) -> Markup:
        typed = escape(field._value())
        return Markup(  # noqa: S704 - escaped
            f"<textarea {_flagged(self, field, given)}>\r\n{typed}</textarea>"
        )


class KeptOptions(Select):
    """Writes each option once: 43 countries were a fifth of what the page of an address took."""

    def __call__(self, field: Any, **given: Any) -> Markup:
        if field.has_groups() or self.multiple:
            return Markup(super().__call__(field, **given))  # noqa: S704 - WTForms' own
        options = "".join(map(self.render_option, field.iter_choices()))
        tag = f"<select {_flagged(self, field, given)}>"
        return Markup(f"{tag}{options}</select>")  # noqa: S704 - escaped

    @classmethod
    def render_option(cls, choice: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        kinds = (type(choice.value), type(choice.label))
        if kwargs or choice.render_kw or kinds != (str, str):
            return super().render_option(choice, **kwargs)
        return _option(choice.value, choice.label, is_selected=bool(choice.selected))


@lru_cache(maxsize=4096)
def _option(value: str, label: str, *, is_selected: bool) -> Any:
    write: Any = Select.render_option  # its stubs lag
    return write(Choice(value, label, is_selected, {}))


@lru_cache(maxsize=256)
def quick(widget: Any) -> Any:
    """A widget that writes what `widget` writes."""
    if type(widget) is Select:
        return KeptOptions(multiple=widget.multiple)
    if type(widget) is TextArea:
        return QuickArea()
    if isinstance(widget, Input):
        same: Any = copy(widget)
        same.html_params = attributes
        return same
    return widget

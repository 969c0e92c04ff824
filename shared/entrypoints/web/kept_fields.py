"""Fields as pages write them: what stands around a value is the same whoever typed it, and is
written once.

A macro of templates/components/forms.html is asked once for all fields that are alike, with a mark
where the value goes. What it was made of is what it is known by, so nobody reads what was made of
anything else; what somebody typed is never kept, nor is a field with errors.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, TypeAlias

from babel.support import LazyProxy
from markupsafe import Markup, escape
from wtforms import widgets

from shared.core import locales
from shared.entrypoints.web.widgets import KeptOptions, QuickArea, quoted

Write: TypeAlias = Callable[..., Markup]
_Known: TypeAlias = tuple[Any, ...]

REMEMBERED = 2048  # fields, of each macro
_MARK = secrets.token_hex(16)  # nobody can have typed it
_PLAIN = frozenset(
    {
        str,
        Markup,
        int,
        bool,
        type(None),
    }
)
_LINES = frozenset(
    {
        widgets.TextInput,
        widgets.EmailInput,
        widgets.TelInput,
        widgets.URLInput,
        widgets.SearchInput,
        widgets.NumberInput,
    }
)


class _Marked(KeptOptions):
    """A list whose options are told apart from it."""

    def options(self, field: Any) -> str:
        return _MARK


def kept(macro: Write) -> Write:
    """A macro that writes a field as `macro` does, at once where it wrote one alike."""
    known: dict[_Known, list[str]] = {}

    def write(
        field: Any,
        *given: Any,
        **named: Any,
    ) -> Markup:
        said = _said(field)
        made_of = None if said is None else _made_of(field, given, named)
        if said is None or made_of is None:
            return macro(field, *given, **named)
        around = known.get(made_of)
        if around is None:
            whole = macro(_emptied(field), *given, **named)
            around = str(whole).split(_MARK)
            if len(around) != _parts(field):
                return macro(field, *given, **named)
            if len(known) >= REMEMBERED:
                known.clear()
            known[made_of] = around
        return Markup(said.join(around))  # noqa: S704 - of the macro, and escaped

    return write


def _said(field: Any) -> str | None:
    """What a field's value makes of it; None where more than one place of it follows the value."""
    if field.errors:
        return None
    widget = field.widget
    kind = type(widget)
    if kind is KeptOptions:
        return None if widget.is_odd(field) else str(widget.options(field))
    if kind is widgets.CheckboxInput:
        return "" if field._value() == "y" else None
    if kind not in _LINES and kind is not QuickArea:
        return None
    value = field._value()
    if not isinstance(value, str):
        return None
    return quoted(value) if kind in _LINES else str(escape(value))


def _parts(field: Any) -> int:
    return 1 if type(field.widget) is widgets.CheckboxInput else 2


def _emptied(field: Any) -> Any:
    """The same field, with a mark for its value."""
    same: Any = object.__new__(type(field))  # WTForms' own would wait for a form
    vars(same).update(vars(field))
    if type(field.widget) is KeptOptions:
        same.widget = _Marked()
    elif _parts(field) > 1:
        same._value = lambda: _MARK
    return same


def _made_of(
    field: Any,
    given: tuple[Any, ...],
    named: dict[str, Any],
) -> _Known | None:
    """All that a macro makes a field of but its value; None where it is more than plain texts.

    With the kinds, since Python takes a text and the markup of the same letters for equal.
    """
    is_ticked = field.data if _parts(field) == 1 else None
    label, below = field.label.text, field.description
    told = [
        locales.current(),
        _spoken(label),
        _spoken(below),
        field.id,
        field.name,
        bool(is_ticked),
        getattr(field, "_datalist", None),
        *given,
    ]
    for more in (vars(field.flags), field.render_kw or {}, named):
        told += (len(more), *more, *more.values())
    kinds = tuple(map(type, told))
    if not _PLAIN.issuperset(kinds):
        return None
    return (
        type(field),
        field.widget,
        kinds,
        *told,
    )


def _spoken(text: Any) -> Any:
    return str(text) if isinstance(text, LazyProxy) else text

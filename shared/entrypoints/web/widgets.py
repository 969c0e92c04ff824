"""WTForms' widgets, which write a field's attributes by a formatter in Python, each anew: half of
what a page of fields took. What these write is the same (tests/pages/test_remembered_macros.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from copy import copy
from functools import lru_cache, partial
from typing import Any

from markupsafe import Markup, escape
from wtforms.fields.choices import (  # type: ignore[attr-defined]
    Choice,
    SelectChoice,
)
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
        written.append(f'{key}="{quoted(value)}"')
    return Markup(" ".join(written))  # noqa: S704 - escaped above


def quoted(value: Any) -> str:
    """What stands between an attribute's quotes."""
    return str(escape(value)).replace('"', "&quot;")


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


class Offered:
    """A field's choices, the same wherever they are offered: with any one of them chosen they are
    written once.
    """

    def __init__(
        self,
        pairs: Iterable[tuple[str, str]],
    ) -> None:
        self._choices = tuple(SelectChoice(*pair) for pair in pairs)
        self._values = frozenset(choice.value for choice in self._choices)
        self._written: dict[str | None, str] = {}

    def __iter__(self) -> Iterator[SelectChoice]:
        return iter(self._choices)

    def written(
        self,
        chosen: str | None,
        write: Callable[[], str],
    ) -> str:
        """What stands in the list; `write` writes it when it is first asked for."""
        known = chosen if chosen in self._values else None
        if known not in self._written:
            self._written[known] = write()
        return self._written[known]


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
        if self.is_odd(field):
            return Markup(super().__call__(field, **given))  # noqa: S704 - WTForms' own
        tag = f"<select {_flagged(self, field, given)}>"
        return Markup(f"{tag}{self.options(field)}</select>")  # noqa: S704 - escaped

    def is_odd(self, field: Any) -> bool:
        """Whether WTForms has to write it: with groups, or with several chosen."""
        if self.multiple:
            return True
        return not isinstance(field.choices, Offered) and bool(field.has_groups())

    def options(self, field: Any) -> str:
        """What stands in the list."""
        offered = field.choices
        if isinstance(offered, Offered):
            return offered.written(field.data, partial(self._options, field))
        return self._options(field)

    def _options(self, field: Any) -> str:
        return "".join(map(self.render_option, field.iter_choices()))

    @classmethod
    def render_option(cls, choice: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        kinds = (type(choice.value), type(choice.label))
        if kwargs or choice.render_kw or kinds != (str, str):
            return super().render_option(choice, **kwargs)
        return _option(choice.value, choice.label, is_selected=bool(choice.selected))


@lru_cache(maxsize=4096)
def _option(
    value: str,
    label: str,
    *,
    is_selected: bool,
) -> Any:
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

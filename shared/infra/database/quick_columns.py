"""What is worked out once of a table's columns, for its quick way (quick_rows.py)."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, TypeAlias

from tortoise import fields
from tortoise.fields.data import JSON_DUMPS
from tortoise.models import Model
from tortoise.validators import MaxLengthValidator

State: TypeAlias = dict[str, Any]
Made: TypeAlias = tuple[str, Callable[[], Any]]
_CONSTANT = (int, float, str, bool, bytes)
# By the field's own class: the types of which a value is taken and stored as it is.
_AS_IT_IS: dict[type[Any], frozenset[type[Any]]] = {
    fields.BigIntField: frozenset({int}),
    fields.BinaryField: frozenset({bytes}),
    fields.BooleanField: frozenset({bool}),
    fields.CharField: frozenset({str}),
    fields.IntField: frozenset({int}),
    fields.SmallIntField: frozenset({int}),
    fields.TextField: frozenset({str}),
}
NONE: frozenset[type[Any]] = frozenset()
# What Tortoise makes of a value, without an encoder made anew for each.
as_json = json.JSONEncoder(separators=(",", ":")).encode


def relations(
    model: type[Model],
) -> dict[str, type[Model]]:
    """The tables of rows that a row of this one names by their id."""
    fields_map = model._meta.fields_map
    return {
        name: fields_map[name].related_model  # type: ignore[attr-defined]
        for name in model._meta.fk_fields
        if fields_map[name].source_field == f"{name}_id"
        and fields_map[name].to_field_instance.pk  # type: ignore[attr-defined]
    }


def as_it_is(
    field: fields.Field[Any],
) -> frozenset[type[Any]]:
    """The types of which its values are kept unasked: none where a validator of ours wants to see
    them; how long a text may be is looked at here.
    """
    if all(type(each) is MaxLengthValidator for each in field.validators):
        return _AS_IT_IS.get(type(field), NONE)
    return NONE


def moments(columns: Mapping[str, Any]) -> set[str]:
    """Those that keep a moment that somebody gives."""
    return {
        name
        for name, field in columns.items()
        if type(field) is fields.DatetimeField
        and not (field.auto_now or field.auto_now_add)
    }


def write_quickly(field: fields.Field[Any]) -> None:
    """Let a column of JSON write as it does, in half the time."""
    if isinstance(field, fields.JSONField) and field.encoder is JSON_DUMPS:
        field.encoder = as_json


def documents(columns: Mapping[str, Any]) -> set[str]:
    """The columns of JSON that `as_json` writes, and no validator wants to see."""
    kept = {
        name: field
        for name, field in columns.items()
        if isinstance(field, fields.JSONField) and not field.validators
    }
    return {name for name, field in kept.items() if field.encoder is as_json}


def defaults(
    columns: Mapping[str, Any],
) -> tuple[State, list[Made]]:
    """What a new row has where nothing is said, and what is made for each."""
    blank: State = {
        "_partial": False,
        "_saved_in_db": False,
        "_custom_generated_pk": False,
    }
    made: list[Made] = []
    for name, field in columns.items():
        default = field.default
        if inspect.iscoroutinefunction(default):
            raise TypeError(f"{name}: a column's default must not have to be awaited")
        if callable(default):
            made.append((name, default))
        elif default is None:
            if field.has_db_default():
                made.append((name, field.get_db_default_value))
            else:
                blank[name] = None
        elif isinstance(default, _CONSTANT):
            blank[name] = default
        else:
            made.append((name, _copies(default)))
    return blank, made


def _copies(default: Any) -> Callable[[], Any]:
    return lambda: deepcopy(default)


def is_plain_moment(value: Any) -> bool:
    """Whether it is one in UTC, as ours are."""
    return type(value) is datetime and value.tzinfo is UTC


def moment(
    field: Any,
    value: Any,
) -> Any:
    """A moment as Tortoise reads it: most are plain, and SQLite tells them as text."""
    if type(value) is str:
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return field.to_python_value(value)
    return value if is_plain_moment(value) else field.to_python_value(value)

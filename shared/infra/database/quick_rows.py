"""What Tortoise works out for each row anew, worked out once for each table: a new row out of its
values, a row out of what the database answers, and what of a row the database is given.

Only the plain cases, which are nearly all: a value of the column's own type, a moment in UTC.
Whatever else goes Tortoise's own way, and each is what it would be there
(tests/infra/test_quick_rows.py).
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any, TypeAlias

from tortoise import fields
from tortoise.fields.base import DatabaseDefault
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
_NONE: frozenset[type[Any]] = frozenset()
_NO_LIMIT = 1 << 60


class QuickRows:
    """The rows of one table."""

    def __init__(self, model: type[Model]) -> None:
        meta = model._meta
        self._model = model
        self._fields = {
            name: meta.fields_map[name] for name in meta.fields_db_projection
        }
        self._plain = {name: _as_it_is(field) for name, field in self._fields.items()}
        self._longest = {
            name: getattr(field, "max_length", _NO_LIMIT)
            for name, field in self._fields.items()
        }
        self._moments = {
            name
            for name, field in self._fields.items()
            if type(field) is fields.DatetimeField
            and not (field.auto_now or field.auto_now_add)
        }
        self._given = self._fields.keys() - {meta.pk_attr}
        self._all = tuple(self._fields)
        self._without_id = tuple(name for name in self._all if name != meta.pk_attr)
        self._left_to_database = any(
            field.has_db_default() for field in self._fields.values()
        )
        self._blank, self._made = _defaults(self._fields)
        is_custom = meta.db_pk_column not in meta.generated_db_fields
        self._read = {
            "_partial": False,
            "_saved_in_db": True,
            "_custom_generated_pk": is_custom,
        }

    def fill(
        self,
        row: Model,
        values: Mapping[str, Any],
    ) -> bool:
        """Make `row` a new one of these values; False where Tortoise is to do it, for a relation,
        an id, or a name that is no column's.
        """
        if not self._given >= values.keys():
            return False
        state = row.__dict__
        state.update(self._blank)
        state["_await_when_save"] = {}
        for name, make in self._made:
            if name not in values:
                state[name] = make()
        for name, value in values.items():
            is_plain = type(value) in self._plain[name]
            state[name] = value if is_plain else self._taken(name, value)
        return True

    def _taken(
        self,
        name: str,
        value: Any,
    ) -> Any:
        field = self._fields[name]
        if value is None:
            if not field.null:
                told = f"{name} is non nullable field, but null was passed"
                raise ValueError(told)
            return None
        if name in self._moments and _is_plain_moment(value):
            return value
        return field.to_python_value(value)

    def are_plain(self, values: Mapping[str, Any]) -> bool:
        """Whether these are columns, and each value of its column's own type."""
        return all(
            type(value) in self._plain.get(name, _NONE)
            for name, value in values.items()
        )

    def read(self, values: Mapping[str, Any]) -> Any:
        """Return the row that the database tells by its columns; None where one is missing."""
        meta = self._model._meta
        row = self._model.__new__(self._model)
        state = row.__dict__
        state.update(self._read)
        state["_await_when_save"] = {}
        try:
            for column, name, _ in meta.db_native_fields:
                state[name] = values[column]
            for column, name, field in meta.db_default_fields:
                value = values[column]
                state[name] = None if value is None else field.field_type(value)
            for column, name, field in meta.db_complex_fields:
                value = values[column]
                if value is None:
                    state[name] = None
                elif name in self._moments:
                    state[name] = _moment(value, field)
                else:
                    state[name] = field.to_python_value(value)
        except KeyError:
            return None
        return row

    def given(self, row: Model) -> tuple[str, ...]:
        """Name the fields that are not left to the database; an id that is known beforehand is
        none.
        """
        names = self._without_id if row.pk is None else self._all
        if not self._left_to_database:
            return names
        return tuple(
            name
            for name in names
            if not isinstance(getattr(row, name), DatabaseDefault)
        )

    def stored(
        self,
        row: Model,
        name: str,
        value: Any,
        *,
        text: bool,
    ) -> Any:
        """Return what the database is given for a value of a field; a moment as `text` where it
        keeps moments so.

        Raises what Tortoise raises for what is no value of a column.
        """
        if type(value) in self._plain[name]:
            longest = self._longest[name]
            if longest == _NO_LIMIT or len(value) <= longest:
                return value
        elif value is None:
            if self._fields[name].null:
                return None
        elif name in self._moments and _is_plain_moment(value):
            return value.isoformat(" ") if text else value
        return self._fields[name].to_db_value(value, row)


def _as_it_is(field: fields.Field[Any]) -> frozenset[type[Any]]:
    """The types of which its values are kept unasked: none where a validator of ours wants to see
    them; how long a text may be is looked at here.
    """
    if all(type(each) is MaxLengthValidator for each in field.validators):
        return _AS_IT_IS.get(type(field), _NONE)
    return _NONE


def _defaults(columns: Mapping[str, Any]) -> tuple[State, list[Made]]:
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
            raise NotImplementedError(f"{name}: a default that is awaited")
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


def _is_plain_moment(value: Any) -> bool:
    return type(value) is datetime and value.tzinfo is UTC


def _moment(
    value: Any,
    field: Any,
) -> Any:
    if type(value) is str:
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return field.to_python_value(value)
    return value if _is_plain_moment(value) else field.to_python_value(value)


_QUICK: dict[type[Model], QuickRows] = {}


def quick(model: type[Model]) -> QuickRows:
    """The quick way of a table, whose columns Tortoise must know (`is_known`)."""
    found = _QUICK.get(model)
    if found is None:
        found = _QUICK[model] = QuickRows(model)
    return found


def is_known(model: type[Model]) -> bool:
    """Whether Tortoise has been told of all tables, and with them of their relations' columns."""
    return model in _QUICK or model._meta._inited

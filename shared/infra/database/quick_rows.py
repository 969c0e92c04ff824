"""What Tortoise works out for each row anew, worked out once for each table: a new row out of its
values, a row out of what the database answers, and what of a row the database is given.

Only the plain cases, which are nearly all: a value of the column's own type, a moment in UTC.
Whatever else goes Tortoise's own way, and each is what it would be there
(tests/infra/test_quick_rows.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from tortoise.fields.base import DatabaseDefault
from tortoise.models import Model

from shared.core import clock
from shared.infra.database.quick_columns import (
    NONE,
    State,
    as_it_is,
    as_json,
    defaults,
    documents,
    is_plain_moment,
    moment,
    moments,
    relations,
    write_quickly,
)

_NO_LIMIT = 1 << 60


class QuickRows:
    """The rows of one table."""

    def __init__(self, model: type[Model]) -> None:
        meta = model._meta
        self._model = model
        self._fields = {
            name: meta.fields_map[name] for name in meta.fields_db_projection
        }
        self._plain = {name: as_it_is(field) for name, field in self._fields.items()}
        self._longest = {
            name: getattr(field, "max_length", _NO_LIMIT)
            for name, field in self._fields.items()
        }
        longest = self._longest
        self._endless = {name for name in longest if longest[name] == _NO_LIMIT}
        self._moments = moments(self._fields)
        self._nullable = {name for name in self._fields if self._fields[name].null}
        plain = self._plain
        self._texts = {name for name in plain if str in plain[name]}
        self._given = self._fields.keys() - {meta.pk_attr}
        self._relations = relations(model)
        self._all = tuple(self._fields)
        self._without_id = tuple(name for name in self._all if name != meta.pk_attr)
        self._left_to_database = [
            name for name, field in self._fields.items() if field.has_db_default()
        ]
        for field in self._fields.values():
            write_quickly(field)
        self._documents = documents(self._fields)
        self._blank, self._made = defaults(self._fields)
        self._dated = [name for name, make in self._made if make is clock.now]
        self._made = [made for made in self._made if made[1] is not clock.now]
        is_custom = meta.db_pk_column not in meta.generated_db_fields
        self._read_by: dict[tuple[str, int], Any] = {}
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
        """Make `row` a new one of these values; False where Tortoise is to do it, for an id, what
        is not stored yet, or a name that is no column's.
        """
        related: State = {}
        if not self._given >= values.keys():
            values, related = self._by_id(values)
            if not self._given >= values.keys():
                return False
        state = row.__dict__
        state.update(self._blank)
        state["_await_when_save"] = {}
        state.update(dict.fromkeys(self._dated, clock.now()))
        for name, make in self._made:
            if name not in values:
                state[name] = make()
        self._take(state, values)
        state.update(related)
        return True

    def _by_id(
        self,
        values: Mapping[str, Any],
    ) -> tuple[State, State]:
        """The same with the ids of rows that it names, and those rows as the new one keeps them."""
        by_id, related = dict(values), {}
        for name in values.keys() & self._relations.keys():
            row = values[name]
            if not isinstance(row, self._relations[name]) or not row._saved_in_db:
                continue
            del by_id[name]
            by_id[f"{name}_id"] = row.pk
            related[f"_{name}"] = row
        return by_id, related

    def change(
        self,
        row: Model,
        values: Mapping[str, Any],
    ) -> None:
        """Set values of a row, as Tortoise's `update_from_dict` does."""
        if not self._given >= values.keys():
            row.update_from_dict(dict(values))
            return
        self._take(row.__dict__, values)

    def _take(
        self,
        state: State,
        values: Mapping[str, Any],
    ) -> None:
        for name, value in values.items():
            is_plain = type(value) in self._plain[name]
            state[name] = value if is_plain else self._taken(name, value)

    def _taken(
        self,
        name: str,
        value: Any,
    ) -> Any:
        field = self._fields[name]
        if isinstance(value, str) and name in self._texts:  # one of an enum's
            return value
        if value is None:
            if not field.null:
                told = f"{name} is non nullable field, but null was passed"
                raise ValueError(told)
            return None
        if name in self._moments and is_plain_moment(value):
            return value
        return field.to_python_value(value)

    def are_plain(self, values: Mapping[str, Any]) -> bool:
        """Whether these are columns, and each value of its column's own type."""
        return all(
            type(value) in self._plain.get(name, NONE) for name, value in values.items()
        )

    def read(
        self,
        values: Mapping[str, Any],
        alias: str = "",
    ) -> Any:
        """Return the row that the database tells by its columns, or by them under an alias
        (`alias.column`); None where one is missing.
        """
        # PostgreSQL takes more kinds as they are than SQLite does: their number tells which it is.
        way = alias, len(self._model._meta.db_native_fields)
        if way not in self._read_by:
            self._read_by[way] = self._by_alias(alias)
        native, plain, others = self._read_by[way]
        row = self._model.__new__(self._model)
        state = row.__dict__
        state.update(self._read)
        state["_await_when_save"] = {}
        try:
            for column, name in native:
                state[name] = values[column]
            for column, name, kind in plain:
                value = values[column]
                state[name] = None if value is None else kind(value)
            for column, name, take in others:
                value = values[column]
                state[name] = None if value is None else take(value)
        except KeyError:
            return None
        return row

    def _by_alias(self, alias: str) -> Any:
        """Columns as they are called under an alias, with what is made of their values."""
        meta, before = self._model._meta, f"{alias}." if alias else ""
        native = [
            (before + column, name) for column, name, _field in meta.db_native_fields
        ]
        plain = [
            (before + column, name, field.field_type)
            for column, name, field in meta.db_default_fields
        ]
        others = [
            (before + column, name, self._reader(name, field))
            for column, name, field in meta.db_complex_fields
        ]
        return native, plain, others

    def _reader(self, name: str, field: Any) -> Any:
        return (
            partial(moment, field) if name in self._moments else field.to_python_value
        )

    def given(self, row: Model) -> tuple[str, ...]:
        """Name the fields that are not left to the database; an id that is known beforehand is
        none.
        """
        names = self._without_id if row.pk is None else self._all
        if not self._left_to_database:
            return names
        state = row.__dict__
        left = [
            name
            for name in self._left_to_database
            if type(state[name]) is DatabaseDefault
        ]
        return tuple(name for name in names if name not in left) if left else names

    def stored_all(
        self,
        row: Model,
        names: Iterable[str],
        *,
        text: bool,
    ) -> list[Any]:
        """What the database is given for these fields of a row, in their order (`stored`)."""
        state, plain = row.__dict__, self._plain
        endless, longest = self._endless, self._longest
        found = []
        nullable, dates = self._nullable, self._moments
        written = self._documents
        last, told = None, None  # the moments of a row are mostly one
        for name in names:
            value = state[name]
            is_plain = type(value) in plain[name]
            if is_plain and (name in endless or len(value) <= longest[name]):
                found.append(value)
            elif value is None and name in nullable:
                found.append(None)
            elif name in dates and is_plain_moment(value):
                if value is not last:
                    last, told = value, value.isoformat(" ") if text else value
                found.append(told)
            elif name in written and type(value) is dict:
                found.append(as_json(value))
            else:
                found.append(self.stored(row, name, value, text=text))
        return found

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
        is_text = isinstance(value, str) and name in self._texts
        if is_text or type(value) in self._plain[name]:
            longest = self._longest[name]
            if longest == _NO_LIMIT or len(value) <= longest:
                return value
        elif value is None:
            if self._fields[name].null:
                return None
        elif name in self._moments and is_plain_moment(value):
            return value.isoformat(" ") if text else value
        return self._fields[name].to_db_value(value, row)


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

"""The quick way of a row is Tortoise's own: the same new rows, the same rows out of the database,
the same values into it; for every table.
"""

from __future__ import annotations

import warnings
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from tortoise import fields
from tortoise.models import Model
from tortoise.validators import RegexValidator

from shared.core import clock
from shared.infra.database.quick_rows import QuickRows, quick
from shared.infra.database.raw_sql import row_of
from shared.infra.database.tables import models

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shared.infra.database.base import Row

pytestmark = [pytest.mark.usefixtures("database"), pytest.mark.both_engines]
NOON = datetime(2026, 11, 5, 12, tzinfo=UTC)


class Word(StrEnum):
    """A state, as our rules have them."""

    OPEN = "open"


# Values that somebody might give for a column of each kind, fit or not.
TEXTS = ("", "word", "Łódź \0", "x" * 100_000, Word.OPEN, 7, Decimal(3), NOON)
NUMBERS = (0, -1, 2**31, 2**70, True, "12", 1.5, Decimal(3))
VALUES: dict[type[Any], tuple[Any, ...]] = {
    fields.BigIntField: NUMBERS,
    fields.BinaryField: (b"", b"\0\1", bytearray(b"x"), "text"),
    fields.BooleanField: (True, False, 0, 1, "", "yes"),
    fields.CharField: TEXTS,
    fields.DateField: (date(2026, 11, 5), NOON, "2026-11-05"),
    fields.DatetimeField: (
        NOON,
        NOON.replace(microsecond=7),
        NOON.replace(tzinfo=None),
        NOON.astimezone(timezone(timedelta(hours=2))),
        NOON.astimezone(ZoneInfo("America/New_York")),
        NOON.replace(tzinfo=ZoneInfo("UTC")),
        "2026-11-05 12:00:00+00:00",
        "2026-11-05T12:00:00.000007+02:00",
        "2026-11-05 12:00:00",
        1793880000,
    ),
    fields.DecimalField: (Decimal("1.5"), Decimal("1.005"), "2", 3, Decimal(0)),
    fields.IntField: NUMBERS,
    fields.JSONField: ({}, [], {"a": [1, None]}, '{"a": 1}', "no json", 7, b"[]"),
    fields.SmallIntField: NUMBERS,
    fields.TextField: TEXTS,
}


def _came_of(work: Any, *given: Any, **named: Any) -> Any:
    """What some work answers or raises, so that two ways can be compared; warnings are no words
    of ours.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = work(*given, **named)
        except Exception as error:
            return type(error), str(error)
    return _plain(found.__dict__ if isinstance(found, Model) else found)


def _plain(found: Any) -> Any:
    """With the kind of each value, which `==` would not tell."""
    if isinstance(found, dict):
        return {name: _plain(value) for name, value in found.items()}
    if isinstance(found, datetime):
        return found, found.utcoffset()
    return type(found), found if type(found).__eq__ is not object.__eq__ else repr(
        found
    )


def _columns(model: type[Row]) -> dict[str, Any]:
    meta = model._meta
    return {name: meta.fields_map[name] for name in meta.fields_db_projection}


def _new(model: type[Row], **values: Any) -> Row:
    """As Tortoise makes it."""
    row = model.__new__(model)
    Model.__init__(row, **values)
    return row


def _read(model: type[Row], **told: Any) -> Any:
    """As Tortoise reads it."""
    of_model: Any = Model._init_from_db
    return of_model.__func__(model, **told)


@pytest.fixture(autouse=True)
def _still() -> Iterator[None]:
    """Both ways at the same moment."""
    with clock.use(lambda: NOON):
        yield


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_a_row_is_made_read_and_stored_as_tortoise_does_it(
    model: type[Row], engine: str
) -> None:
    """With each value in each of its columns, and with nothing at all."""
    assert _came_of(model) == _came_of(_new, model)
    nothing: dict[str, Any] = dict.fromkeys(model._meta.db_fields)
    is_text = engine == "sqlite"
    of_table = quick(model)
    stored, row = of_table.stored, model()
    for name, field in _columns(model).items():
        column = model._meta.fields_db_projection[name]
        for value in (None, *VALUES[type(field)]):
            given = {name: value}
            assert _came_of(model, **given) == _came_of(_new, model, **given), given
            told = {**nothing, column: value}
            read = _came_of(model._init_from_db, **told)
            assert read == _came_of(_read, model, **told), given
            ours = _came_of(stored, row, name, value, text=is_text)
            assert ours == _came_of(_stored, field, value, row, text=is_text), given
            row.__dict__[name] = value
            whole = _came_of(_alone, of_table, row, name, text=is_text)
            assert whole == ours, given


def _stored(field: Any, value: Any, row: Row, *, text: bool) -> Any:
    """As Tortoise stores it, and the driver tells the database."""
    told = field.to_db_value(value, row)
    is_moment = type(field) is fields.DatetimeField and isinstance(told, datetime)
    return told.isoformat(" ") if text and is_moment and told.tzinfo is UTC else told


def _alone(of_table: QuickRows, row: Row, name: str, *, text: bool) -> Any:
    """As it is stored with the rest of its row."""
    (value,) = of_table.stored_all(row, [name], text=text)
    return value


def test_a_validator_sees_each_value() -> None:
    """Also one of a kind that is kept as it is where nobody wants to see it."""

    class Coded(Model):
        code = fields.CharField(max_length=9, validators=[RegexValidator("^[a-z]$", 0)])

        class Meta:
            table = "coded"

    field, row = Coded._meta.fields_map["code"], Coded()
    for value in ("a", "7"):
        ours = _came_of(quick(Coded).stored, row, "code", value, text=False)
        assert ours == _came_of(field.to_db_value, value, row)


async def test_what_is_no_plain_column_is_left_to_tortoise() -> None:
    """A relation, an id, a name that is none; and a row of which only some columns were read."""
    every = models()
    (vendor,) = [model for model in every if model.__name__ == "Vendor"]
    (order,) = [model for model in every if model.__name__ == "Order"]
    shop = vendor(id=7, name="Lux")
    shop._saved_in_db = True
    for model, given in (
        (vendor, {"id": 7}),
        (vendor, {"pk": 7}),
        (vendor, {"no_such_column": 1}),
        (order, {"vendor": shop}),
        (order, {"vendor": vendor()}),
    ):
        assert _came_of(model, **given) == _came_of(_new, model, **given)
        values = {name: value for name, value in given.items() if name != "pk"}
        assert _came_of(_changed, model(), values) == _came_of(
            model().update_from_dict, values
        )
    read: dict[str, Any] = {"id": 7, "name": "Lux"}
    partial: Any = vendor._init_from_db(**read)
    assert partial._partial
    assert (partial.id, partial.name) == (7, "Lux")


def _changed(row: Row, values: dict[str, Any]) -> Row:
    quick(type(row)).change(row, values)
    return row


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_a_record_of_several_tables_is_read_as_its_row(model: type[Row]) -> None:
    """Its columns stand under an alias; one that is missing is refused as before."""
    told: dict[str, Any] = {**dict.fromkeys(model._meta.db_fields), "id": 7}
    record = {f"t.{name}": value for name, value in told.items()}
    assert _came_of(row_of, model, "t", record) == _came_of(_read, model, **told)
    del record["t.id"]
    with pytest.raises(KeyError):
        row_of(model, "t", record)

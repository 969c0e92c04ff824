"""Columns of JSON are written as Tortoise writes them, to the letter, in half the time."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tortoise import fields
from tortoise.fields.data import JSON_DUMPS

from shared.infra.database.quick_columns import write_quickly

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


def _quick(**more: Any) -> fields.JSONField[Any]:
    field: fields.JSONField[Any] = fields.JSONField(**more)
    write_quickly(field)
    return field


@given(VALUES)
def test_json_is_written_as_tortoise_writes_it(value: Any) -> None:
    """Letters of every language, numbers of any size, names in the order given."""
    field = _quick()
    assert field.encoder is not JSON_DUMPS
    assert field.encoder(value) == JSON_DUMPS(value)


def test_what_is_no_json_is_refused_as_before() -> None:
    """No moment is taken for a text."""
    with pytest.raises(TypeError, match="not JSON serializable"):
        _quick().encoder({"at": object()})


def test_a_column_that_is_written_in_its_own_way_keeps_it() -> None:
    """Only Tortoise's own way is put in other words."""
    assert _quick(encoder=repr).encoder is repr

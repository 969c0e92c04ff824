"""What migrations say of indexes over some rows of a table (indexes.py)."""

from __future__ import annotations

from tortoise.migrations import operations as ops

from shared.infra.database.indexes import IndexWhere


def added(
    model_name: str,
    name: str,
    where: str,
    *fields: str,
) -> ops.AddIndex:
    """One that was not there."""
    index = IndexWhere(fields=list(fields), name=name, where=where)
    return ops.AddIndex(model_name=model_name, index=index)


def instead(
    model_name: str,
    name: str,
    where: str,
    *fields: str,
) -> tuple[ops.Operation, ...]:
    """Of fewer rows, or of fewer columns, than the index of that name so far."""
    return (
        ops.RemoveIndex(model_name=model_name, name=name),
        added(model_name, name, where, *fields),
    )

"""Indexes over some rows of a table: of what waits, whatever else is kept beside it."""

from __future__ import annotations

from typing import Any

from tortoise.indexes import Index

Deconstructed = tuple[str, list[Any], dict[str, Any]]


class IndexWhere(Index):
    """An index over the rows for which `where`, in SQL of both engines, is true.

    A query is answered by it that says the same of the columns, be it with parameters: both engines
    look at their values.
    """

    def __init__(
        self,
        *,
        fields: tuple[str, ...] | list[str],
        name: str,
        where: str,
    ) -> None:
        super().__init__(fields=fields, name=name)
        self.where = where
        self.extra = f" WHERE {where}"

    def deconstruct(self) -> Deconstructed:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, "where": self.where}

    def __hash__(self) -> int:
        return hash((super().__hash__(), self.where))

    def __eq__(self, other: object) -> bool:
        return super().__eq__(other)

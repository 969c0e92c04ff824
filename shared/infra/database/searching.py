"""Rows that can be searched: what they are found by is kept folded in a column of their own, by
whatever way they are written.

A database folds as its own rules say: SQLite knows upper and lower case of A-Z only, PostgreSQL
what its locale knows, and neither takes accents off. So a model names in `searched` which columns
are folded into which, `shared/core/folding.py` folds, and a search is a plain comparison
(`matching`), equal on every engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from tortoise.expressions import Q
from tortoise.manager import Manager
from tortoise.queryset import BulkCreateQuery, BulkUpdateQuery, QuerySet, UpdateQuery

from shared.core.folding import words
from shared.infra.database.base import Row

if TYPE_CHECKING:
    from tortoise.backends.base.client import BaseDBAsyncClient

S = TypeVar("S", bound="Searched")


class Searched(Row):
    """A row with folded columns. `searched`: the folded column -> the columns whose words it holds.

    A model of this kind has `manager = SearchedManager()` in its Meta.
    """

    searched: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    class Meta:
        abstract = True

    async def save(
        self,
        using_db: BaseDBAsyncClient | None = None,
        update_fields: Iterable[str] | None = None,
        force_create: bool = False,
        force_update: bool = False,
    ) -> None:
        self.fold()
        names = None if update_fields is None else self.with_folded(update_fields)
        await super().save(using_db, names, force_create, force_update)

    def fold(self) -> None:
        """Fill the folded columns from what the row holds now."""
        for column, sources in self.searched.items():
            values = {source: getattr(self, source) for source in sources}
            setattr(self, column, self.derive(column, values))

    @classmethod
    def derive(cls, column: str, values: Mapping[str, Any]) -> str:  # noqa: ARG003
        """What a derived column holds of these values of its sources: their folded words."""
        return folded(values.values())

    @classmethod
    def with_derived(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of an update with the folded columns that follow from them.

        Raises RuntimeError when only some of the columns behind a folded one are given.
        """
        given = dict(values)
        for column, sources in cls.searched.items():
            written = {s: values[s] for s in sources if s in values}
            if not written:
                continue
            if len(written) < len(sources) or not all(
                isinstance(value, str | int) for value in written.values()
            ):
                raise RuntimeError(
                    f"{column} holds the words of {', '.join(sources)}: update all of them, "
                    "or save the row"
                )
            given[column] = cls.derive(column, written)
        return given

    @classmethod
    def with_folded(cls, names: Iterable[str]) -> list[str]:
        """These columns, and those that hold their words."""
        written = list(names)
        folded = [
            column
            for column, sources in cls.searched.items()
            if set(sources) & set(written)
        ]
        return written + folded


class SearchedQuerySet(QuerySet[S]):
    """Queries that forget no folded column: in bulk it is filled, an update folds, or refuses what
    it cannot fold.
    """

    def update(self, **kwargs: Any) -> UpdateQuery:
        """As Tortoise's. Raises RuntimeError as `with_derived`."""
        return super().update(**self.model.with_derived(kwargs))

    def bulk_create(
        self,
        objects: Iterable[S],
        *args: Any,
        **kwargs: Any,
    ) -> BulkCreateQuery[S]:
        """As Tortoise's."""
        return super().bulk_create(_filled(objects), *args, **kwargs)

    def bulk_update(
        self,
        objects: Iterable[S],
        fields: Iterable[str],
        *args: Any,
        **kwargs: Any,
    ) -> BulkUpdateQuery[S]:
        """As Tortoise's."""
        return super().bulk_update(
            _filled(objects), self.model.with_folded(fields), *args, **kwargs
        )


class SearchedManager(Manager):
    """The manager of searched models."""

    def get_queryset(self) -> QuerySet[Any]:
        return SearchedQuerySet(self._model)


def folded(texts: Iterable[str]) -> str:
    """What a folded column holds: each word of these texts once."""
    return " ".join(words(" ".join(texts)))


def matching(search: str, *columns: str) -> Q:
    """Rows that have every word of `search`, in any order, each in one of these folded columns
    (`search`, `vendor__search`).

    Parts of words count. Wildcards are ordinary letters. A search without a word in it (`—`) finds
    nothing.
    """
    wanted = words(search)
    if not wanted:
        return Q(id__lt=0)
    return Q(
        *(
            Q(
                *(Q(**{f"{column}__contains": word}) for column in columns),
                join_type=Q.OR,
            )
            for word in wanted
        )
    )


def _filled(objects: Iterable[S]) -> list[S]:
    rows = list(objects)
    for row in rows:
        row.fold()
    return rows

"""The base of every table: an integer key and two aware timestamps that the injected clock sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

from tortoise import fields
from tortoise.models import Model, ModelMeta

from shared.core import clock
from shared.core.locales import gettext_noop as _n
from shared.infra.database.quick_rows import is_known, quick

if TYPE_CHECKING:
    from tortoise.backends.base.client import BaseDBAsyncClient


class _Table(ModelMeta):
    """Makes a table's class without reading its source again.

    Tortoise looks there for comments (`#:`) that describe columns, of which we have none; for all
    our tables together that is a tenth of a start.
    """

    __slots__ = ()

    def __new__(
        cls,
        name: str,
        bases: tuple[type, ...],
        attrs: dict[str, Any],
    ) -> _Table:
        made = super().__new__(cls, name, bases, {"_no_comments": True, **attrs})
        assert isinstance(made, _Table)
        return made


class Row(Model, metaclass=_Table):
    """A table's row.

    `created_at` and `updated_at` follow `shared.core.clock`; guarded `update()` calls set
    `updated_at` themselves.

    `lock_rank` is the table's place in the order of locks (docs/architecture.md); without one its
    rows are never locked. `not_found` is what a person reads who asks for a row that is not there.
    """

    lock_rank: ClassVar[int | None] = None
    not_found: ClassVar[str] = _n("We could not find that.")
    # What the row is called in the trail and in the activity, where that is not its class's name.
    subject_word: ClassVar[str] = ""
    # The columns whose changes are activity (shared/infra/activity); None: nothing about it is.
    activity_columns: ClassVar[tuple[str, ...] | None] = None

    id = fields.BigIntField(primary_key=True)
    created_at = fields.DatetimeField(default=clock.now)
    updated_at = fields.DatetimeField(default=clock.now)

    class Meta:
        abstract = True

    def __init__(self, **values: Any) -> None:
        model = type(self)
        if not is_known(model) or not quick(model).fill(self, values):
            super().__init__(**values)

    @classmethod
    def _init_from_db(cls, **values: Any) -> Self:
        row: Self | None = None
        if is_known(cls):
            row = quick(cls).read(values)
        return super()._init_from_db(**values) if row is None else row

    def fold(self) -> None:
        """Fill what the row derives from its other columns; nothing, unless it can be searched."""

    @classmethod
    def with_derived(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of an update with what is derived from them."""
        return dict(values)

    @property
    def as_subject(self) -> str:
        """How the audit trail names this row: `order:12`."""
        return f"{self.subject_word or type(self).__name__.lower()}:{self.id}"

    @property
    def activity_order_id(self) -> int | None:
        """The order whose history a change of this row belongs to."""
        return getattr(self, "order_id", None)

    async def save(
        self,
        using_db: BaseDBAsyncClient | None = None,
        update_fields: Iterable[str] | None = None,
        force_create: bool = False,
        force_update: bool = False,
    ) -> None:
        self.updated_at = clock.now()
        names = [*update_fields, "updated_at"] if update_fields is not None else None
        await super().save(using_db, names, force_create, force_update)


def words(found: Iterable[str]) -> str:
    """Words of ours as an SQL list: `'open', 'paid'`; the members of a StrEnum, or some of them."""
    ordered = sorted(found) if isinstance(found, (set, frozenset)) else found
    return ", ".join(f"'{word}'" for word in ordered)


def minor_units(description: str) -> fields.BigIntField:
    """Make a column of an amount that is nothing until something is added to it."""
    return fields.BigIntField(default=0, db_default=0, description=description)

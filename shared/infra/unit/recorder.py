"""What a transaction keeps of what happened: acts for audit trail and history, and rows that are
only added.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from shared.infra.activity.changes import SAME, Columns, held
from shared.infra.activity.models import Activity
from shared.infra.database.base import Row
from shared.infra.database.batch import SqlStatement, Touched
from shared.infra.unit import acts
from shared.infra.unit.acts import Act
from shared.infra.unit.collected import Collected, LateStatements, Pending

K = TypeVar("K", bound=Pending)


class Recorder:
    """Collects what is to be written before the commit, each kind with one insert."""

    def __init__(self) -> None:
        self._collected = Collected()
        self.activity: list[Activity] = []

    def note(self, act: Act, row: Row) -> None:
        """Write down what was done to `row`."""
        self._happened(row, act, SAME)
        self._audit(act, row)

    def _audit(self, act: Act, row: Row) -> None:
        vendor_id = getattr(row, "vendor_id", None)
        self.add(
            acts.entry(
                act.name,
                act.by,
                row.as_subject,
                vendor_id,
                act.details,
            )
        )

    def _happened(
        self,
        row: Row,
        act: Act | None,
        changes: Columns,
        *,
        kind: str = "changed",
    ) -> None:
        """Keep an act on a row, or a change that only followed from something else."""
        if row.activity_columns is not None and (act or changes):
            self._keep(acts.activity_of_row(row, act, changes, kind=kind))

    def note_made(self, row: Row) -> None:
        """Write down that a row was made by a statement by hand."""
        names = row.activity_columns or ()
        columns = held({name: getattr(row, name) for name in names})
        self._happened(row, None, columns, kind="made")

    def _keep(self, row: Activity) -> None:
        self.activity.append(row)
        self.add(row)

    def _tell(self, rows: Iterable[Row]) -> None:
        """Take what of these rows, which are written already, is activity."""
        self.activity += (row for row in rows if isinstance(row, Activity))

    def record(
        self,
        action: str,
        *,
        actor: str,
        subject: str,
        vendor_id: int | None = None,
        **details: Any,
    ) -> None:
        """Write down who did what. `action` is a stable dotted name, `subject` reads `order:12`.

        `details` hold no secrets and no card data. Of a person's act the network address is kept,
        and of every request its id: nobody has to pass them (shared/infra/audit/origin.py). How an
        act is called on pages stands in templates/words/audit.toml.
        """
        self.add(acts.entry(action, actor, subject, vendor_id, details))

    def record_of_order(
        self,
        order_id: int,
        action: str,
        *,
        actor: str,
        subject: str,
        vendor_id: int | None = None,
        **details: Any,
    ) -> None:
        """Write down what was done about an order where no row is at hand: activity of it too."""
        act = Act(action, actor, details)
        self._keep(acts.activity(act, subject, order_id, vendor_id, SAME))
        self.add(acts.entry(action, actor, subject, vendor_id, details))

    def add(self, row: Row, *, once: bool = False) -> None:
        """Write `row` before the commit, together with others of its table.

        Nobody reads it back in this transaction.

        With `once` it is left out where a unique column of it is taken.
        """
        self._collected.rows(type(row), once=once).append(row)

    def later(
        self,
        sql: str,
        *values: Any,
        rows: Touched,
    ) -> None:
        """Run a statement with the rest, before the commit; a question mark for each value.

        For what nobody reads in this transaction. `rows` are those that it writes (`touched`):
        what else is written of them in this transaction is written before or after it, in order.
        """
        self._collected.of(LateStatements).add(SqlStatement(sql, values, rows))

    def collected(self, kind: type[K]) -> K:
        """Return what keeps rows of a `kind` that has a way of its own to be written
        (shared/infra/unit/collected.py).
        """
        return self._collected.of(kind)

    def unwritten(self) -> set[str]:
        """Name the tables to which something was added that is not written yet."""
        return self._collected.tables()

    def has_added_to(self, model: type[Row]) -> bool:
        """Tell whether rows that were collected have been written to a table, or may have been."""
        return model._meta.db_table in self._collected.written

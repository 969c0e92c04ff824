"""Renames in migrations: each must be declared, since Tortoise writes them by itself.

Where a model lost one field and got another of the same kind, `makemigrations` takes it for a
rename, though the two may have nothing to do with each other: the new column would hold what stood
in the old one. So a migration names its renames in `RENAMES`, such as `{"Vendor.motto": "slogan"}`
(a model: `{"Motto": "Slogan"}`), and what it does not name is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any

from tortoise.migrations import operations as ops

from shared.infra.database.schema import on_disk


def undeclared_renames() -> list[str]:
    """What is wrong with the renames of this version's migrations, in words; empty when each was
    declared.
    """
    problems: list[str] = []
    for name in on_disk():
        module = import_module(f"shared.infra.database.migrations.{name}")
        problems += refused(
            name,
            module.Migration.operations,
            getattr(module, "RENAMES", {}),
        )
    return problems


def refused(
    name: str,
    operations: Iterable[Any],
    declared: Mapping[str, str],
) -> Iterator[str]:
    """A sentence for each rename among the operations of a migration that it does not declare."""
    for operation in operations:
        found = _rename(operation)
        if found is not None and declared.get(found[0]) != found[1]:
            old, new = found
            yield (
                f"The migration {name} renames {old} to {new}, which nobody declared. If it is "
                "one and the same, write"
                f" RENAMES = {{{old!r}: {new!r}}} into it; else add the new one and drop the old "
                "one."
            )


def _rename(operation: Any) -> tuple[str, str] | None:
    if isinstance(operation, ops.RenameField):
        return f"{operation.model_name}.{operation.old_name}", operation.new_name
    if isinstance(operation, ops.RenameModel):
        return operation.old_name, operation.new_name
    return None

"""All tables of the project, as model classes."""

from __future__ import annotations

from importlib import import_module

from shared.infra.database.base import Row
from shared.infra.database.lifecycle import MODEL_MODULES


def models() -> list[type[Row]]:
    """Every model with a table, in the order of their modules."""
    return [
        value
        for name in MODEL_MODULES
        for value in vars(import_module(name)).values()
        if isinstance(value, type) and issubclass(value, Row) and value.__module__ == name
    ]

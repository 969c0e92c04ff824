"""All tables of the project, as model classes."""

from __future__ import annotations

from importlib import import_module

from shared.core.domains import model_modules
from shared.infra.database.base import Row


def models() -> list[type[Row]]:
    """Every model with a table, in the order of their modules."""
    return [
        value
        for name in model_modules()
        for value in vars(import_module(name)).values()
        if isinstance(value, type)
        and issubclass(value, Row)
        and value.__module__ == name
    ]

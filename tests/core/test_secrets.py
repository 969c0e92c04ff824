"""What must not be read over somebody's shoulder: no object of ours shows a secret when it is
printed or logged.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from types import ModuleType

from pydantic import BaseModel

import portal
import shared
import storefront

_SECRET = re.compile(r"secret|password|(database|smtp|redis)_url")


def modules() -> Iterator[ModuleType]:
    """All of ours but the stand-in, whose secrets are made up."""
    for package in (shared, portal, storefront):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.startswith(
                ("shared.sandbox", "shared.infra.database.migrations")
            ):
                yield importlib.import_module(module.name)


def shown(one: type) -> dict[str, bool]:
    """Each field of a class of data, and whether it is printed with an object."""
    if issubclass(one, BaseModel):
        return {name: field.repr for name, field in one.model_fields.items()}
    return (
        {field.name: field.repr for field in fields(one)} if is_dataclass(one) else {}
    )


def test_no_secret_is_shown_by_what_holds_it() -> None:
    """Client secrets, keys, addresses with a password in them: a line of the log or a traceback
    shows the rest alone.
    """
    found = {
        f"{one.__module__}.{one.__qualname__}.{name}": is_shown
        for module in modules()
        for one in vars(module).values()
        if isinstance(one, type) and one.__module__ == module.__name__
        for name, is_shown in shown(one).items()
        if _SECRET.search(name)
    }
    assert [name for name, is_shown in found.items() if is_shown] == []
    seen = {name.rpartition(".")[2] for name in found}
    assert {"client_secret", "secret_key", "webhook_secrets", "database_url"} <= seen

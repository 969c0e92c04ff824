"""`frozen`: a dataclass whose objects stay as they are, and whose methods are written when it is
first used.

The standard library writes them while the class is imported. They are text that Python compiles,
half a millisecond a class; and of hundreds of read models a process needs a few.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import Field, field
from threading import RLock
from typing import Any, TypeVar, dataclass_transform, overload

T = TypeVar("T")

_WRITING = RLock()  # while a class is written, its bases may be


@overload
def frozen(cls: type[T], /) -> type[T]: ...
@overload
def frozen(
    *,
    kw_only: bool,
) -> Callable[[type[T]], type[T]]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(
    cls: Any = None,
    /,
    *,
    kw_only: bool = False,
) -> Any:
    """Make `cls` what `dataclasses.dataclass(frozen=True)` would, when it is first used.

    That is: when its first object is made, or somebody asks for its fields.
    """
    if cls is None:
        return lambda cls: _later(cls, kw_only=kw_only)
    return _later(cls, kw_only=False)


def _later(cls: Any, *, kw_only: bool) -> Any:
    fields = _Fields(cls, kw_only=kw_only)
    cls.__dataclass_fields__, cls.__init__ = fields, fields.first_init()
    return cls


class _Fields:
    """Stands where the fields of a class will be; whoever looks there has the class written."""

    def __init__(self, cls: Any, *, kw_only: bool) -> None:
        self._cls, self._kw_only = cls, kw_only

    def __get__(self, _made: object, _owner: type) -> Any:
        self._write()
        return self._cls.__dataclass_fields__

    def first_init(self) -> Callable[..., None]:
        """What makes the first object of the class."""

        def __init__(made: object, *given: Any, **named: Any) -> None:  # noqa: N807
            self._write()
            self._cls.__init__(made, *given, **named)

        return __init__

    def _write(self) -> None:
        with _WRITING:
            if vars(self._cls)["__dataclass_fields__"] is self:
                dataclasses.dataclass(
                    self._cls, frozen=True, kw_only=self._kw_only, init=False
                )
                self._cls.__init__ = _init_of(self._cls)


def _init_of(cls: Any) -> Any:
    """Write `__init__` as the standard library would.

    It does not put its own in the place of another one; and without any, be it for a moment, the
    class would fail in another thread.
    """
    fields = dataclasses.fields(cls)
    in_order = [_parameter(each) for each in fields if not each.kw_only]
    by_name = [_parameter(each) for each in fields if each.kw_only]
    if by_name:
        by_name.insert(0, "*")
    body = [f"_set(self, {each.name!r}, {_value(each)})" for each in fields]
    if hasattr(cls, "__post_init__"):
        body.append("self.__post_init__()")
    names: dict[str, Any] = {
        "_set": object.__setattr__,
        "_default": {each.name: each.default for each in fields},
        "_new": {each.name: each.default_factory for each in fields},
    }
    parameters = ", ".join(["self", *in_order, *by_name])
    lines = [f"def __init__({parameters}):", "pass", *body]
    exec("\n ".join(lines), names)  # noqa: S102 - words of ours
    names["__init__"].__qualname__ = f"{cls.__qualname__}.__init__"
    return names["__init__"]


def _parameter(field: Field[Any]) -> str:
    assert field.init, f"{field.name}: init=False is not known here"
    if field.default is not dataclasses.MISSING:
        return f"{field.name}=_default[{field.name!r}]"
    if field.default_factory is not dataclasses.MISSING:
        return f"{field.name}=_new"
    return field.name


def _value(field: Field[Any]) -> str:
    if field.default_factory is not dataclasses.MISSING:
        return f"_new[{field.name!r}]() if {field.name} is _new else {field.name}"
    return field.name

"""Options of a product and the variants that they make. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import product as combined

from shared.core.frozen import frozen

MOST_OPTIONS = 3
MOST_VARIANTS = 100
LONGEST_SKU = 60
MOST_SAFETY = 1000  # letters of what is said of its maker, and of warnings
LONGEST_VALUE = 30

Values = tuple[str, ...]


@frozen
class Option:
    """Something that a shopper chooses about a product: a size, a colour."""

    name: str
    values: Values


def options_in(text: str) -> tuple[Option, ...]:
    """The options that a product's row holds."""
    stored = json.loads(text) if text else []
    return tuple(Option(name, tuple(values)) for name, values in stored)


def options_text(options: Sequence[Option]) -> str:
    """How a product's row holds its options; empty without any."""
    stored = [[option.name, list(option.values)] for option in options]
    return json.dumps(stored, ensure_ascii=False) if stored else ""


def values_in(text: str) -> Values:
    """The values that a variant's row holds, in the order of its product's options."""
    return tuple(json.loads(text)) if text else ()


def values_text(values: Values) -> str:
    """How a variant's row holds its values."""
    return json.dumps(list(values), ensure_ascii=False)


def in_words(values: Values) -> str:
    """A variant's values: `Blue, M`."""
    return ", ".join(values)


def full_name(name: str, choice: str) -> str:
    """A product with what was chosen about it: `Linen shirt (Blue, M)`."""
    return f"{name} ({choice})" if choice else name


def combinations(options: Sequence[Option]) -> list[Values]:
    """Every variant that these options make, in their order; none without options."""
    return list(combined(*(option.values for option in options))) if options else []


def descent(
    before: Sequence[Option],
    after: Sequence[Option],
) -> Mapping[Values, Values]:
    """Which variant of before each of now goes on as: its price, stock and orders stay its own.

    A value that took another's place is that value renamed. Of an option that is new, the first
    value is what all of them were.
    """
    if len(after) < len(before):
        return {values: values for values in combinations(after)}
    if not before:
        return {}
    known = len(before)
    names = [
        _renamed(old.values, new.values)
        for old, new in zip(
            before,
            after,
            strict=False,
        )
    ]
    first = tuple(option.values[0] for option in after[known:])
    return {
        values: _as_before(values, names)
        for values in combinations(after)
        if values[known:] == first
    }


def _as_before(
    values: Values,
    names: Sequence[Mapping[str, str]],
) -> Values:
    """These values by their names of before; what is new has none."""
    mine = zip(
        names,
        values,
        strict=False,
    )
    return tuple(known.get(value, value) for known, value in mine)


def _renamed(before: Values, after: Values) -> dict[str, str]:
    """New value -> the old one whose place it took."""
    if len(before) != len(after):
        return {}
    return {
        new: old
        for old, new in zip(before, after, strict=True)
        if new not in before and old not in after
    }

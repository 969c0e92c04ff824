"""The pictures that a vendor without its own can choose: our drawings in static/img/products."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from shared.core.words import codes, word

FOLDER = "img/products"
_NAMES = "catalogue.pictures"


def pictures(static_folder: str) -> dict[str, str]:
    """The name in words of every picture, by its path below static/."""
    return {f"{FOLDER}/{name}.svg": _in_words(name) for name in _names(static_folder)}


@lru_cache(maxsize=4)
def _names(static_folder: str) -> tuple[str, ...]:
    files = (Path(static_folder) / FOLDER).glob("*.svg")
    return tuple(sorted(file.stem for file in files))


def _in_words(name: str) -> str:
    """A picture that stands in no table is called as its file is."""
    if name in codes(_NAMES):
        return word(_NAMES, name)
    return name.replace("-", " ").capitalize()

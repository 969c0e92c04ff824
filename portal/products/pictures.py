"""The pictures a vendor can choose from: our own drawings below static/img/products (no uploads
yet).
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

FOLDER = "img/products"


@lru_cache(maxsize=4)
def pictures(static_folder: str) -> tuple[tuple[str, str], ...]:
    """(path below static/, name in words) of every picture, by name."""
    files = sorted((Path(static_folder) / FOLDER).glob("*.svg"))
    return tuple(
        (
            f"{FOLDER}/{file.name}",
            file.stem.replace("-", " ").capitalize(),
        )
        for file in files
    )

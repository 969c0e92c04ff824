"""Whether the files that pages are made of have changed, where somebody works on them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from jinja2 import Environment

from shared.entrypoints.web import pages

EVERY = 1.0  # seconds between two looks
_WRITTEN_BY_US = ("css", "js")  # below static/


class PageFiles:
    """Calling it gives another number once a file that pages were made of has changed."""

    def __init__(self, env: Environment) -> None:
        self._env = env
        self._looked_at, self._changes = 0.0, 0
        self._times: dict[Path, int] = {}

    def __call__(self) -> int:
        now = time.monotonic()
        if now - self._looked_at >= EVERY:
            self._looked_at = now
            self._look()
        return self._changes

    def _look(self) -> None:
        times = {path: path.stat().st_mtime_ns for path in self._files()}
        known = times.keys() & self._times.keys()
        if any(times[path] != self._times[path] for path in known):
            self._changes += 1
        self._times = times

    def _files(self) -> list[Path]:
        loaded: Any = self._env.cache
        templates = [Path(template.filename) for template in loaded.values()]
        ours = [path for name in _WRITTEN_BY_US for path in _in(pages.STATIC / name)]
        return [path for path in (*templates, *ours) if path.is_file()]


def _in(folder: Path) -> list[Path]:
    return list(folder.iterdir())

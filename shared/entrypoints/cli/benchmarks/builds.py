"""Applications in processes of their own, that benchmarks ask without a server between."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

ASKED = Path(__file__).with_name("asked.py")


class AskedBuild:
    """An application in a process of its own (asked.py)."""

    def __init__(
        self,
        process: subprocess.Popen[str],
    ) -> None:
        self._process = process

    def do(self, *task: object) -> Any:
        """Have it do something; its answer."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(" ".join(map(str, task)) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{task}: no answer")
        return json.loads(answer)


@contextmanager
def asked_build(
    root: Path,
    *command: str,
    more: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[AskedBuild]:
    """Start it; `more` is of its environment."""
    around = {
        **os.environ,
        **more,
        "MARKETHALL_NO_BOOTSTRAP": "1",
        "PYTHONPATH": str(root),
    }
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=root,
        env=around,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield AskedBuild(process)
    finally:
        process.communicate()

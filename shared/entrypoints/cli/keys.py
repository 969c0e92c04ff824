"""The signing key of a development installation: made once, kept in its data folder, readable by
its owner alone.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def development_key(data_dir: Path) -> str:
    """The key in `<data-dir>/secret-key`; two processes that start at once agree on one."""
    path = data_dir / "secret-key"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        draft = data_dir / f".secret-key-{os.getpid()}"
        handle = os.open(
            draft,
            os.O_WRONLY | os.O_CREAT | os.O_EXCL,
            0o600,
        )
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(
                draft, path
            )  # fails when another process was first; then its key counts
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="utf-8").strip()

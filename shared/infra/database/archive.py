"""A backup as one file: a zip with what was copied and a manifest that says what it is and what
each part sums to.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, field
from pathlib import Path
from typing import IO, Any

from shared.core.frozen import frozen

FORMAT = 1
MANIFEST = "manifest.json"
_PIECE = 1024 * 1024


class BackupError(Exception):
    """A backup cannot be made, read or restored; the message is a sentence that says why and what
    to do.
    """


@frozen
class ArchiveManifest:
    """What a backup holds.

    `method`: sqlite, pg_dump or copy; `files`: name -> SHA-256 of its content.
    """

    engine: str
    method: str
    made_at: str  # ISO 8601, UTC
    migrations: tuple[str, ...]
    server: str = ""  # version of PostgreSQL
    # Name -> columns, in the order of foreign keys.
    tables: Mapping[str, list[str]] = field(default_factory=dict)
    # Name -> last value, whether it was given out.
    sequences: Mapping[str, list[Any]] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    format: int = FORMAT


@contextmanager
def private(path: Path) -> Iterator[IO[bytes]]:
    """A new file that its owner alone can read; taken away again when the block fails."""
    handle = os.open(
        path,
        os.O_WRONLY | os.O_CREAT | os.O_EXCL,
        0o600,
    )
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def make_room(target: Path) -> None:
    """The folder of a backup that is to be written.

    Raises BackupError when a file of that name is there.
    """
    if target.exists():
        raise BackupError(f"{target} is there already; nothing was written.")
    target.parent.mkdir(
        parents=True,
        exist_ok=True,
        mode=0o700,
    )


def write(
    target: Path,
    manifest: ArchiveManifest,
    parts: Mapping[str, Path],
) -> None:
    """Write the backup beside its place and rename it, so that a file of that name is always a
    whole one.
    """
    make_room(target)
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    with private(draft) as file:
        sums: dict[str, str] = {}
        with zipfile.ZipFile(
            file, "w", zipfile.ZIP_DEFLATED, compresslevel=6
        ) as archive:
            for name, part in parts.items():
                archive.write(part, name)
                with part.open("rb") as content:
                    sums[name] = hashlib.file_digest(content, "sha256").hexdigest()
            archive.writestr(
                MANIFEST,
                json.dumps(
                    {**asdict(manifest), "files": sums},
                    indent=2,
                ),
            )
        file.flush()
        os.fsync(file.fileno())
    try:
        # Fails where somebody else was first; a rename would take theirs away.
        os.link(draft, target)
    except FileExistsError:
        raise BackupError(f"{target} is there already; nothing was written.") from None
    finally:
        draft.unlink()


def read(path: Path) -> ArchiveManifest:
    """What a backup says of itself, after every part was read and its sum compared.

    Raises BackupError.
    """
    damaged = BackupError(
        f"{path} is damaged, or no backup of Markethall. Nothing was changed."
    )
    try:
        with zipfile.ZipFile(path) as archive:
            said = json.loads(archive.read(MANIFEST))
            if said.get("format") != FORMAT:
                raise BackupError(
                    f"{path} was made by another version, in a form that this one cannot read."
                )
            manifest = ArchiveManifest(
                **{**said, "migrations": tuple(said["migrations"])}
            )
            for name, digest in manifest.files.items():
                if _sum(archive, name) != digest:
                    raise damaged
    except FileNotFoundError:
        raise BackupError(f"There is no file {path}.") from None
    except OSError as error:
        raise BackupError(
            f"{path} cannot be read: {error.strerror or error}."
        ) from None
    except (
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        EOFError,
        NotImplementedError,
        zlib.error,
    ):
        raise damaged from None
    return manifest


def _sum(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with archive.open(name) as part:
        while piece := part.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def take_out(path: Path, name: str, target: Path) -> None:
    """One part of a backup that was `read`, as a private file at `target`."""
    with (
        zipfile.ZipFile(path) as archive,
        archive.open(name) as part,
        private(target) as file,
    ):
        shutil.copyfileobj(part, file, _PIECE)

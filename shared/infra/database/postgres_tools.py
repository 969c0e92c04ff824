"""PostgreSQL's own programs, where those of the server's version are installed."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from shared.infra.database.archive import BackupError
from shared.infra.database.direct import credentials

_NAMES = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "database": "PGDATABASE",
}
# As asyncpg does with `?ssl=`: by the system's authorities. PGSSLROOTCERT names others.
TLS = {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": "system"}
_NOT_OURS = re.compile(r"^\d+; .* (SCHEMA|EXTENSION) - ", re.MULTILINE)


def find(name: str, version: str) -> str | None:
    """The program of that major version: on the path, or where Debian keeps it."""
    for path in (shutil.which(name), f"/usr/lib/postgresql/{version}/bin/{name}"):
        if path and Path(path).is_file():
            ask = [path, "--version"]
            said = subprocess.run(  # noqa: S603
                ask,
                capture_output=True,
                text=True,
                check=False,
            )
            if re.search(rf"\(PostgreSQL\) {re.escape(version)}\b", said.stdout):
                return path
    return None


async def dump(
    program: str,
    url: str,
    target: Path,
    *,
    snapshot: str,
) -> None:
    """The whole database as of that snapshot, in pg_dump's own form. Raises BackupError."""
    await _run(
        url,
        program,
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        f"--snapshot={snapshot}",
        f"--file={target}",
    )


async def restore(
    programs: tuple[str, str],
    url: str,
    source: Path,
    *,
    before: Sequence[str],
    after: Sequence[str],
) -> None:
    """Run `before`, put the dump back, run `after`: in one transaction, with pg_restore and psql.

    Raises BackupError, having changed nothing.
    """
    pg_restore, psql = programs
    listed = await _run(url, pg_restore, "--list", str(source))
    wanted, script = source.with_name("wanted.list"), source.with_name("dump.sql")
    wanted.write_text(
        "\n".join(line for line in listed.splitlines() if not _NOT_OURS.match(line))
    )
    await _run(
        url,
        pg_restore,
        "--no-owner",
        "--no-privileges",
        f"--use-list={wanted}",
        f"--file={script}",
        str(source),
    )
    first, last = source.with_name("before.sql"), source.with_name("after.sql")
    first.write_text("".join(f"{each};\n" for each in before))
    last.write_text("RESET search_path;\n" + "".join(f"{each};\n" for each in after))
    files = [f"--file={path}" for path in (first, script, last)]
    await _run(
        url,
        psql,
        "--no-psqlrc",
        "--quiet",
        "--single-transaction",
        "--set=ON_ERROR_STOP=1",
        *files,
    )


async def _run(url: str, program: str, *arguments: str) -> str:
    """The password goes by the environment, where other users of the machine do not see it."""
    given = credentials(url)
    named = {
        variable: str(given[part])
        for part, variable in _NAMES.items()
        if given.get(part)
    }
    process = await asyncio.create_subprocess_exec(
        program,
        *arguments,
        env={
            **(TLS if given.get("ssl") else {}),
            **os.environ,
            **named,
        },
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    if process.returncode:
        raise BackupError(
            f"{Path(program).name} failed: {err.decode(errors='replace').strip()[-500:]}"
        )
    return out.decode(errors="replace")

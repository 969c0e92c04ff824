#!/usr/bin/env bash
# Tortoise ORM 1.1.9: `exclude(a=1, b=2)` leaves out what has a = 1 or b = 2, not only what has both.
#
# `filter(a=1, b=2)` asks for both. Its opposite by name negates each condition by itself and joins them with AND, so
# `filter` and `exclude` with the same arguments do not make the whole table: rows that fit one of the two are in neither.
# (In Django's ORM, whose words these are, `exclude` negates the conjunction.) `filter(~Q(a=1, b=2))` is the opposite.
# Seen on 2026-11-29; exits 1 when any of this changes.
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
    kind = fields.CharField(max_length=20)
    colour = fields.CharField(max_length=20)
PYTHON
"$folder/env/bin/python" - <<'PYTHON'
import asyncio

from tortoise import Tortoise
from tortoise.expressions import Q

from stall import Melon


async def main() -> None:
    await Tortoise.init(db_url="sqlite://:memory:", modules={"models": ["stall"]})
    await Tortoise.generate_schemas()
    for kind, colour in (("water", "green"), ("water", "yellow"), ("honey", "green"), ("honey", "yellow")):
        await Melon.create(kind=kind, colour=colour)
    both = {"kind": "water", "colour": "green"}
    print(Melon.exclude(**both).sql())
    counts = (
        await Melon.filter(**both).count(),
        await Melon.exclude(**both).count(),
        await Melon.filter(~Q(**both)).count(),
    )
    print("filter, exclude, filter(~Q), of 4 melons:", *counts)
    await Tortoise.close_connections()
    assert counts == (1, 1, 3), counts


asyncio.run(main())
PYTHON
echo "What fits one condition of two is in neither half. As described."

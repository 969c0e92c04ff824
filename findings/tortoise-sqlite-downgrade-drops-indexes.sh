#!/usr/bin/env bash
# tortoise-orm 1.1.9 on SQLite: undoing a migration that added a column drops every index of that table, without a word.
#
# `tortoise downgrade` removes a column by rebuilding the table under a new name and copying the rows. The index that the
# first migration made, on another column, is not made again: the rows are all there, look-ups become full scans, and where
# it is a unique index nothing guards the column any more. The command says OK, and migrating forward again does not bring
# it back. What keeps it is SQLite's own ALTER TABLE … DROP COLUMN.
# Seen on 2026-11-28; exits 1 when any of this changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check tortoise-orm==1.1.9 aiosqlite==0.22.1
export PATH="$folder/env/bin:$PATH" PYTHONPATH="$folder"
cd "$folder"

mkdir shop
touch shop/__init__.py
cat > settings.py <<'PYTHON'
APP = {"models": ["shop.models"], "default_connection": "default", "migrations": "shop.migrations"}
TORTOISE_ORM = {"connections": {"default": "sqlite://shop.sqlite3"}, "apps": {"models": APP}}
PYTHON
models() { # $1: one more column
    cat > shop/models.py <<PYTHON
from tortoise import fields
from tortoise.indexes import Index
from tortoise.models import Model


class Order(Model):
    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20)
    $1

    class Meta:
        table = "orders"
        indexes = [Index(fields=("number",), name="ix_orders_number")]
PYTHON
}
orm() { tortoise -c settings.TORTOISE_ORM "$@" > told.txt; }
indexes() {
    python - <<'PYTHON'
import sqlite3

rows = sqlite3.connect("shop.sqlite3").execute("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'orders'")
print(" ".join(name for (name,) in rows) or "none")
PYTHON
}

models ""
orm init
orm makemigrations
orm migrate
models "note = fields.CharField(max_length=20, null=True)"
orm makemigrations
orm migrate
before=$(indexes)
orm downgrade models 0001_initial
said=$(tail -n 1 told.txt)
after=$(indexes)
orm migrate
again=$(indexes)

echo "indexes of orders with the column: $before; after the downgrade: $after; after migrating again: $again"
echo "the command said: $said"
[ "$before" = ix_orders_number ]
[ "$after" = none ]
[ "$again" = none ]
[[ "$said" == *OK ]]
echo "As described."

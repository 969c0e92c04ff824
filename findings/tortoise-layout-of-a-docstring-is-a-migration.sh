#!/usr/bin/env bash
# Tortoise ORM 1.1.9: wrapping a model's docstring at another width, words unchanged, makes `makemigrations` write a migration.
#
# A model without `table_description` gets the first line of its docstring as the description of its table, up to the line's
# end, not the sentence's. That stands in the migration's state (and as the table's comment, where the database has those). A
# formatter that wraps the docstring makes the first line another one, so the next `makemigrations` alters the options of every
# such table. Whoever wants to wrap docstrings freely sets `table_description` in each `Meta`.
# Seen on 2026-11-29; exits 1 when any of this changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check tortoise-orm==1.1.9
cd "$folder"
mkdir -p stall
touch stall/__init__.py
cat > settings.py <<'PYTHON'
TORTOISE_ORM = {
    "connections": {"default": "sqlite://:memory:"},
    "apps": {
        "stall": {"models": ["stall.models"], "default_connection": "default", "migrations": "stall.migrations"}
    },
}
PYTHON

model() {
  printf 'from tortoise import fields\nfrom tortoise.models import Model\n\n\nclass Melon(Model):\n    %s\n\n    id = fields.IntField(primary_key=True)\n' "$1" > stall/models.py
}

make() { "$folder/env/bin/tortoise" -c settings.TORTOISE_ORM makemigrations; }

model '"""A melon that lies in the stall, with the day on which it came."""'
"$folder/env/bin/tortoise" -c settings.TORTOISE_ORM init
make
before=$(find stall/migrations -name '0*.py' | wc -l)

model '"""A melon that lies in the stall,
    with the day on which it came.
    """'
make
after=$(find stall/migrations -name '0*.py' | wc -l)
newest=$(find stall/migrations -name '0*.py' | sort | tail -1)
grep -n "AlterModelOptions\|table_description" "$newest"
echo "migrations before and after wrapping: $before, $after"
[ "$before" = 1 ] && [ "$after" = 2 ] && grep -q "AlterModelOptions" "$newest"
echo "The same words on two lines are a change of the table. As described."

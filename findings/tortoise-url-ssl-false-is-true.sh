#!/usr/bin/env bash
# Tortoise ORM 1.1.9: a database's address that ends in ?ssl=false asks for TLS, as does ?ssl=0 and ?ssl=disable.
#
# `expand_db_url` reads a PostgreSQL address into settings for asyncpg. The value of `ssl` in the query is not read but turned
# into a bool as text, and every text that is not empty is True: `ssl=false` for a server without TLS (a local one, say) says the
# opposite. MySQL's `echo` is treated in the same way. What is wanted without TLS has to leave `ssl` out.
# Seen on 2026-11-28; exits 1 when any of this changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check tortoise-orm==1.1.9

"$folder/env/bin/python" - <<'PYTHON'
from tortoise.backends.base.config_generator import expand_db_url

for said in ("true", "false", "0", "disable"):
    postgres = expand_db_url(f"asyncpg://shop:secret@db.example:5432/shop?ssl={said}")["credentials"]["ssl"]
    mysql = expand_db_url(f"mysql://shop:secret@db.example:3306/shop?echo={said}")["credentials"]["echo"]
    print(f"ssl={said}: {postgres!r}; echo={said}: {mysql!r}")
    assert (postgres, mysql) == (True, True), (said, postgres, mysql)
print("Whatever the address says is True. As described.")
PYTHON

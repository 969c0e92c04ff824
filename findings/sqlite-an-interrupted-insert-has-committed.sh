#!/usr/bin/env bash
# SQLite 3.50.4 (apsw 3.50.4.0): an INSERT that a progress handler interrupts says SQLITE_INTERRUPT though its row is committed.
#
# A progress handler ends a statement that takes too long, and outside a transaction an interrupted statement is rolled back,
# says the manual; so whoever gets the error may well do it again. But a statement without loops is carried out in one go: the
# handler is asked for the steps that were taken once they have been taken, the last of them after the commit. "Stop" then
# raises the error all the same, and the row stays. Of 69 moments at which this INSERT (its trigger writes a second row) can be
# stopped, all raise, 25 of them with the row there, for other connections too. Python's sqlite3 with 3.40.1 does the same.
# Seen on 2026-11-29; exits 1 when any of this changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --disable-pip-version-check apsw==3.50.4.0
cd "$folder"

cat > steps.py <<'PYTHON'
import sys

import apsw

print("SQLite", apsw.sqlite_lib_version())
shop, other = apsw.Connection("shop.sqlite3"), apsw.Connection("shop.sqlite3")
shop.execute("PRAGMA journal_mode = WAL")
shop.execute("CREATE TABLE sales (id INTEGER PRIMARY KEY AUTOINCREMENT, number TEXT UNIQUE)")
shop.execute("CREATE TABLE log (id INTEGER PRIMARY KEY AUTOINCREMENT, sale INTEGER)")
shop.execute(
    "CREATE TRIGGER logged AFTER INSERT ON sales BEGIN INSERT INTO log (sale) VALUES (new.id); END"
)


def sell(number: str, stop_at: int) -> str:
    """Insert one row, stopped when the handler is asked for the stop_at-th time."""
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        return asked == stop_at

    shop.set_progress_handler(stop, 1)
    try:
        shop.execute("INSERT INTO sales (number) VALUES (?)", (number,))
    except apsw.InterruptError:
        return "interrupted"
    finally:
        shop.set_progress_handler(None)
    return "done" if asked < stop_at else "done, whatever the handler said"


outcomes = []
for step in range(1, 200):
    said = sell(f"S-{step}", step)
    there = other.execute("SELECT count(*) FROM sales WHERE number = ?", (f"S-{step}",)).fetchone()[0]
    outcomes.append((said, there))
    if said == "done":
        break

*stopped, (_, whole) = outcomes
assert whole == 1
assert {said for said, _ in stopped} == {"interrupted"}
kept = [step for step, (_, there) in enumerate(stopped, 1) if there]
print(f"interrupted at each of {len(stopped)} moments; the row is there all the same after {len(kept)}:", *kept)
sys.exit(0 if len(kept) == 25 and kept[-1] == len(stopped) == 69 else 1)
PYTHON
env/bin/python steps.py

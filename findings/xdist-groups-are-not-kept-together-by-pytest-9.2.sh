#!/usr/bin/env bash
# pytest-xdist 3.8.0 with pytest 9.2.0: `--dist=loadgroup` deals the tests of one `xdist_group` out to every worker.
#
# The mark promises that a group is run by one worker, so that what its tests share (a server, a browser, a port) is made
# once. xdist says to which group a test belongs by adding "@group" to the item's `_nodeid`; in pytest 9.2 `nodeid` is
# not read from there any more, so the scheduler sees no group. Nothing warns: all tests pass, each worker makes its own
# of what they share, and the run is slower. With pytest 9.1.1, everything else the same, one worker has them all.
# Seen on 2026-11-29; exits 1 when any of this changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat > test_ferry.py <<'PYTHON'
import time

import pytest


@pytest.mark.xdist_group("ferry")
@pytest.mark.parametrize("trip", range(12))
def test_trip(trip: int, worker_id: str) -> None:
    time.sleep(0.05)
    with open("workers.txt", "a") as log:
        print(worker_id, file=log)
PYTHON
workers_of() {
    python3 -m venv "env-$1"
    "env-$1/bin/pip" install --quiet --disable-pip-version-check "pytest==$1" pytest-xdist==3.8.0
    rm -f workers.txt
    "env-$1/bin/python" -m pytest -q -p no:cacheprovider -n 2 --dist=loadgroup test_ferry.py > "said-$1.txt"
    tail -n 1 "said-$1.txt" >&2
    sort -u workers.txt | wc -l
}
before=$(workers_of 9.1.1)
now=$(workers_of 9.2.0)
echo "workers that ran one group: $before with pytest 9.1.1, $now with pytest 9.2.0"
[ "$before" = 1 ] && [ "$now" = 2 ]
echo "A group is dealt out. As described."

"""A comparison with Stripe in a process of its own, as a worker makes one: for `bench`.

Run as a script from the folder of the build that is measured, which may be an older one:
`python compared.py STRIPE_PORT FOLDER`. It reads both sides and compares them, and prints a line of
JSON: what it took, and how much more memory it had at most than when it began.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from pathlib import Path

from shared.core.settings import load
from shared.entrypoints.cli.opened import opened
from shared.finance.reconciliation import both_sides
from shared.finance.reconciliation.checks import compare


def resident() -> int:
    """KiB of memory that this process has now."""
    told = Path("/proc/self/statm").read_text("ascii")
    return int(told.split()[1]) * resource.getpagesize() // 1024


async def main(stripe_port: str, folder: Path) -> None:
    """Compare everything."""
    settings = load(
        data_dir=folder,
        dotenv=folder / "none",
        sandbox_base=f"http://127.0.0.1:{stripe_port}",
    )
    async with opened(settings) as tools:
        idle = resident()
        began, used = time.monotonic(), time.process_time()
        both, compared = await both_sides.read(tools.gateway, None)
        found = compare(both)
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        told = {
            "idle": idle,
            "more": most - idle,
            "seconds": time.monotonic() - began,
            "processor": time.process_time() - used,
            "found": len(found),
            "compared": compared,
        }
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    port, folder = sys.argv[1:]
    asyncio.run(main(port, Path(folder)))

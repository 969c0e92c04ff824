"""`bench`: benchmarks, each as a ratio to a baseline measured in the same run, so that a busy
machine says the same.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from shared.entrypoints.cli.benchmarks import (
    growth,
    jobs,
    ledger,
    load,
    paid_order,
    processes,
    reconciliation,
    sandbox,
    settled,
    signed_in,
    signed_out,
    start,
)
from shared.entrypoints.cli.benchmarks.measured import Measured, as_json, table
from shared.entrypoints.cli.options import CommandFailed

BENCHMARKS: dict[str, Callable[[], list[Measured]]] = {
    "start-up": start.start_up,
    "sandbox-payment": sandbox.payment,
    "sandbox-start": sandbox.start,
    "form-load": load.form_load,
    "signed-out": signed_out.signed_out,
    "paid-order": paid_order.paid_order,
    "settled": settled.settled,
    "signed-in": signed_in.signed_in,
    "processes": processes.processes,
    "growth": growth.growth,
    "reconciliation": reconciliation.reconciliation,
    "ledger": ledger.ledger,
    "jobs": jobs.jobs,
}


def bench(name: str | None) -> int:
    """Run one benchmark, or all of them; print one table, and on the last line the same as JSON."""
    if name is not None and name not in BENCHMARKS:
        raise CommandFailed(
            f"There is no benchmark {name}; there are: {', '.join(BENCHMARKS)}.", 2
        )
    found: list[Measured] = []
    for each in [name] if name else BENCHMARKS:
        print(f"{each} ...", file=sys.stderr, flush=True)
        found += BENCHMARKS[each]()
    print("\n".join(table(found)))
    print(as_json(found))
    return 0


@click.command()
@click.argument("name", required=False, metavar="[NAME]")
def bench_command(name: str | None) -> int:
    """Run one benchmark, or all of them."""
    return bench(name)

"""What pages cost in a large marketplace, against the same pages in a small one.

Both are on one PostgreSQL, filled by `seed`: 10,000 orders, and `BENCH_ORDERS` of them (100,000 if
nobody says), each with a tenth as many products and a thousandth as many vendors. The costs are the
processor's time of the application and of the database, so that what others do is not in them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from shared.core.frozen import frozen
from shared.entrypoints.cli import addresses
from shared.entrypoints.cli.benchmarks.builds import ASKED, AskedBuild, asked_build
from shared.entrypoints.cli.benchmarks.measured import Bar, Measured
from shared.entrypoints.cli.benchmarks.servers import (
    database_of,
    free_port,
    postgres,
    processors,
    running,
)
from shared.entrypoints.cli.bootstrap import ROOT
from shared.entrypoints.cli.demo_goods import OPERATOR, OWNER, PASSWORD

SMALL, LARGE = 10_000, 100_000
TIMES = 60  # so often each page is asked for in a round; the database's time comes in hundredths
ROUNDS = 3
# The demo's owner is given the vendor that has sold most, a thousand orders in each.
_MOST = "SELECT vendor_id FROM orders GROUP BY vendor_id ORDER BY count(*) DESC LIMIT 1"
_MOVE = f"UPDATE members SET vendor_id = ({_MOST}) WHERE email = '{OWNER}';"  # noqa: S608


@frozen
class Filled:
    """One of the two: who asks it, and where its database is."""

    vendor: AskedBuild
    operator: AskedBuild
    server: Path

    def cost(
        self,
        path: str,
        *,
        by_operator: bool,
    ) -> float:
        """Milliseconds of the processor that a request takes, the database's with it."""
        asked = self.operator if by_operator else self.vendor
        before = processors(self.server)
        took: list[float] = asked.do(
            "ask",
            path,
            TIMES,
        )
        there = processors(self.server)
        spent = sum(there[each] - before.get(each, 0) for each in there)
        return (sum(took) + spent * 1000) / TIMES


def growth() -> list[Measured]:
    """Each page of a vendor and of the operator, and the shop's."""
    large = int(os.environ.get("BENCH_ORDERS", LARGE))
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        server = stack.enter_context(postgres(Path(folder)))
        both = [
            stack.enter_context(_marketplace(server, Path(folder), orders))
            for orders in (SMALL, large)
        ]
        bar = Bar(1.3, is_most=True)
        return [_measured(path, both, large, bar) for path in _pages()]


def _pages() -> list[str]:
    """The demo's shops have the same products in both."""
    return [
        addresses.HOME,
        addresses.SEARCH,
        addresses.VENDOR_HOME,
        addresses.VENDOR_ORDERS,
        addresses.VENDOR_PRODUCTS,
        addresses.VENDOR_SALES,
        addresses.VENDOR_PAYOUTS,
        addresses.VENDOR_STATEMENTS,
        addresses.VENDOR_CODES,
        addresses.VENDOR_VAT,
        addresses.VENDOR_AUDIT,
        addresses.OPERATOR_HOME,
        addresses.OPERATOR_VENDORS,
        addresses.OPERATOR_REFUNDS,
        addresses.OPERATOR_DISPUTES,
        addresses.OPERATOR_PAYOUTS,
        addresses.OPERATOR_RUNS,
        addresses.OPERATOR_EXPOSURE,
        addresses.OPERATOR_DEBTS,
        addresses.OPERATOR_STATEMENTS,
        addresses.OPERATOR_LEDGER,
        addresses.OPERATOR_INBOX,
        addresses.OPERATOR_PAYMENTS,
        addresses.OPERATOR_AUDIT,
        addresses.OPERATOR_MAILS,
        addresses.OPERATOR_VAT,
        addresses.OPERATOR_CUSTOMERS,
        addresses.OPERATOR_CODES,
        addresses.OPERATOR_SENT,
        addresses.OPERATOR_WITHDRAWALS,
    ]


def _measured(
    path: str,
    both: list[Filled],
    orders: int,
    bar: Bar,
) -> Measured:
    by_operator = path.startswith(addresses.OPERATOR_HOME)
    took: list[list[float]] = [[], []]
    for _ in range(ROUNDS + 1):
        for each, marketplace in zip(took, both, strict=True):
            each.append(marketplace.cost(path, by_operator=by_operator))
    # The least of them: nothing makes a page cheaper than it is. The first round loads.
    small, large = (min(each[1:]) for each in took)
    name = f"{path}, {orders:,} orders"
    return Measured(
        name,
        large,
        "ms",
        large / small,
        f"{SMALL:,} orders",
        bar,
    )


@contextmanager
def _marketplace(
    server: Any,
    folder: Path,
    orders: int,
) -> Iterator[Filled]:
    """One with its demo and so many orders, signed in as an owner and as the operator."""
    name = f"orders_{orders}"
    around = database_of(server, folder, name)
    stripe, port = str(free_port()), free_port()
    with tempfile.TemporaryDirectory() as data, ExitStack() as stack:
        where = ("--sandbox-port", stripe, "--data-dir", data)
        serve = ("run.py", "serve", "--no-worker", "--port", str(port), *where)
        stack.enter_context(running(*serve, port=port, around=around))
        some = {"vendors": orders // 1000, "products": orders // 10, "orders": orders}
        seed(data, around, some)
        server.psql(f"\\c {name}\n{_MOVE}\nANALYZE;")
        vendor, operator = (
            stack.enter_context(
                asked_build(ROOT, str(ASKED), stripe, data, more=around)
            )
            for _ in range(2)
        )
        vendor.do("sign-in", addresses.VENDOR_SIGN_IN, OWNER, PASSWORD)
        operator.do("sign-in", addresses.OPERATOR_SIGN_IN, OPERATOR, PASSWORD)
        yield Filled(vendor, operator, folder)


def seed(
    data: str,
    around: dict[str, str],
    some: dict[str, int],
) -> None:
    """Bulk data, beside the demo where that is there."""
    given: list[str] = []
    for name, number in some.items():
        given += [f"--{name}", str(number)]
    subprocess.run(
        [sys.executable, "run.py", "seed", *given, "--data-dir", data],
        cwd=ROOT,
        check=True,
        capture_output=True,
        env={**os.environ, **around, "MARKETHALL_NO_BOOTSTRAP": "1"},
    )

"""What pages and jobs cost in a large marketplace, against the same in a small one.

All are on one PostgreSQL, filled by `seed`: 10,000 orders, and `BENCH_ORDERS` of them (100,000 if
nobody says), each with a tenth as many products and a thousandth as many vendors; and once more
10,000 with sixty vendors, for pages whose rows are vendors (growth_pages.py). The costs are the
processor's time of the application and of the database, so that what others do is not in them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from shared.core.frozen import frozen
from shared.entrypoints.cli import addresses
from shared.entrypoints.cli.benchmarks import growth_jobs, growth_pages
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
from shared.entrypoints.cli.demo_goods import OPERATOR, OWNER, PASSWORD, VELO

SMALL, LARGE = 10_000, 100_000
MANY = 60  # vendors of the third: more than a list shows
TIMES = 60  # so often each page is asked for in a round
ROUNDS = 3
_SIGN_IN = {
    growth_pages.SELLER: (addresses.VENDOR_SIGN_IN, OWNER),
    growth_pages.OTHER: (addresses.VENDOR_SIGN_IN, VELO.email),
    growth_pages.OPERATOR: (addresses.OPERATOR_SIGN_IN, OPERATOR),
}
# The demo's owner is given the vendor that has sold most, a thousand orders in each.
_MOST = "SELECT vendor_id FROM orders GROUP BY vendor_id ORDER BY count(*) DESC LIMIT 1"
_MOVE = f"UPDATE members SET vendor_id = ({_MOST}) WHERE email = '{OWNER}';"  # noqa: S608
# As many payouts in each as a page shows: seeding pays a vendor once for 20,000 orders.
_PAYOUTS = f"""
INSERT INTO payouts (created_at, updated_at, vendor_id, currency, period, amount, fee, status,
    method, is_automatic, destination_words, requested_by, refusal, idempotency_key, paid_at)
SELECT p.created_at, p.updated_at, p.vendor_id, p.currency, 'bench-' || n, p.amount, 0, 'paid',
    'standard', FALSE, '', 'system', '', 'bench-' || n, p.paid_at
FROM payouts p, generate_series(1, 30) n
WHERE p.id = (SELECT min(id) FROM payouts WHERE vendor_id = ({_MOST}));
"""  # noqa: S608
# Months of years are closed.
_SELLER = f"SELECT 'vendor ' || vendor_id FROM members WHERE email = '{OWNER}'"  # noqa: S608


@frozen
class Filled:
    """One of them: who asks it, and where its database is."""

    name: str
    asked: Mapping[str, AskedBuild]
    server: Any
    folder: Path

    def cost(self, do: Callable[[], Any]) -> float:
        """Milliseconds of the processor that something takes, which says what it took of the
        application's; the database's with it.
        """
        before = processors(self.folder)
        took = do()
        there = processors(self.folder)
        del there[str(os.getpid())]
        spent = sum(there[each] - before.get(each, 0) for each in there)
        return float(sum(took) + spent * 1000)

    def page(
        self,
        page: growth_pages.MeasuredPage,
        path: str,
    ) -> float:
        """What asking for it once takes."""
        asked = self.asked[page.by]
        task = ("ask", path, TIMES, *filter(None, [page.target]))
        return self.cost(lambda: asked.do(*task)) / TIMES

    def address(self, page: growth_pages.MeasuredPage) -> str:
        """Where it is."""
        if not page.is_one:
            return page.path
        return str(self.asked[page.by].do("link", page.path, page.path))

    def kinds(self) -> list[str]:
        """The recurring jobs."""
        return list(self.asked[growth_pages.OPERATOR].do("kinds"))

    def job(
        self,
        kind: str,
        times: int,
        given: Mapping[str, int] = MappingProxyType({}),
    ) -> float:
        """What so many runs take, one after another."""
        asked = self.asked[growth_pages.OPERATOR]
        told = json.dumps(dict(given)).replace(" ", "")
        return self.cost(lambda: asked.do("run", kind, times, told))

    def close_months(self, vendor_id: int) -> float:
        """What closing all months of a vendor takes."""
        return self.job("statements.close_vendor", 1, {"vendor_id": vendor_id})

    def write(self, script: str) -> str:
        """Change rows past everything; what psql answers."""
        return str(self.server.psql(f"\\c {self.name}\n{script};"))

    def vendors(self, script: str) -> list[int]:
        """The ids that a query answers, with that word before each."""
        return [int(each) for each in re.findall(r"vendor (\d+)", self.write(script))]


def growth() -> list[Measured]:
    """Each page of a vendor, of the operator and of the shop, and each recurring job."""
    large = int(os.environ.get("BENCH_ORDERS", LARGE))
    sizes = [(SMALL, SMALL // 1000), (SMALL, MANY), (large, large // 1000)]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        server = stack.enter_context(postgres(Path(folder)))
        made = [
            stack.enter_context(marketplace(server, Path(folder), orders, vendors))
            for orders, vendors in sizes
        ]
        return measured(made, large)


def measured(made: Sequence[Filled], orders: int) -> list[Measured]:
    """What is found in a small one, one of many vendors, and a large one."""
    small, many, large = made
    found = [
        _page(page, many if page.many else small, large, orders)
        for page in growth_pages.PAGES
    ]
    return found + growth_jobs.measured(small, large, orders)


def _page(
    page: growth_pages.MeasuredPage,
    small: Filled,
    large: Filled,
    orders: int,
) -> Measured:
    paths = [(each, each.address(page)) for each in (small, large)]
    took: list[list[float]] = [[], []]
    for _ in range(ROUNDS + 1):
        for each, (marketplace, path) in zip(took, paths, strict=True):
            each.append(marketplace.page(page, path))
    # The least of them: nothing makes a page cheaper than it is. The first round loads.
    least = [min(each[1:]) for each in took]
    return Measured(
        f"{page.name}, {orders:,} orders",
        least[1],
        "ms",
        least[1] / least[0],
        f"{SMALL:,} orders",
        Bar(1.3, is_most=True),
    )


@contextmanager
def marketplace(
    server: Any,
    folder: Path,
    orders: int,
    vendors: int,
) -> Iterator[Filled]:
    """One with its demo and so many orders, signed in as all who ask."""
    name = f"orders_{orders}_{vendors}"
    around = database_of(server, folder, name)
    stripe, port = str(free_port()), free_port()
    with tempfile.TemporaryDirectory() as data, ExitStack() as stack:
        where = ("--sandbox-port", stripe, "--data-dir", data)
        serve = ("run.py", "serve", "--no-worker", "--port", str(port), *where)
        stack.enter_context(running(*serve, port=port, around=around))
        some = {"vendors": vendors, "products": orders // 10, "orders": orders}
        seed(data, around, some)
        server.psql(f"\\c {name}\n{_MOVE}\n{_PAYOUTS}\nVACUUM ANALYZE;")
        asked = {}
        for who, (sign_in, email) in _SIGN_IN.items():
            build = asked_build(ROOT, str(ASKED), stripe, data, more=around)
            asked[who] = stack.enter_context(build)
            asked[who].do("sign-in", sign_in, email, PASSWORD)
        made = Filled(name, asked, server, folder)
        made.close_months(made.vendors(_SELLER)[0])
        yield made


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

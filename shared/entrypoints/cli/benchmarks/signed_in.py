"""What a vendor's pages cost, against a bare Quart page, and against an older build of ours.

Each is called in a process of its own, without a server between, in turns; the costs are the
processor's time of that process. `BENCH_BEFORE` names the folder of a checkout to compare with.
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from shared.core.frozen import frozen
from shared.entrypoints.cli import addresses
from shared.entrypoints.cli.benchmarks.builds import ASKED, AskedBuild, asked_build
from shared.entrypoints.cli.benchmarks.measured import Bar, Measured
from shared.entrypoints.cli.benchmarks.servers import free_port, running
from shared.entrypoints.cli.bootstrap import ROOT
from shared.entrypoints.cli.demo_goods import OWNER, PASSWORD

ROUNDS, REQUESTS = 7, 20
BULK = 2000  # orders of the vendor whose list is asked for
_MANY = f"order list of {BULK:,} orders"
# Those that are to cost at most a quarter of what they did at 53149dd.
_SHORTER = ("order page", "dashboard", "payouts page")
_BARE = """
import sys
from pathlib import Path
from jinja2 import DictLoader
from quart import Quart, render_template
from shared.entrypoints.cli.benchmarks import asked
from shared.infra.database.lifecycle import close_database, open_database
from shared.trade.orders.models import Order
ROW = "<tr><td>{{ o.number }}</td><td>{{ o.status }}</td><td>{{ o.currency }}</td></tr>"
app = Quart("bare")
app.jinja_loader = DictLoader({"list.html": "{% for o in orders %}" + ROW + "{% endfor %}"})
@app.before_serving
async def opened():
    await open_database(f"sqlite://{Path(sys.argv[2]) / 'markethall.sqlite3'}")
@app.after_serving
async def closed():
    await close_database()
@app.get(sys.argv[3])
async def orders():
    newest = Order.filter(vendor_id=int(sys.argv[4])).order_by("-id").limit(50)
    return await render_template("list.html", orders=await newest)
asked.serve(app)
"""


@frozen
class PageCost:
    """Milliseconds of the processor that a page takes, and the same of what it is held against."""

    page: str
    now: float
    before: float | None
    bare: float

    @property
    def of_before(self) -> float | None:
        """The part of the older build's cost."""
        return None if self.before is None else self.now / self.before

    @property
    def of_bare(self) -> float:
        """How many times as cheap it is as the bare page."""
        return self.bare / self.now


@contextmanager
def _build(root: Path) -> Iterator[tuple[AskedBuild, str]]:
    """A build with its demo, signed in as an owner, and the folder of its data."""
    stripe, port = str(free_port()), free_port()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        where = ("--sandbox-port", stripe, "--data-dir", folder)
        serving = ("run.py", "serve", "--port", str(port), *where)
        stack.enter_context(running(*serving, port=port, root=root))
        asked = stack.enter_context(asked_build(root, str(ASKED), stripe, folder))
        asked.do(
            "sign-in",
            addresses.VENDOR_SIGN_IN,
            OWNER,
            PASSWORD,
        )
        yield asked, folder


def signed_in() -> list[Measured]:
    """Order list, order page, dashboard and payouts page of a demo vendor; then the list of one
    that has thousands of orders.
    """
    before = os.environ.get("BENCH_BEFORE")
    with ExitStack() as stack:
        now, folder = stack.enter_context(_build(ROOT))
        builds = {"now": now}
        if before:
            old, _ = stack.enter_context(_build(Path(before)))
            builds["before"] = old
        bare = ("-c", _BARE, "", folder, addresses.HOME, "1")
        builds["bare"] = stack.enter_context(asked_build(ROOT, *bare))
        found = [_measured(name, path, builds) for name, path in _pages()]
        vendor_id = _many_orders(folder)
        del builds["before" if before else "bare"]
        bare = (*bare[:-1], str(vendor_id))
        builds = {"now": now, "bare": stack.enter_context(asked_build(ROOT, *bare))}
        orders = addresses.VENDOR_ORDERS
        found.append(_measured(_MANY, orders, builds))
    return [line for one in found for line in _lines(one)]


def _pages() -> list[tuple[str, str]]:
    """Their names and addresses; an order's page is at another in each build."""
    home, orders = addresses.VENDOR_HOME, addresses.VENDOR_ORDERS
    return [
        ("order list", orders),
        ("order page", ""),
        ("dashboard", home),
        ("payouts page", addresses.VENDOR_PAYOUTS),
    ]


def _many_orders(folder: str) -> int:
    """Give the owner another shop, of so many orders; its id."""
    seed = ("run.py", "seed", "--orders", str(BULK), "--data-dir", folder)
    subprocess.run(
        [sys.executable, *seed],
        cwd=ROOT,
        check=True,
        capture_output=True,
        env={**os.environ, "MARKETHALL_NO_BOOTSTRAP": "1"},
    )
    with closing(sqlite3.connect(Path(folder) / "markethall.sqlite3")) as database:
        largest = (
            "SELECT vendor_id FROM orders GROUP BY vendor_id ORDER BY COUNT(*) DESC"
        )
        (vendor_id,) = database.execute(largest).fetchone()
        database.execute(
            "UPDATE members SET vendor_id = ? WHERE email = ?", (vendor_id, OWNER)
        )
        database.commit()
    return int(vendor_id)


def _measured(
    name: str,
    path: str,
    builds: dict[str, AskedBuild],
) -> PageCost:
    took: dict[str, list[float]] = {build: [] for build in builds}
    paths = {build: path or _an_order(each) for build, each in builds.items()}
    paths["bare"] = addresses.HOME
    for build, asked in builds.items():  # what is loaded late is loaded now
        asked.do(
            "ask",
            paths[build],
            REQUESTS,
        )
    for _ in range(ROUNDS):
        for build, asked in builds.items():
            took[build] += asked.do("ask", paths[build], REQUESTS)
    medians = {build: statistics.median(each) for build, each in took.items()}
    return PageCost(
        name,
        medians["now"],
        medians.get("before"),
        medians["bare"],
    )


def _an_order(build: AskedBuild) -> str:
    orders = addresses.VENDOR_ORDERS
    return str(build.do("link", orders, orders))


def _lines(one: PageCost) -> list[Measured]:
    cheap, earlier = "a bare page, as cheap", "the build before"
    bar = Bar(0.5) if one.page == _MANY else None
    lines = [Measured(one.page, one.now, "ms", one.of_bare, cheap, bar)]
    if one.of_before is not None:
        most = Bar(0.25, is_most=True) if one.page in _SHORTER else None
        lines.append(Measured(one.page, one.now, "ms", one.of_before, earlier, most))
    return lines

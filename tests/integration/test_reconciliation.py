"""Reconciliation: a running marketplace is clean; what was tampered with is found, exactly, and repaired."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from shared.clawback import service as clawback
from shared.database import unit
from shared.reporting import reconcile as runs
from shared.reporting.models import Difference
from tests.support.market import open_shop
from tests.support.money import sell
from tests.support.sandbox import RunningSandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shared.gateway.seam import Gateway
    from shared.payments.models import Payment

NOW = timedelta(0)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this module's stand-in keeps everything, so that it can be altered."""
    return tmp_path_factory.mktemp("standin") / "sandbox.sqlite3"


@pytest.fixture(scope="module")
def open_sandbox(store: Path) -> Iterator[RunningSandbox]:
    """A stand-in of this module's own. Its audit would refuse to answer after tampering."""
    with RunningSandbox(database=str(store), audit=False) as server:
        yield server


@pytest.fixture
def sandbox(open_sandbox: RunningSandbox) -> RunningSandbox:
    """That stand-in, emptied."""
    open_sandbox.reset()
    return open_sandbox


async def look(gateway: Gateway, *, full: bool = True) -> list[Difference]:
    """Reconcile without patience; what differs."""
    run = await runs.reconcile(gateway, started_by="test", full=full, grace=NOW)
    found = await Difference.filter(run_id=run.id).order_by("number")
    assert run.status == ("differences" if found else "clean")
    return found


async def claim(gateway: Gateway, payment: Payment, amount: int, subject: str) -> None:
    """What the vendor bears, taken."""
    async with unit.transaction():
        await clawback.set_claim(subject=subject, payment=payment, amount=amount)
    await clawback.settle(gateway, subject)


async def busy(gateway: Gateway, sandbox: RunningSandbox) -> list[Payment]:
    """Two vendors in two currencies; sales, takings, one given back."""
    euros = await open_shop(gateway, sandbox)
    crowns = await open_shop(gateway, sandbox, country="DK", price=19900)
    payments = [await sell(gateway, sandbox, shop) for shop in (euros, crowns, euros)]
    await claim(gateway, payments[0], 1000, "dispute:1")
    await claim(gateway, payments[1], 2500, "dispute:2")
    await claim(gateway, payments[1], 0, "dispute:2")
    return payments


async def test_a_busy_marketplace_is_clean(database: str, gateway: Gateway, sandbox: RunningSandbox) -> None:
    """Sales in two currencies, reversals, a transfer back: everything is explained, wholly and by the window."""
    await busy(gateway, sandbox)
    assert [(d.kind, d.text, d.ours, d.theirs) for d in await look(gateway)] == []
    assert await look(gateway, full=False) == []

"""A marketplace to compare with its Stripe, which can be tampered with."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from shared.finance.payments.models import Payment
from shared.finance.reconciliation import repairs
from shared.finance.reconciliation import service as runs
from shared.finance.reconciliation.models import Difference
from shared.finance.recovery import service as clawback
from shared.finance.recovery.models import Claim
from shared.infra import unit
from tests.support.market import open_shop
from tests.support.money import bears, sell
from tests.support.sandbox import RunningSandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from shared.infra.gateway.gateway import Gateway
    from shared.infra.jobs import Context

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
    assert [row.number for row in found] == list(range(1, len(found) + 1))
    return found


def told(found: list[Difference]) -> list[tuple[str, str]]:
    """What was found, and its repair."""
    return [(row.kind, row.repair) for row in found]


async def expect(
    context: Context,
    *kinds: str,
    vendor: int | None = None,
) -> list[Difference]:
    """Exactly these differ; repairing them all leaves nothing."""
    found = await look(context.gateway)
    assert sorted(row.kind for row in found) == sorted(kinds), [
        (row.kind, row.text, row.our_side, row.stripe_side) for row in found
    ]
    assert all(row.repair for row in found)
    done, left = await repairs.apply_all(context, found[0].run_id, actor="test")
    outcomes = await Difference.filter(run_id=found[0].run_id).values_list(
        "kind", "status", "outcome"
    )
    assert (done, left) == (len(found), 0), outcomes
    again = await look(context.gateway)
    assert again == [], [
        (
            row.kind,
            row.text,
            row.our_side,
            row.stripe_side,
        )
        for row in again
    ]
    return found


async def only_a_person(context: Context, kind: str) -> Difference:
    """Exactly this differs, and nothing mends it by itself."""
    found = await look(context.gateway)
    assert told(found) == [(kind, "")], [
        (row.kind, row.text, row.our_side, row.stripe_side) for row in found
    ]
    return found[0]


async def claim(gateway: Gateway, payment: Payment, amount: int, subject: str) -> None:
    """What the vendor bears, told and taken."""
    row = await Claim.get_or_none(subject=subject)
    await bears(payment, amount - (row.amount if row else 0))
    async with unit.transaction() as tx:
        await clawback.set_claim(tx, subject=subject, payment=payment, amount=amount)
    await clawback.settle(gateway, subject)


async def busy(gateway: Gateway, sandbox: RunningSandbox) -> list[Payment]:
    """Two vendors in two currencies; sales, takings, one given back."""
    euros = await open_shop(gateway, sandbox)
    crowns = await open_shop(gateway, sandbox, country="DK", price=19900)
    payments = [await sell(gateway, sandbox, shop) for shop in (euros, crowns, euros)]
    await claim(gateway, payments[0], 1000, "dispute:901")
    await claim(gateway, payments[1], 2500, "dispute:902")
    await claim(gateway, payments[1], 0, "dispute:902")
    return payments

"""`run.py reconcile` as somebody at a terminal meets it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from shared.entrypoints.cli import reconcile
from shared.entrypoints.cli.opened import opened
from shared.entrypoints.cli.options import CommandFailed, ReconcileOptions
from shared.finance.payments.models import Payment
from tests.support.market import open_shop
from tests.support.money import sell
from tests.support.tamper import sql

if TYPE_CHECKING:
    from shared.core.settings import Settings
    from tests.support.sandbox import RunningSandbox


async def run(settings: Settings, **options: Any) -> int:
    """The exit code."""
    return await reconcile.run(settings, ReconcileOptions(grace=0, **options))


async def test_it_finds_tells_and_repairs(
    database_url: str,
    settings: Settings,
    sandbox: RunningSandbox,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Exit 0 and 1; a dry run changes nothing; after a repair everything agrees."""
    assert await run(settings) == 0
    assert "Everything agrees." in capsys.readouterr().out
    async with opened(settings) as tools:
        payment = await sell(
            tools.gateway, sandbox, await open_shop(tools.gateway, sandbox)
        )
        await sql("UPDATE payments SET amount_stripe_fee = 1")
    assert await run(settings, recent=True) == 1
    told = capsys.readouterr().out
    assert "  1  charge_differs       payment:1" in told
    assert "repair: read_charge" in told
    assert "would:" not in told
    assert await run(settings, repair=True, dry_run=True) == 1
    assert "would: Read charge" in capsys.readouterr().out
    assert await run(settings, repair=True) == 0
    told = capsys.readouterr().out
    assert "1 repaired, 0 left. Looking again." in told
    assert told.rstrip().endswith("Everything agrees.")
    async with opened(settings):
        assert (
            await Payment.get(id=payment.id)
        ).amount_stripe_fee == payment.amount_stripe_fee


@pytest.mark.one_engine
async def test_stripe_away_is_a_sentence(
    database_url: str, settings: Settings, sandbox: RunningSandbox
) -> None:
    """And no traceback."""
    sandbox.fails(503, "/v1/refunds")
    with pytest.raises(CommandFailed, match="not answering"):
        await run(settings)
    sandbox.faults()

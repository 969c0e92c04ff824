"""A new domain is its own folder (tests/house/loyalty) and one line in the list of domains."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from tortoise import Tortoise

import run
from shared.core import domains
from shared.finance.inbox.handlers import handlers
from shared.finance.payments.events import PaymentSucceeded
from shared.infra import unit
from shared.infra.database.lifecycle import context as opened
from shared.infra.database.tables import models
from shared.infra.jobs import Context
from shared.infra.jobs.worker import Worker
from tests.house.loyalty import jobs
from tests.house.loyalty.models import LoyaltyPoints

CONTEXT = cast("Context", None)  # these jobs ask nobody


@pytest.fixture(autouse=True)
def _one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(domains, "DOMAINS", (*domains.DOMAINS, "tests.house.loyalty"))


def test_everything_of_it_is_found() -> None:
    """Its table, its jobs, the one that recurs, its events of Stripe's."""
    assert LoyaltyPoints in models()
    assert {"loyalty.give", "loyalty.forget"} <= set(run.job_handlers())
    assert "loyalty.forget" in {job.kind for job in run.recurring_jobs()}
    assert handlers()["platform"]["coupon.updated"] is jobs.read_coupon


@pytest.mark.one_engine
async def test_it_follows_what_a_lower_domain_tells(tmp_path: Path) -> None:
    """In the same transaction: with one that fails, nothing is put on the list."""
    async with opened(f"sqlite://{tmp_path / 'new.sqlite3'}"):
        await Tortoise.generate_schemas()
        worker = Worker(CONTEXT, run.job_handlers())
        with pytest.raises(RuntimeError):  # noqa: PT012
            async with unit.transaction() as tx:
                tx.emit(PaymentSucceeded(payment_id=6, stripe_customer_id=None))
                await tx.flush()
                raise RuntimeError
        async with unit.transaction() as tx:
            tx.emit(PaymentSucceeded(payment_id=7, stripe_customer_id=None))
        await worker.run_due()
        assert await LoyaltyPoints.all().values_list("payment_id", "points") == [
            (7, 10)
        ]


def test_every_domain_ends_with_a_manifest() -> None:
    """Of its own tables, in the module where the database looks for them; and no folder with tables
    is left out.
    """
    for name, manifest in zip(domains.DOMAINS, domains.manifests(), strict=True):
        assert manifest.models.__name__ == f"{name}.models"
    root = Path(domains.__file__).parents[1]
    folders = {
        ".".join(path.parent.relative_to(root).parts)
        for path in (root / "shared").rglob("models.py")
    }
    assert folders - {"shared.entrypoints.api"} <= set(domains.DOMAINS)

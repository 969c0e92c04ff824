"""What is promised by name exists: every job that is enqueued and every event that is listened to has its function."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import run
from shared.finance.inbox.handlers import HANDLERS

ROOT = Path(__file__).resolve().parents[2]


# What a version of before may have put on the list: an upgrade works it off.
OF_BEFORE = {"payouts.ask", "payment_methods.detach", "refunds.carry_out"}


def test_defect_02_every_job_that_is_enqueued_has_a_handler_and_the_other_way_round() -> None:
    """The seed called functions that nobody had written."""
    source = "".join(path.read_text() for path in (ROOT / "shared").rglob("*.py"))
    enqueued = set(re.findall(r'enqueue\(\s*tx,\s*"([a-z_.]+)"', source)) | OF_BEFORE
    handlers = run.job_handlers()
    recurring = {job.kind for job in run.recurring_jobs()}
    assert enqueued | recurring == set(handlers)
    assert all(inspect.iscoroutinefunction(handler) for handler in handlers.values())


def test_defect_02_every_event_that_is_listened_to_has_a_handler() -> None:
    """account.updated among them, at the endpoint where it really arrives."""
    assert set(HANDLERS) == {"platform", "connect"}
    assert "account.updated" in HANDLERS["connect"]
    assert all(inspect.iscoroutinefunction(h) for events in HANDLERS.values() for h in events.values())

"""What is promised by name exists: every job, every event that is listened to, and what older
versions left on the list.
"""

from __future__ import annotations

import importlib
import inspect
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_type_hints

import pytest

import run
from shared.core import clock, domains
from shared.core.domains import LooksFirst
from shared.finance.inbox.handlers import handlers
from shared.infra import unit
from shared.infra.database.batch import SqlStatement
from shared.infra.database.raw_sql import Record
from shared.infra.gateway.events import VerifiedEvent
from shared.infra.jobs import AnyJob, BadArguments, Context, JobDefinition, job
from shared.infra.jobs.models import Job
from shared.infra.jobs.worker import Worker
from shared.infra.unit import Event

ROOT = Path(__file__).resolve().parents[2]

# What the versions up to 862f148 put on the list, by kind: an upgrade works it off.
STORED: dict[str, dict[str, Any]] = {
    "baskets.take_code_out": {"basket_id": 1},
    "categories.fold_words": {"product_ids": [1, 2]},
    "clawback.by_hand": {"transfer_id": "tr_1"},
    "clawback.collect": {"vendor_id": 1},
    "clawback.pay_back": {"vendor_id": 1},
    "clawback.settle": {"subject": "refund:1"},
    "disputes.deliver": {"dispute_id": 1},
    "disputes.follow": {"stripe_id": "dp_1"},
    "disputes.follow_shared": {"dispute_id": 1},
    "disputes.remind_one": {"dispute_id": 1},
    "disputes.stage": {"dispute_id": 1},
    "invoices.issue_older": {"behind": 0},
    "mail.send": {"unique_key": "order:1:paid"},
    "payment_methods.detach": {"id": 1},
    "payment_methods.follow": {"stripe_customer_id": "cus_1"},
    "payment_methods.remind_one": {"id": 1},
    "payments.cancel_intents": {"checkout_id": 1},
    "payments.expire_checkout": {"checkout_id": 1},
    "payments.give_up": {"checkout_id": 1},
    "payments.let_go": {"order_id": 1},
    "payments.read_charge": {"payment_id": 1},
    "payments.send_share": {"payment_id": 1},
    "payments.settle_unknown": {"payment_id": 1},
    "payouts.ask": {"payout_id": 1},
    "payouts.pay": {"vendor_id": 1, "payday": "2026-11-30"},
    "payouts.reserve": {"payment_id": 1},
    "payouts.review_reserve": {"order_id": 1},
    "payouts.sweep_account": {"vendor_id": None},
    "payouts.write_settings": {"vendor_id": 1},
    "people.reset_asked": {"kind": "member", "email": "a@shop.test"},
    "people.reset_factors": {"id": 1},
    "reporting.reconcile": {"run_id": 1},
    "reporting.repair": {"run_id": 1, "actor": "member:1"},
    "refunds.adopt": {"stripe_refund_id": "re_1"},
    "refunds.carry_out": {"refund_id": 1},
    "refunds.follow": {"refund_id": 1},
    "returns.declared": {
        "full_name": "Ada",
        "number": "MH-7KQ2-9FXD",
        "email": "ada@example.test",
        "language": "en",
    },
    "statements.close_vendor": {"vendor_id": 1},
    "stripe_writes.perform": {"id": 1},
    "vendors.end_bank_hold": {"vendor_id": 1},
    "vendors.remind_one": {"vendor_id": 1},
    "vendors.sync_account": {"vendor_id": 1},
    "webhooks.apply": {"id": 1, "attempt": 3},
}
JSON = {int, str, bool, float, list, dict, NoneType}


@job("test.job", renamed={"older": "a", "gone": None})
async def _work(_context: Context, a: int, b: str, d: bool = False) -> None:
    raise AssertionError((a, b, d))


def _declared() -> Iterator[AnyJob]:
    """Every job of every module that declares one."""
    for path in sorted((ROOT / "shared").rglob("*.py")):
        text = path.read_text()
        if "\n@job(" in text or "\n@recurring(" in text:
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found = vars(importlib.import_module(name)).values()
            yield from (
                each
                for each in found
                if isinstance(each, JobDefinition) and each.work.__module__ == name
            )


def _registered() -> dict[str, AnyJob]:
    return {
        each.kind: each for manifest in domains.manifests() for each in manifest.jobs
    }


def test_every_job_is_registered_and_no_kind_stands_for_two() -> None:
    """A job that nobody registered would wait for ever."""
    declared = Counter(each.kind for each in _declared())
    assert set(declared) == set(_registered())
    assert max(declared.values()) == 1


def test_what_jobs_take_is_what_json_can_keep() -> None:
    """Their arguments are stored."""
    for each in _registered().values():
        for name, kind in each.takes.items():
            types = get_args(kind) if isinstance(kind, UnionType) else (kind,)
            assert set(types) <= JSON, (each.kind, name)


@pytest.mark.parametrize("kind", STORED)
def test_what_older_versions_left_on_the_list_is_worked_off(kind: str) -> None:
    """Under the names that they gave."""
    assert (
        _registered()[kind].bind(STORED[kind]).keys()
        <= _registered()[kind].takes.keys()
    )


def test_recurring_jobs_are_on_the_list_without_arguments() -> None:
    """The clock knows none. Every other kind stands above."""
    assert {each.kind for each in run.recurring_jobs()} | set(STORED) == set(
        _registered()
    )
    for each in run.recurring_jobs():
        assert each.bind({}) == {}


@pytest.mark.parametrize(
    ("stored", "said"),
    [
        ({"a": 1, "b": "x", "c": 2}, "c is unknown"),
        ({"a": 1}, "b is missing"),
        ({"a": "1", "b": "x"}, "a is '1'"),
    ],
)
def test_what_does_not_fit_a_job_is_said(stored: dict[str, Any], said: str) -> None:
    """Never left out in silence."""

    with pytest.raises(BadArguments, match=f"test.job: {said}"):
        _work.bind(stored)


def test_an_argument_that_was_renamed_or_is_not_taken_any_more_is_no_fault() -> None:
    """Older versions stored it so."""
    assert _work.bind({"older": 1, "b": "x", "gone": 3}) == {"a": 1, "b": "x"}


def test_every_event_between_domains_has_somebody_who_follows_it() -> None:
    """Nothing is told to nobody, and each handler takes the event that it subscribes to."""
    domains.manifests()
    subscriptions = [
        each for manifest in domains.manifests() for each in manifest.subscriptions
    ]
    ours = {
        each for each in Event.__subclasses__() if each.__module__.startswith("shared.")
    }
    assert {each.event for each in subscriptions} == ours
    for each in subscriptions:
        assert list(inspect.get_annotations(each.handler).values())[:2] == [
            "Transaction",
            each.event.__name__,
        ]


def _functions() -> Iterator[Callable[..., object]]:
    """What handles Stripe's events."""
    for events in handlers().values():
        for handler in events.values():
            yield handler.read if isinstance(handler, LooksFirst) else handler


def test_every_event_that_is_listened_to_has_a_handler() -> None:
    """account.updated among them, at the endpoint where it really arrives; and no two domains take
    the same.
    """
    assert set(handlers()) == {"platform", "connect"}
    assert "account.updated" in handlers()["connect"]
    assert all(map(inspect.iscoroutinefunction, _functions()))
    for source in ("platform_events", "connect_events"):
        claimed = Counter(
            kind for each in domains.manifests() for kind in getattr(each, source)
        )
        assert max(claimed.values()) == 1


def test_jobs_are_put_on_the_list_by_calling_them_alone() -> None:
    """Not by a string and a dict, which nobody checks."""
    texts = {path.name: path.read_text() for path in (ROOT / "shared").rglob("*.py")}
    assert {name for name, text in texts.items() if "queue.enqueue(" in text} == {
        "definitions.py"
    }


async def test_a_job_is_put_on_the_list_by_calling_it(database: str) -> None:
    """With what it takes, when, and once."""
    later = clock.now() + timedelta(hours=1)
    async with unit.transaction() as tx:
        _work(tx, 1, b="x")
        for _ in range(2):
            _work.at(later, once="only one")(tx, a=2, b="y")
        with pytest.raises(TypeError):
            _work(tx, a=2)  # type: ignore[call-arg]
    found = await Job.all().order_by("run_at").values_list("kind", "args", "unique_key")
    assert found == [
        ("test.job", {"a": 1, "b": "x"}, None),
        ("test.job", {"a": 2, "b": "y"}, "only one"),
    ]


async def test_a_stored_job_that_does_not_fit_is_told(
    database: str, context: Context
) -> None:
    """What is wrong with it stands beside it."""
    stored = await Job.create(
        kind="test.job",
        args={"a": 1, "c": 2},
        run_at=clock.now(),
    )
    await Worker(context, {"test.job": _work.run}).run_due()
    await stored.refresh_from_db()
    assert stored.error == "BadArguments: test.job: c is unknown, b is missing"


def test_what_handles_stripes_events_takes_what_it_is_given() -> None:
    """The registry stands below the types of both, so mypy cannot tell."""
    first = {
        handler.read: handler.asks
        for events in handlers().values()
        for handler in events.values()
        if isinstance(handler, LooksFirst)
    }
    for function in _functions():
        taken = _taken_by(function)
        told = [Sequence[Record]] if function in first else []
        assert taken == [Context, VerifiedEvent, *told]
    for asks in first.values():
        assert _taken_by(asks) == [VerifiedEvent]
        assert get_type_hints(asks)["return"] == SqlStatement | None


def _taken_by(function: Callable[..., object]) -> list[object]:
    hints = get_type_hints(function)
    return [kind for name, kind in hints.items() if name != "return"]

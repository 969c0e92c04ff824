"""The domains of this installation, and what each of them registers.

A new domain is its own folder and one line here. Its `models.py` are its tables, its `manifest.py`
is the rest. Both are found by name, so that this list can stand below everything that reads it: the
database, the transaction, `run.py`. For the same reason no type of theirs is named here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import field
from enum import StrEnum
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, Generic, TypeAlias, TypeVar

from shared.core.frozen import frozen

DOMAINS = (
    "shared.infra.database",
    "shared.trade.people",
    "shared.trade.people.factors",
    "shared.finance.payment_methods",
    "shared.trade.vendors",
    "shared.finance.connect",
    "shared.trade.vat",
    "shared.trade.pictures",
    "shared.trade.catalogue",
    "shared.trade.shipping",
    "shared.trade.discounts",
    "shared.trade.baskets",
    "shared.trade.commission",
    "shared.trade.marketplace",
    "shared.trade.orders",
    "shared.trade.returns",
    "shared.trade.messages",
    "shared.finance.ledger",
    "shared.infra.references",
    "shared.finance.payments",
    "shared.finance.recovery",
    "shared.finance.refunds",
    "shared.finance.disputes",
    "shared.finance.payouts",
    "shared.finance.reconciliation",
    "shared.finance.statements",
    "shared.finance.invoices",
    "shared.finance.inbox",
    "shared.finance.overview",
    "shared.infra.restoring",
    "shared.infra.stripe_writes",
    "shared.infra.jobs",
    "shared.infra.mail",
    "shared.infra.audit",
    "shared.infra.activity",
    "shared.infra.page_changes",
)

NOT_OURS = "not ours"

E = TypeVar("E")
# What is done in the transaction that it is given, and says in words what came of it; NOT_OURS
# where nothing did.
Apply: TypeAlias = Callable[[Any], Awaitable[str]]


@frozen
class InSteps:
    """What takes more than one transaction, or a write to Stripe: the event is stored first."""

    run: Callable[[], Awaitable[str]]


@frozen
class NoNews:
    """Our rows are where Stripe's object is already; `outcome` says where that is."""

    outcome: str


# Takes a Context and a VerifiedEvent, reads again what that is about, and changes nothing: answers
# with what is to be done, in the event's own transaction or in steps; None: not ours.
# `tests/house/test_handlers.py` holds each to it.
Answer: TypeAlias = Apply | InSteps | NoNews | None


@frozen
class LooksFirst:
    """A handler that asks our rows before it asks Stripe, in one question with the inbox.

    `asks` takes the event and answers with a statement (`database/batch.py`) whose rows have an
    `order_id`, or with None; `read` takes what it told as well, nothing where it was not asked.
    """

    asks: Callable[[Any], Any]
    read: Callable[[Any, Any, Any], Awaitable[Answer]]


StripeHandler: TypeAlias = Callable[[Any, Any], Awaitable[Answer]] | LooksFirst


@frozen
class Subscription(Generic[E]):
    """Whenever a transaction has emitted `event`, `handler` runs in that same transaction, its
    first argument, before it commits.
    """

    event: type[E]
    handler: Callable[[Any, E], Awaitable[None]]


@frozen(kw_only=True)
class Manifest:
    """What one domain brings.

    `jobs` are of shared/infra/jobs; `activity` are the acts that its part of the history tells
    (shared/infra/activity).
    Stripe's events come to two endpoints: the platform's, and the one of connected accounts.
    """

    models: ModuleType
    activity: type[StrEnum] | None = None
    jobs: tuple[Any, ...] = ()
    subscriptions: tuple[Subscription[Any], ...] = ()
    platform_events: Mapping[str, StripeHandler] = field(default_factory=dict)
    connect_events: Mapping[str, StripeHandler] = field(default_factory=dict)


def model_modules() -> list[str]:
    """Name the modules in which the tables are declared."""
    return [f"{name}.models" for name in DOMAINS]


def manifests() -> tuple[Manifest, ...]:
    """Import every domain, and answer with what each registers."""
    return tuple(_manifest(name) for name in DOMAINS)


@cache
def _manifest(name: str) -> Manifest:
    manifest = import_module(f"{name}.manifest").MANIFEST
    assert isinstance(manifest, Manifest)
    return manifest

"""A Stripe stand-in inside the test: the real SDK on top, no socket, no thread, no event loop, and
a clock that stands still.

Requests go straight to the engine, so thousands of them fit into a second and the same requests
give the same answers to the last character. Webhooks are addressed but not delivered; for
deliveries there is `RunningSandbox`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import stripe

from shared.sandbox import agenda, audit, multipart
from shared.sandbox.clock import Clock
from shared.sandbox.config import SandboxConfig
from shared.sandbox.engine import Engine
from shared.sandbox.requests import Request
from shared.sandbox.resources import dispute_funds, dispute_terms, payout_lifecycle
from shared.sandbox.store import Store
from shared.sandbox.world import Act, World, home_of, platform_of

KEY = "sk_test_inprocess"
BASE = "http://stripe.invalid"
START = 1_793_534_400  # 1 November 2026, noon


class StillClock(Clock):
    """Time that only `advance` moves."""

    def now(self) -> float:
        """This moment."""
        return START + self.offset


class DirectClient(stripe.HTTPClient):
    """The SDK's way out, handed to an engine; with `checked` both sides are held against the SDK's
    own types.
    """

    name = "inprocess"

    def __init__(self, engine: Engine, *, checked: bool) -> None:
        super().__init__()
        self.engine = engine
        self.checked = checked

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: Any = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        """Ask the engine."""
        parts = urlsplit(url)
        given = dict(headers or {})
        told = {name.lower(): str(value) for name, value in given.items()}
        sent = post_data.encode() if isinstance(post_data, str) else post_data or b""
        params = multipart.read(told.get("content-type", ""), parts.query, sent)
        asked = Request(method.upper(), parts.path, params, told)
        reply = self.engine.answer(asked)
        if self.checked:
            _check(asked, reply.status, reply.body)
        return reply.body, reply.status, reply.headers

    async def request_async(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        post_data: Any = None,
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """The same, for those who wait."""
        body, status, answered = self.request(method, url, headers, post_data)
        return body.encode(), status, answered

    async def sleep_async(self, secs: float) -> None:
        """Nothing is gained by waiting here."""

    def close(self) -> None:
        """Nothing is open."""

    async def close_async(self) -> None:
        """Nothing is open."""


def _check(asked: Request, status: int, text: str) -> None:
    """Fail on the spot when the request or the answer is not one of Stripe's."""
    from tests.sandbox.checked import ACCEPTED
    from tests.sandbox.fields import missing_keys
    from tests.sandbox.sdkspec import check_reply, check_request

    body = json.loads(text)
    problems = [
        *check_reply(asked.method, asked.path, status, body),
        *missing_keys(body),
    ]
    if status < 400:
        problems += check_request(asked.method, asked.path, asked.params)
    found = [str(problem) for problem in problems if problem.where not in ACCEPTED]
    assert not found, f"{asked.method} {asked.path}: " + "; ".join(found)


class InProcess:
    """One stand-in of one's own: `.client` is a StripeClient, `.advance` moves time, `.problems`
    audits the books.

    `checked=False` leaves out the comparison with the SDK's types, `audit=False` the audit after
    every request.
    """

    def __init__(
        self,
        seed: int | None = 0,
        *,
        checked: bool = True,
        audit: bool = True,
        database: str = ":memory:",
        **settings: Any,
    ) -> None:
        config = SandboxConfig(
            database=database,
            base_url=BASE,
            secret_key=KEY,
            seed=seed,
            audit=audit,
            **settings,
        )
        store = Store(config.database)
        self.world = World(config, store, StillClock(float(store.meta("clock", "0"))))
        self.engine = Engine(self.world)
        self.http = DirectClient(self.engine, checked=checked)
        self.client = self.as_key(KEY)

    def as_key(self, key: str) -> stripe.StripeClient:
        """A client with another key."""
        bases: Any = {"api": BASE, "files": BASE, "connect": BASE}
        return stripe.StripeClient(
            key, base_addresses=bases, http_client=self.http, max_network_retries=0
        )

    @property
    def v1(self) -> Any:
        """The SDK's services."""
        return self.client.v1

    def act(self, account: str | None = None) -> Act:
        """An act of the platform, or of one of its accounts, as handlers and tasks get it."""
        platform = platform_of(KEY)
        return Act(self.world, platform, account or home_of(platform))

    def advance(self, seconds: float) -> None:
        """Move the clock; everything that falls due on the way happens at its moment."""
        clock = self.world.clock
        target = clock.now() + seconds
        while (due := agenda.next_due(self.world)) is not None and due <= target:
            clock.move_to(due)
            agenda.run(self.world)
        clock.move_to(target)
        self.world.store.remember("clock", repr(clock.offset))

    def complete(self, account: str) -> None:
        """Finish an account's onboarding, as the control API does."""
        from shared.sandbox.resources import onboarding

        act = self.act()
        with self.world.store.transaction():
            onboarding.complete(act, act.get("account", account))

    def fail_payout(self, account: str | None, payout: str, code: str) -> None:
        """The bank returns a payout, as the control API does; one that failed or was canceled stays
        as it is.
        """

        act = self.act(account)
        with self.world.store.transaction():
            doc = act.get("payout", payout)
            if doc.body["status"] not in ("failed", "canceled"):
                payout_lifecycle.fail(act, doc, code)

    def complain(self, charge: str, case: str, share: float | None = None) -> None:
        """The shopper's bank disputes what is left of a charge, or a share of all of it whatever
        was disputed before; or it is prevented. Nothing where nothing can be disputed.
        """
        from shared.sandbox.resources import dispute_lifecycle

        act = self.act()
        with self.world.store.transaction():
            doc = act.get("charge", charge)
            amount = (
                dispute_lifecycle.disputable(act, doc)
                if share is None
                else int(doc.body["amount"] * share)
            )
            if amount > 0 and dispute_lifecycle.can_be_disputed(doc):
                dispute_lifecycle.open_up(act, doc, "general", amount, case=case)

    def decide_dispute(self, *, won: bool, share: float = 0.0) -> None:
        """The bank decides the platform's newest dispute that is open; a `share` of what was lost
        may come back.
        """
        from shared.sandbox.resources import dispute_lifecycle

        act = self.act()
        with self.world.store.transaction():
            found = act.store.select("scope = ? AND object = 'dispute'", [act.scope])
            for doc in reversed(found):
                if doc.body["status"] not in dispute_terms.CLOSED:
                    back = 0 if won else int(dispute_funds.taken(doc) * share)
                    dispute_lifecycle.end(act, doc, won=won, returned=back)
                    return

    def offer_appeals(self) -> None:
        """Every decision of the platform's that was lost can be appealed."""
        from shared.sandbox.resources import appeals

        act = self.act()
        with self.world.store.transaction():
            for doc in act.store.select(
                "scope = ? AND object = 'dispute'", [act.scope]
            ):
                if appeals.may_be_offered(doc):
                    appeals.offer(act, doc)

    def events(self, *types: str) -> list[dict[str, Any]]:
        """The platform's events and those of its accounts, oldest first."""
        found = self.world.store.select(
            "platform = ? AND object = 'event'", [platform_of(KEY)]
        )
        return [doc.body for doc in found if not types or doc.body["type"] in types]

    def problems(self) -> list[str]:
        """Cents that cannot be accounted for, each in a sentence."""
        return audit.problems(self.world.store, platform_of(KEY))

    def send(
        self,
        method: str,
        path: str,
        params: dict[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, dict[str, Any], dict[str, str]]:
        """One request past the SDK, with decoded parameters: status, body and headers."""
        given = {"authorization": f"Bearer {KEY}", **(headers or {})}
        reply = self.engine.answer(Request(method, path, params or {}, given))
        return reply.status, json.loads(reply.body) if reply.body else {}, reply.headers

    def close(self) -> None:
        """Give the store back."""
        self.world.store.close()

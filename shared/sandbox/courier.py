"""What happens by itself: money settles, webhooks are delivered and retried, all in the order in
which it falls due.

Deliveries to one endpoint go one after the other in the order of their events, so that only a fault
rule reorders them; different endpoints do not wait for each other.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.sandbox import agenda, webhook_payloads
from shared.sandbox.faults import Faults
from shared.sandbox.store import Document
from shared.sandbox.world import World

if TYPE_CHECKING:
    import aiohttp

_log = logging.getLogger(__name__)
_REORDER_WAIT = 1.0  # how long a held event waits for another one to overtake it


@dataclass(frozen=True)
class Delivery:
    """One event on its way to one endpoint."""

    id: int
    platform: str
    event: str
    endpoint: str
    tries: int
    played: str  # the fault that this delivery already went through

    def url_of(self, endpoint: Document) -> str:
        """Where it goes."""
        return str(endpoint.body["url"])


class Courier:
    """Does what is due, now and later; `ring` tells it to look again."""

    def __init__(self, world: World, faults: Faults) -> None:
        self.world = world
        self.faults = faults
        self._bell = asyncio.Event()
        self._routes: dict[str, asyncio.Task[None]] = {}
        self._session: aiohttp.ClientSession | None = None
        self._halts = 0

    def ring(self) -> None:
        """Something may be due."""
        self._bell.set()

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            while True:
                self._bell.clear()
                self.world.store.due = False
                self.step()
                due = self.next_due(idle_only=True)
                wait = (
                    None
                    if due is None
                    else max(
                        0.001,
                        due - self.world.clock.now(),
                    )
                )
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._bell.wait(), wait)
        finally:
            await self.halt()
            if self._session is not None:
                await self._session.close()

    async def halt(self) -> None:
        """Stop what is under way, a jump of the clock as well; it stays due."""
        self._halts += 1
        routes = list(self._routes.values())
        for task in routes:
            task.cancel()
        await asyncio.gather(*routes, return_exceptions=True)

    def step(self) -> None:
        """Do what is due this moment, and send deliveries on their way."""
        agenda.run(self.world)
        store = self.world.store
        sql = (
            "SELECT DISTINCT endpoint FROM deliveries WHERE state = 'due' AND due <= ?"
        )
        for (endpoint,) in store.db.execute(sql, (self.world.clock.now(),)).fetchall():
            if endpoint not in self._routes:
                route = self._routes[endpoint] = asyncio.create_task(
                    self._serve(endpoint), name=endpoint
                )
                route.add_done_callback(self._ended)

    def _ended(self, route: asyncio.Task[None]) -> None:
        self._routes.pop(route.get_name(), None)
        if not route.cancelled() and (failure := route.exception()) is not None:
            _log.error("delivery to %s stopped", route.get_name(), exc_info=failure)
        self.ring()

    def next_due(self, *, idle_only: bool = False) -> float | None:
        """When something falls due next; with `idle_only`, endpoints that are being served do not
        count.
        """
        db = self.world.store.db
        marks = ", ".join("?" * len(self._routes)) if idle_only else ""
        busy = list(self._routes) if idle_only else []
        deliveries = db.execute(
            f"SELECT min(due) FROM deliveries WHERE state = 'due' AND endpoint NOT IN ({marks})",
            busy,
        ).fetchone()[0]
        known = [
            moment
            for moment in (
                deliveries,
                agenda.next_due(self.world),
            )
            if moment is not None
        ]
        return min(known) if known else None

    async def advance(self, seconds: float) -> None:
        """Move the clock; everything that falls due on the way happens at its moment, and before
        this returns.
        """
        clock = self.world.clock
        target, halts = clock.now() + seconds, self._halts
        while (due := self.next_due()) is not None and due <= target:
            clock.move_to(due)
            self.step()
            await asyncio.gather(*self._routes.values(), return_exceptions=True)
            await asyncio.sleep(0)  # let finished routes sign off
            # Everything was emptied meanwhile, and what begins anew has its own time.
            if halts != self._halts:
                return
        clock.move_to(target)
        self.world.store.remember("clock", repr(clock.offset))

    async def settle(self) -> None:
        """Wait until deliveries under way have their answer."""
        await asyncio.gather(*self._routes.values(), return_exceptions=True)

    async def _serve(self, endpoint: str) -> None:
        while (delivery := self._next_for(endpoint)) is not None:
            target = self.world.store.find(
                delivery.platform, endpoint, object="webhook_endpoint"
            )
            if target is None or target.body["status"] != "enabled":
                self._close(delivery, "failed")
                continue
            await self._deliver(delivery, target)

    def _next_for(self, endpoint: str) -> Delivery | None:
        sql = (
            "SELECT id, platform, event, endpoint, tries, played FROM deliveries "
            "WHERE state = 'due' AND endpoint = ? AND due <= ? ORDER BY due, id LIMIT 1"
        )
        row = self.world.store.db.execute(
            sql,
            (endpoint, self.world.clock.now()),
        ).fetchone()
        return Delivery(*row) if row else None

    async def _deliver(self, delivery: Delivery, endpoint: Document) -> None:
        event = self.world.store.find(
            delivery.platform,
            delivery.event,
            object="event",
        )
        if event is None:
            self._close(delivery, "failed")
            return
        played = delivery.played
        if not played and (
            rule := self.faults.for_event(
                event.body["type"], ("delay", "duplicate", "reorder", "drop")
            )
        ):
            if rule.effect == "drop":
                self._note(delivery, endpoint, None, "dropped by a fault rule", "drop")
                self._close(delivery, "dropped")
                return
            if rule.effect in ("delay", "reorder"):
                wait = rule.seconds if rule.effect == "delay" else _REORDER_WAIT
                self._postpone(delivery, wait, delivery.tries, rule.effect)
                return
            played = "duplicate"
        for _ in range(
            2 if played == "duplicate" and delivery.played != "duplicate" else 1
        ):
            done = await self._attempt(delivery, endpoint, event, played)
        if done:
            self._close(delivery, "done")
            self._release(delivery.endpoint)
            return
        self._retry(delivery, played)

    def _retry(self, delivery: Delivery, played: str) -> None:
        delays = self.world.config.retry_delays
        if delivery.tries < len(delays):
            self._postpone(
                delivery,
                delays[delivery.tries],
                delivery.tries + 1,
                played,
            )
        else:
            self._close(delivery, "failed")

    async def _attempt(
        self,
        delivery: Delivery,
        endpoint: Document,
        event: Document,
        played: str,
    ) -> bool:
        import aiohttp  # late: not needed by a stand-in that nobody listens to, and slow to import

        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=self.world.config.delivery_timeout)
            self._session = aiohttp.ClientSession(timeout=timeout)
        body = json.dumps(webhook_payloads.payload(event, endpoint)).encode()
        spoil = self.faults.for_event(event.body["type"], ("bad_signature",))
        secrets = (
            ["whsec_of_somebody_else"]
            if spoil
            else webhook_payloads.live_secrets(endpoint, self.world.clock.now())
        )
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": webhook_payloads.signature(
                body, secrets, int(time.time())
            ),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        status, error = None, None
        try:
            async with self._session.post(
                delivery.url_of(endpoint),
                data=body,
                headers=headers,
                allow_redirects=False,
            ) as answer:
                await answer.read()
                status = answer.status
        except TimeoutError:
            error = f"no answer within {self.world.config.delivery_timeout:g} s"
        except (aiohttp.ClientError, OSError, ValueError) as failure:
            error = f"{type(failure).__name__}: {failure}"
        self._note(
            delivery,
            endpoint,
            status,
            error,
            "bad_signature" if spoil else played or None,
        )
        return status is not None and 200 <= status < 300

    def _note(
        self,
        delivery: Delivery,
        endpoint: Document,
        status: int | None,
        error: str | None,
        fault: str | None,
    ) -> None:
        row = (
            delivery.event,
            delivery.url_of(endpoint),
            endpoint.id,
            status,
            error,
            self.world.clock.seconds(),
            fault,
        )
        sql = (
            "INSERT INTO attempts (event, url, endpoint, status, error, at, fault) VALUES (?, ?, "
            "?, ?, ?, ?, ?)"
        )
        self.world.store.db.execute(sql, row)

    def _close(self, delivery: Delivery, state: str) -> None:
        self.world.store.db.execute(
            "UPDATE deliveries SET state = ? WHERE id = ?", (state, delivery.id)
        )

    def _postpone(
        self,
        delivery: Delivery,
        seconds: float,
        tries: int,
        played: str,
    ) -> None:
        sql = "UPDATE deliveries SET due = ?, tries = ?, played = ? WHERE id = ?"
        self.world.store.db.execute(
            sql,
            (
                self.world.clock.now() + seconds,
                tries,
                played,
                delivery.id,
            ),
        )

    def _release(self, endpoint: str) -> None:
        """An event has overtaken those that were held back."""
        sql = (
            "UPDATE deliveries SET due = 0, played = 'reordered' WHERE endpoint = ? AND state = "
            "'due' AND played = 'reorder'"
        )
        self.world.store.db.execute(sql, (endpoint,))

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
from typing import TYPE_CHECKING

from shared.sandbox import agenda, webhook_payloads
from shared.sandbox.deliveries import Attempt, Deliveries, Delivery
from shared.sandbox.faults import Faults, Rule
from shared.sandbox.store import Document
from shared.sandbox.world import World

if TYPE_CHECKING:
    import aiohttp

_log = logging.getLogger(__name__)
_BEFORE = ("delay", "duplicate", "reorder", "drop")  # what is played before an attempt
_HEADERS = {
    "Content-Type": "application/json; charset=utf-8",
    "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
}
_REORDER_WAIT = 1.0  # how long a held event waits for another one to overtake it


class Courier:
    """Does what is due, now and later; `ring` tells it to look again."""

    def __init__(self, world: World, faults: Faults) -> None:
        self.world = world
        self.faults = faults
        self._deliveries = Deliveries(world)
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
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._bell.wait(), self._until(due))
        finally:
            await self.halt()
            if self._session is not None:
                await self._session.close()

    def _until(self, due: float | None) -> float | None:
        return None if due is None else max(0.001, due - self.world.clock.now())

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
        for endpoint in self._deliveries.due():
            if endpoint not in self._routes:
                serving = self._serve(endpoint)
                route = asyncio.create_task(serving, name=endpoint)
                route.add_done_callback(self._ended)
                self._routes[endpoint] = route

    def _ended(self, route: asyncio.Task[None]) -> None:
        self._routes.pop(route.get_name(), None)
        failure = None if route.cancelled() else route.exception()
        if failure is not None:
            _log.error("delivery to %s stopped", route.get_name(), exc_info=failure)
        self.ring()

    def next_due(self, *, idle_only: bool = False) -> float | None:
        """When something falls due next; with `idle_only`, endpoints that are being served do not
        count.
        """
        busy = list(self._routes) if idle_only else []
        moments = (self._deliveries.next_due(busy), agenda.next_due(self.world))
        known = [moment for moment in moments if moment is not None]
        return min(known) if known else None

    async def advance(self, seconds: float) -> None:
        """Move the clock; everything that falls due on the way happens at its moment, and before
        this returns.
        """
        clock = self.world.clock
        target, halts = clock.now() + seconds, self._halts
        while (due := self.next_due()) is not None and due <= target:
            clock.move_to(due)
            with clock.still():  # what follows on it follows on its moment
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
        store = self.world.store
        while (delivery := self._deliveries.next_for(endpoint)) is not None:
            platform = delivery.platform
            target = store.find(platform, endpoint, object="webhook_endpoint")
            event = store.find(platform, delivery.event, object="event")
            enabled = target is not None and target.body["status"] == "enabled"
            if target is None or event is None or not enabled:
                self._deliveries.close(delivery, "failed")
            else:
                await self._deliver(delivery, target, event)

    async def _deliver(
        self,
        delivery: Delivery,
        endpoint: Document,
        event: Document,
    ) -> None:
        rule = None
        if not delivery.played:
            rule = self.faults.for_event(event.body["type"], _BEFORE)
        if rule is not None and rule.effect != "duplicate":
            self._keep_back(delivery, endpoint, rule)
            return
        played = rule.effect if rule else delivery.played
        arrived = await self._attempt(delivery, endpoint, event, played)
        if rule is not None:
            arrived = await self._attempt(delivery, endpoint, event, played)
        if arrived:
            self._deliveries.close(delivery, "done")
            self._deliveries.release(delivery.endpoint)
        else:
            self._retry(delivery, played)

    def _keep_back(self, delivery: Delivery, endpoint: Document, rule: Rule) -> None:
        if rule.effect == "drop":
            dropped = Attempt(None, "dropped by a fault rule", "drop")
            self._deliveries.note(delivery, endpoint, dropped)
            self._deliveries.close(delivery, "dropped")
            return
        wait = rule.seconds if rule.effect == "delay" else _REORDER_WAIT
        self._deliveries.postpone(delivery, wait, delivery.tries, rule.effect)

    def _retry(self, delivery: Delivery, played: str) -> None:
        delays, tries = self.world.config.retry_delays, delivery.tries
        if tries < len(delays):
            self._deliveries.postpone(delivery, delays[tries], tries + 1, played)
        else:
            self._deliveries.close(delivery, "failed")

    async def _attempt(
        self,
        delivery: Delivery,
        endpoint: Document,
        event: Document,
        played: str,
    ) -> bool:
        """Send the event once; tell whether it arrived."""
        spoil = self.faults.for_event(event.body["type"], ("bad_signature",))
        body = json.dumps(webhook_payloads.payload(event, endpoint)).encode()
        secrets = ["whsec_of_somebody_else"]
        if spoil is None:
            now = self.world.clock.now()
            secrets = webhook_payloads.live_secrets(endpoint, now)
        signature = webhook_payloads.signature(body, secrets, int(time.time()))
        headers = {**_HEADERS, "Stripe-Signature": signature}
        status, error = await self._post(delivery.url_of(endpoint), body, headers)
        fault = "bad_signature" if spoil else played or None
        attempt = Attempt(status, error, fault)
        self._deliveries.note(delivery, endpoint, attempt)
        return attempt.arrived

    async def _post(
        self,
        url: str,
        body: bytes,
        headers: dict[str, str],
    ) -> tuple[int | None, str | None]:
        """The answer's status, or why there is none."""
        import aiohttp  # late: not needed by a stand-in that nobody listens to, and slow to import

        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=self.world.config.delivery_timeout)
            self._session = aiohttp.ClientSession(timeout=timeout)
        try:
            async with self._session.post(
                url,
                data=body,
                headers=headers,
                allow_redirects=False,
            ) as answer:
                await answer.read()
                return answer.status, None
        except TimeoutError:
            return None, f"no answer within {self.world.config.delivery_timeout:g} s"
        except (aiohttp.ClientError, OSError, ValueError) as failure:
            return None, f"{type(failure).__name__}: {failure}"

"""The stand-in as an ASGI application: its parts, the API in front, and the pages around it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.sandbox import api
from shared.sandbox.clock import Clock
from shared.sandbox.config import SandboxConfig
from shared.sandbox.courier import Courier
from shared.sandbox.engine import Engine
from shared.sandbox.faults import Faults
from shared.sandbox.resources.webhook_endpoints import add_endpoint
from shared.sandbox.store import Store
from shared.sandbox.world import Act, World, home_of, platform_of

if TYPE_CHECKING:
    from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, Scope
    from quart import Quart


def _nothing_to_cut(_client: tuple[str, int]) -> None:
    """Without a server of ours there is no connection to cut."""


@dataclass
class Standin:
    """The parts of one running stand-in, for its views."""

    world: World
    engine: Engine
    faults: Faults
    courier: Courier
    cut: Callable[[tuple[str, int]], None]  # resets a client's connection

    @property
    def own_platform(self) -> str:
        """The marketplace's own platform."""
        return platform_of(self.world.config.secret_key)

    def register_endpoints(self) -> None:
        """The endpoints that the configuration names.

        One that is there already stays as it is, with rolled secrets, unless the configuration
        gives it another secret now.
        """
        act = Act(self.world, self.own_platform, home_of(self.own_platform))
        store = self.world.store
        with store.transaction():
            known = store.select(
                "platform = ? AND object = 'webhook_endpoint'", [act.platform]
            )
            old = {
                tuple(doc.hidden["configured"]): doc
                for doc in known
                if doc.hidden.get("configured")
            }
            for given in self.world.config.endpoints:
                doc = old.pop(
                    (given.url, given.connect, given.secret),
                    None,
                )
                if doc is None:
                    params = {"url": given.url, "connect": given.connect}
                    params["enabled_events"] = given.enabled_events
                    doc = add_endpoint(act, params, given.secret)
                doc.body["enabled_events"] = list(given.enabled_events)
                doc.hidden["configured"] = [given.url, given.connect, given.secret]
                store.save(doc)
            for doc in old.values():
                store.delete(doc)

    async def reset(self) -> None:
        """Forget everything but the configuration."""
        await self.courier.halt()
        with self.world.store.transaction():
            self.world.store.clear()
        self.faults.clear()
        self.engine.log.clear()
        self.engine.in_flight.clear()
        self.world.clock.offset = 0.0
        self.world.reset()
        self.register_endpoints()


class Sandbox:
    """The ASGI application.

    The API answers itself; pages load with the first one that is asked for.
    """

    def __init__(self, standin: Standin) -> None:
        self.standin = standin
        self._pages: Quart | None = None

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """One connection's worth of ASGI."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http" and scope["path"].startswith("/v1/"):
            await api.answer(self.standin, scope, receive, send)
        else:
            await self._site()(scope, receive, send)

    def _site(self) -> Quart:
        from shared.sandbox.site import site_of  # late: see there

        if self._pages is None:
            self._pages = site_of(self.standin)
        return self._pages

    async def _live(self, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        await receive()
        work = asyncio.create_task(self.standin.courier.run())
        await send({"type": "lifespan.startup.complete"})
        await receive()
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        self.standin.world.store.close()
        await send({"type": "lifespan.shutdown.complete"})


def create_sandbox(
    config: SandboxConfig,
    *,
    cut: Callable[[tuple[str, int]], None] = _nothing_to_cut,
) -> Sandbox:
    """The stand-in for this configuration; its database is open until it stops serving."""
    store = Store(config.database)
    world = World(
        config,
        store,
        Clock(float(store.meta("clock", "0"))),
    )
    faults = Faults(store)
    courier = Courier(world, faults)
    standin = Standin(world, Engine(world), faults, courier, cut)
    world.ring = courier.ring
    standin.register_endpoints()
    return Sandbox(standin)

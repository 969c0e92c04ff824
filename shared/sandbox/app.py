"""The stand-in as an ASGI app."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

from quart import Quart

from shared.sandbox import api, browser, control, hosted
from shared.sandbox.clock import Clock
from shared.sandbox.config import SandboxConfig
from shared.sandbox.courier import Courier
from shared.sandbox.engine import Engine
from shared.sandbox.faults import Faults
from shared.sandbox.resources.webhooks import add_endpoint
from shared.sandbox.store import Store
from shared.sandbox.world import Act, World, home_of, platform_of


@dataclass
class Standin:
    """The parts of one running stand-in, for its views."""

    world: World
    engine: Engine
    faults: Faults
    courier: Courier
    connections: dict[tuple[str, int], socket.socket] = field(default_factory=dict)

    @property
    def own_platform(self) -> str:
        """The marketplace's own platform."""
        return platform_of(self.world.config.secret_key)

    def cut(self, client: tuple[str, int] | None) -> None:
        """Close a client's TCP connection without a word; without a server of ours there is none to close."""
        connection = self.connections.pop((client[0], client[1]), None) if client else None
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def register_endpoints(self) -> None:
        """The endpoints that the configuration names; one that is there already keeps its id."""
        act = Act(self.world, self.own_platform, home_of(self.own_platform))
        with self.world.store.transaction():
            known = self.world.store.select("platform = ? AND object = 'webhook_endpoint'", [act.platform])
            for doc in known:
                if doc.hidden.get("configured"):
                    self.world.store.delete(doc)
            for given in self.world.config.endpoints:
                old = next((d for d in known if d.hidden.get("configured") == [given.url, given.connect]), None)
                params = {"url": given.url, "enabled_events": given.enabled_events, "connect": given.connect}
                doc = add_endpoint(act, params, given.secret)
                if old is not None:
                    self.world.store.db.execute("UPDATE docs SET id = ? WHERE seq = ?", (old.id, doc.seq))
                    doc.body["id"] = old.id
                doc.hidden["configured"] = [given.url, given.connect]
                self.world.store.save(doc)

    async def reset(self) -> None:
        """Forget everything but the configuration."""
        await self.courier.halt()
        with self.world.store.transaction():
            self.world.store.clear()
        self.faults.clear()
        self.engine.log.clear()
        self.engine.in_flight.clear()
        self.world.clock.offset = 0.0
        self.register_endpoints()


def create_sandbox(config: SandboxConfig) -> Quart:
    """The stand-in for this configuration; its database opens when it starts serving and closes when it stops."""
    app = Quart("shared.sandbox", static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 4 * 1024 * 1024
    app.config["PROPAGATE_EXCEPTIONS"] = False
    store = Store(config.database)
    world = World(config, store, Clock(float(store.meta("clock", "0"))))
    faults = Faults(store)
    standin = Standin(world, Engine(world), faults, Courier(world, faults))
    world.ring = standin.courier.ring
    app.extensions["standin"] = standin
    standin.register_endpoints()
    for part in (api, browser, control, hosted):
        app.register_blueprint(part.blueprint(standin))

    @app.while_serving
    async def work() -> AsyncGenerator[None, None]:
        worker = asyncio.create_task(standin.courier.run())
        yield
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
        store.close()

    return app

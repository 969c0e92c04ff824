"""A whole marketplace on an in-process stand-in: our services and gateway, the worker, one clock
for both sides, no socket.

Webhooks are not sent by the stand-in but handed in by the test, signed as it would sign them, in
any order and number.
"""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import stripe

import run
from shared.core import clock
from shared.finance.inbox import intake
from shared.finance.inbox.handlers import handlers
from shared.finance.inbox.models import WebhookEvent
from shared.infra.database.lifecycle import close_database, open_database
from shared.infra.gateway.calls import API_VERSION
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.sdk import Sdk
from shared.infra.jobs import Context, schedule
from shared.infra.jobs.models import Job
from shared.infra.jobs.worker import Worker
from shared.sandbox.events import endpoints
from tests.support.app import settings_for
from tests.support.inprocess import BASE, KEY, InProcess
from tests.support.machine_line import Complaints, Line
from tests.support.machine_shops import fund, open_shop, shop_currency

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from shared.sandbox.store import Document
    from shared.sandbox.world import Act
    from tests.support.market import Shop

HOUR = 3600
# What the machine does itself, or what would only cost time here.
LEFT_OUT = (
    "reporting.nightly",
    "vendors.remind",
    "disputes.remind",
    "statements.close",
)


@dataclass(frozen=True)
class Delivery:
    """A webhook on its way."""

    id: int
    event: str
    connect: bool


class Market:
    """Open it with `open`; `close` gives everything back. Everything else is what happens in it."""

    def __init__(self, *, url: str, store: Path, folder: Path) -> None:
        self.url = url
        self.stand = InProcess(seed=1, checked=False, audit=False, database=str(store))
        self.line = Line(self.stand.engine)
        known = endpoints(self.stand.act())
        hooks = {bool(each.hidden["connect"]): each for each in known}
        for connect in (False, True):
            if connect not in hooks:
                hooks[connect] = self._endpoint(connect=connect)
        self._connect = {hooks[True].id}
        self._secrets = {
            connect: str(each.hidden["secrets"][0]["secret"])
            for connect, each in hooks.items()
        }
        settings = settings_for(database_url=url, data_dir=folder, sandbox_base=BASE)
        ours = replace(
            settings.stripe,
            secret_key=KEY,
            webhook_secrets=(self._secrets[False],),
            connect_webhook_secrets=(self._secrets[True],),
        )
        self.gateway = Gateway(ours)
        sdk = Sdk(ours, timeout=10, way=self.line)
        self.gateway.connection.sdk = sdk
        self.context = Context(self.gateway, settings.with_(stripe=ours))
        self.worker = Worker(
            self.context, {**run.job_handlers(), "mail.send": _not_now}
        )
        self.recurring = [
            job for job in run.recurring_jobs() if job.kind not in LEFT_OUT
        ]
        self.complaints = Complaints()
        self._time = clock.use(
            lambda: datetime.fromtimestamp(self.stand.world.clock.now(), UTC)
        )

    def _endpoint(self, *, connect: bool) -> Document:
        types = sorted(handlers()["connect" if connect else "platform"])
        given = {"url": f"{BASE}/hook", "enabled_events": types, "connect": connect}
        return self.stand.act().get(
            "webhook_endpoint", self.stand.v1.webhook_endpoints.create(given).id
        )

    async def open(self) -> None:
        """Connect the database and start both clocks."""
        self._time.__enter__()
        logging.getLogger("markethall").addHandler(self.complaints)
        await open_database(self.url)

    async def fill(self, *countries: str) -> list[Shop]:
        """A vendor in each country, and money of the platform's own in each currency; four days
        ago.
        """
        shops = [await open_shop(self, country) for country in countries]
        for currency in sorted({shop_currency(c) for c in countries}):
            await fund(self, currency)
        self.stand.advance(4 * 24 * HOUR)
        await self.settle()
        return shops

    async def close(self) -> None:
        """Give back database, log and clock."""
        logging.getLogger("markethall").removeHandler(self.complaints)
        self._time.__exit__(None, None, None)
        await close_database()
        self.stand.close()

    def request(
        self,
        method: str,
        path: str,
        body: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, bytes]:
        """As RunningSandbox has it, so that tests.support.money reads balances here too."""
        given = headers or {}
        told = {name.lower(): value for name, value in given.items()}
        told.pop("authorization", None)
        status, answer, _ = self.stand.send(method, path, None, told)
        return status, json.dumps(answer).encode()

    def currency(self, shop: Shop) -> str:
        """What a shop's account is paid out in, as Stripe writes it."""
        return str(self.act().get("account", shop.account_id).body["default_currency"])

    def act(self) -> Act:
        """An act of the platform at the stand-in."""
        return self.stand.act()

    # Webhooks.

    def pending(self) -> list[Delivery]:
        """Those on their way, oldest first."""
        sql = (
            "SELECT id, event, endpoint FROM deliveries WHERE state = 'due' ORDER BY id"
        )
        return [
            Delivery(i, e, endpoint in self._connect)
            for i, e, endpoint in self._db.execute(sql)
        ]

    @property
    def _db(self) -> Any:
        return self.stand.world.store.db

    async def deliver(self, delivery: Delivery, *, times: int = 1) -> None:
        """Hand one in, signed, once or several times, two of them at the same moment."""
        told = self.told(delivery)
        await self.hand_in(told, connect=delivery.connect, times=times)
        self._end(delivery, "done")

    def told(self, delivery: Delivery) -> dict[str, Any]:
        """The event that one brings."""
        act = self.act()
        event = act.store.find(act.platform, delivery.event, object="event")
        assert event is not None
        return event.body

    def event(self, kind: str, subject: str) -> dict[str, Any]:
        """An event's body about a PaymentIntent, of a type that nobody has asked for."""
        about = {"id": subject, "object": "payment_intent"}
        return {
            "id": f"evt_{kind}_{subject}",
            "object": "event",
            "api_version": API_VERSION,
            "created": int(clock.now().timestamp()),
            "data": {"object": about},
            "livemode": False,
            "type": kind,
        }

    async def hand_in(
        self, event: Mapping[str, Any], *, connect: bool = False, times: int = 1
    ) -> None:
        """Hand an event in, signed, once or several times, those at the same moment."""
        body = json.dumps(event)
        header = stripe.WebhookSignature.generate_signature_header(
            body,
            self._secrets[connect],
            timestamp=int(clock.now().timestamp()),
        )
        source = "connect" if connect else "platform"
        await asyncio.gather(
            *(
                intake.receive(
                    self.context, source=source, body=body.encode(), signature=header
                )
                for _ in range(times)
            )
        )

    def drop(self, delivery: Delivery) -> None:
        """Stripe gives up on it."""
        self._end(delivery, "failed")

    def _end(self, delivery: Delivery, state: str) -> None:
        self._db.execute(
            "UPDATE deliveries SET state = ? WHERE id = ?", (state, delivery.id)
        )

    # Time and rest.

    def advance(self, seconds: float) -> None:
        """Both clocks go on; what falls due at Stripe happens on the way."""
        self.stand.advance(seconds)

    async def work(self) -> int:
        """Everything that the worker has to do at this moment, recurring jobs included."""
        await schedule.tick(self.recurring)
        return await self.worker.run_due()

    async def at_once(self, count: int) -> None:
        """So many webhooks at the same moment, while two workers work."""
        await asyncio.gather(
            self.work(),
            *map(self.deliver, self.pending()[:count]),
            self.work(),
        )

    async def settle(self) -> None:
        """Hand in what is on its way and work, until nothing is left to do at this moment."""
        await schedule.tick(self.recurring)
        for _ in range(20):
            for delivery in self.pending():
                await self.deliver(delivery)
            if not await self.worker.run_due() and not self.pending():
                return
        raise AssertionError("it never comes to rest")

    async def rest(self) -> None:
        """A quiet hour or more: sweeps run, late answers come, what was dropped is fetched, what
        failed is tried again.
        """
        self.line.breaks.clear()
        for _ in range(4):
            self.advance(65 * 60)
            await self.settle()
            again = Job.filter(status="waiting", error__not_isnull=True).exclude(
                kind="clawback.settle"
            )
            if (
                not await again.exists()
                and not await WebhookEvent.filter(status="failed").exists()
            ):
                return

    async def live(self, days: int) -> None:
        """Ordinary days: webhooks come, and the worker does what a day brings, paydays included."""
        for _ in range(days):
            self.advance(24 * HOUR)
            await self.settle()

    async def stuck(self) -> list[str]:
        """Jobs that gave up, or have failed again and again."""
        late = clock.now() + timedelta(hours=1)
        return [
            f"{job.kind} {job.args}: {job.error}"
            for job in await Job.filter(error__not_isnull=True).order_by("id")
            if (job.kind != "clawback.settle" and job.status == "failed")
            or (job.status == "waiting" and job.attempts > 3 and job.run_at < late)
        ]


async def _not_now(_context: Any, _args: dict[str, Any]) -> None:
    """No mail leaves the machine."""

"""A whole order through the application in a process of its own: for `bench paid-order`.

Run as a script from the folder of the build that is measured, which may be an older one:
`python walk.py STRIPE_PORT FOLDER ORDERS ADDRESSES`, the last as JSON. Each step is done for
all orders, one after the other, then the next; the answer is one line of JSON, the milliseconds of
processor time of each request by step. The stand-in must be running, and the demo filled.
With `pay` behind it goes as far as paying: the answer has the events of success, which nobody was
told of, and the secret that signs them.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
import sys
import time
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlencode
from urllib.request import Request, urlopen

# Beside this script, whichever build's folder it is run from.
_BESIDE = "" if __name__ == "__main__" else f"{__package__}."
asked: Any = import_module(f"{_BESIDE}asked")
Event: TypeAlias = dict[str, Any]

_CONTACT = {
    "email": "ada@example.test",
    "full_name": "Ada Lovelace",
    "address": "12 rue du Marché",
    "city": "Luxembourg",
    "postal_code": "1728",
    "country": "LU",
}
_SUCCEEDED = "payment_intent.succeeded"
_HANDLED = ("charge.succeeded", "charge.updated")


class SilentStripe:
    """The stand-in's API and control, over HTTP; it keeps its events to itself."""

    def __init__(self, port: str) -> None:
        self._base = f"http://127.0.0.1:{port}"
        dropped = {"match": {"event": "*"}, "effect": "drop"}
        rules = json.dumps({"rules": [dropped]})
        self._ask("PUT", "/_control/faults", rules)

    def confirm(self, intent: str) -> None:
        """Pay with a good card."""
        form = {"payment_method": "pm_card_visa", "return_url": "http://127.0.0.1/back"}
        self._ask("POST", f"/v1/payment_intents/{intent}/confirm", urlencode(form))

    def events(self, intents: Iterable[str]) -> list[Event]:
        """What has happened to these payments, oldest first."""
        self._ask("POST", "/_control/clock/advance", json.dumps({"seconds": 3}))
        wanted = set(intents)
        return [
            event
            for event in self._ask("GET", "/_control/events")
            if _intent_of(event["data"]["object"]) in wanted
        ]

    def _ask(
        self,
        method: str,
        path: str,
        body: str = "",
    ) -> Any:
        is_json = path.startswith("/_control")
        kind = "application/json" if is_json else "application/x-www-form-urlencoded"
        headers = {"Content-Type": kind, "Authorization": "Bearer sk_test_markethall"}
        if is_json:
            del headers["Authorization"]
        asked = Request(
            self._base + path, body.encode() or None, headers, method=method
        )
        with urlopen(asked, timeout=60) as answer:
            return json.loads(answer.read())


def _intent_of(subject: dict[str, Any]) -> str:
    return str(subject.get("payment_intent") or subject.get("id"))


class Shopper:
    """One browser without JavaScript."""

    def __init__(self, app: Any, number: int) -> None:
        self._app = app
        self._address = f"10.0.{number // 250}.{number % 250 + 1}"
        self._cookies: dict[str, str] = {}
        self.intent = ""

    async def get(self, path: str) -> tuple[float, str]:
        """The milliseconds, and the page."""
        took, status, _, body = await self._ask("GET", path)
        if status != 200:
            raise RuntimeError(f"{path}: {status}")
        return took, body

    async def post(
        self, path: str, form: dict[str, str], page: str
    ) -> tuple[float, str]:
        """The milliseconds, and where the form leads; `page` is what it stands on."""
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        given = form if token is None else {"csrf_token": token[1], **form}
        sent = urlencode(given)
        took, status, headers, body = await self._ask("POST", path, sent)
        if status != 303:
            raise RuntimeError(f"{path}: {status} {body[:2000]}")
        return took, headers["location"]

    async def _ask(
        self, method: str, path: str, body: str = ""
    ) -> tuple[float, int, dict[str, str], str]:
        kept = [f"{name}={value}" for name, value in self._cookies.items()]
        sent = {
            "cookie": "; ".join(kept),
            "sec-fetch-site": "same-origin",
            "content-type": "application/x-www-form-urlencoded",
            "content-length": str(len(body.encode())),
        }
        before = time.process_time()
        status, got, answer = await asked.exchanged(
            self._app,
            method,
            path,
            sent,
            body.encode(),
            client=self._address,
        )
        took = (time.process_time() - before) * 1000
        headers: dict[str, str] = {}
        for name, value in got:
            if name == b"set-cookie":
                key, _, rest = value.decode().partition("=")
                self._cookies[key] = rest.partition(";")[0]
            headers[name.decode()] = value.decode("latin1")
        return took, status, headers, answer.decode()


class Walk:
    """All orders, step by step."""

    def __init__(
        self,
        port: str,
        folder: Path,
        orders: int,
        addresses: dict[str, str],
    ) -> None:
        self._gateway, self._settings = asked.gateway_and_settings(port, folder)
        self.app = asked.composed(self._gateway, self._settings)
        self._stand_in = SilentStripe(port)
        numbers = range(orders)
        self._shoppers = [Shopper(self.app, number) for number in numbers]
        self._at = addresses
        self.took: dict[str, Any] = {"events": []}

    def _note(self, step: str, took: float) -> None:
        self.took.setdefault(step, []).append(took)

    async def stock(self) -> None:
        """Enough of everything for everybody."""
        models = asked.one_of(
            "shared.trade.catalogue.models", "shared.catalogue.models"
        )
        await models.Product.all().update(stock=1_000_000)

    async def buy(self) -> None:
        """From the product to the payment page."""
        _, home = await Shopper(self.app, 0).get(self._at["home"])
        found = re.findall(r'class="product-card-link" href="([^"]+)"', home)
        for shopper in self._shoppers:
            _, page = await shopper.get(found[0])
            one = {"quantity": "1"}
            took, _ = await shopper.post(found[0], one, page)
            self._note("basket", took)
        forms = []
        for shopper in self._shoppers:
            took, form = await shopper.get(self._at["checkout"])
            self._note("form", took)
            forms.append(form)
        where = []
        for shopper, form in zip(self._shoppers, forms, strict=True):
            took, payment_page = await shopper.post(
                self._at["checkout"],
                {**_CONTACT, **_given(form)},
                form,
            )
            self._note("placed", took)
            where.append(payment_page)
        for shopper, path in zip(self._shoppers, where, strict=True):
            took, page = await shopper.get(path)
            self._note("payment page", took)
            intent = re.search(r"(pi_\w+?)_secret_", page)
            if intent is None:
                raise RuntimeError("the payment page has no payment")
            shopper.intent = intent[1]

    @property
    def secret(self) -> str:
        """What signs Stripe's events."""
        secret: str = self._settings.stripe.webhook_secrets[0]
        return secret

    def pay(self) -> list[Event]:
        """Confirm each payment: every event that Stripe has of them, kind by kind."""
        for shopper in self._shoppers:
            self._stand_in.confirm(shopper.intent)
        found = self._stand_in.events(shopper.intent for shopper in self._shoppers)
        for event in found:
            del event["deliveries"]
        events = sorted(found, key=_turn)
        told = [event for event in events if event["type"] == _SUCCEEDED]
        self.took["events"] = told
        return events

    async def settle(self) -> None:
        """Every event that Stripe sends of them, and the pages after paying."""
        for event in self.pay():
            kind = event["type"]
            took = await self._deliver(event)
            named = kind in (_SUCCEEDED, *_HANDLED)
            self._note(kind if named else "ignored event", took)
        for shopper in self._shoppers:
            took, _ = await shopper.get(self._at["confirmation"])
            self._note("confirmation", took)

    async def _deliver(self, event: Event) -> float:
        body, now = json.dumps(event), int(time.time())
        signed = f"{now}.{body}".encode()
        keyed = hmac.new(self.secret.encode(), signed, hashlib.sha256)
        sent = {
            "stripe-signature": f"t={now},v1={keyed.hexdigest()}",
            "content-type": "application/json",
            "content-length": str(len(body.encode())),
        }
        before = time.process_time()
        status, _, answer = await asked.exchanged(
            self.app, "POST", self._at["events"], sent, body.encode()
        )
        took = (time.process_time() - before) * 1000
        if status != 200:
            raise RuntimeError(f"{event['type']}: {status} {answer[:500]!r}")
        return took

    async def work(self) -> None:
        """Every job that is due, as one step: the milliseconds an order."""
        handlers = import_module("run").job_handlers()
        given = asked.one_of("shared.infra.jobs", "shared.cli.database")
        context = getattr(given, "Context", None) or given.Tools
        worker = asked.one_of("shared.infra.jobs.worker", "shared.jobs.worker").Worker
        idle = worker(context(self._gateway, self._settings), handlers)
        before = time.process_time()
        await idle.run_due()
        took = (time.process_time() - before) * 1000
        for _ in self._shoppers:
            self._note("jobs", took / len(self._shoppers))

    async def close(self) -> None:
        """End the connections to the stand-in."""
        await self._gateway.close()


def _given(page: str) -> dict[str, str]:
    """What the checkout's form holds by itself; of each choice, the first."""
    _, _, behind = page.partition('id="checkout-form"')
    form, _, _ = behind.partition("</form>")
    given: dict[str, str] = {}
    for box in re.findall(r"<input[^>]*>", form):
        said = dict(re.findall(r'(\w+)="([^"]*)"', box))
        if said.get("type") in {"hidden", "radio"}:
            given.setdefault(said["name"], said["value"])
    return given


def _turn(event: Event) -> int:
    """Kind by kind: each is a step of its own."""
    order = (_SUCCEEDED, *_HANDLED)
    kind = event["type"]
    return order.index(kind) if kind in order else len(order)


async def _main(
    port: str,
    folder: str,
    orders: str,
    addresses: str,
    until: str = "",
) -> None:
    walk = Walk(
        port,
        Path(folder),
        int(orders),
        json.loads(addresses),
    )
    async with walk.app.test_app():
        await walk.stock()
        await walk.buy()
        if until == "pay":
            walk.pay()
            walk.took["secret"] = walk.secret
        else:
            await walk.settle()
            await walk.work()
    await walk.close()
    print(json.dumps(walk.took))


if __name__ == "__main__":
    asyncio.run(_main(*sys.argv[1:]))

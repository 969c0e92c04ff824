"""The payment webhook as the project's first design has it, and a bare insert: what `run.py bench
paid-order` and `run.py bench settled` measure a settled payment against.

Run as a script, `python original.py DATABASE_URL STRIPE_PORT < payments.json`, it answers with one
line of JSON: the milliseconds of processor time of each webhook and of each insert, in turns.
With a file instead of the input, and a port behind it, it serves both on that port, by Hypercorn.

The design: the signature is verified, the intent is read from Stripe, payment and order are read,
both are set to paid, one commit. No event is kept, nothing is locked, no stock moves, no mail goes
out, no money is booked; the same event again does it all again.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import stripe
from hypercorn.asyncio import serve as hypercorn
from quart import Quart, request
from tortoise import Tortoise, fields
from tortoise.models import Model
from tortoise.transactions import in_transaction

from shared.core.settings import load
from shared.entrypoints.cli import addresses
from shared.entrypoints.cli.benchmarks.asked import exchanged
from shared.entrypoints.cli.benchmarks.paid_order import SIGNED_WITH
from shared.entrypoints.cli.serving import server_config

Event: TypeAlias = dict[str, Any]


class OriginalOrder(Model):
    """An order, as far as the webhook looks at it."""

    id = fields.IntField(primary_key=True)
    status = fields.CharField(max_length=50, default="pending")
    payment_status = fields.CharField(max_length=50, default="pending")

    class Meta:
        table = "original_orders"


class OriginalPayment(Model):
    """A payment, as far as the webhook looks at it."""

    id = fields.IntField(primary_key=True)
    order_id: int
    order: Any = fields.ForeignKeyField("original.OriginalOrder")
    stripe_payment_intent_id = fields.CharField(max_length=255, unique=True)
    stripe_charge_id = fields.CharField(max_length=255, null=True)
    status = fields.CharField(max_length=50, default="pending")
    failure_reason = fields.TextField(null=True)
    paid_at = fields.DatetimeField(null=True)

    class Meta:
        table = "original_payments"


class OriginalEvent(Model):
    """What a bare insert inserts."""

    id = fields.IntField(primary_key=True)
    body = fields.TextField()

    class Meta:
        table = "original_events"


def application(client: stripe.StripeClient) -> Quart:
    """Both routes, and one that says that it is there."""
    app = Quart("original")

    @app.post("/webhooks/stripe")
    async def webhook() -> dict[str, str]:
        payload, header = await request.get_data(), request.headers["stripe-signature"]
        event = client.construct_event(payload, header, SIGNED_WITH)
        await confirm(client, event["data"]["object"]["id"])
        return {"status": "success"}

    @app.get(addresses.HOME)
    async def home() -> str:
        return "hello"

    @app.post("/insert")
    async def insert() -> dict[str, str]:
        body = await request.get_data(as_text=True)
        sql = INSERTS[Tortoise.get_connection("default").capabilities.dialect]
        await Tortoise.get_connection("default").execute_insert(sql, [body])
        return {"status": "success"}

    return app


INSERTS = {
    "sqlite": "INSERT INTO original_events (body) VALUES (?)",
    "postgres": "INSERT INTO original_events (body) VALUES ($1)",
}


async def confirm(client: stripe.StripeClient, intent_id: str) -> None:
    """Let payment and order be where the intent is."""
    intent = await client.v1.payment_intents.retrieve_async(intent_id)
    async with in_transaction():
        payment = await OriginalPayment.get(stripe_payment_intent_id=intent_id)
        order = await OriginalOrder.get(id=payment.order_id)
        if intent.status == "succeeded":
            payment.status, payment.paid_at = "succeeded", datetime.now(UTC)
            payment.stripe_charge_id = str(intent.latest_charge)
            order.payment_status, order.status = "paid", "processing"
        await payment.save()
        await order.save()


async def ask(app: Quart, path: str, body: bytes, signature: str = "") -> float:
    """The milliseconds of one request."""
    sent = {
        "content-type": "application/json",
        "content-length": str(len(body)),
        "stripe-signature": signature,
    }
    before = time.process_time()
    status, _, _ = await exchanged(app, "POST", path, sent, body)
    took = (time.process_time() - before) * 1000
    if status != 200:
        raise RuntimeError(f"{path}: {status}")
    return took


def signed(body: bytes) -> str:
    """The header that Stripe sends along."""
    now = int(time.time())
    said = f"{now}.".encode() + body
    return (
        f"t={now},v1={hmac.new(SIGNED_WITH.encode(), said, hashlib.sha256).hexdigest()}"
    )


@asynccontextmanager
async def opened(
    database_url: str,
    stripe_port: str,
    events: list[Event],
) -> AsyncIterator[Quart]:
    """The application, on a database with a payment for each event."""
    base = f"http://127.0.0.1:{stripe_port}"
    http = stripe.AIOHTTPClient()
    client = stripe.StripeClient(
        "sk_test_markethall", base_addresses={"api": base}, http_client=http
    )
    await Tortoise.init(db_url=database_url, modules={"original": [__name__]})
    await Tortoise.generate_schemas()
    for event in events:
        order = await OriginalOrder.create()
        intent = event["data"]["object"]["id"]
        await OriginalPayment.create(order=order, stripe_payment_intent_id=intent)
    yield application(client)
    await http.close_async()
    await Tortoise.close_connections()


async def measure(database_url: str, stripe_port: str) -> None:
    """Settle each of the payments that stand on the input: events of their success."""
    events: list[Event] = json.load(sys.stdin)
    settled, inserted = [], []
    async with opened(database_url, stripe_port, events) as app, app.test_app():
        for event in events:
            body = json.dumps(event).encode()
            settled.append(await ask(app, "/webhooks/stripe", body, signed(body)))
            inserted.append(await ask(app, "/insert", body))
        paid = await OriginalOrder.filter(payment_status="paid").count()
    if paid != len(events):
        raise RuntimeError(f"{paid} of {len(events)} are paid")
    print(json.dumps({"original": settled, "insert": inserted}))


async def serve(
    database_url: str,
    stripe_port: str,
    payments: str,
    port: str,
) -> None:
    """Answer on this port as the marketplace's server would, until told to stop."""
    file = Path(payments)
    settings = load({}, data_dir=file.parent, dotenv=file.parent / "none")
    listener = socket.create_server(("127.0.0.1", int(port)))
    config = server_config(settings, listener)
    listener.detach()  # Hypercorn closes it
    events: list[Event] = json.loads(file.read_text("utf-8"))
    async with opened(database_url, stripe_port, events) as app:
        await hypercorn(app, config)


if __name__ == "__main__":
    given = sys.argv[1:]
    asyncio.run(measure(*given) if len(given) == 2 else serve(*given))

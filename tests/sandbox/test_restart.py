"""Its state lives in one SQLite file: killed without a warning, it goes on where it was."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import time
import urllib.parse
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.receiver import Receiver
from tests.support.ports import free_port

KEY = "sk_test_markethall"
SECRET = "whsec_restart"


class Killable:
    """A stand-in in a process of its own."""

    def __init__(self, receiver: Receiver, database: Path) -> None:
        self.receiver = receiver
        self.port = free_port()
        self.command = [
            sys.executable,
            "-m",
            "shared.sandbox",
            "--port",
            str(self.port),
            "--database",
            str(database),
            "--seed",
            "5",
            "--endpoint",
            f"{receiver.url}={SECRET}",
        ]

    def start(self):
        """Come up, and wait for the first answer."""
        self.process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL)
        for _ in range(2000):
            with contextlib.suppress(OSError):
                self.ask("GET", "/v1/balance")
                return
            time.sleep(0.01)
        raise AssertionError("it does not answer")

    def kill(self):
        """No farewell."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def ask(
        self,
        method: str,
        path: str,
        params: Any = None,
        **headers: str,
    ) -> Any:
        """One request; the body, with status and headers beside it."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            given = {
                "Authorization": f"Bearer {KEY}",
                **{name.replace("_", "-"): text for name, text in headers.items()},
            }
            body = None
            if params is not None:
                body = (
                    json.dumps(params)
                    if path.startswith("/_")
                    else urllib.parse.urlencode(params)
                )
            connection.request(method, path, body, given)
            answer = connection.getresponse()
            self.headers = answer.headers
            return json.loads(answer.read())
        finally:
            connection.close()


@pytest.fixture
def killable(tmp_path):
    """Up, with an endpoint whose receiver refuses at first."""
    with Receiver(500) as receiver:
        stand_in = Killable(receiver, tmp_path / "stripe.sqlite3")
        stand_in.start()
        yield stand_in
        stand_in.kill()


def test_everything_survives_being_killed(killable):
    ask = killable.ask
    account = ask(
        "POST",
        "/v1/accounts",
        {"country": "LU", "capabilities[transfers][requested]": "true"},
    )["id"]
    ask("POST", f"/_control/accounts/{account}", {"complete": True})
    ask("POST", "/_control/clock/advance", {"seconds": 100_000})
    rules = [
        {"match": {"path": "/v1/none"}, "effect": "delay"},
        {"match": {"path": "/v1/refunds"}, "effect": "status", "times": 1},
    ]
    ask("PUT", "/_control/faults", {"rules": rules})
    assert ask("POST", "/v1/refunds", {})["error"]["type"] == "api_error"
    new = {
        "amount": "1000",
        "currency": "usd",
        "transfer_data[destination]": account,
        "payment_method": "pm_card_visa",
        "confirm": "true",
        "return_url": "https://shop.test/",
    }
    paid = ask("POST", "/v1/payment_intents", new, Idempotency_Key="order-1")
    first = killable.headers["Request-Id"]
    [endpoint] = ask("GET", "/_control/state")["webhook_endpoints"]
    rolled = ask(
        "POST",
        f"/_control/webhook_endpoints/{endpoint['id']}/roll",
        {"expires_in": 3600},
    )["secret"]
    while (
        len(killable.receiver.got) < 1
    ):  # refused with 500: to be tried again in five seconds
        time.sleep(0.01)
    before = ask("GET", "/_control/state")

    killable.kill()  # before anything settled
    killable.start()

    after = ask("GET", "/_control/state")
    assert 0 <= after["clock"] - before["clock"] < 10
    assert after["webhook_endpoints"] == [{**endpoint, "secret": rolled}]
    assert [rule["hits"] for rule in after["faults"]] == [0, 1]
    assert ask("POST", "/v1/refunds", {})["error"]["type"] == "invalid_request_error"
    again = ask("POST", "/v1/payment_intents", new, Idempotency_Key="order-1")
    assert again == paid
    assert (
        killable.headers["Idempotent-Replayed"],
        killable.headers["Original-Request"],
    ) == (
        "true",
        first,
    )
    assert killable.headers["Request-Id"] != first

    ask("POST", "/_control/clock/advance", {"seconds": 60})
    settled = ask("GET", f"/v1/payment_intents/{paid['id']}?expand[]=latest_charge")[
        "latest_charge"
    ]
    assert settled["transfer"]
    assert settled["balance_transaction"]
    assert ask("GET", "/_control/audit") == {"problems": []}
    killable.receiver.verified(SECRET)
    types = killable.receiver.types
    del killable.receiver.got[
        :-1
    ]  # only the last is sure to have been signed after the roll
    killable.receiver.verified(rolled)
    # Refused before the end, tried again after it.
    assert types.count("payment_intent.created") == 2
    assert {
        "charge.succeeded",
        "payment_intent.succeeded",
        "transfer.created",
        "charge.updated",
    } <= set(types)
    newcomer = ask("POST", "/v1/customers", {"name": "a"})["id"]
    assert newcomer
    assert newcomer != ask("POST", "/v1/customers", {"name": "b"})["id"]


def test_a_reset_empties_it_for_good(killable):
    killable.ask("POST", "/v1/customers", {"name": "a"})
    killable.ask("POST", "/_control/clock/advance", {"seconds": 100_000})
    killable.ask("POST", "/_control/reset", {})
    killable.kill()
    killable.start()
    state = killable.ask("GET", "/_control/state")
    assert state["counts"] == {"webhook_endpoint": 1}
    assert abs(state["clock"] - time.time()) < 10
    assert state["webhook_endpoints"][0]["secret"] == SECRET

"""A shop that hears of the stand-in's events."""

import pytest

from shared.sandbox.config import EndpointConfig
from tests.sandbox.checked import CheckedClient
from tests.sandbox.conftest import Platform
from tests.sandbox.receiver import Receiver
from tests.support.sandbox import RunningSandbox

SECRET, CONNECT = "whsec_platform", "whsec_connect"


@pytest.fixture
async def shop():
    """A stand-in of its own with both endpoints, and who listens there."""
    http = CheckedClient()
    with Receiver() as receiver, Receiver() as connect:
        endpoints = (
            EndpointConfig(receiver.url, SECRET, connect=False),
            EndpointConfig(connect.url, CONNECT, connect=True),
        )
        with RunningSandbox(endpoints=endpoints) as sandbox:
            yield Shop(
                Platform(sandbox, sandbox.config.secret_key, http), receiver, connect
            )
            await http.close_async()
    http.assert_clean()


class Shop:
    def __init__(self, platform, receiver, connect) -> None:
        self.platform, self.receiver, self.connect = platform, receiver, connect

    def idle(self):
        self.platform.sandbox.idle()

    def attempts(self):
        return [
            (d["status"], d["fault"])
            for e in self.platform.events()
            for d in e["deliveries"]
        ]

"""One stand-in for the whole run; each test has a platform of its own on it, under a key that no
other test uses.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import stripe

from tests.sandbox.checked import CheckedClient
from tests.support.inprocess import InProcess
from tests.support.sandbox import RunningSandbox
from tests.support.standin_accounts import EXPRESS

# Seconds: by themselves things follow a capture only where a test lets them, however slow it is.
SETTLE_DELAY = 60


@dataclass
class Platform:
    """One platform: the real SDK in front, the control API behind."""

    sandbox: RunningSandbox
    key: str
    http: CheckedClient
    client: stripe.StripeClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.as_key(self.key)

    @property
    def v1(self) -> Any:
        """The SDK's services."""
        return self.client.v1

    @property
    def publishable(self) -> str:
        """The key that belongs to the secret one."""
        return self.key.replace("sk_test_", "pk_test_")

    def as_key(self, key: str) -> stripe.StripeClient:
        """A client with another key."""
        bases: Any = {"api": self.sandbox.base_url, "files": self.sandbox.base_url}
        return stripe.StripeClient(
            key, base_addresses=bases, http_client=self.http, max_network_retries=0
        )

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """The control API on this platform."""
        return self.sandbox.control(method, path, body, key=self.key)

    def events(self, *types: str) -> list[dict[str, Any]]:
        """This platform's events, oldest first."""
        return [
            e for e in self.control("GET", "events") if not types or e["type"] in types
        ]

    def kinds(self, after: int = 0) -> list[str]:
        """The types of this platform's events, but for those that money sends by itself when it
        becomes available.
        """
        return [e["type"] for e in self.events() if e["type"] != "balance.available"][
            after:
        ]

    async def vendor(self, **given: Any) -> str:
        """A connected account that can be paid."""
        account = await self.v1.accounts.create_async(
            {"country": "LU", **EXPRESS, **given}
        )
        self.control("POST", f"accounts/{account.id}", {"complete": True})
        return str(account.id)

    async def intent(
        self,
        amount: int = 1000,
        currency: str = "usd",
        **given: Any,
    ) -> Any:
        """An intent."""
        return await self.v1.payment_intents.create_async(
            {"amount": amount, "currency": currency, **given}
        )

    async def pay(self, method: str = "pm_card_visa", **given: Any) -> Any:
        """An intent that is confirmed at once."""
        automatic = {"enabled": True, "allow_redirects": "never"}
        return await self.intent(
            payment_method=method,
            confirm=True,
            automatic_payment_methods=automatic,
            **given,
        )

    def settle(self) -> None:
        """Let what follows a capture happen."""
        self.sandbox.settle()


@pytest.fixture(scope="session")
def sandbox() -> Iterator[RunningSandbox]:
    """The one stand-in."""
    with RunningSandbox(settle_delay=SETTLE_DELAY) as running:
        yield running


@pytest.fixture
def process() -> Iterator[InProcess]:
    """A stand-in of the test's own, in this process and without sockets; requests and answers are
    checked as well.
    """
    own = InProcess()
    yield own
    assert own.problems() == []
    own.close()


@pytest.fixture
async def platform(sandbox: RunningSandbox) -> AsyncIterator[Platform]:
    """A platform of its own; at the end every answer that it got must have been one of Stripe's."""
    http = CheckedClient()
    yield Platform(sandbox, f"sk_test_{secrets.token_hex(8)}", http)
    await http.close_async()
    http.assert_clean()

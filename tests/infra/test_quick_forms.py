"""What our own transport sends is to the last byte what the SDK would: so a second try, which is
the SDK's, is the same request to Stripe.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.infra.gateway.forms import Unwritable, form_of
from shared.infra.gateway.sdk import Sdk
from shared.infra.gateway.transport import Answer, Tries
from tests.support.app import settings_for

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.one_engine
SOME = "/v1/payment_intents"


class Recording(Tries):
    """A way to nowhere, which remembers what was sent and answers with an object."""

    name = "recording"

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[str, str, dict[str, str], Any]] = []

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        post_data: Any = None,
    ) -> Answer:
        """Remember it."""
        self.sent.append((method, url, dict(headers), post_data))
        return b'{"id": "one"}', 200, {}


def sdk_over(way: Recording) -> Sdk:
    """Ours, whose client is the SDK's own."""
    settings = settings_for(database_url="sqlite://", data_dir=Path())
    return Sdk(settings.stripe, timeout=1, way=way)


PAYMENT: dict[str, Any] = {
    "amount": 4990,
    "currency": "eur",
    "automatic_payment_methods": {"enabled": True},
    "description": "Bestellung Nr. 7 & mehr: ä+ü = ½ [netto] 50%",
    "metadata": {
        "order": "7",
        "note": "",
        "[odd] key": "a b",
        "platform": "markethall",
    },
    "transfer_data": {"destination": "acct_1"},
    "expand": ["latest_charge", "latest_charge.balance_transaction"],
    "on_behalf_of": None,
    "items": [{"price": "p_1", "quantity": 2, "adjustable": False}, {"price": "p_2"}],
    "nothing": {},
    "nobody": [],
}
READ: dict[str, Any] = {
    "expand": ["data.source"],
    "created": {"gte": 1_790_000_000},
    "limit": 100,
    "email": "a+b@shop.test",
}


@pytest.mark.parametrize(
    ("method", "params", "options"),
    [
        ("post", PAYMENT, {"idempotency_key": "order:1:pay:1"}),
        ("post", PAYMENT, {"idempotency_key": "k", "stripe_account": "acct_1"}),
        ("post", {}, {"idempotency_key": "k"}),
        ("get", READ, {}),
        ("get", READ, {"stripe_account": "acct_1"}),
        ("get", {}, {}),
    ],
)
async def test_the_same_request_leaves_without_the_sdk(
    method: str,
    params: dict[str, Any],
    options: dict[str, Any],
) -> None:
    """Address, body, and each header but those that tell which program asks."""
    way = Recording()
    sdk = sdk_over(way)
    services = sdk.v1.payment_intents
    ask: Any = services.list_async if method == "get" else services.create_async
    await ask(params, options)
    await sdk.client.raw_request_async(method, SOME, **params, **options)
    (*ours, headers, body), (*theirs, told, their_body) = way.sent
    assert ours == theirs
    assert body == their_body
    assert headers.pop("User-Agent") == "Markethall"
    assert told.pop("User-Agent").startswith("Stripe/v1")
    told.pop("X-Stripe-Client-User-Agent")
    assert headers == told


ITEMS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(value=ITEMS)
def test_a_form_is_the_sdks_or_none(value: Any) -> None:
    """Whatever is nested in what; what the SDK writes in a way of its own is left to it."""
    try:
        form = form_of({"metadata": value})
    except Unwritable:
        return
    way = Recording()
    client = sdk_over(way).client
    asyncio.run(client.raw_request_async("post", SOME, metadata=value))
    assert way.sent[0][3] == form


@pytest.mark.parametrize(
    "value",
    [1.5, Decimal("1.5"), datetime(2026, 11, 1, tzinfo=UTC), [True], [None], [[1]]],
)
async def test_what_we_cannot_write_the_sdk_does(value: object) -> None:
    """Once, with its own headers."""
    way = Recording()
    create: Any = sdk_over(way).v1.payment_intents.create_async
    await create({"amount": value}, {"idempotency_key": "k"})
    (sent,) = way.sent
    assert sent[2]["User-Agent"].startswith("Stripe/v1")


async def test_a_write_without_a_key_is_the_sdks() -> None:
    """It makes a key up and keeps it for all of its tries; we would have sent none."""
    way = Recording()
    payments = sdk_over(way).v1.payment_intents
    await payments.create_async({"amount": 1, "currency": "eur"}, {})
    (sent,) = way.sent
    assert sent[2]["Idempotency-Key"]

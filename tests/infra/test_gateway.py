"""The gateway asks Stripe: with which words and keys, and what an answer or none means."""

from __future__ import annotations

import asyncio
import gzip
import inspect
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest
import stripe

from shared.infra.gateway.balance_settings import PayoutSettings
from shared.infra.gateway.errors import StripeMissing, StripeRefused, StripeUnavailable
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.transport import Transport
from tests.support.gateway import methods_of
from tests.support.gateway_calls import DETAILS, intent_to, ready_account
from tests.support.market import confirm
from tests.support.papers import paper

if TYPE_CHECKING:
    from shared.core.settings import Settings
    from tests.support.sandbox import RunningSandbox


@pytest.fixture
async def impatient(settings: Settings) -> AsyncIterator[Gateway]:
    """A gateway that waits half a second."""
    gateway = Gateway(settings.stripe, patience=0.5)
    yield gateway
    await gateway.close()


async def test_the_charge_type_is_decided_and_asked_for(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """A destination charge without on_behalf_of (docs/decisions/0004): the platform is the merchant
    of record.
    """
    account = await ready_account(gateway, sandbox)
    await gateway.payment_intents.create(intent_to(account), key="order:1:pay:1")
    (asked,) = [
        r
        for r in sandbox.requests()
        if r["method"] == "POST" and r["path"] == "/v1/payment_intents"
    ][-1:]
    assert asked["params"]["transfer_data"] == {"destination": account}
    assert asked["params"]["application_fee_amount"] == "125"
    assert "on_behalf_of" not in asked["params"]
    assert asked["idempotency_key"] == "order:1:pay:1"


async def test_no_fee_is_left_out_instead_of_sent_as_zero(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Stripe refuses an explicit 0 (stripe-facts 6.6)."""
    account = await ready_account(gateway, sandbox)
    intent = await gateway.payment_intents.create(
        intent_to(account, fee=0), key="order:1:pay:1"
    )
    assert intent.application_fee == 0


async def test_the_same_key_gives_the_same_account(gateway: Gateway) -> None:
    """However often it is asked."""
    first = await gateway.accounts.create(
        DETAILS, vendor_id=1, key="vendor:1:account:1"
    )
    again = await gateway.accounts.create(
        DETAILS, vendor_id=1, key="vendor:1:account:1"
    )
    assert first.id == again.id


async def test_a_schedule_is_read_as_it_was_written(gateway: Gateway) -> None:
    """BalanceSettings, on the connected account."""
    account = await gateway.accounts.create(
        DETAILS, vendor_id=1, key="vendor:1:account:1"
    )
    wanted = PayoutSettings("monthly", monthly_days=(1,))
    assert (
        await gateway.balance_settings.update(account.id, wanted, key="k:1") == wanted
    )
    assert await gateway.balance_settings.get(account.id) == wanted


async def test_cancelling_what_can_no_longer_be_cancelled_is_refused(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """A succeeded intent stays so."""
    account = await ready_account(gateway, sandbox)
    intent = await gateway.payment_intents.create(
        intent_to(account), key="order:1:pay:1"
    )
    await confirm(sandbox, intent.id)
    with pytest.raises(StripeRefused):
        await gateway.payment_intents.cancel(intent.id, key="order:1:pay:1:cancel")
    assert (await gateway.payment_intents.get(intent.id)).status == "succeeded"


async def test_missing_and_refused_are_told_apart_and_keep_stripes_words_to_themselves(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """What a person reads is ours; the request id and Stripe's text are for the log."""
    account = await ready_account(gateway, sandbox)
    with pytest.raises(StripeMissing) as missing:
        await gateway.payment_intents.get("pi_nothing")
    with pytest.raises(StripeRefused) as refused:
        await gateway.payment_intents.create(
            intent_to(account, amount=1), key="order:1:pay:1"
        )
    assert refused.value.stripe_code == "amount_too_small"
    for error in (missing.value, refused.value):
        assert "req_" in (error.log or "")
        assert "pi_nothing" not in error.message
        assert "Amount" not in error.message


@pytest.mark.parametrize("status", [429, 500, 503, 409])
async def test_an_unknown_outcome_is_unavailable(
    impatient: Gateway, sandbox: RunningSandbox, status: int
) -> None:
    """5xx, limits and the conflict of a running key say nothing about what became of the
    request.
    """
    sandbox.faults({"match": {"path": "/v1/"}, "effect": "status", "status": status})
    with pytest.raises(StripeUnavailable):
        await impatient.accounts.get("acct_x")


async def test_patience_has_an_end(impatient: Gateway, sandbox: RunningSandbox) -> None:
    """A Stripe that does not answer is unavailable after our patience, not after three times the
    timeout.
    """
    sandbox.faults(
        {
            "match": {"path": "/v1/"},
            "effect": "delay",
            "seconds": 3,
            "times": 1,
        }
    )
    started = time.monotonic()
    with pytest.raises(StripeUnavailable):
        await impatient.accounts.get("acct_x")
    assert time.monotonic() - started < 2


async def test_a_try_that_takes_too_long_is_made_again(
    gateway: Gateway, settings: Settings, sandbox: RunningSandbox
) -> None:
    """Long before our patience ends."""
    made = await gateway.accounts.create(DETAILS, vendor_id=1, key="one")
    hasty = Gateway(settings.stripe, timeout=0.3)
    sandbox.breaks("/v1/accounts", "delay", method="GET", seconds=3, times=1)
    started = time.monotonic()
    try:
        assert (await hasty.accounts.get(made.id)).id == made.id
    finally:
        await hasty.close()
    assert time.monotonic() - started < 2


async def test_every_call_is_awaited(gateway: Gateway) -> None:
    """No method of the gateway can block the loop."""
    methods = methods_of(gateway)
    assert methods
    for name, method in methods.items():
        if name.endswith(".pages"):
            assert isinstance(method(), AsyncIterator)
        else:
            assert inspect.iscoroutinefunction(method), name


async def test_slow_answers_do_not_queue(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Ten calls that take 0.4 s each are done in less than half of the sum."""
    account = await gateway.accounts.create(
        DETAILS, vendor_id=1, key="vendor:1:account:1"
    )
    sandbox.faults(
        {"match": {"path": "/v1/accounts"}, "effect": "delay", "seconds": 0.4}
    )
    started = time.monotonic()
    await asyncio.gather(*(gateway.accounts.get(account.id) for _ in range(10)))
    assert time.monotonic() - started < 2


async def test_there_is_no_global_key(gateway: Gateway, settings: Settings) -> None:
    """Two gateways with keys of their own see platforms of their own; the SDK's globals stay
    untouched.
    """
    from dataclasses import replace

    account = await gateway.accounts.create(
        DETAILS, vendor_id=1, key="vendor:1:account:1"
    )
    other = Gateway(replace(settings.stripe, secret_key="sk_test_other"))
    try:
        with pytest.raises(StripeMissing):
            await other.accounts.get(account.id)
    finally:
        await other.close()
    assert stripe.api_key is None


async def test_a_document_is_uploaded_once_under_its_key(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """To the same place as every other call, with its purpose; a large one too."""
    content = paper(size=4_000_000)
    first = await gateway.files.create(
        content, name="Lieferschein ü.pdf", key="dispute:du_1:file:receipt:1"
    )
    again = await gateway.files.create(
        content, name="Lieferschein ü.pdf", key="dispute:du_1:file:receipt:1"
    )
    assert first == again
    assert (first.kind, first.size) == ("pdf", 4_000_000)
    asked = [r for r in sandbox.requests() if r["path"] == "/v1/files"]
    assert {r["params"]["purpose"] for r in asked} == {"dispute_evidence"}
    assert {r["idempotency_key"] for r in asked} == {"dispute:du_1:file:receipt:1"}


async def test_a_document_that_stripe_does_not_take_is_refused(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """With Stripe's own words for the log."""
    with pytest.raises(StripeRefused) as caught:
        await gateway.files.create(paper(pages=60), name="a.pdf", key="k")
    assert "fewer than 50 pages" in (caught.value.log or "")


@pytest.mark.one_engine
async def test_a_redirect_is_not_followed() -> None:
    """Stripe answers with none; the key goes to no address that an answer names."""
    asked = []

    async def lead_elsewhere(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        asked.append((await reader.readline()).split()[1])
        writer.write(
            b"HTTP/1.1 307 There\r\nLocation: /there\r\n"
            b"Content-Length: 0\r\nConnection: close\r\n\r\n"
        )
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(lead_elsewhere, "127.0.0.1", 0) as server:
        transport, port = Transport(), server.sockets[0].getsockname()[1]
        _, status, _ = await transport.request_async(
            "GET", f"http://127.0.0.1:{port}/v1/balance", {}
        )
        await transport.close_async()
    assert (status, asked) == (307, [b"/v1/balance"])


@pytest.mark.one_engine
async def test_no_cookie_is_kept_and_a_packed_answer_is_read() -> None:
    """Two requests over one connection, the second as bare as the first."""
    asked: list[bytes] = []
    packed = gzip.compress(b'{"object": "balance"}')
    head = (
        b"HTTP/1.1 200 OK\r\nSet-Cookie: who=1; Path=/\r\n"
        b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    )

    async def remember(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        for _ in range(2):
            asked.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(head + packed)
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(remember, "127.0.0.1", 0) as server:
        transport, port = Transport(), server.sockets[0].getsockname()[1]
        url = f"http://localhost:{port}/v1/balance"
        answers = [await transport.request_async("get", url, {}) for _ in range(2)]
        await transport.close_async()
    assert [answer[0] for answer in answers] == [b'{"object": "balance"}'] * 2
    assert asked[0] == asked[1]


async def test_an_upload_outlives_a_cut_connection(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """The body is sent again from its beginning."""
    sandbox.faults(
        {
            "match": {"method": "POST", "path": "/v1/files"},
            "effect": "reset_after",
            "times": 1,
        }
    )
    stored = await gateway.files.create(
        paper("png", size=1_000_000),
        name="a.png",
        key="k2",
    )
    assert stored.size == 1_000_000

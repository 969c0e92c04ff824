"""The gateway on the real SDK against the stand-in: what it asks, what it refuses, what it makes of
errors.
"""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import stripe

from shared.core import clock
from shared.infra.gateway import calls
from shared.infra.gateway.accounts import AccountDetails
from shared.infra.gateway.balance_settings import PayoutSettings
from shared.infra.gateway.errors import StripeMissing, StripeRefused, StripeUnavailable
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.payment_intents import NewPaymentIntent
from shared.infra.gateway.transport import Transport
from tests.support.gateway import methods_of
from tests.support.market import confirm, stripe_post
from tests.support.papers import paper

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from shared.core.settings import Settings
    from tests.support.sandbox import RunningSandbox

DETAILS = AccountDetails(
    country="LU", business_type="company", business_name="A shop", email="a@shop.test"
)
SHOPPER = "ada@shopper.test"


async def ready_account(gateway: Gateway, sandbox: RunningSandbox) -> str:
    """An account that takes destination charges."""
    account = await gateway.accounts.create(
        DETAILS, vendor_id=1, key="vendor:1:account:1"
    )
    sandbox.complete(account.id)
    return account.id


def intent_to(account: str, **changes: Any) -> NewPaymentIntent:
    """A plain destination charge."""
    values: dict[str, Any] = {
        "amount": 4990,
        "currency": "EUR",
        "destination": account,
        "fee": 125,
        "description": "Order MH-1",
        "metadata": {"order_id": "1"},
        "transfer_group": "order_1",
    }
    return NewPaymentIntent(**{**values, **changes})


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


async def test_a_list_at_stripe_is_read_to_its_end(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Stripe gives a hundred at once at most: what lies beyond is there too, each once, the oldest
    first.
    """
    account = await ready_account(gateway, sandbox)
    made = [
        (
            await gateway.payment_intents.create(
                intent_to(account), key=f"order:{n}:pay:1"
            )
        ).id
        for n in range(101)
    ]
    assert [intent.id for intent in await gateway.payment_intents.list()] == made


async def test_long_lists_come_page_by_page(
    gateway: Gateway, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest first, and together the same as the whole list."""
    account = await ready_account(gateway, sandbox)
    await _three_of_everything(gateway, sandbox, account)
    monkeypatch.setattr(calls, "PAGE", 2)
    for resource, of in (
        (gateway.payment_intents, ()),
        (gateway.balance_transactions, ()),
        (gateway.balance_transactions, (account,)),
        (gateway.refunds, ()),
        (gateway.disputes, ()),
        (gateway.payouts, (account,)),
    ):
        pages = [page async for page in resource.pages(*of)]
        assert {len(page) for page in pages[:-1]} <= {2}
        found = [one for page in pages for one in page]
        assert found[::-1] == await resource.list(*of)


async def test_a_page_in_the_middle_of_a_long_list_is_asked_for_again(
    gateway: Gateway, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As often as there are pauses; not the first one, and none of a list that a page waits for."""
    account = await ready_account(gateway, sandbox)
    await _three_of_everything(gateway, sandbox, account)
    monkeypatch.setattr(calls, "PAGE", 1)
    monkeypatch.setattr(calls, "PAUSES", (0, 0))
    intents = gateway.payment_intents
    whole = await intents.list()

    def away(nth: int, times: int) -> None:
        gone = {"effect": "status", "status": 500, "should_retry": False}
        where = {"path": "/v1/payment_intents", "nth": nth}
        sandbox.faults(*[{"match": where, **gone} for _ in range(times)])

    away(2, 2)
    read = [one async for page in intents.pages() for one in page]
    assert read[::-1] == whole
    for nth, times in ((2, 3), (1, 1)):
        away(nth, times)
        with pytest.raises(StripeUnavailable):
            assert [page async for page in intents.pages()]
    away(2, 1)
    with pytest.raises(StripeUnavailable):
        await intents.list()


async def test_every_list_is_read_page_by_page(
    gateway: Gateway, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever list it is: in pages of two there is the same as in one of a hundred, in the same
    order.
    """
    account = await ready_account(gateway, sandbox)
    await _three_of_everything(gateway, sandbox, account)
    customer = await _three_cards_of_the_last_of_three_customers(sandbox)
    (intent,) = [
        one
        for one in await gateway.payment_intents.list()
        if one.application_fee == 900
    ]
    charge = await gateway.charges.get(str(intent.latest_charge))
    lists: dict[str, Callable[[], Awaitable[Sequence[Any]]]] = {
        "payment_intents.list": gateway.payment_intents.list,
        "balance_transactions.list": gateway.balance_transactions.list,
        "refunds.list": gateway.refunds.list,
        "transfers.list": gateway.transfers.list,
        "transfers.list_reversals": lambda: gateway.transfers.list_reversals(
            str(charge.transfer)
        ),
        "application_fees.list_refunds": lambda: gateway.application_fees.list_refunds(
            str(charge.application_fee)
        ),
        "disputes.list": gateway.disputes.list,
        "payouts.list": lambda: gateway.payouts.list(account),
        "accounts.list": gateway.accounts.list,
        "accounts.list_external_accounts": lambda: (
            gateway.accounts.list_external_accounts(account)
        ),
        "events.list": lambda: gateway.events.list(
            since=clock.now() - timedelta(days=2)
        ),
        "customers.list": lambda: gateway.customers.list(SHOPPER),
        "payment_methods.list": lambda: gateway.payment_methods.list(customer),
        "setup_intents.list": lambda: gateway.setup_intents.list(customer),
    }
    assert set(lists) == {name for name in methods_of(gateway) if ".list" in name}
    at_once = {name: [one.id for one in await ask()] for name, ask in lists.items()}
    monkeypatch.setattr(calls, "PAGE", 2)
    assert {
        name: [one.id for one in await ask()] for name, ask in lists.items()
    } == at_once
    short = {name for name, ids in at_once.items() if len(ids) < 3}
    assert short == {
        "accounts.list",
        "accounts.list_external_accounts",
    }  # one seller, who has one


async def _three_cards_of_the_last_of_three_customers(sandbox: RunningSandbox) -> str:
    """The id of a customer at Stripe, with three setups; all three have one address, as after a
    lost answer.
    """
    made = [
        await stripe_post(sandbox, "/v1/customers", email=SHOPPER) for _ in range(3)
    ]
    customer = str(made[-1]["id"])
    for card in ("pm_card_visa", "pm_card_mastercard", "pm_card_amex"):
        await stripe_post(
            sandbox, f"/v1/payment_methods/{card}/attach", customer=customer
        )
        await stripe_post(sandbox, "/v1/setup_intents", customer=customer)
    return customer


async def _three_of_everything(
    gateway: Gateway, sandbox: RunningSandbox, account: str
) -> None:
    """One sale that is given back in parts, its money sent back and paid out in parts, and three
    that are disputed.
    """
    paid = await gateway.payment_intents.create(
        intent_to(account, fee=900), key="order:0:pay:1"
    )
    await confirm(sandbox, paid.id, "pm_card_bypassPending")
    sandbox.advance(1)
    charge = await gateway.charges.get(
        str((await gateway.payment_intents.get(paid.id)).latest_charge)
    )
    for n in range(3):
        await stripe_post(
            sandbox,
            f"/v1/application_fees/{charge.application_fee}/refunds",
            amount="100",
        )
        await stripe_post(
            sandbox, f"/v1/transfers/{charge.transfer}/reversals", amount="100"
        )
        await stripe_post(sandbox, "/v1/refunds", payment_intent=paid.id, amount="100")
        await gateway.payouts.create(
            account,
            amount=100,
            currency="EUR",
            instant=False,
            metadata={},
            key=f"payout:{n}",
        )
    for n in range(3):
        disputed = await gateway.payment_intents.create(
            intent_to(account), key=f"order:1{n}:pay:1"
        )
        await confirm(sandbox, disputed.id, "pm_card_createDispute")
    sandbox.advance(60)


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

"""A call leaves the SDK out as long as Stripe answers with an object; whatever else comes is as if
the SDK had asked.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
import stripe

from shared.infra.gateway.errors import StripeMissing, StripeRefused, StripeUnavailable
from shared.infra.gateway.quick_calls import object_in
from shared.infra.gateway.transport import Tried
from tests.support.gateway_calls import DETAILS, intent_to, ready_account

if TYPE_CHECKING:
    from collections.abc import Mapping

    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

ONE = "/v1/accounts/"


async def _account(gateway: Gateway) -> str:
    account = await gateway.accounts.create(DETAILS, vendor_id=1, key="k")
    return account.id


def _reads(sandbox: RunningSandbox, path: str) -> list[dict[str, Any]]:
    """Each time that something was read, also in vain."""
    return [
        one
        for one in sandbox.requests()
        if one["method"] == "GET" and one["path"] == path
    ]


def _rule(effect: str, **more: Any) -> dict[str, Any]:
    match = {"method": "GET", "path": ONE}
    return {"match": match, "effect": effect, **more}


async def test_an_object_is_asked_for_once_and_as_the_account_that_it_is_of(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """The same answer as the SDK's own client has."""
    account = await _account(gateway)
    found = await gateway.accounts.get(account)
    assert found.id == account
    assert len(_reads(sandbox, ONE + account)) == 1
    await gateway.balance.get(account)
    (asked,) = _reads(sandbox, "/v1/balance")
    assert asked["stripe_account"] == account
    client = gateway.connection.sdk.client
    told = await client.raw_request_async("get", f"/v1/accounts/{account}")
    v1 = gateway.connection.sdk.v1
    answer: Any = await v1.accounts.retrieve_async(account)
    assert answer == told.data


async def test_what_is_missing_is_asked_for_once(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """The answer that came is the one that the SDK reads."""
    with pytest.raises(StripeMissing) as missing:
        await gateway.accounts.get("acct_nobody")
    assert "req_" in (missing.value.log or "")
    assert len(_reads(sandbox, ONE + "acct_nobody")) == 1


@pytest.mark.parametrize(("status", "tries"), [(500, 3), (503, 3), (409, 3), (429, 1)])
async def test_a_failure_is_tried_again_as_often_as_the_sdk_would(
    gateway: Gateway, sandbox: RunningSandbox, status: int, tries: int
) -> None:
    """Not once more, and after its pauses."""
    account = await _account(gateway)
    sandbox.faults(_rule("status", status=status))
    with pytest.raises(StripeUnavailable):
        await gateway.accounts.get(account)
    assert len(_reads(sandbox, ONE + account)) == tries


async def test_a_failure_that_is_over_is_waited_for(
    gateway: Gateway,
    sandbox: RunningSandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As long as the SDK waits (stripe-facts 1.9), which is little in tests else."""
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.3)
    account = await _account(gateway)
    sandbox.faults(_rule("status", status=500, times=1))
    started = time.monotonic()
    assert (await gateway.accounts.get(account)).id == account
    assert time.monotonic() - started >= 0.3


INTENTS = "/v1/payment_intents"


def _writes(sandbox: RunningSandbox) -> list[dict[str, Any]]:
    """Each time that a payment was asked for, also in vain."""
    asked = sandbox.requests()
    return [one for one in asked if (one["method"], one["path"]) == ("POST", INTENTS)]


async def test_what_is_written_is_asked_for_once(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """Under the key that the caller stored."""
    account = await ready_account(gateway, sandbox)
    made = await gateway.payment_intents.create(intent_to(account), key="one")
    assert made.status == "requires_payment_method"
    assert [one["idempotency_key"] for one in _writes(sandbox)] == ["one"]


async def test_a_write_that_is_refused_is_asked_for_once(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """The answer that came is the one that the SDK reads."""
    account = await ready_account(gateway, sandbox)
    too_little = intent_to(account, amount=1)
    with pytest.raises(StripeRefused) as refused:
        await gateway.payment_intents.create(too_little, key="one")
    assert refused.value.stripe_code == "amount_too_small"
    assert len(_writes(sandbox)) == 1


@pytest.mark.parametrize(("status", "tries"), [(500, 3), (503, 3), (409, 3), (429, 1)])
async def test_a_failed_write_is_the_same_request_each_time(
    gateway: Gateway, sandbox: RunningSandbox, status: int, tries: int
) -> None:
    """As often as the SDK would try, never more."""
    account = await ready_account(gateway, sandbox)
    match = {"method": "POST", "path": INTENTS}
    sandbox.faults({"match": match, "effect": "status", "status": status})
    with pytest.raises(StripeUnavailable):
        await gateway.payment_intents.create(intent_to(account), key="one")
    asked = _writes(sandbox)
    assert [one["idempotency_key"] for one in asked] == ["one"] * tries
    assert all(one["params"] == asked[0]["params"] for one in asked)


async def test_a_write_whose_answer_was_lost_is_done_once(
    gateway: Gateway, sandbox: RunningSandbox
) -> None:
    """The second try has the first one's key and words, and its answer."""
    account = await ready_account(gateway, sandbox)
    match = {"method": "POST", "path": INTENTS}
    sandbox.faults({"match": match, "effect": "reset_after", "times": 1})
    made = await gateway.payment_intents.create(intent_to(account), key="one")
    assert [one.id for one in await gateway.payment_intents.list()] == [made.id]
    asked = _writes(sandbox)
    assert [one["idempotency_key"] for one in asked] == ["one", "one"]


NO_HEADERS: Mapping[str, str] = {}


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{}", 201), (b"<html>", 200), (b"[]", 200), (b"\xff", 200), (b"", 200)],
)
def test_only_a_plain_object_is_an_answer(body: bytes, status: int) -> None:
    """Anything else is for the SDK to judge."""
    assert object_in(Tried((body, status, NO_HEADERS))) is None


def test_a_plain_object_is_read_as_stripe_sent_it() -> None:
    """Whatever letters, and however large a number."""
    text = '{"name": "Ünï", "amount": 123456789012345678901234567890, "at": null}'
    read = object_in(Tried((text.encode(), 200, NO_HEADERS)))
    assert read == {
        "name": "Ünï",
        "amount": 123456789012345678901234567890,
        "at": None,
    }

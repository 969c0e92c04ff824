"""Stripe's lists are read to their end, page by page."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from shared.core import clock
from shared.infra.gateway import calls
from shared.infra.gateway.errors import StripeUnavailable
from shared.infra.gateway.gateway import Gateway
from tests.support.gateway import methods_of
from tests.support.gateway_calls import intent_to, ready_account
from tests.support.market import confirm, stripe_post

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from tests.support.sandbox import RunningSandbox

SHOPPER = "ada@shopper.test"


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

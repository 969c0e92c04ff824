"""The stand-in's own sum of what the platform stands in for: its store alone decides."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from shared.core.settings import SANDBOX_SECRET_KEY

if TYPE_CHECKING:
    from typing import Any

    from tests.support.sandbox import RunningSandbox

import json

import pytest


def post(
    sandbox: RunningSandbox,
    path: str,
    account: str | None = None,
    **form: str,
) -> Any:
    """A write with the platform's key, perhaps on one of its accounts."""
    headers = {
        "Authorization": f"Bearer {SANDBOX_SECRET_KEY}",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    if account:
        headers["Stripe-Account"] = account
    status, body = sandbox.request("POST", path, urlencode(form), headers)
    assert status == 200, body
    return json.loads(body)


@pytest.fixture
def account(sandbox: RunningSandbox) -> str:
    """A connected account that can take payments."""
    made = post(
        sandbox,
        "/v1/accounts",
        country="LU",
        email="a@b.test",
        **{
            "controller[fees][payer]": "application",
            "controller[losses][payments]": "application",
            "controller[stripe_dashboard][type]": "express",
            "capabilities[card_payments][requested]": "true",
            "capabilities[transfers][requested]": "true",
        },
    )
    sandbox.complete(made["id"])
    return str(made["id"])


def pay(
    sandbox: RunningSandbox,
    account: str | None,
    card: str = "pm_card_visa",
    **more: str,
) -> Any:
    """A payment of 50.00 EUR."""
    return post(
        sandbox,
        "/v1/payment_intents",
        account,
        amount="5000",
        currency="eur",
        payment_method=card,
        confirm="true",
        **{
            "automatic_payment_methods[enabled]": "true",
            "automatic_payment_methods[allow_redirects]": "never",
        },
        **more,
    )


def test_nothing_stands_open(sandbox: RunningSandbox, account: str) -> None:
    """An empty answer, not zeros."""
    assert sandbox.control("GET", "exposure") == {
        "currencies": {},
        "accounts": {},
        "reserved": {},
    }


def test_disputes_and_refunds_of_the_platform_and_balances_below_zero(
    sandbox: RunningSandbox, account: str
) -> None:
    """Decided disputes and refunds that arrived no longer count; an account's own dispute counts by
    its balance.
    """
    waiting = pay(sandbox, None, "pm_card_pendingRefund")
    disputed = [pay(sandbox, None) for _ in range(2)]
    own = pay(sandbox, account)
    sandbox.settle()
    post(sandbox, "/v1/refunds", payment_intent=waiting["id"], amount="1200")
    open_, lost = (
        sandbox.control(
            "POST", "disputes", {"charge": p["latest_charge"], "reason": "general"}
        )
        for p in disputed
    )
    sandbox.control("POST", f"disputes/{lost['id']}/close", {"outcome": "lost"})
    sandbox.control(
        "POST", "disputes", {"charge": own["latest_charge"], "reason": "general"}
    )
    found = sandbox.control("GET", "exposure")
    below = found["accounts"][account]["eur"]
    assert below > 0
    assert found["currencies"]["eur"] == {
        "negative_balances": below,
        "open_disputes": open_["amount"],
        "unsettled_refunds": 1200,
        "total": below + open_["amount"] + 1200,
    }

"""A stand-in with some of everything, for its control page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.shop import Shop
from tests.support.sandbox import EndpointConfig, RunningSandbox
from tests.support.standin_accounts import EXPRESS

if TYPE_CHECKING:
    from collections.abc import Iterator


SELLER: dict[str, Any] = {
    **EXPRESS,
    "country": "LU",
    "business_profile": {"name": "Atelier <b>Luxe</b>"},
}
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def office() -> Iterator[Shop]:
    """A stand-in with some of everything; only its API side is used of the shop."""
    hook = EndpointConfig(
        url="http://127.0.0.1:9/hooks",
        secret="whsec_office",
        connect=False,
        enabled_events=("*",),
    )
    with RunningSandbox(endpoints=(hook,)) as sandbox:
        shop = Shop(sandbox)
        shop.server.server_close()
        account = shop.api("POST", "accounts", **SELLER)
        sandbox.complete(account["id"])
        for amount, currency in ((12900, "eur"), (5000, "jpy"), (4500, "eur")):
            charge(shop, amount, currency, account["id"])
        shop.api(
            "POST",
            "customers",
            name=HOSTILE,
            email="a@example.test",
            description=HOSTILE,
        )
        sandbox.advance(8 * 86400)
        yield shop


def charge(
    shop: Shop,
    amount: int,
    currency: str = "eur",
    account: str = "",
) -> dict[str, Any]:
    """A destination charge that was paid."""
    data = (
        {"transfer_data": {"destination": account}, "application_fee_amount": 100}
        if account
        else {}
    )
    never = {"enabled": True, "allow_redirects": "never"}
    return shop.intent(
        amount=amount,
        currency=currency,
        payment_method="pm_card_bypassPending",
        confirm=True,
        automatic_payment_methods=never,
        **data,
    )


def newest(shop: Shop, path: str) -> dict[str, Any]:
    """The newest object of a list."""
    found: dict[str, Any] = shop.api("GET", path)["data"][0]
    return found

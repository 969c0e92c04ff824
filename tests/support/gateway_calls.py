"""An account and an intent, made through the gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.infra.gateway.accounts import AccountDetails
from shared.infra.gateway.gateway import Gateway
from shared.infra.gateway.payment_intents import NewPaymentIntent

if TYPE_CHECKING:
    from tests.support.sandbox import RunningSandbox

DETAILS = AccountDetails(
    country="LU", business_type="company", business_name="A shop", email="a@shop.test"
)


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

"""What tests of saved cards share: shoppers that pay and save as a browser does it, straight at the
stand-in.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from shared.core.settings import SANDBOX_SECRET_KEY
from shared.finance.payment_methods import customers, setup_intents, sync
from shared.finance.payment_methods.models import PaymentMethod
from shared.finance.payments.return_page import refresh
from shared.finance.payments.service import IntentView, create_payment_intent
from tests.support.market import check_out

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from tests.support.market import Purchase, Shop
    from tests.support.sandbox import RunningSandbox

VISA, MASTERCARD, DISCOVER = "4242424242424242", "5555555555554444", "6011111111111117"
CHALLENGED = "4000002500003155"
PUBLISHABLE = SANDBOX_SECRET_KEY.replace("sk_", "pk_")


def at_stripe(sandbox: RunningSandbox, method: str, path: str, **form: Any) -> Any:
    """One call of the stand-in's API, with the platform's key, or with a browser's where the form
    holds a `key`.
    """
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if "key" not in form:
        headers["Authorization"] = f"Bearer {SANDBOX_SECRET_KEY}"
    status, body = sandbox.request(
        method,
        f"/v1/{path}",
        urlencode(form, quote_via=quote) if form else None,
        headers,
    )
    answer = json.loads(body)
    return answer if status < 400 else {"refused": status, **answer}


def typed(
    number: str,
    *,
    year: int = 2034,
    agreed: bool = True,
) -> dict[str, str]:
    """The fields that the card form sends; `agreed` is the box."""
    return {
        "payment_method_data[type]": "card",
        "payment_method_data[card][number]": number,
        "payment_method_data[card][exp_month]": "12",
        "payment_method_data[card][exp_year]": str(year),
        "payment_method_data[card][cvc]": "123",
        "payment_method_data[allow_redisplay]": "always" if agreed else "limited",
    }


def pay(
    sandbox: RunningSandbox,
    view: IntentView,
    number: str = VISA,
    *,
    save: bool,
    year: int = 2034,
) -> Any:
    """Type a card on the payment page, tick the box or leave it, and pay."""
    kept = {"setup_future_usage": "on_session"} if save else {}
    return at_stripe(
        sandbox,
        "POST",
        f"payment_intents/{view.payment_intent_id}/confirm",
        key=PUBLISHABLE,
        client_secret=view.client_secret,
        return_url="http://127.0.0.1/back",
        **typed(number, year=year, agreed=save),
        **kept,
    )


async def buy(
    gateway: Gateway,
    sandbox: RunningSandbox,
    shop: Shop,
    shopper_id: int,
    number: str = VISA,
    *,
    save: bool = True,
) -> Purchase:
    """Order, pay with a typed card, come back from the payment page, and let our rows follow."""
    bought = await check_out(shop, customer_id=shopper_id)
    view = await create_payment_intent(
        gateway, order_id=bought.order_id, shopper_id=shopper_id
    )
    pay(sandbox, view, number, save=save)
    await refresh(gateway, checkout_token=bought.token)
    await sync.sync_shopper(gateway, shopper_id)
    return bought


async def add_card(
    gateway: Gateway,
    sandbox: RunningSandbox,
    shopper_id: int,
    number: str = VISA,
    *,
    year: int = 2034,
) -> setup_intents.SetupEnd:
    """Add a card in the account, as the page does it, and come back."""
    begun = await setup_intents.begin(gateway, shopper_id)
    set_up(sandbox, begun.client_secret, number, year=year)
    return await setup_intents.end(gateway, shopper_id)


def set_up(
    sandbox: RunningSandbox, client_secret: str, number: str = VISA, *, year: int = 2034
) -> Any:
    """Type a card on the page that adds one. There is no box on it."""
    fields = typed(number, year=year)
    del fields["payment_method_data[allow_redisplay]"]
    return at_stripe(
        sandbox,
        "POST",
        f"setup_intents/{client_secret.partition('_secret')[0]}/confirm",
        key=PUBLISHABLE,
        client_secret=client_secret,
        return_url="http://127.0.0.1/back",
        **fields,
    )


async def customer_of(shopper_id: int) -> str:
    """The shopper's customer at Stripe."""
    row = await customers.known(shopper_id)
    assert row is not None
    return str(row.stripe_customer_id)


async def another_row(row: PaymentMethod, method: str) -> None:
    """One more saved card of the same shopper, in our table alone."""
    await PaymentMethod.create(
        customer_id=row.customer_id,
        stripe_customer_id=row.stripe_customer_id,
        stripe_payment_method_id=method,
        payment_method_type="card",
        consented_at=row.consented_at,
    )


def held(sandbox: RunningSandbox, stripe_customer_id: str) -> list[str]:
    """The last four digits of what a customer holds at Stripe, sorted."""
    found = at_stripe(sandbox, "GET", f"customers/{stripe_customer_id}/payment_methods")
    return sorted(method["card"]["last4"] for method in found["data"])

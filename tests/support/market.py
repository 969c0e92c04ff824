"""A small marketplace for tests, built through the services and the stand-in as people would build
it.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import aiohttp

from shared.core.settings import SANDBOX_SECRET_KEY
from shared.finance.connect import service as connect
from shared.infra.gateway.accounts import AccountDetails
from shared.trade.baskets import service as baskets
from shared.trade.catalogue.models import Product
from shared.trade.orders.contacts import Contact
from shared.trade.orders.models import Order
from shared.trade.orders.service import place_order
from shared.trade.vendors import service as vendors

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

ADA = Contact(
    "ada@example.test",
    "Ada Lovelace",
    "12 rue du Marché",
    "",
    "Luxembourg",
    "1728",
    "LU",
)
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Shop:
    """A vendor that can take payments and its one product."""

    vendor_id: int
    member_id: int
    account_id: str
    product_id: int


@dataclass(frozen=True)
class Purchase:
    """A checkout with its one order."""

    token: str
    order_id: int
    basket: str


async def open_shop(
    gateway: Gateway,
    sandbox: RunningSandbox,
    *,
    country: str = "LU",
    stock: int = 5,
    price: int = 4990,
) -> Shop:
    """Sign a vendor up, connect and finish its Stripe account, put one product up for sale."""
    n = next(_numbers)
    signed = await vendors.sign_up(
        email=f"owner{n}@shop.test",
        password="a-long-password",
        full_name="Olive Owner",
        business_name=f"Shop {n}",
        country=country,
        confirmed=True,
    )
    details = AccountDetails(
        country=country,
        business_type="company",
        business_name=f"Shop {n}",
        email=f"owner{n}@shop.test",
    )
    account = await connect.setup_payments(
        gateway, vendor_id=signed.vendor_id, details=details, actor="test"
    )
    sandbox.control("POST", f"accounts/{account}", {"complete": True})
    config = await connect.sync_account(gateway, vendor_id=signed.vendor_id)
    product = await Product.create(
        vendor_id=signed.vendor_id,
        slug="cup",
        name="A cup",
        price_amount=price,
        currency=config.currency,
        stock=stock,
    )
    return Shop(signed.vendor_id, signed.member_id, account, product.id)


async def check_out(
    shop: Shop,
    *,
    quantity: int = 1,
    basket: str | None = None,
    contact: Contact = ADA,
    customer_id: int | None = None,
) -> Purchase:
    """Put the shop's product into a basket and place the order."""
    token = await baskets.add(basket, product_id=shop.product_id, quantity=quantity)
    checkout = await place_order(
        basket_token=token, contact=contact, customer_id=customer_id, hold_minutes=30
    )
    order = await Order.get(checkout__token=checkout)
    return Purchase(checkout, order.id, token)


async def confirm(
    sandbox: RunningSandbox, intent_id: str, method: str = "pm_card_visa"
) -> dict[str, Any]:
    """Confirm an intent as a browser would, straight at the stand-in."""
    return await stripe_post(
        sandbox,
        f"/v1/payment_intents/{intent_id}/confirm",
        payment_method=method,
        return_url="http://127.0.0.1/back",
    )


async def stripe_post(
    sandbox: RunningSandbox, path: str, **data: str
) -> dict[str, Any]:
    """A write at the stand-in that is not ours, by somebody with the platform's key."""
    headers = {"Authorization": f"Bearer {SANDBOX_SECRET_KEY}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{sandbox.base_url}{path}", data=data) as answer,
    ):
        body: dict[str, Any] = await answer.json()
        return body

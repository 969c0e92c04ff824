"""What there is in the marketplace of tests.support.machine at the beginning: vendors, each with a
product, and money of the platform's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.finance.connect import service as stripe_accounts
from shared.finance.ledger import postings
from shared.finance.ledger import service as ledger
from shared.infra import unit
from shared.infra.gateway.accounts import AccountDetails
from shared.trade.catalogue.models import Product
from tests.support.factories import make_vendor
from tests.support.market import Shop

if TYPE_CHECKING:
    from tests.support.machine import Market


async def open_shop(market: Market, country: str) -> Shop:
    """A vendor in this country that may sell, with a product."""
    vendor = await make_vendor(country=country)
    details = AccountDetails(
        country=country,
        business_type="company",
        business_name=vendor.name,
        email=vendor.business_email,
    )
    account = await stripe_accounts.setup_payments(
        market.gateway, vendor_id=vendor.id, details=details, actor="test"
    )
    market.stand.complete(account)
    config = await stripe_accounts.sync_account(market.gateway, vendor_id=vendor.id)
    product = await Product.create(
        vendor_id=vendor.id,
        slug="cup",
        name="A cup",
        price_amount=price(config.currency),
        currency=config.currency,
        stock=10_000,
    )
    return Shop(vendor.id, 0, account, product.id)


async def fund(market: Market, currency: str) -> None:
    """Money of the platform's own in this currency."""
    intent = market.stand.v1.payment_intents.create(
        {
            "amount": 400_000,
            "currency": currency.lower(),
            "confirm": True,
            "payment_method": "pm_card_bypassPending",
            "automatic_payment_methods": {
                "enabled": True,
                "allow_redirects": "never",
            },
            "expand": ["latest_charge"],
        }
    )
    market.stand.advance(1)
    charge = market.stand.v1.charges.retrieve(
        intent.latest_charge.id, {"expand": ["balance_transaction"]}
    )
    row = charge.balance_transaction
    async with unit.transaction() as tx:
        await ledger.post(
            tx,
            postings.unexplained(postings.Unexplained(None, currency, row.net, row.id)),
        )


def shop_currency(country: str) -> str:
    """What a vendor there sells in."""
    from shared.trade.vendors.countries import default_currency

    return default_currency(country)


def price(currency: str) -> int:
    """An odd price of about twenty euros, in minor units."""
    return {"EUR": 1999, "DKK": 14_950, "HUF": 799_900}.get(currency, 2011)

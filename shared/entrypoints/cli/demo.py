"""The demo marketplace: built through the same services and the same gateway as real ones, against
the stand-in.

Every step looks first whether it is done, so a fill that was killed goes on where it stopped and a
second one does nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial
from operator import itemgetter

import aiohttp

from shared.core import clock
from shared.core.settings import Settings
from shared.entrypoints.cli import (
    demo_categories,
    demo_codes,
    demo_money,
    demo_shipping,
)
from shared.entrypoints.cli.demo_filled import is_filled, note_filled
from shared.entrypoints.cli.demo_goods import (
    LUXE,
    OPERATOR,
    PASSWORD,
    SHOPPER,
    DemoVendor,
)
from shared.entrypoints.cli.demo_orders import BASKETS, SALES
from shared.entrypoints.cli.demo_products import stock_shop
from shared.entrypoints.cli.demo_sales import Till, moment, sell, sell_together
from shared.entrypoints.cli.demo_sellers import say_seller
from shared.entrypoints.cli.demo_stripe import DemoStripe
from shared.entrypoints.cli.demo_vat import say_scheme
from shared.entrypoints.cli.demo_vendors import VENDORS
from shared.finance.connect import payment_configs
from shared.finance.connect import service as connect
from shared.finance.connect.queries import get_vendor_payment_config
from shared.finance.statements.invoice_issuer import (
    InvoiceIssuer,
    identity,
    save_identity,
)
from shared.infra.gateway.accounts import AccountDetails
from shared.infra.gateway.gateway import Gateway
from shared.trade.marketplace import presentation
from shared.trade.marketplace import service as marketplace
from shared.trade.marketplace.models import MarketplaceSettings
from shared.trade.marketplace.rules import DEFAULTS
from shared.trade.people import registration
from shared.trade.people.models import Customer, Member
from shared.trade.vat.holders import of_vendor
from shared.trade.vat.models import VatRate, VatRegistration
from shared.trade.vat.rates import enter
from shared.trade.vat.rules import Rate
from shared.trade.vat.service import state_number
from shared.trade.vendors import service as vendors
from shared.trade.vendors.models import Vendor

ACTOR = "system"
# What `fill` raises when the stand-in does not answer.
UNREACHABLE = (aiohttp.ClientError, TimeoutError)


async def fill(settings: Settings) -> None:
    """Fill the demo marketplace, or what is missing of it (the database is open, the stand-in
    answers).
    """
    gateway = Gateway(settings.stripe)
    try:
        async with aiohttp.ClientSession(headers=_headers(settings)) as browser:
            stripe = DemoStripe(browser, settings.stripe.api_base)
            shopper_id = await _people()
            await _identity()
            await _settings(gateway)
            await _imprint()
            await demo_categories.fill(ACTOR)
            await _sales(Till(gateway, stripe, shopper_id))
            await _rate()
            await demo_money.happen(gateway, settings, stripe)
            luxe = await Vendor.get(slug=LUXE.slug)
            await demo_shipping.send(luxe.id, ACTOR)
            await demo_codes.make(luxe.id, ACTOR)
            if not await is_filled():
                await note_filled()
    finally:
        await gateway.close()


async def _sales(till: Till) -> None:
    """The vendors, and what they have sold: the oldest first, since lists go by ids."""
    ids: dict[str, int] = {}
    for vendor in VENDORS:
        ids[vendor.slug] = await _vendor(till.gateway, till.stripe, vendor)
    sold = [
        (moment(sale), partial(sell, till, sale, ids[slug]))
        for slug, sales in SALES.items()
        for sale in sales
    ]
    sold += [
        (moment(basket.sale), partial(sell_together, till, basket, ids))
        for basket in BASKETS
    ]
    for _at, act in sorted(sold, key=itemgetter(0)):
        await act()


def _headers(settings: Settings) -> dict[str, str]:
    return {"Authorization": f"Bearer {settings.stripe.secret_key}"}


async def _people() -> int:
    if not await Member.exists(email=OPERATOR):
        await registration.create_member(
            email=OPERATOR,
            password=PASSWORD,
            full_name="Olga Operator",
            role="operator",
            vendor_id=None,
            confirmed=True,
        )
    shopper = await Customer.get_or_none(email=SHOPPER)
    if shopper is None:
        shopper = await registration.create_customer(
            email=SHOPPER, password=PASSWORD, full_name="Sam Shopper", confirmed=True
        )
    return int(shopper.id)


async def _identity() -> None:
    """Who writes the invoices for the commission; made up, as everybody here is."""
    if await identity() is None:
        made_up = InvoiceIssuer(
            legal_name="Markethall Demo S.à r.l.",
            address="1, place du Marché\nL-1728 Luxembourg",
            country="LU",
            vat_number="LU12345613",
            vat_percentage=Decimal(17),
            invoice_prefix="MH",
        )
        await save_identity(made_up, actor=ACTOR)


async def _imprint() -> None:
    """How the made-up company is reached: by addresses and numbers that nobody can have."""
    known = (await presentation.shown()).identity
    if known.postal_address or known.contact_email:
        return
    made_up = replace(
        known,
        contact_email="hello@markethall.example",
        postal_address="Markethall Demo S.à r.l.\n1, place du Marché\nL-1728 Luxembourg",
        phone="+352 2000 0000",
    )
    await presentation.introduce(made_up, actor=ACTOR)


async def _settings(gateway: Gateway) -> None:
    """A marketplace in Luxembourg that shows what it earns, and knows what card statements begin
    with.
    """
    if not await MarketplaceSettings.exists():
        shown = replace(
            DEFAULTS, time_zone="Europe/Luxembourg", show_fee_breakdown=True
        )
        await marketplace.change(shown, actor=ACTOR)
    await marketplace.note_statement_prefix(
        await gateway.accounts.get_statement_prefix()
    )


async def _rate() -> None:
    """What a krone was worth when the last month ended, so that its statements can be closed; made
    up.
    """
    if not await VatRate.exists():
        last = clock.now().replace(day=1).date() - timedelta(days=1)
        await enter(
            Rate("EUR", "DKK", Decimal("7.46"), "Made up for the demo", last),
            actor=ACTOR,
        )


async def _vendor(gateway: Gateway, stripe: DemoStripe, demo: DemoVendor) -> int:
    row = await Vendor.get_or_none(slug=demo.slug)
    if row is None:
        signed = await vendors.sign_up(
            email=demo.email,
            password=PASSWORD,
            full_name=demo.owner,
            business_name=demo.name,
            country=demo.country,
            confirmed=True,
        )
        row = await Vendor.get(id=signed.vendor_id)
    vendor_id = int(row.id)
    await payment_configs.set_platform_fee(
        vendor_id=vendor_id, percentage=Decimal(demo.fee), actor=ACTOR
    )
    # There is no page for a shop's looks yet, so there is no service either.
    looks = {
        "tagline": demo.tagline,
        "description": demo.description,
        "city": demo.city,
        "brand_color": demo.color,
        "logo": f"img/vendors/{demo.slug}-logo.svg",
        "cover": f"img/vendors/{demo.slug}-cover.svg",
    }
    await row.update_from_dict(looks).save(update_fields=list(looks))
    await _vat_number(vendor_id, demo)
    await say_scheme(vendor_id, demo.slug, ACTOR)
    await say_seller(vendor_id, demo.slug, ACTOR)
    await stock_shop(vendor_id, demo)
    if (
        demo.business_type
        and not (await get_vendor_payment_config(vendor_id)).accepts_payments
    ):
        await _connect(gateway, stripe, vendor_id, demo)
    return vendor_id


async def _vat_number(vendor_id: int, demo: DemoVendor) -> None:
    if demo.vat_number and not await VatRegistration.exists(vendor_id=vendor_id):
        await state_number(
            holder=of_vendor(vendor_id),
            text=demo.vat_number,
            actor=ACTOR,
        )


async def _connect(
    gateway: Gateway,
    stripe: DemoStripe,
    vendor_id: int,
    demo: DemoVendor,
) -> None:
    details = AccountDetails(
        country=demo.country,
        business_type=demo.business_type,
        business_name=demo.name,
        email=demo.email,
    )
    account = await connect.setup_payments(
        gateway, vendor_id=vendor_id, details=details, actor=ACTOR
    )
    await stripe.complete_onboarding(account)
    await connect.sync_account(gateway, vendor_id=vendor_id)

"""The demo marketplace: built through the same services and the same gateway as real ones, against
the stand-in.

Every step looks first whether it is done, so a fill that was killed goes on where it stopped and a
second one does nothing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import aiohttp

from shared.core import clock
from shared.core.money import Money
from shared.core.settings import Settings
from shared.entrypoints.cli import demo_money
from shared.entrypoints.cli.demo_filled import is_filled, note_filled
from shared.entrypoints.cli.demo_goods import (
    OPERATOR,
    PASSWORD,
    SALES,
    SHOPPER,
    VENDORS,
    DemoVendor,
    Sale,
)
from shared.finance.connect import payment_configs
from shared.finance.connect import service as connect
from shared.finance.connect.queries import get_vendor_payment_config
from shared.finance.payments.return_page import refresh
from shared.finance.payments.service import create_payment_intent
from shared.finance.statements.invoice_issuer import InvoiceIssuer, identity, save_identity
from shared.infra.gateway.accounts import AccountDetails
from shared.infra.gateway.gateway import Gateway
from shared.trade.baskets import service as baskets
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.service import ProductValues, save_product
from shared.trade.marketplace import service as marketplace
from shared.trade.marketplace.models import MarketplaceSettings
from shared.trade.marketplace.rules import DEFAULTS
from shared.trade.orders import terms
from shared.trade.orders.models import Order
from shared.trade.orders.queries import Contact
from shared.trade.orders.rules import OrderStatus, PaymentStatus
from shared.trade.orders.service import place_order
from shared.trade.orders.shipping import mark_as_shipped
from shared.trade.orders.terms import Acceptance
from shared.trade.people import registration
from shared.trade.people.models import Customer, Member
from shared.trade.vat.models import VatRate, VatRegistration
from shared.trade.vat.rates import enter
from shared.trade.vat.rules import Rate
from shared.trade.vat.service import state_number
from shared.trade.vendors import service as vendors
from shared.trade.vendors.models import Vendor

ACTOR = "system"
UNREACHABLE = (
    aiohttp.ClientError,
    TimeoutError,
)  # what `fill` raises when the stand-in does not answer


async def fill(settings: Settings) -> None:
    """Fill the demo marketplace, or what is missing of it (the database is open, the stand-in
    answers).
    """
    gateway = Gateway(settings.stripe)
    try:
        async with aiohttp.ClientSession(headers=_headers(settings)) as browser:
            stripe = _Stripe(browser, settings.stripe.api_base)
            shopper_id = await _people()
            await _identity()
            await _settings(gateway)
            for vendor in VENDORS:
                vendor_id = await _vendor(gateway, stripe, vendor)
                for sale in SALES.get(vendor.slug, ()):
                    await _sale(
                        gateway, stripe, vendor, sale, vendor_id=vendor_id, shopper_id=shopper_id
                    )
            await _rate()
            await demo_money.happen(gateway, settings, stripe)
            if not await is_filled():
                await note_filled()
    finally:
        await gateway.close()


def _headers(settings: Settings) -> dict[str, str]:
    return {"Authorization": f"Bearer {settings.stripe.secret_key}"}


class _Stripe:
    """What people do at Stripe and not at ours: finish onboarding, pay by card."""

    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self._session, self._base = session, base

    async def complete_onboarding(self, account_id: str) -> None:
        async with self._session.post(
            f"{self._base}/_control/accounts/{account_id}", json={"complete": True}
        ) as answer:
            answer.raise_for_status()

    async def dispute(self, charge_id: str, reason: str) -> None:
        body = {"charge": charge_id, "reason": reason}
        async with self._session.post(f"{self._base}/_control/disputes", json=body) as answer:
            answer.raise_for_status()

    async def pay(self, intent_id: str, card: str) -> None:
        form = {"payment_method": card, "return_url": "http://127.0.0.1/"}
        async with self._session.post(
            f"{self._base}/v1/payment_intents/{intent_id}/confirm", data=form
        ) as answer:
            answer.raise_for_status()


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


async def _settings(gateway: Gateway) -> None:
    """A marketplace in Luxembourg that shows what it earns, and knows what card statements begin
    with.
    """
    if not await MarketplaceSettings.exists():
        shown = replace(DEFAULTS, time_zone="Europe/Luxembourg", show_fee_breakdown=True)
        await marketplace.change(shown, actor=ACTOR)
    await marketplace.note_statement_prefix(await gateway.accounts.get_statement_prefix())


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


async def _vendor(gateway: Gateway, stripe: _Stripe, demo: DemoVendor) -> int:
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
    await _products(vendor_id, demo)
    if demo.business_type and not (await get_vendor_payment_config(vendor_id)).accepts_payments:
        await _connect(gateway, stripe, vendor_id, demo)
    return vendor_id


async def _vat_number(vendor_id: int, demo: DemoVendor) -> None:
    if demo.vat_number and not await VatRegistration.exists(vendor_id=vendor_id):
        await state_number(vendor_id=vendor_id, text=demo.vat_number, actor=ACTOR)


async def _connect(
    gateway: Gateway,
    stripe: _Stripe,
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


async def _products(vendor_id: int, demo: DemoVendor) -> None:
    known = {
        str(slug)
        for slug in await Product.filter(vendor_id=vendor_id).values_list("slug", flat=True)
    }
    currency = (await get_vendor_payment_config(vendor_id)).currency
    for goods in demo.goods:
        if goods.slug not in known:
            values = ProductValues(
                name=goods.name,
                price=Money.parse(goods.price, currency),
                stock=goods.stock,
                category=goods.category,
                description=goods.description,
                picture=f"img/products/{goods.slug}.svg",
                slug=goods.slug,
            )
            await save_product(vendor_id=vendor_id, product_id=None, values=values, actor=ACTOR)


async def _sale(
    gateway: Gateway,
    stripe: _Stripe,
    demo: DemoVendor,
    sale: Sale,
    *,
    vendor_id: int,
    shopper_id: int,
) -> None:
    """Order, pay and send, each at its own moment of the past."""
    hour = 8 + len(sale.address) % 9
    placed = (clock.now() - timedelta(days=sale.days_ago)).replace(
        hour=hour, minute=len(sale.email) % 60, second=0
    )
    placed = min(placed, clock.now() - timedelta(minutes=5))
    ours = Order.filter(
        vendor_id=vendor_id, checkout__email=sale.email, checkout__address=sale.address
    )
    order = await ours.select_related("checkout").first()
    if order is None:
        with clock.use(lambda: placed):
            await _place(
                sale, vendor_id=vendor_id, customer_id=shopper_id if sale.email == SHOPPER else None
            )
        order = await ours.select_related("checkout").get()
    if order.payment_status == PaymentStatus.PENDING:
        with clock.use(lambda: placed + timedelta(minutes=2)):
            intent = await create_payment_intent(gateway, order_id=order.id)
            progress = await refresh(gateway, checkout_token=order.checkout.token)
            if (
                progress.payment_status == PaymentStatus.PENDING
            ):  # else it was paid when an earlier fill broke off
                await stripe.pay(intent.payment_intent_id, sale.card)
                await refresh(gateway, checkout_token=order.checkout.token)
        await order.refresh_from_db()
    sent = placed + timedelta(hours=26)
    if sale.sent_by and order.status == OrderStatus.PROCESSING:
        with clock.use(lambda: sent):
            tracking = f"{demo.country}{order.id:09d}{sale.country}"
            await mark_as_shipped(
                vendor_id=vendor_id,
                number=order.number,
                carrier=sale.sent_by,
                tracking=tracking,
                actor=ACTOR,
            )


async def _place(
    sale: Sale,
    *,
    vendor_id: int,
    customer_id: int | None,
) -> None:
    ids = dict(await Product.filter(vendor_id=vendor_id).values_list("slug", "id"))
    basket: str | None = None
    for slug, quantity in sale.items:
        basket = await baskets.add(basket, product_id=ids[slug], quantity=quantity)
    contact = Contact(
        email=sale.email,
        full_name=sale.name,
        address=sale.address,
        address_extra="",
        city=sale.city,
        postal_code=sale.postal_code,
        country=sale.country,
    )
    accepted = Acceptance(terms.VERSION, "192.0.2.17")  # an address of no one (RFC 5737)
    await place_order(
        basket_token=basket,
        contact=contact,
        customer_id=customer_id,
        hold_minutes=30,
        accepted=accepted,
    )

"""The box to try the commission rules on a sale: filled in by the address, it changes nothing."""

from __future__ import annotations

from typing import Any

from quart import request

from portal.operator.fees.forms import TryForm
from portal.operator.fees.lookup import find_product, find_vendor
from shared.core.errors import Invalid, MarketError
from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.core.money import Money
from shared.entrypoints.web.filters import money
from shared.finance.connect.queries import vendor_row
from shared.trade.commission import words
from shared.trade.commission.basis import CommissionBasis, Tariff, charge_order
from shared.trade.commission.queries import RuleView, rules_for
from shared.trade.commission.rules import Rule, Sold


@frozen
class TriedSale:
    """What a sale would pay, and by which rule; `on_delivery`: what of the fee is for that, None
    where the commission is of goods alone.
    """

    price: Money
    delivery: Money
    fee: Money
    on_delivery: Money | None
    vendor: str
    rule: str
    place: int | None
    is_trimmed: bool

    @property
    def paid(self) -> Money:
        """What the shopper pays."""
        return self.price + self.delivery

    @property
    def rest(self) -> Money:
        """What the vendor has of it."""
        return self.paid - self.fee


async def try_sale(
    views: tuple[RuleView, ...],
    basis: CommissionBasis,
) -> tuple[TryForm, TriedSale | None]:
    """The box as the address fills it, and what its sale would pay.

    An empty box has no mistakes.
    """
    if request.args.get("vendor") is None or request.method != "GET":
        return _form(None, "EUR"), None
    form = _form(request.args, "EUR")
    try:
        vendor = await find_vendor(form.vendor.data, form.product.data)
        if vendor is None:
            form.validate()
            return form, None
        form = _form(request.args, vendor.currency)
        form.vendor.data = vendor.slug
        product = await find_product(vendor, form.product.data)
        if not form.validate():
            return form, None
        price = form.price.data or (product.price if product else None)
        if price is None or not price.amount:
            raise Invalid(_("Enter a price, or a product that has one."), param="price")
    except MarketError as error:
        form.blame(error)
        return form, None
    category = product.category if product else form.category.data or ""
    sold = Sold(
        vendor.id,
        product.id if product else None,
        category,
        price.amount,
    )
    delivery = form.delivery.data or Money(0, price.currency)
    return form, await _tried(views, vendor.name, sold, delivery, basis)


def _form(args: Any, currency: str) -> TryForm:
    return TryForm(args, meta={"csrf": False, "currency": currency})


async def _tried(
    views: tuple[RuleView, ...],
    vendor: str,
    sold: Sold,
    delivery: Money,
    basis: CommissionBasis,
) -> TriedSale:
    otherwise = Rule((await vendor_row(sold.vendor_id)).platform_fee_percentage)
    tariff = Tariff(await rules_for(sold.vendor_id), basis)
    currency = delivery.currency
    found = charge_order(
        [sold],
        delivery.amount,
        tariff,
        currency,
        otherwise=otherwise,
    )
    (charged,) = found.lines
    rule = charged.rule
    on_delivery = Money(found.shipping, currency)
    rule_ids = [view.id for view in views]
    place = rule_ids.index(rule.id) + 1 if rule.id in rule_ids else None
    product = views[place - 1].product_name if place else ""
    return TriedSale(
        price=Money(sold.amount, currency),
        delivery=delivery,
        fee=Money(found.total, currency),
        on_delivery=None if basis is CommissionBasis.GOODS else on_delivery,
        vendor=vendor,
        rule=words.sentence(rule, money, product),
        place=place,
        is_trimmed=charged.amount < max(rule.fixed, rule.minimum or 0),
    )

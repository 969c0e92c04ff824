"""Two people edit one thing: the second is told what changed, field by field, and nothing is
overwritten blindly.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from shared.infra.audit.models import AuditEntry
from shared.trade.catalogue.categories import CategoryValues, add_category
from shared.trade.catalogue.models import ProductPicture
from shared.trade.commission import service as fees
from shared.trade.commission.rules import Rule
from shared.trade.vendors.models import Vendor
from tests.house.routes import EDITED
from tests.support.discounts import make_discount
from tests.support.disputes import disputed
from tests.support.editing import opened_form, two_people
from tests.support.factories import make_ready_vendor, make_variants
from tests.support.filled import filled
from tests.support.market import open_shop
from tests.support.shipping import ABROAD, HEAVY, send_by
from tests.support.storefront import words

if TYPE_CHECKING:
    from quart import Quart

    from shared.infra.jobs import Context
    from tests.support.portal import Portal
    from tests.support.sandbox import RunningSandbox

pytestmark = pytest.mark.usefixtures("database")


@dataclass(frozen=True)
class Edit:
    """A form, what each of two people types into it, and how the first one's change is told to the
    second.
    """

    action: str
    first: dict[str, str]
    second: dict[str, str]
    told: str
    act: str


VENDORS = [
    Edit(
        "/vendor/admin/products/{product}",
        {"price": "12", "name": "A mug"},
        {"price": "11", "stock": "9"},
        "Price Was €49.90 when you opened the page, is now €12.00; yours is €11.00.",
        "product.changed",
    ),
    Edit(
        "/vendor/admin/shipping",
        {"handling_days": "4"},
        {"handling_days": "5"},
        (
            "Days until you hand a parcel over Was 2 when you opened the page, is now 4; yours "
            "is 5."
        ),
        "vendor.shipping_changed",
    ),
    Edit(
        "/vendor/admin/shipping/zones/{zone}",
        {"places": "FR"},
        {"places": "BE"},
        (
            "Countries Was Rest of the EU when you opened the page, is now France; yours is "
            "Belgium."
        ),
        "vendor.shipping_changed",
    ),
    Edit(
        "/vendor/admin/shipping/zones/{zone}/methods/{method}",
        {"price": "12", "name": "Parcel"},
        {"price": "11"},
        "Price Was €10.00 when you opened the page, is now €12.00; yours is €11.00.",
        "vendor.shipping_changed",
    ),
    Edit(
        "/vendor/admin/discounts/{discount}",
        {"percentage": "20", "most_uses": "100"},
        {"percentage": "15"},
        "Percentage Was 10% when you opened the page, is now 20%; yours is 15%.",
        "discount.changed",
    ),
    Edit(
        "/vendor/admin/products/{shirt}/variants",
        {"price_{small}": "12", "sku_{small}": "S-1"},
        {"price_{small}": "11", "stock_{small}": "9"},
        "Price of S Was €49.90 when you opened the page, is now €12.00; yours is €11.00.",
        "product.variants_changed",
    ),
    Edit(
        "/vendor/admin/products/{shirt}/pictures/texts",
        {"text_{picture}": "A shirt"},
        {"text_{picture}": "A blue shirt"},
        "What picture 1 shows Was nothing when you opened the page, is now “A shirt”;",
        "product.pictures_changed",
    ),
    Edit(
        "/vendor/admin/products/{shirt}/options",
        {"name_1": "Size", "values_1": "S\nM\nL"},
        {"name_1": "Size", "values_1": "XS\nM"},
        "Its values, one a line",
        "product.variants_changed",
    ),
    Edit(
        "/vendor/admin/statements",
        {"vat_number": "LU12345613"},
        {"vat_number": "LU26375245"},
        (
            "VAT number Was nothing when you opened the page, is now “LU12345613”; yours is "
            "“LU26375245”."
        ),
        "vendor.vat_number_changed",
    ),
    Edit(
        "/vendor/admin/vat",
        {"scheme": "oss"},
        {"scheme": "small"},
        "Your prices contain Was",
        "vendor.vat_scheme_changed",
    ),
    Edit(
        "/vendor/admin/business",
        {"legal_name": "Luxe S.A.", "address": "1 Street\nTown"},
        {"legal_name": "Luxe S.à r.l.", "address": "1 Street\nTown"},
        "is now “Luxe S.A.”; yours is “Luxe S.à r.l.”.",
        "vendor.seller_changed",
    ),
    Edit(
        "/vendor/admin/shop/look",
        {"tagline": "Leather, by hand", "brand_color": "#7c2d12"},
        {"tagline": "Leather, by us", "brand_color": "#103060"},
        "is now “Leather, by hand”; yours is “Leather, by us”.",
        "vendor.shop_look_changed",
    ),
    Edit(
        "/vendor/admin/shop",
        {"is_open": "no", "until": "2027-01-12"},
        {"is_open": "no", "until": "2027-01-13"},
        "is now 12 January 2027; yours is 13 January 2027.",
        "vendor.shop_closed",
    ),
    Edit(
        "/vendor/admin/payments/schedule",
        {"payout_schedule": "monthly", "minimum_payout": "0"},
        {"payout_schedule": "daily", "minimum_payout": "30"},
        (
            "Pay my balance out Was Every week when you opened the page, is now Every month; "
            "yours is Every weekday."
        ),
        "vendor.payout_schedule_changed",
    ),
    Edit(
        "/vendor/admin/disputes/{dispute}/evidence",
        {"uncategorized_text": "x" * 200},
        {"uncategorized_text": "It arrived."},
        "Yours is in the form below.",
        "dispute.drafted",
    ),
]
STAFF = [
    Edit(
        "/operator/settings",
        {"delivered_after_days": "7", "show_fee_breakdown": "y"},
        {"delivered_after_days": "9"},
        (
            "Show shoppers what the marketplace earns Was No when you opened the page, is now "
            "Yes. That is in the form below."
        ),
        "marketplace.changed",
    ),
    Edit(
        "/operator/settings/name",
        {"name": "Hall"},
        {"name": "Market"},
        "Name Was “Markethall” when you opened the page, is now “Hall”; yours is “Market”.",
        "marketplace.changed",
    ),
    Edit(
        "/operator/settings/legal/terms",
        {"text": "Ours.\n\nAll of it.", "returns": "In 14 days."},
        {"text": "Mine.", "returns": "In 30 days."},
        "is now “In 14 days.”; yours is “In 30 days.”.",
        "marketplace.changed",
    ),
    Edit(
        "/operator/invoicing",
        {"legal_name": "Hall", "address": "1, rue", "vat_percentage": "17"},
        {"legal_name": "Market", "address": "1, rue", "vat_percentage": "16"},
        "VAT Was nothing when you opened the page, is now 17%; yours is 16%.",
        "marketplace.identity_changed",
    ),
    Edit(
        "/operator/categories/{category}",
        {"name_de": "Becher"},
        {"name_de": "Tassen"},
        "Name in German Was nothing when you opened the page, is now “Becher”; yours is “Tassen”.",
        "category.changed",
    ),
    Edit(
        "/operator/discounts/{discount}",
        {"ends_day": "2030-12-24", "categories": "Cups"},
        {"ends_day": "2030-12-31"},
        (
            "Last day Was nothing when you opened the page, is now 24 December 2030; yours is"
            " 31 December 2030."
        ),
        "discount.changed",
    ),
    Edit(
        "/operator/fees/{rule}",
        {"percentage": "10"},
        {"percentage": "11", "category": "Bags"},
        "Percentage Was 9% when you opened the page, is now 10%; yours is 11%.",
        "fees.rule_changed",
    ),
    Edit(
        "/operator/fees/refunds",
        {"refund_policy": "keep", "limit_EUR": "100"},
        {"limit_EUR": "200"},
        "is now €100.00; yours is €200.00.",
        "fees.policy_changed",
    ),
    Edit(
        "/operator/vendors/{vendor}/fee",
        {"platform_fee_percentage": "3"},
        {"platform_fee_percentage": "4"},
        "is now 3%; yours is 4%.",
        "vendor.platform_fee_changed",
    ),
    Edit(
        "/operator/vendors/{vendor}/hold",
        {"reason": "Complaints"},
        {"reason": "Many complaints"},
        "is now “Complaints”; yours is “Many complaints”.",
        "vendor.payouts_held",
    ),
    Edit(
        "/operator/vendors/{vendor}/reserve",
        {"reserve_percentage": "10", "reserve_days": "30"},
        {"reserve_percentage": "5", "reserve_days": "30"},
        "Of each sale Was 0% when you opened the page, is now 10%; yours is 5%.",
        "vendor.reserve_changed",
    ),
]


async def _walk(
    first: Portal,
    second: Portal,
    edit: Edit,
    things: dict[str, int | str],
) -> None:
    action = edit.action.format(**things)
    edit = replace(
        edit,
        first={name.format(**things): value for name, value in edit.first.items()},
        second={name.format(**things): value for name, value in edit.second.items()},
    )
    opened = await opened_form(first, action)
    before = await AuditEntry.filter(action=edit.act).count()

    saved = await first.post(action, {**opened, **edit.first})
    refused = await second.post(action, {**opened, **edit.second})
    text = await refused.get_data(as_text=True)
    said, back = (
        words(text.replace("<strong>", "").replace("</strong>", "")),
        filled(text, action),
    )
    assert (saved.status_code, refused.status_code) == (303, 409), (action, said)
    assert edit.told in said, said.partition("Last saved by")[2][:600]
    assert "Last saved by Anna First" in said, action
    assert shows_typed(back, edit.second), action  # what was typed is kept
    # And nothing of it saved.
    assert await AuditEntry.filter(action=edit.act).count() == before + 1, action

    anyway = await second.post(action, back)
    assert anyway.status_code == 303, (
        action,
        words(await anyway.get_data(as_text=True)),
    )
    untouched = {
        name: value for name, value in edit.first.items() if name not in edit.second
    }
    assert shows_typed(
        await opened_form(first, action), {**untouched, **edit.second}
    ), action
    actors = (
        await AuditEntry.filter(action=edit.act)
        .order_by("-id")
        .limit(2)
        .values_list("actor", flat=True)
    )
    assert len(set(actors)) == 2, action


def shows_typed(form: dict[str, str], typed: dict[str, str]) -> bool:
    """Whether a form shows what was typed: 12 as 12.00."""
    hidden = ("csrf_token", "opened", "own_receipt")
    same = {
        name: (form.get(name, ""), value)
        for name, value in typed.items()
        if name not in hidden
    }
    return all(
        is_ == was or is_.removesuffix(".00") == was for is_, was in same.values()
    )


async def test_the_second_of_two_at_a_shop_is_told(
    app: Quart, context: Context, sandbox: RunningSandbox
) -> None:
    """Every form of a vendor: nothing saved, what changed and what one typed in words; saving
    anyway saves.
    """
    shop = await open_shop(context.gateway, sandbox)
    dispute = await disputed(context, sandbox, shop)
    shirt, (small, _) = await make_variants(await Vendor.get(id=shop.vendor_id))
    first, second = await two_people(app, "owner", shop.vendor_id)
    picture = await ProductPicture.create(
        product_id=shirt.id, vendor_id=shop.vendor_id, path="img/a.svg", position=0
    )
    await send_by(shop.vendor_id)
    things = {
        "picture": picture.id,
        "product": shop.product_id,
        "dispute": dispute.id,
        "shirt": shirt.id,
        "small": small.id,
        "discount": (await make_discount(shop.vendor_id)).id,
        "zone": ABROAD.key,
        "method": HEAVY.key,
    }
    for edit in VENDORS:
        await _walk(first, second, edit, things)


async def test_the_second_of_two_of_the_staff_is_told(app: Quart) -> None:
    """Every form of the operator's."""
    vendor = await make_ready_vendor()
    rule = await fees.add_rule(Rule(percentage=Decimal(9)), actor="test")
    first, second = await two_people(app, "operator", None)
    category = await add_category(CategoryValues(name="Cups"), actor="test")
    discount = await make_discount()
    things = {
        "vendor": vendor.id,
        "rule": rule,
        "category": category,
        "discount": discount.id,
    }
    for edit in STAFF:
        await _walk(first, second, edit, things)


def test_every_form_of_what_is_there_is_walked() -> None:
    """Whoever adds one finds it here."""
    walked = {re.sub(r"{\w+}", "1", edit.action) for edit in VENDORS + STAFF}
    assert walked == {
        re.sub(r"<(\w+:\w+|zone|method)>", "1", route).replace("<kind>", "terms")
        for route in EDITED
    }

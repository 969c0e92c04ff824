"""A vendor's first page: what needs doing, how sales go, what is paid out next.

One statement, however much there is.
"""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.finance.connect.queries import (
    CONFIG,
    PaymentConfigView,
    config_in,
    config_view,
)
from shared.finance.disputes.queries import DisputeView
from shared.finance.disputes.statements import next_in, next_of
from shared.finance.overview.statements import PRODUCTS
from shared.finance.payouts.forecast import NextPayout, next_payout_in, parts_of
from shared.infra.database.several import Rows, read
from shared.trade.marketplace.queries import SETTINGS, settings_in
from shared.trade.orders.figures import OrdersSummary, figures_of, summary_in
from shared.trade.orders.order_lists import OrderRow, listed
from shared.trade.orders.statements import listed as orders_behind
from shared.trade.vendors.errors import ShopNotFound
from shared.trade.vendors.models import Vendor
from shared.trade.vendors.queries import VendorView, view_at
from shared.trade.vendors.terms import terms_in

RECENT = 6
_VENDOR = Rows(
    Vendor,
    "t.id = ?",
)
_RECENT = orders_behind("all")


@frozen
class VendorDashboard:
    """What a vendor sees first. `products`: how many it has, of more than a thousand not all."""

    vendor: VendorView
    config: PaymentConfigView
    orders: OrdersSummary
    recent: tuple[OrderRow, ...]
    products: int
    next_dispute: DisputeView | None
    next_payout: NextPayout | None


async def vendor_dashboard(vendor_id: int) -> VendorDashboard:
    """Raises NotFound for an unknown vendor, PaymentNotConfigured when nothing was ever set up."""
    found = await read(
        _VENDOR(vendor_id),
        CONFIG(vendor_id),
        SETTINGS(),
        *figures_of(vendor_id),
        _RECENT(vendor_id, RECENT, 0),
        PRODUCTS(vendor_id),
        *next_of(vendor_id),
        *parts_of(vendor_id),
    )
    vendor = found.one(_VENDOR)
    if vendor is None:
        raise ShopNotFound
    config = config_in(found)
    (products,) = found.records(PRODUCTS)
    return VendorDashboard(
        vendor=view_at(vendor, terms_in(config)),
        config=config_view(config, vendor.country),
        orders=summary_in(found, config.currency),
        recent=tuple(map(listed, found.records(_RECENT))),
        products=int(products["products"]),
        next_dispute=next_in(found, vendor),
        next_payout=next_payout_in(found, config, settings_in(found).zone),
    )

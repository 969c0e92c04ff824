"""What an operator means by a vendor or a product: an address, or the last part of one."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shared.core.errors import Invalid, NotFound
from shared.core.locales import gettext as _
from shared.trade.catalogue.product_views import (
    ProductView,
)
from shared.trade.catalogue.queries import (
    is_slug,
    product_named,
)
from shared.trade.vendors.queries import VendorView, vendor_by_slug

if TYPE_CHECKING:
    from portal.operator.fees.forms import RuleForm


def _parts(text: str | None) -> list[str]:
    """`https://host/shops/a/b?x` -> [a, b]; `/shops/a/b` and `a/b` too; `b` -> [b]."""
    try:
        path = urlsplit((text or "").strip()).path
    except ValueError:
        return ["?"]  # no address at all: nothing is called this
    parts = [part for part in path.split("/") if part]
    return parts[1:] if parts[:1] == ["shops"] else parts


async def find_vendor(
    text: str | None,
    product: str | None = None,
) -> VendorView | None:
    """The vendor that was named, else the one in the product's address; None when neither names
    one. Raises Invalid.
    """
    named = _parts(text)[:1]
    of_product = _parts(product)[:-1][-1:]
    if named and of_product and named != of_product:
        raise Invalid(_("This product is another vendor’s."), param="product")
    slug = next(iter(named or of_product), None)
    if slug is None:
        return None
    try:
        return await vendor_by_slug(slug if is_slug(slug) else "-")
    except NotFound:
        raise Invalid(
            _("No shop has this address. It is the last part of /shops/…."),
            param="vendor" if named else "product",
        ) from None


async def find_product(vendor: VendorView, text: str | None) -> ProductView | None:
    """The vendor's product that was named; None when none was. Raises Invalid."""
    parts = _parts(text)
    if not parts:
        return None
    try:
        return await product_named(vendor.id, parts[-1])
    except NotFound:
        raise Invalid(
            _("%(vendor)s has no product with this address.", vendor=vendor.name),
            param="product",
        ) from None


async def subject_of(form: RuleForm) -> tuple[int | None, int | None]:
    """The ids of the vendor and the product that a rule is about.

    Raises Invalid for what the rule could never meet.
    """
    vendor = await find_vendor(form.vendor.data, form.product.data)
    if vendor is None:
        if form.product.data:
            raise Invalid(
                _(
                    "Say whose product it is: name the vendor, or paste the whole address."
                ),
                param="product",
            )
        return None, None
    product = await find_product(vendor, form.product.data)
    sells_in = product.price.currency if product else vendor.currency
    if form.currency.data and form.currency.data != sells_in:
        raise Invalid(
            _(
                "%(vendor)s sells in %(currency)s, so this rule would never hold.",
                vendor=vendor.name,
                currency=sells_in,
            ),
            param="currency",
        )
    return vendor.id, product.id if product else None

"""What each page of the storefront says of itself."""

from __future__ import annotations

from collections.abc import Sequence

from shared.core.locales import gettext as _
from shared.core.markup import as_plain
from shared.trade.catalogue.category_tree import CategoryView
from shared.trade.catalogue.product_views import ProductView
from shared.trade.marketplace.identity import ShownIdentity
from shared.trade.vendors.queries import VendorView
from storefront.described import structured
from storefront.described.meta import Meta, picture_address, shortened, whole_address
from storefront.described.sending import Sending
from storefront.described.structured import Addresses, Shown


def of_home(market: ShownIdentity) -> Meta:
    """The marketplace."""
    address = whole_address("platform.home")
    owner = structured.organization(
        market.name,
        address,
        email=market.identity.contact_email,
        telephone=market.identity.phone,
    )
    return Meta(
        address=address,
        title=market.name,
        description=_(
            "Buy directly from the people who make it. Many independent shops, one safe checkout."
        ),
        about=(owner, structured.site(market.name, address)),
    )


def of_page(route: str, title: str) -> Meta:
    """A page of words, or a list that stands for itself."""
    return Meta(
        address=whole_address(route),
        title=title,
    )


def of_shop(vendor: VendorView, category: str) -> Meta:
    """A vendor's shop, or one category of it."""
    address = whole_address("shops.shop", slug=vendor.slug)
    here = address
    if category:
        here = whole_address(
            "shops.shop",
            slug=vendor.slug,
            category=category,
        )
    logo = picture_address(vendor.logo)
    steps = [
        (_("Shops"), whole_address("platform.directory")),
        (vendor.name, address),
    ]
    if category:
        steps.append((category, here))
    return Meta(
        address=here,
        title=vendor.name,
        description=shortened(vendor.tagline or vendor.description),
        picture=picture_address(vendor.cover) or logo,
        about=(
            structured.shop(vendor, address, logo),
            structured.breadcrumbs(steps),
        ),
    )


def of_category(path: Sequence[CategoryView]) -> Meta:
    """A category, by what it stands below."""
    named = [
        (each.label, whole_address("categories.show", slug=each.slug)) for each in path
    ]
    steps = [(_("Categories"), whole_address("categories.index")), *named]
    return Meta(
        address=steps[-1][1],
        title=steps[-1][0],
        about=(structured.breadcrumbs(steps),),
    )


def of_product(
    item: ProductView,
    vendor: VendorView,
    sending: Sending,
    variants: Sequence[ProductView] = (),
) -> Meta:
    """A product; its variants are known by its address."""
    shop = whole_address("shops.shop", slug=vendor.slug)
    at = Addresses(
        product=whole_address(
            "shops.product",
            slug=vendor.slug,
            product_slug=item.slug,
        ),
        shop=shop,
        picture=picture_address(item.picture),
    )
    steps = [
        (_("Shops"), whole_address("platform.directory")),
        (vendor.name, shop),
        (item.name, at.product),
    ]
    return Meta(
        address=at.product,
        title=item.name,
        description=shortened(as_plain(item.description)),
        picture=at.picture,
        kind="product",
        price=item.price,
        about=(
            structured.product(Shown(item, vendor, at, sending, variants)),
            structured.breadcrumbs(steps),
        ),
    )

"""`/categories`: what the marketplace has, kind by kind, each with a page of its own."""

from __future__ import annotations

from typing import cast

from quart import Blueprint, Response, redirect

from shared.core.locales import gettext as _
from shared.entrypoints.web.access import public
from shared.entrypoints.web.kit import is_htmx
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import page
from shared.entrypoints.web.same_for_all import keep_not, same_for_all
from shared.trade.catalogue.categories import category_cards, category_tree
from shared.trade.catalogue.category_names import moved_to
from shared.trade.catalogue.errors import CategoryNotFound
from shared.trade.vendors.open_shops import currencies
from storefront.described.pages import of_category, of_page
from storefront.search.listing import currency_of, read
from storefront.search.views import listed

categories = Blueprint("categories", __name__)


@categories.get("/categories")
@public
@same_for_all()
async def index() -> Response:
    """All categories."""
    return await page(
        "storefront/search/categories.html",
        cards=await category_cards(),
        meta=of_page("categories.index", _("Categories")),
    )


@categories.get("/categories/<slug>")
@public
@same_for_all("sort")
async def show(slug: str) -> Response:
    """One category with everything below it: where it stands, what is below, its products."""
    tree = await category_tree()
    category = tree.of_slug(slug)
    if category is None:
        return await _moved(slug)
    spoken = await currencies()
    asked = read(
        url_for("categories.show", slug=slug),
        currency=currency_of(spoken),
    )
    asked = asked.of_page()
    path = tree.path(category)
    return await page(
        "storefront/search/category.html",
        fragments={"found": "found", "more": "more"},
        category=category,
        path=path,
        below=tree.below(category),
        asked=asked,
        listing=await listed(
            asked,
            categories=tuple(each.name for each in tree.whole(category)),
        ),
        currencies=spoken,
        fragment=is_htmx(),
        meta=of_category(path),
    )


async def _moved(slug: str) -> Response:
    """Where a link of before a category was renamed or taken away leads."""
    now = await moved_to(slug)
    if now is None:
        raise CategoryNotFound
    there = url_for("categories.show", slug=now) if now else url_for("categories.index")
    keep_not()
    return cast("Response", redirect(there))

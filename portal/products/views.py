"""`/vendor/admin/products`: list, make and change what a vendor sells."""

from __future__ import annotations

from quart import Blueprint, Response, request
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # the stubs are older

from portal.frame import vendor_page
from portal.products.forms import (
    ProductForm,
    VariedProductForm,
    from_product,
    new_vat_classes,
)
from portal.products.pictures import pictures
from shared.core.errors import Conflict, Invalid, NotFound
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import owner
from shared.entrypoints.web.editing import Trail
from shared.entrypoints.web.identity import actor, actor_label, vendor_id
from shared.entrypoints.web.kit import page_number
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import STATIC, page, see_other
from shared.entrypoints.web.paging import pager
from shared.finance.connect.queries import get_vendor_payment_config
from shared.trade.catalogue import service
from shared.trade.catalogue.categories import category_tree
from shared.trade.catalogue.product_views import (
    ProductView,
)
from shared.trade.catalogue.queries import (
    product_for_vendor,
    vendor_products,
)
from shared.trade.people.errors import EmailNotConfirmed
from shared.trade.pictures.rules import FOLDER

blueprint = Blueprint(
    "products",
    __name__,
    url_prefix="/vendor/admin/products",
)
CHECKED = ("name", "price", "stock", "slug", "category", "sku", "weight_grams")


@blueprint.get("")
@owner
async def index() -> Response:
    """The vendor's products, newest first, with a search."""
    found = await vendor_products(
        vendor_id(),
        page=page_number(),
        search=request.args.get("q", ""),
    )
    return await vendor_page(
        "portal/products/list.html",
        fragments={"product-list": "product_list"},
        nav="products",
        found=found,
        pager=pager(
            url_for("products.index"),
            found,
            q=found.search,
        ),
        shop_slug=actor().vendor_slug,
    )


@blueprint.get("/new")
@owner
async def new() -> Response:
    """An empty form."""
    return await _form_page(await _form(None, data={"stock": None}), None)


@blueprint.post("/new")
@owner
async def create() -> Response:
    """Make a product."""
    return await _save(None)


@blueprint.get("/<int:product_id>")
@owner
async def edit(product_id: int) -> Response:
    """The form of a product that exists."""
    product = await product_for_vendor(vendor_id(), product_id)
    return await _form_page(await _form(product, data=from_product(product)), product)


@blueprint.post("/<int:product_id>")
@owner
async def change(product_id: int) -> Response:
    """Save a product."""
    return await _save(await product_for_vendor(vendor_id(), product_id))


@blueprint.post("/check/<field>")
@owner
async def check(field: str) -> Response:
    """One field as it looks once it is left: what is wrong with it stands beside it."""
    if field not in CHECKED:
        raise NotFound
    form = await _form(None)
    form.validate()
    return await page(
        "portal/products/_field.html", field=form[field], currency=form.price.currency
    )


async def _form(
    product: ProductView | None,
    data: dict[str, object] | None = None,
) -> ProductForm:
    config = await get_vendor_payment_config(vendor_id())
    kind = VariedProductForm if product and product.options else ProductForm
    form = await kind.from_request(currency=config.currency, data=data)
    choices = {"": _("No picture"), **pictures(str(STATIC))}
    if product:
        choices.setdefault(product.picture, _("As it is now"))
        # A page from before it was asked for says nothing of it.
        form.vat_class.data = form.vat_class.data or product.vat_class.value
    else:
        form.vat_class.choices = new_vat_classes()
    form.picture.choices = [
        SelectChoice(value, label) for value, label in choices.items()
    ]
    return form


async def _save(product: ProductView | None) -> Response:
    form = await _form(product)
    if not form.ok():
        return await _form_page(
            form,
            product,
            status=422,
        )
    values = form.values(product)
    try:
        saved = await service.save_product(
            vendor_id=vendor_id(),
            product_id=product.id if product else None,
            values=values,
            actor=actor_label(actor()),
            look=form.look(
                from_product,
                page=_address(product),
                trail=_trail(product),
            ),
        )
    except (Conflict, EmailNotConfirmed, Invalid) as error:
        form.blame(error)
        now = await product_for_vendor(vendor_id(), product.id) if product else None
        return await _form_page(
            form,
            now,
            status=error.status,
        )
    return see_other(_after(product, saved), ("ok", _said(values)))


def _said(values: service.ProductValues) -> str:
    if values.is_published:
        return _("%(name)s is saved.", name=values.name)
    return _("%(name)s is saved. Shoppers do not see it yet.", name=values.name)


def _after(product: ProductView | None, saved: int) -> str:
    """What is new may want pictures and variants next: both are offered on its own page."""
    if product is None:
        return url_for("products.edit", product_id=saved)
    return url_for("products.index")


def _address(product: ProductView | None) -> str:
    return (
        url_for("products.edit", product_id=product.id)
        if product
        else url_for("products.new")
    )


def _trail(product: ProductView | None) -> Trail:
    return Trail(
        f"product:{product.id if product else 0}",
        ("product.created", "product.changed"),
    )


async def _form_page(
    form: ProductForm, product: ProductView | None, *, status: int = 200
) -> Response:
    return await vendor_page(
        "portal/products/form.html",
        fragments={"product-form": "product_form"},
        status=status,
        nav="products",
        form=form,
        product=product,
        has_gallery=product is not None and product.picture.startswith(FOLDER),
        action=_address(product),
        currency=product.price.currency if product else form.price.currency,
        shop_slug=actor().vendor_slug,
        categories=[each for _, each in (await category_tree()).walk()],
    )

"""`/vendor/admin/products/<id>/variants`: what shoppers choose about a product, and what of it is
sold.
"""

from __future__ import annotations

from collections.abc import Sequence

from quart import Blueprint, Response

from portal.frame import vendor_page
from portal.products.pictures import pictures
from portal.products.variant_forms import (
    OptionsForm,
    VariantForm,
    from_options,
    from_variants,
    variant_form,
)
from shared.core.errors import Conflict, Invalid
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import owner
from shared.entrypoints.web.editing import Trail
from shared.entrypoints.web.identity import actor, actor_label, vendor_id
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import STATIC, see_other
from shared.trade.catalogue import variants
from shared.trade.catalogue.gallery import gallery_of
from shared.trade.catalogue.options import set_options
from shared.trade.catalogue.product_views import (
    ProductView,
)
from shared.trade.catalogue.queries import (
    product_for_vendor,
)
from shared.trade.catalogue.rules import MOST_VARIANTS

blueprint = Blueprint(
    "variants",
    __name__,
    url_prefix="/vendor/admin/products/<int:product_id>",
)


@blueprint.get("/variants")
@owner
async def show(product_id: int) -> Response:
    """A product's options, and the table of its variants."""
    product = await product_for_vendor(vendor_id(), product_id)
    return await _page(product)


@blueprint.post("/options")
@owner
async def change_options(product_id: int) -> Response:
    """Say what shoppers choose: each combination becomes a variant."""
    product = await product_for_vendor(vendor_id(), product_id)
    form = await OptionsForm.from_request()
    if not form.ok():
        return await _page(
            product,
            options=form,
            status=422,
        )
    try:
        await set_options(
            vendor_id=vendor_id(),
            product_id=product.id,
            options=form.options(),
            actor=actor_label(actor()),
            look=form.look(
                from_options,
                page=_address(product),
                trail=_trail(product),
            ),
        )
    except (Conflict, Invalid) as error:
        form.blame(error)
        return await _page(
            product,
            options=form,
            status=error.status,
        )
    return see_other(_address(product), ("ok", _said(product, form)))


@blueprint.post("/variants")
@owner
async def change(product_id: int) -> Response:
    """Save the table: prices, stock, article numbers, pictures, what is sold."""
    product = await product_for_vendor(vendor_id(), product_id)
    there = await variants.variants_of(product.id)
    table = await _table(product, there)
    form = await table.from_request(currency=product.price.currency)
    if not form.ok():
        return await _page(
            product,
            table=form,
            status=422,
        )

    def shown(now: Sequence[ProductView]) -> dict[str, object]:
        return from_variants(now, product)

    try:
        await variants.save_variants(
            vendor_id=vendor_id(),
            product_id=product.id,
            values=form.values(there),
            actor=actor_label(actor()),
            look=form.look(
                shown,
                page=_address(product),
                trail=_trail(product),
            ),
        )
    except (Conflict, Invalid) as error:
        form.blame(error)
        return await _page(
            product,
            table=form,
            status=error.status,
        )
    said = _("The variants of %(name)s are saved.", name=product.name)
    return see_other(_address(product), ("ok", said))


def _said(product: ProductView, form: OptionsForm) -> str:
    """What has become of a product by other options."""
    facts = {"name": product.name}
    if not form.options():
        return _("%(name)s is sold without options. Enter its stock.", **facts)
    if not product.options and product.stock:
        return _(
            "%(name)s has variants now. You had %(stock)s in stock: enter how many there are of"
            " each.",
            stock=product.stock,
            **facts,
        )
    return _("The options of %(name)s are saved.", **facts)


async def _table(
    product: ProductView,
    there: Sequence[ProductView],
) -> type[VariantForm]:
    known = {"": _("As the product")}
    for number, one in enumerate(await gallery_of(product.id), 1):
        known[one.path] = one.text or _("Picture %(number)s", number=number)
    known |= pictures(str(STATIC))
    for variant in there:
        known.setdefault(variant.picture, _("As it is now"))
    return variant_form(there, known)


async def _page(
    product: ProductView,
    *,
    options: OptionsForm | None = None,
    table: VariantForm | None = None,
    status: int = 200,
) -> Response:
    there = await variants.variants_of(product.id)
    if options is None:
        options = OptionsForm(data=from_options(product))
    if table is None:
        made = await _table(product, there)
        table = made(
            data=from_variants(there, product),
            meta={"currency": product.price.currency},
        )
    return await vendor_page(
        "portal/products/variants.html",
        status=status,
        nav="products",
        product=product,
        options=options,
        table=table,
        rows=[table.of(variant) for variant in there],
        most=MOST_VARIANTS,
        shop_slug=actor().vendor_slug,
        currency=product.price.currency,
    )


def _address(product: ProductView) -> str:
    return url_for("variants.show", product_id=product.id)


def _trail(product: ProductView) -> Trail:
    return Trail(f"product:{product.id}", ("product.variants_changed",))

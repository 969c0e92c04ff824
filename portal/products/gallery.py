"""`/vendor/admin/products/<id>/pictures`: a product's pictures, their order and their words."""

from __future__ import annotations

from quart import Blueprint, Response, request

from portal.frame import vendor_page
from portal.products.gallery_forms import (
    ACCEPT,
    GalleryTexts,
    UploadForm,
    from_gallery,
    texts_form,
)
from shared.core.errors import Conflict, Invalid, NotFound
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import large_body, owner
from shared.entrypoints.web.bodies import MAX_UPLOAD
from shared.entrypoints.web.editing import Trail
from shared.entrypoints.web.forms import Bare
from shared.entrypoints.web.identity import actor, actor_label, vendor_id
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.trade.catalogue import gallery
from shared.trade.catalogue.product_views import ProductView
from shared.trade.catalogue.queries import product_for_vendor
from shared.trade.pictures import service as pictures
from shared.trade.pictures.rules import MOST_BYTES, EncodedPicture

blueprint = Blueprint(
    "gallery",
    __name__,
    url_prefix="/vendor/admin/products/<int:product_id>/pictures",
)
TO_FRONT, TO_BACK, AWAY = "front", "back", "away"


@blueprint.get("")
@owner
async def show(product_id: int) -> Response:
    """A product's pictures."""
    return await _page(await product_for_vendor(vendor_id(), product_id))


@blueprint.post("")
@owner
@large_body(MAX_UPLOAD, of="pictures")
@limit("60/minute")
async def upload(product_id: int) -> Response:
    """Put pictures behind those that are there; each is made anew."""
    product = await product_for_vendor(vendor_id(), product_id)
    form = await UploadForm.from_request()
    if not form.ok():
        return await _page(
            product,
            brought=form,
            status=422,
        )
    try:
        await gallery.add_pictures(
            vendor_id=vendor_id(),
            product_id=product.id,
            pictures=await _brought(),
            actor=actor_label(actor()),
        )
    except (Conflict, Invalid) as error:
        form.blame(error)
        return await _page(
            product,
            brought=form,
            status=error.status,
        )
    return see_other(_address(product), ("ok", _("The pictures are in your shop.")))


async def _brought() -> list[EncodedPicture]:
    """The pictures of this request, made anew. Raises Invalid."""
    made = []
    for given in (await request.files).getlist("picture"):
        if given.filename:
            picture = await pictures.made(
                given.read(),
                called=given.filename[:80],
                vendor_id=vendor_id(),
            )
            made.append(picture)
    if not made:
        raise Invalid(_("Choose a picture."), param="picture")
    return made


@blueprint.post("/texts")
@owner
async def describe(product_id: int) -> Response:
    """Say what the pictures show."""
    product = await product_for_vendor(vendor_id(), product_id)
    there = await gallery.gallery_of(product.id)
    form = await texts_form(there).from_request()
    if not form.ok():
        return await _page(
            product,
            texts=form,
            status=422,
        )
    try:
        await gallery.describe_pictures(
            vendor_id=vendor_id(),
            product_id=product.id,
            texts=form.texts_of(there),
            actor=actor_label(actor()),
            look=form.look(
                from_gallery,
                page=_address(product),
                trail=Trail(f"product:{product.id}", ("product.pictures_changed",)),
            ),
        )
    except (Conflict, Invalid) as error:
        form.blame(error)
        return await _page(
            product,
            texts=form,
            status=error.status,
        )
    return see_other(_address(product), ("ok", _("Saved.")))


@blueprint.post("/<int:picture_id>/<move>")
@owner
async def move(
    product_id: int,
    picture_id: int,
    move: str,
) -> Response:
    """Move a picture to the front or the back, or take it away."""
    if move not in (TO_FRONT, TO_BACK, AWAY):
        raise NotFound
    product = await product_for_vendor(vendor_id(), product_id)
    form = await Bare.from_request()
    if not form.ok():
        return await _page(product, status=422)
    if move == AWAY:
        await gallery.remove_picture(
            vendor_id=vendor_id(),
            product_id=product.id,
            picture_id=picture_id,
            actor=actor_label(actor()),
        )
    else:
        await gallery.move_picture(
            vendor_id=vendor_id(),
            product_id=product.id,
            picture_id=picture_id,
            to_front=move == TO_FRONT,
            actor=actor_label(actor()),
        )
    return see_other(_address(product))


async def _page(
    product: ProductView,
    *,
    brought: UploadForm | None = None,
    texts: GalleryTexts | None = None,
    status: int = 200,
) -> Response:
    there = await gallery.gallery_of(product.id)
    if texts is None:
        texts = texts_form(there)(data=from_gallery(there), meta={"currency": None})
    if brought is None:
        brought = UploadForm(meta={"currency": None})
    return await vendor_page(
        "portal/products/pictures.html",
        status=status,
        nav="products",
        product=product,
        brought=brought,
        texts=texts,
        rows=[(one, texts.field_of(one)) for one in there],
        accept=ACCEPT,
        most=gallery.MOST_PICTURES,
        megabytes=MOST_BYTES // 1024 // 1024,
        shop_slug=actor().vendor_slug,
    )


def _address(product: ProductView) -> str:
    return url_for("gallery.show", product_id=product.id)

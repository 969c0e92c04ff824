"""Which pictures a product's page shows, and which of them first."""

from __future__ import annotations

from shared.core.frozen import frozen
from shared.trade.catalogue.gallery import gallery_of
from shared.trade.catalogue.product_views import ProductView
from shared.trade.pictures.rules import FOLDER


@frozen
class PictureShown:
    """A picture of a product's page, and what it shows."""

    path: str
    text: str


async def pictures_of(
    product: ProductView,
    chosen: ProductView | None,
) -> tuple[PictureShown, ...]:
    """All pictures of a product, that of the chosen variant first.

    One statement for who has uploaded some, none for others.
    """
    shown = chosen or product
    first = PictureShown(shown.picture or product.picture, shown.full_name)
    if not product.picture.startswith(FOLDER):
        return (first,)
    uploaded = [
        PictureShown(one.path, one.text or product.name)
        for one in await gallery_of(product.id)
    ]
    known = next((one for one in uploaded if one.path == first.path), first)
    return (known, *(one for one in uploaded if one.path != first.path))

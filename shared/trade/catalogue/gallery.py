"""The pictures of a product: uploaded, put in order, described, taken away by their vendor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.core.editing import Look, unseen
from shared.core.frozen import frozen
from shared.infra import unit
from shared.infra.unit import Transaction
from shared.trade.catalogue.errors import (
    AlternativeTextTooLong,
    GalleryFull,
    PictureNotInGallery,
)
from shared.trade.catalogue.models import Product, ProductPicture
from shared.trade.catalogue.variant_rows import follow, locked_product, locked_variants
from shared.trade.pictures.rules import EncodedPicture
from shared.trade.pictures.service import keep

MOST_PICTURES = 12
LONGEST_TEXT = 200


@frozen
class GalleryPicture:
    """A picture of a product; `path` names it as columns do, `text` says what it shows."""

    id: int
    path: str
    text: str


async def gallery_of(product_id: int) -> tuple[GalleryPicture, ...]:
    """A product's uploaded pictures, in the vendor's order."""
    rows = await ProductPicture.filter(product_id=product_id).order_by("position", "id")
    return tuple(
        GalleryPicture(
            row.id,
            row.path,
            row.text,
        )
        for row in rows
    )


async def add_pictures(
    *,
    vendor_id: int,
    product_id: int,
    pictures: Sequence[EncodedPicture],
    actor: str,
) -> None:
    """Put pictures behind those that a product has; one that it has already is not put twice.

    Raises NotFound, GalleryFull, TooManyPictures.
    """
    async with unit.transaction() as tx:
        row = await locked_product(tx, vendor_id, product_id)
        there = await _rows(row)
        known = {one.path for one in there}
        for picture in pictures:
            path = await keep(
                tx,
                picture,
                vendor_id=vendor_id,
            )
            if path not in known:
                known.add(path)
                there.append(
                    _new(
                        row,
                        path,
                        len(there),
                    )
                )
        if len(there) > MOST_PICTURES:
            raise GalleryFull(most=MOST_PICTURES)
        added = [one for one in there if not one._saved_in_db]
        await ProductPicture.bulk_create(added)
        await _show_first(tx, row, there, actor=actor)


async def move_picture(
    *,
    vendor_id: int,
    product_id: int,
    picture_id: int,
    to_front: bool,
    actor: str,
) -> None:
    """Move a picture one place, to the front or to the back. Raises NotFound."""
    async with unit.transaction() as tx:
        row = await locked_product(tx, vendor_id, product_id)
        there = await _rows(row)
        at = _place_of(there, picture_id)
        picture = there.pop(at)
        to = at - 1 if to_front else at + 1
        there.insert(max(to, 0), picture)
        await _number(there)
        await _show_first(tx, row, there, actor=actor)


async def remove_picture(
    *,
    vendor_id: int,
    product_id: int,
    picture_id: int,
    actor: str,
) -> None:
    """Take a picture away from a product; what was ordered goes on showing it. Raises NotFound."""
    async with unit.transaction() as tx:
        row = await locked_product(tx, vendor_id, product_id)
        there = await _rows(row)
        gone = there.pop(_place_of(there, picture_id))
        await ProductPicture.filter(id=gone.id).delete()
        await _number(there)
        await _show_first(
            tx,
            row,
            there,
            gone=gone.path,
            actor=actor,
        )


async def describe_pictures(
    *,
    vendor_id: int,
    product_id: int,
    texts: Mapping[int, str],
    actor: str,
    look: Look[Sequence[GalleryPicture]] = unseen,
) -> None:
    """Say what pictures show, by their ids, for those who do not see them.

    Raises NotFound, Invalid, and what `look` does.
    """
    for picture_id, text in texts.items():
        if len(text) > LONGEST_TEXT:
            raise AlternativeTextTooLong(most=LONGEST_TEXT, param=f"text_{picture_id}")
    async with unit.transaction() as tx:
        row = await locked_product(tx, vendor_id, product_id)
        await look(await gallery_of(product_id))
        there = await _rows(row)
        told_of = [one for one in there if one.id in texts]
        changed = [one for one in told_of if one.text != texts[one.id]]
        for one in changed:
            one.text = texts[one.id]
        if changed:
            await ProductPicture.bulk_update(changed, fields=["text"])
            told = {one.path: one.text for one in changed}
            _record(
                tx,
                row,
                actor,
                texts=told,
            )


def _new(
    row: Product,
    path: str,
    position: int,
) -> ProductPicture:
    return ProductPicture(
        product_id=row.id,
        vendor_id=row.vendor_id,
        path=path,
        position=position,
    )


async def _rows(row: Product) -> list[ProductPicture]:
    mine = ProductPicture.filter(product_id=row.id)
    return list(await mine.order_by("position", "id"))


def _place_of(there: Sequence[ProductPicture], picture_id: int) -> int:
    for at, one in enumerate(there):
        if one.id == picture_id:
            return at
    raise PictureNotInGallery


async def _number(there: Sequence[ProductPicture]) -> None:
    for position, one in enumerate(there):
        one.position = position
    if there:
        await ProductPicture.bulk_update(there, fields=["position"])


async def _show_first(
    tx: Transaction,
    row: Product,
    there: Sequence[ProductPicture],
    *,
    gone: str = "",
    actor: str,
) -> None:
    """Let lists, baskets and variants show the first picture; those of a picture that is gone,
    too.
    """
    before = row.picture
    row.picture = there[0].path if there else ""
    variants = await locked_variants(tx, row)
    for variant in variants:
        if gone and variant.picture == gone:
            variant.picture = before
    if row.picture != before or gone:
        await row.save(update_fields=["picture"])
        await follow(
            row,
            variants,
            picture_before=before,
        )
    _record(
        tx,
        row,
        actor,
        pictures=[one.path for one in there],
    )


def _record(
    tx: Transaction,
    row: Product,
    actor: str,
    **details: object,
) -> None:
    tx.record(
        "product.pictures_changed",
        actor=actor,
        subject=f"product:{row.id}",
        vendor_id=row.vendor_id,
        **details,
    )

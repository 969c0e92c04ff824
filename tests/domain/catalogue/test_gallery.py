"""A product's pictures: order, words, and what lists, variants and old orders show; on both
databases.
"""

from __future__ import annotations

import pytest

from shared.core.errors import NotFound
from shared.trade.catalogue import gallery
from shared.trade.catalogue.errors import GalleryFull
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.options import set_options
from shared.trade.pictures import service as pictures
from shared.trade.pictures.errors import PictureNotFound, TooManyPictures
from shared.trade.pictures.models import StoredPicture
from shared.trade.pictures.rules import EncodedPicture
from shared.trade.vendors.models import Vendor
from tests.support.factories import make_product, make_ready_vendor, make_variants
from tests.support.photos import photo

pytestmark = pytest.mark.usefixtures("database")


async def made(vendor: Vendor, shade: int) -> EncodedPicture:
    """A small picture; each shade is another one."""
    content = photo(300, 300, kind="PNG", colour=(shade, shade, shade))
    return await pictures.made(content, called="a.png", vendor_id=vendor.id)


async def add(vendor: Vendor, product: Product, *shades: int) -> None:
    await gallery.add_pictures(
        vendor_id=vendor.id,
        product_id=product.id,
        pictures=[await made(vendor, shade) for shade in shades],
        actor="member:1",
    )


async def shown(product: Product) -> str:
    return (await Product.get(id=product.id)).picture


class TestOrder:
    async def test_the_first_is_what_lists_show(self) -> None:
        """Whichever is put there, and the next when it goes; without any there is none."""
        vendor = await make_ready_vendor()
        product = await make_product(vendor, picture="img/products/cup.svg")
        await add(vendor, product, 10, 90)
        await add(vendor, product, 170, 10)  # one is there already
        first, second, third = await gallery.gallery_of(product.id)
        assert await shown(product) == first.path

        mine = {"vendor_id": vendor.id, "product_id": product.id, "actor": "member:1"}
        await gallery.move_picture(picture_id=third.id, to_front=True, **mine)  # type: ignore[arg-type]
        await gallery.move_picture(picture_id=third.id, to_front=True, **mine)  # type: ignore[arg-type]
        await gallery.move_picture(picture_id=third.id, to_front=True, **mine)  # type: ignore[arg-type]
        await gallery.move_picture(picture_id=first.id, to_front=False, **mine)  # type: ignore[arg-type]
        order = [one.id for one in await gallery.gallery_of(product.id)]
        assert order == [third.id, second.id, first.id]
        assert await shown(product) == third.path

        for one in (third, second, first):
            await gallery.remove_picture(picture_id=one.id, **mine)  # type: ignore[arg-type]
        assert await shown(product) == ""

    async def test_twelve_and_no_more(self) -> None:
        """What does not fit is said, and none of it is put there."""
        vendor = await make_ready_vendor()
        product = await make_product(vendor)
        await add(vendor, product, *range(0, 240, 20))
        with pytest.raises(GalleryFull, match="at most 12"):
            await add(vendor, product, 250)
        assert len(await gallery.gallery_of(product.id)) == 12
        assert await StoredPicture.all().count() == 12

    async def test_another_vendors_product_or_picture_is_not_there(self) -> None:
        """Nor is a picture of another product of mine."""
        mine, theirs = await make_ready_vendor(), await make_ready_vendor()
        product, other = await make_product(theirs), await make_product(theirs)
        await add(theirs, product, 10)
        (one,) = await gallery.gallery_of(product.id)
        with pytest.raises(NotFound):
            await add(mine, product, 20)
        for vendor, at in ((mine, product), (theirs, other)):
            with pytest.raises(NotFound):
                await gallery.remove_picture(
                    vendor_id=vendor.id,
                    product_id=at.id,
                    picture_id=one.id,
                    actor="member:1",
                )
        assert len(await gallery.gallery_of(product.id)) == 1


class TestVariants:
    async def test_show_the_products_picture_until_they_have_their_own(self) -> None:
        """And again when theirs is taken away."""
        vendor = await make_ready_vendor()
        product, (small, medium) = await make_variants(vendor)
        await add(vendor, product, 10, 90)
        first, second = await gallery.gallery_of(product.id)
        await Product.filter(id=medium.id).update(picture=second.path)
        await gallery.remove_picture(
            vendor_id=vendor.id,
            product_id=product.id,
            picture_id=second.id,
            actor="member:1",
        )
        rows = await Product.filter(parent_id=product.id)
        assert {row.picture for row in rows} == {first.path}
        assert {row.id for row in rows} == {small.id, medium.id}

        await set_options(
            vendor_id=vendor.id, product_id=product.id, options=[], actor="member:1"
        )
        assert await shown(product) == first.path


class TestFiles:
    async def test_each_is_kept_once_and_stays(self) -> None:
        """What was ordered goes on showing it; what there is not is not found."""
        vendor = await make_ready_vendor()
        product = await make_product(vendor)
        await add(vendor, product, 10)
        await add(vendor, await make_product(vendor), 10)
        (one,) = await gallery.gallery_of(product.id)
        assert await StoredPicture.all().count() == 1
        await gallery.remove_picture(
            vendor_id=vendor.id,
            product_id=product.id,
            picture_id=one.id,
            actor="member:1",
        )

        name = one.path.removeprefix("pictures/")
        assert (await pictures.content_of(name, 300, "webp")).startswith(b"RIFF")
        assert (await pictures.content_of(name, 300, "jpg")).startswith(b"\xff\xd8\xff")
        for wrong in ((name, 320, "jpg"), (name, 300, "png"), ("x", 300, "jpg")):
            with pytest.raises(PictureNotFound):
                await pictures.content_of(*wrong)

    async def test_a_vendor_keeps_so_many(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Then it is told, rather than the disk being full for all."""
        monkeypatch.setattr(pictures, "MOST_PER_VENDOR", 2)
        vendor = await make_ready_vendor()
        product = await make_product(vendor)
        await add(vendor, product, 10, 90)
        with pytest.raises(TooManyPictures):
            await add(vendor, product, 170)

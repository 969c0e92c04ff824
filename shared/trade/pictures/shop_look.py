"""How a vendor's shop looks: its words, its colour, its logo and cover."""

from __future__ import annotations

import re

from shared.core.editing import Look, unseen
from shared.core.frozen import frozen
from shared.infra import unit
from shared.trade.pictures.errors import BadColour
from shared.trade.pictures.rules import EncodedPicture
from shared.trade.pictures.service import keep
from shared.trade.vendors.models import Vendor
from shared.trade.vendors.terms import locked_terms

LONGEST_TAGLINE, LONGEST_TEXT, LONGEST_CITY = 160, 3000, 80
_COLOUR = re.compile(r"#[0-9a-f]{6}", re.ASCII)


@frozen
class ShopLook:
    """What shoppers see of a shop before its things; `brand_color` as `#7c2d12`."""

    tagline: str
    description: str
    city: str
    brand_color: str


async def shop_look(vendor_id: int) -> ShopLook:
    """How a shop looks now."""
    return _look_of(await Vendor.get(id=vendor_id))


async def save_look(
    *,
    vendor_id: int,
    values: ShopLook,
    logo: EncodedPicture | None,
    cover: EncodedPicture | None,
    actor: str,
    look: Look[ShopLook] = unseen,
) -> None:
    """Let a shop look like this; without a picture the one that is there stays.

    Raises BadColour, TooManyPictures, and what `look` does.
    """
    if _COLOUR.fullmatch(values.brand_color) is None:
        raise BadColour
    async with unit.transaction() as tx:
        row = await tx.lock(Vendor, id=vendor_id)
        await locked_terms(tx, vendor_id)
        await look(_look_of(row))
        wanted = dict(vars(values))
        if logo is not None:
            wanted["logo"] = await keep(tx, logo, vendor_id=vendor_id)
        if cover is not None:
            wanted["cover"] = await keep(tx, cover, vendor_id=vendor_id)
        changed = {
            name: value for name, value in wanted.items() if getattr(row, name) != value
        }
        if changed:
            await row.update_from_dict(changed).save(update_fields=list(changed))
            tx.record(
                "vendor.shop_look_changed",
                actor=actor,
                subject=f"vendor:{vendor_id}",
                vendor_id=vendor_id,
                changed=sorted(changed),
            )


def _look_of(row: Vendor) -> ShopLook:
    return ShopLook(
        tagline=row.tagline,
        description=row.description,
        city=row.city,
        brand_color=row.brand_color,
    )

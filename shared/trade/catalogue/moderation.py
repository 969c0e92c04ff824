"""The marketplace's staff takes a product off sale, and lets it be sold again (regulations
2022/2065, articles 16 and 17, and 2023/988, article 22). Its vendor is told why, and what to do.
"""

from __future__ import annotations

from tortoise.expressions import RawSQL

from shared.core.errors import NotFound
from shared.core.frozen import frozen
from shared.core.ids import new_nonce
from shared.infra import unit
from shared.infra.mail import service as mail
from shared.infra.unit import Transaction
from shared.trade.catalogue.errors import NoReasonSaid
from shared.trade.catalogue.models import Product
from shared.trade.catalogue.variant_rows import follow, locked_variants
from shared.trade.vendors.models import Vendor

MOST_REASON = 500
SHOWN = 100
# In the statement itself, as the index of those that are off says it; a variant never is by itself.
_NOTHING = RawSQL("''")


@frozen
class OffSale:
    """A product that the staff took off, and why."""

    id: int
    name: str
    shop: str
    reason: str


async def taken_off() -> tuple[OffSale, ...]:
    """Those that are off, the newest first."""
    rows = Product.filter(taken_off_for__gt=_NOTHING)
    found = await rows.select_related("vendor").order_by("-id").limit(SHOWN)
    return tuple(
        OffSale(row.id, row.name, row.vendor.name, row.taken_off_for) for row in found
    )


async def product_at(address: str) -> int:
    """The id of the product that this address shows: its shop and itself come last.

    Raises NotFound.
    """
    path = address.partition("?")[0].rstrip("/")
    shop, _, slug = path.rpartition("/")
    shop = shop.rpartition("/")[2]
    row = await Product.get_or_none(vendor__slug=shop, slug=slug, parent_id=None)
    if row is None:
        raise NotFound
    return int(row.id)


async def take_off(product_id: int, *, reason: str, actor: str) -> None:
    """Nobody sees or buys it from now on; orders that are there go on. Raises NoReasonSaid."""
    told = reason.strip()
    if not told or len(told) > MOST_REASON:
        raise NoReasonSaid(param="reason", most=MOST_REASON)
    async with unit.transaction() as tx:
        row = await tx.lock(Product, id=product_id, parent_id=None)
        row.taken_off_for, row.is_published = told, False
        await row.save(update_fields=["taken_off_for", "is_published"])
        there = await locked_variants(tx, row)
        await follow(row, there, picture_before=row.picture)
        await _tell(tx, row, "product.taken_off", "product_taken_off", actor=actor)


async def put_back(product_id: int, *, actor: str) -> None:
    """Its vendor may publish it again; twice is once."""
    async with unit.transaction() as tx:
        row = await tx.lock(Product, id=product_id, parent_id=None)
        if row.taken_off_for:
            row.taken_off_for = ""
            await row.save(update_fields=["taken_off_for"])
            await _tell(tx, row, "product.put_back", "product_put_back", actor=actor)


async def _tell(
    tx: Transaction,
    row: Product,
    action: str,
    kind: str,
    *,
    actor: str,
) -> None:
    """In the trail, as an act; and in a mail of this kind to its shop."""
    vendor = await Vendor.get(id=row.vendor_id)
    tx.record(
        action,
        actor=actor,
        subject=f"product:{row.id}",
        vendor_id=row.vendor_id,
        reason=row.taken_off_for,
    )
    mail.post(
        tx,
        kind,
        to=vendor.business_email,
        unique_key=f"{kind}:{row.id}:{new_nonce()}",
        context={
            "vendor_name": vendor.name,
            "product": row.name,
            "product_id": row.id,
            "reason": row.taken_off_for,
        },
    )

"""A vendor says how it is taxed on what it sells; orders keep what they were sold with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.core.editing import Look, unseen
from shared.infra import unit
from shared.trade.vendors.models import Vendor
from shared.trade.vendors.rules import VatScheme


async def save_scheme(
    *,
    vendor_id: int,
    scheme: VatScheme,
    actor: str,
    postal_code: str = "",
    look: Look[Mapping[str, Any]] = unseen,
) -> None:
    """Sell by this scheme, and from this place, from the next order on. Raises NotFound, and what
    `look` does.
    """
    async with unit.transaction() as tx:
        vendor = await tx.lock(Vendor, id=vendor_id)
        before, place = vendor.vat_scheme, vendor.postal_code
        await look({"scheme": before, "postal_code": place})
        if (before, place) == (scheme.value, postal_code):
            return
        vendor.vat_scheme, vendor.postal_code = scheme.value, postal_code
        await vendor.save(update_fields=["vat_scheme", "postal_code"])
        tx.record(
            "vendor.vat_scheme_changed",
            actor=actor,
            subject=f"vendor:{vendor_id}",
            vendor_id=vendor_id,
            before=before,
            after=scheme.value,
            postal_code=postal_code,
        )

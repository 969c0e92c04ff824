"""How the demo's shops are taxed: one by the destination's rates, the others at home."""

from __future__ import annotations

from shared.trade.vat.sales.service import save_scheme
from shared.trade.vendors.rules import VatScheme

_SCHEMES = {"atelier-luxe": VatScheme.OSS}


async def say_scheme(
    vendor_id: int,
    slug: str,
    actor: str,
) -> None:
    """Let a shop have said it."""
    await save_scheme(
        vendor_id=vendor_id,
        scheme=_SCHEMES.get(slug, VatScheme.LOCAL),
        actor=actor,
    )

"""The businesses behind the demo's shops, made up. One has not said who it is yet."""

from __future__ import annotations

from shared.trade.vendors.seller import SellerDetails, save_seller

_SELLERS = {
    "atelier-luxe": SellerDetails(
        "Atelier Luxe S.à r.l.",
        "12, rue de l’Eau\nL-1449 Luxembourg",
        "+352 26 00 00 12",
        "RCS Luxembourg B000012",
    ),
    "velo-nord": SellerDetails(
        "Vélo Nord ApS",
        "Havnegade 4\n8000 Aarhus C",
        "+45 86 00 00 04",
        "CVR 12345674",
    ),
    "maison-tilleul": SellerDetails(
        "Maison Tilleul SARL",
        "3, allée des Tilleuls\n54000 Nancy",
        "+33 3 83 00 00 03",
        "RCS Nancy 000 000 003",
    ),
}


async def say_seller(
    vendor_id: int,
    slug: str,
    actor: str,
) -> None:
    """Let a shop have said it."""
    if slug in _SELLERS:
        await save_seller(
            vendor_id=vendor_id,
            values=_SELLERS[slug],
            actor=actor,
        )

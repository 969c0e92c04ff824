"""A vendor, and its account at the stand-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.finance.connect import service
from shared.infra.gateway.accounts import AccountDetails
from shared.trade.vendors import service as vendors

if TYPE_CHECKING:
    from shared.infra.gateway.gateway import Gateway

DETAILS = AccountDetails(
    country="LU",
    business_type="company",
    business_name="Atelier",
    email="owner@atelier.test",
)


async def new_vendor(
    name: str = "Atelier Luxe", email: str = "owner@atelier.test", country: str = "LU"
) -> int:
    signed = await vendors.sign_up(
        email=email,
        password="a-long-password",
        full_name="Olive Owner",
        business_name=name,
        country=country,
        confirmed=True,
    )
    return signed.vendor_id


async def connected(gateway: Gateway, vendor_id: int) -> str:
    return await service.setup_payments(
        gateway, vendor_id=vendor_id, details=DETAILS, actor="member:1"
    )

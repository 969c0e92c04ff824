"""A vendor's payment page, and how it is connected there."""

from __future__ import annotations

from shared.finance.connect.models import VendorPaymentConfig
from tests.support.portal import Portal

HOME = "/vendor/admin/payments"


FORM = {
    "country": "LU",
    "business_type": "company",
    "business_name": "Atelier Luxe",
    "email": "owner@atelier.test",
    "phone": "",
    "url": "",
    "currency": "",
}


async def config_row(portal: Portal) -> VendorPaymentConfig:
    return await VendorPaymentConfig.get(vendor_id=portal.vendor_id)


async def connect(portal: Portal, **changes: str) -> str:
    answer = await portal.post(f"{HOME}/connect", {**FORM, **changes})
    assert answer.status_code == 303, await answer.get_data(as_text=True)
    location: str = answer.headers["Location"]
    return location

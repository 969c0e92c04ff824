"""A vendor's account at the stand-in of which something is asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from shared.core import clock
from shared.finance.connect import service
from shared.finance.connect.models import VendorPaymentConfig
from shared.infra.mail.models import Email
from tests.support.market import Shop
from tests.support.portal import Portal, signed_in

if TYPE_CHECKING:
    from quart.typing import TestClientProtocol

    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox

PASSPORT = "individual.verification.document"


BLURRED = {
    "code": "verification_document_not_readable",
    "reason": "Blurry.",
    "requirement": PASSPORT,
}


PAYMENTS = "/vendor/admin/payments"


def in_days(days: float) -> datetime:
    return (clock.now() + timedelta(days=days)).replace(microsecond=0)


def due(deadline: datetime, **more: Any) -> dict[str, Any]:
    return {
        "currently_due": [PASSPORT],
        "current_deadline": int(deadline.timestamp()),
        **more,
    }


async def ask(
    gateway: Gateway, sandbox: RunningSandbox, shop: Shop, **forced: Any
) -> None:
    """Let Stripe say this of the shop's account, and read it."""
    sandbox.control("POST", f"accounts/{shop.account_id}", forced)
    await service.sync_account(gateway, vendor_id=shop.vendor_id)


async def connected_shop(
    client: TestClientProtocol, gateway: Gateway, sandbox: RunningSandbox
) -> tuple[Portal, Shop]:
    """A signed-in vendor whose account is finished."""
    portal = await signed_in(client)
    form = {
        "country": "LU",
        "business_type": "company",
        "business_name": "A",
        "email": "a@b.test",
    }
    answer = await portal.post(
        f"{PAYMENTS}/connect", {**form, "phone": "", "url": "", "currency": ""}
    )
    assert answer.status_code == 303
    row = await VendorPaymentConfig.get(vendor_id=portal.vendor_id)
    shop = Shop(portal.vendor_id, 0, str(row.stripe_account_id), 0)
    await ask(gateway, sandbox, shop, complete=True)
    return portal, shop


async def mailed(kind: str) -> list[Email]:
    return await Email.filter(kind=kind).order_by("id")

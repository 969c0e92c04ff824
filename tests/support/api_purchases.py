"""A shop, and a purchase there that a program pays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.market import Purchase, Shop, check_out, open_shop

if TYPE_CHECKING:
    from quart import Quart

    from shared.infra.gateway.gateway import Gateway
    from tests.support.sandbox import RunningSandbox


@pytest.fixture
async def shop(app: Quart, gateway: Gateway, sandbox: RunningSandbox) -> Shop:
    return await open_shop(gateway, sandbox)


@pytest.fixture
async def purchase(shop: Shop) -> Purchase:
    return await check_out(shop)


def intent_path(vendor_id: int) -> str:
    return f"/api/v1/platform/vendors/{vendor_id}/payments/create-intent"


def hold_path(vendor_id: int) -> str:
    return f"/api/v1/platform/vendors/{vendor_id}/payments/hold"

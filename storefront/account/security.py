"""`/shop/account/security`: a shopper's own address, password and browsers."""

from __future__ import annotations

from typing import Any

from quart import Blueprint, Response

from shared.entrypoints.web.access import public, shopper
from shared.entrypoints.web.accounts import Audience, add_account_pages, forgot_page
from shared.entrypoints.web.pages import page

security = Blueprint("shopper_security", __name__, url_prefix="/shop/account/security")
forgotten = Blueprint("shopper_forgotten", __name__)
SIGN_IN = "account.login"


async def _show(**context: Any) -> Response:
    return await page(
        "storefront/account/security.html", shopper=context["who"], **context
    )


add_account_pages(security, Audience("customer", SIGN_IN), shopper, _show)
forgotten.add_url_rule(
    "/shop/account/forgot",
    "forgot",
    public(forgot_page("customer", SIGN_IN)),
    methods=["GET", "POST"],
)

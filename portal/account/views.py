"""`/vendor/admin/security` and `/operator/security`: address, password and browsers of owners and
of the marketplace's staff.
"""

from __future__ import annotations

from typing import Any

from quart import Blueprint, Response

from portal.frame import vendor_page
from portal.operator.frame import page
from shared.entrypoints.web.access import operator, owner, public
from shared.entrypoints.web.accounts import Audience, add_account_pages, forgot_page

vendor_account = Blueprint(
    "vendor_account", __name__, url_prefix="/vendor/admin/security"
)
operator_account = Blueprint(
    "operator_account", __name__, url_prefix="/operator/security"
)
forgotten = Blueprint("forgotten", __name__)


async def _owner(**context: Any) -> Response:
    return await vendor_page("portal/account/owner.html", nav="security", **context)


async def _operator(**context: Any) -> Response:
    return await page("portal/account/operator.html", nav_active="security", **context)


add_account_pages(vendor_account, Audience("member", "signin.login"), owner, _owner)
add_account_pages(
    operator_account, Audience("member", "signin.operator_login"), operator, _operator
)
vendor_forgot = public(forgot_page("member", "signin.login"))
operator_forgot = public(forgot_page("member", "signin.operator_login"))
forgotten.add_url_rule(
    "/vendor/forgot", "vendor_forgot", vendor_forgot, methods=["GET", "POST"]
)
forgotten.add_url_rule(
    "/operator/forgot", "operator_forgot", operator_forgot, methods=["GET", "POST"]
)

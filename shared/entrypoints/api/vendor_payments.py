"""A vendor's own program asks how it is paid, and starts the set-up."""

from __future__ import annotations

from typing import Any

from quart import Blueprint
from quart_schema import document_request, document_response, tag

from shared.entrypoints.api.body import read_body
from shared.entrypoints.api.models import (
    ErrorAnswer,
    PaymentConfig,
    SetupAnswer,
    SetupBody,
)
from shared.entrypoints.web.access import unsigned_post, vendor_token
from shared.entrypoints.web.identity import actor, actor_label, vendor_id
from shared.entrypoints.web.kit import kit
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import public_url_for
from shared.finance.connect import service
from shared.finance.connect.queries import get_vendor_payment_config
from shared.infra.gateway.accounts import AccountDetails
from shared.trade.people.scopes import Scope
from shared.trade.vendors.errors import PaymentNotConfigured
from shared.trade.vendors.queries import vendor_contact

blueprint = Blueprint("vendor_payments", __name__, url_prefix="/api/v1/vendor/payments")

NOT_CONFIGURED: dict[str, Any] = {
    "stripe_account_id": None,
    "account_status": "not_configured",
    "accepts_payments": False,
    "needs_setup": True,
}


@blueprint.get("/config")
@vendor_token(Scope.PAYMENTS_READ)
@tag(["Vendors"])
@document_response(PaymentConfig)
async def config() -> dict[str, Any]:
    """How this vendor is paid.

    An outage is an outage: only a vendor that never connected is `not_configured`.
    """
    try:
        found = await get_vendor_payment_config(vendor_id())
    except PaymentNotConfigured:
        return NOT_CONFIGURED
    if found.stripe_account_id is None:
        return NOT_CONFIGURED
    return {
        "stripe_account_id": found.stripe_account_id,
        "account_status": found.account_status.value,
        "accepts_payments": found.accepts_payments,
        "currency": found.currency,
        # a rate, not money: a JSON number, as callers know it; nothing is calculated with it after
        # this line
        "platform_fee_percentage": float(found.platform_fee_percentage),
        "needs_onboarding": found.needs_onboarding,
    }


@blueprint.post("/setup")
@vendor_token(Scope.ONBOARDING)
@unsigned_post("authorised by an API token, which no browser sends by itself")
@limit("30/minute")
@tag(["Vendors"])
@document_request(SetupBody)
@document_response(SetupAnswer)
@document_response(ErrorAnswer, 409)
@document_response(ErrorAnswer, 422)
@document_response(ErrorAnswer, 503)
async def setup() -> dict[str, Any]:
    """Make the vendor's Stripe account, once, and a fresh onboarding link.

    Calling twice gives the same account; the link is single-use and lasts minutes, so ask for it
    when it is needed.
    """
    body = await read_body(SetupBody)
    contact = await vendor_contact(vendor_id())
    details = AccountDetails(
        country=(body.country or contact.country).upper(),
        business_type=body.business_type,
        business_name=contact.name,
        email=contact.email,
        phone=body.phone or contact.phone or None,
        url=body.url,
    )
    gateway, who = kit().gateway, actor_label(actor())
    account_id = await service.setup_payments(
        gateway, vendor_id=contact.vendor_id, details=details, actor=who
    )
    link = await service.create_onboarding_link(
        gateway,
        vendor_id=contact.vendor_id,
        refresh_url=public_url_for("payment_settings.refresh"),
        return_url=public_url_for("payment_settings.success"),
        actor=who,
    )
    return {
        "stripe_account_id": account_id,
        "onboarding_url": link,
        "message": (
            "Open onboarding_url in a browser to complete the set-up. It works once and only for "
            "a few minutes."
        ),
    }

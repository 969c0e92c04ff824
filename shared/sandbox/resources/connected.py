"""The accounts that a platform reaches: its own, and those that are connected to it (stripe-facts 3
and 10).
"""

from __future__ import annotations

from shared.sandbox import currencies, errors
from shared.sandbox.events import emit
from shared.sandbox.resources import descriptors
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, merge

EMPTY: Json = {
    "alternatives": [],
    "current_deadline": None,
    "currently_due": [],
    "disabled_reason": None,
    "errors": [],
    "eventually_due": [],
    "past_due": [],
    "pending_verification": [],
}
_PROFILE: Json = {
    "annual_revenue": None,
    "estimated_worker_count": None,
    "mcc": None,
    "minority_owned_business_designation": None,
    "name": None,
    "product_description": None,
    "support_address": None,
    "support_email": None,
    "support_phone": None,
    "support_url": None,
    "url": None,
}
_SETTINGS: Json = {
    "bacs_debit_payments": {"display_name": None, "service_user_number": None},
    "branding": {
        "icon": None,
        "logo": None,
        "primary_color": None,
        "secondary_color": None,
    },
    "card_issuing": {"tos_acceptance": {"date": None, "ip": None}},
    "card_payments": {
        "decline_on": {"avs_failure": False, "cvc_failure": False},
        "statement_descriptor_prefix": None,
        "statement_descriptor_prefix_kana": None,
        "statement_descriptor_prefix_kanji": None,
    },
    "dashboard": {"display_name": None, "timezone": "Etc/UTC"},
    "invoices": {
        "default_account_tax_ids": None,
        "hosted_payment_method_save": "offer",
    },
    "payments": {
        "statement_descriptor": None,
        "statement_descriptor_kana": None,
        "statement_descriptor_kanji": None,
        "statement_descriptor_prefix_kana": None,
        "statement_descriptor_prefix_kanji": None,
    },
    "payouts": {
        "debit_negative_balances": True,
        "schedule": {"delay_days": 2, "interval": "daily"},
        "statement_descriptor": None,
    },
    "sepa_debit_payments": {},
}


def skeleton(
    id: str,
    country: str,
    created: int,
    kind: str,
    controller: Json,
) -> Json:
    """An account that knows nothing of its business yet."""
    settings = merge(_SETTINGS, {"payouts": {}})
    settings["payouts"]["debit_negative_balances"] = (
        controller.get("requirement_collection") != "application"
    )
    return {
        "id": id,
        "object": "account",
        "business_profile": dict(_PROFILE),
        "business_type": None,
        "capabilities": {},
        "charges_enabled": False,
        "controller": controller,
        "country": country,
        "created": created,
        "default_currency": currencies.COUNTRIES[country],
        "details_submitted": False,
        "email": None,
        "external_accounts": {
            "object": "list",
            "data": [],
            "has_more": False,
            "url": f"/v1/accounts/{id}/external_accounts",
        },
        "future_requirements": dict(EMPTY),
        "metadata": {},
        "payouts_enabled": False,
        "requirements": dict(EMPTY),
        "settings": settings,
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None},
        "type": kind,
    }


def platform_account(act: Act) -> Document:
    """The platform's own account: always able, and changed by nobody through the API."""
    body = skeleton(act.home, "US", 1_700_000_000, "standard", {"type": "account"})
    body["business_profile"]["name"] = "Marketplace"
    body["settings"]["payments"]["statement_descriptor"] = descriptors.WHOLE
    body["settings"]["card_payments"]["statement_descriptor_prefix"] = (
        descriptors.PREFIX
    )
    body.update(
        business_type="company",
        capabilities={"card_payments": "active", "transfers": "active"},
        charges_enabled=True,
        details_submitted=True,
        payouts_enabled=True,
    )
    asked = {
        name: {
            "requested": True,
            "requested_at": body["created"],
        }
        for name in body["capabilities"]
    }
    return Document(
        body,
        {"capabilities": asked, "forced": {}},
        act.platform,
        act.home,
    )


def reached(act: Act, id: str) -> Document:
    """The account of a path, to look at; a path that differs from Stripe-Account is refused
    (stripe-facts 3).
    """
    if act.scope not in (act.home, id):
        message = (
            "The account specified in the path of /v1/accounts/:account does not match the "
            "account specified in the "
            "Stripe-Account header."
        )
        raise errors.ApiError(400, message)
    found = act.store.find(
        act.platform,
        id,
        scope=act.home,
        object="account",
    )
    if found is not None:
        return found
    if id == act.home:
        return platform_account(act)
    raise errors.foreign_account(f"sk_test_{act.platform}", id)


def connected(act: Act, id: str) -> Document:
    """The same, to change it: the platform's own account is not changed through the API (text
    unverified, MEM).
    """
    if id == act.home:
        raise errors.ApiError(
            400, "You cannot perform this action on your own account.", param="account"
        )
    return reached(act, id)


def own_account(act: Act, id: str) -> Document | None:
    """The connected account, if it is still there; for hosted pages and for what falls due
    later.
    """
    return act.store.find(
        act.platform,
        id,
        scope=act.home,
        object="account",
    )


def collected_by_stripe(doc: Document) -> bool:
    """Whether Stripe asks the account's owner for what it must know, not the platform."""
    return bool(doc.body["controller"].get("requirement_collection") == "stripe")


def hides(doc: Document) -> bool:
    """Whether personal data is out of the platform's reach: Stripe collects it and a first link was
    made (stripe-facts 10).
    """
    return collected_by_stripe(doc) and bool(doc.hidden.get("linked"))


def not_permitted(param: str, doc: Document) -> errors.ApiError:
    """The platform may not read or write this on that account; status and text are unverified
    (MEM).
    """
    message = (
        f"This application does not have the required permissions for the parameter '{param}' on "
        f"account '{doc.id}'."
    )
    return errors.ApiError(403, message, param=param)


def part(act: Act, doc: Document) -> None:
    """The platform loses the account: deleted, or its owner cut the ties.

    It answers like a stranger's from now on.
    """
    emit(act.within(doc.id), "account.application.deauthorized", {})
    for person in act.store.select(
        "scope = ? AND platform = ? AND object = 'person'", [doc.id, act.platform]
    ):
        act.store.delete(person)
    act.store.delete(doc)

"""Connected accounts, their capabilities, and the single-use links to hosted pages (stripe.md section 10)."""

from __future__ import annotations

from typing import Any

from shared.sandbox import errors, money
from shared.sandbox.events import emit
from shared.sandbox.objects import page, render
from shared.sandbox.resources import requirements
from shared.sandbox.resources.tickets import issue
from shared.sandbox.shapes import names_at
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, application_of, merge, merge_metadata, snapshot

_PROFILE: Json = {
    "annual_revenue": None, "estimated_worker_count": None, "mcc": None, "minority_owned_business_designation": None,
    "name": None, "product_description": None, "support_address": None, "support_email": None, "support_phone": None,
    "support_url": None, "url": None,
}  # fmt: skip
_SETTINGS: Json = {
    "bacs_debit_payments": {"display_name": None, "service_user_number": None},
    "branding": {"icon": None, "logo": None, "primary_color": None, "secondary_color": None},
    "card_issuing": {"tos_acceptance": {"date": None, "ip": None}},
    "card_payments": {
        "decline_on": {"avs_failure": False, "cvc_failure": False}, "statement_descriptor_prefix": None,
        "statement_descriptor_prefix_kana": None, "statement_descriptor_prefix_kanji": None,
    },
    "dashboard": {"display_name": None, "timezone": "Etc/UTC"},
    "invoices": {"default_account_tax_ids": None, "hosted_payment_method_save": "offer"},
    "payments": {
        "statement_descriptor": None, "statement_descriptor_kana": None, "statement_descriptor_kanji": None,
        "statement_descriptor_prefix_kana": None, "statement_descriptor_prefix_kanji": None,
    },
    "payouts": {
        "debit_negative_balances": True, "schedule": {"delay_days": 2, "interval": "daily"}, "statement_descriptor": None,
    },
    "sepa_debit_payments": {},
}  # fmt: skip

# The old `type` in terms of controller: fees payer, losses, collection, dashboard.
_TYPES: dict[str, tuple[str, str, str, str]] = {
    "standard": ("account", "stripe", "stripe", "full"),
    "express": ("application_express", "application", "stripe", "express"),
    "custom": ("application_custom", "application", "application", "none"),
}
# Settings that the caller may write, and whether they are public; the rest of the person's data stays hidden.
_OPEN = ("business_type", "default_currency", "email")
_NESTED = ("business_profile", "settings", "tos_acceptance")
_PRIVATE = ("individual", "company", "documents", "groups")


def create(act: Act, ids: dict[str, str], params: Json) -> Json:
    """A new connected account; `controller` and `type` exclude each other."""
    country = params.get("country", "US")
    if country not in money.COUNTRIES:
        message = f"Country '{country}' is unknown. Try using a 2-character alphanumeric country code instead, such as 'US', 'EG', or 'GB'."
        raise errors.ApiError(400, message, code="country_unsupported", param="country")
    controller, kind = _controller(params)
    id = act.world.token(16)
    body: Json = {
        "id": f"acct_{id}", "object": "account", "business_profile": dict(_PROFILE), "business_type": None,
        "capabilities": {}, "charges_enabled": False, "controller": controller, "country": country, "created": act.now,
        "default_currency": money.COUNTRIES[country], "details_submitted": False, "email": None,
        "external_accounts": {
            "object": "list", "data": [], "has_more": False, "url": f"/v1/accounts/acct_{id}/external_accounts"
        },
        "future_requirements": dict(requirements.EMPTY), "metadata": {}, "payouts_enabled": False,
        "requirements": dict(requirements.EMPTY), "settings": merge(_SETTINGS, {}),
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None}, "type": kind,
    }  # fmt: skip
    hidden: Json = {"capabilities": {}, "people": {}, "told": [], "forced": {}}
    doc = Document(body, hidden, act.platform, act.scope)
    _write(act, doc, params)
    requirements.apply(act, doc)
    act.store.insert(doc)
    application = {"id": application_of(act.platform), "object": "application", "name": "Marketplace"}
    emit(act.within(doc.id), "account.application.authorized", application)
    return body


def _controller(params: Json) -> tuple[Json, str]:
    given, kind = params.get("controller"), params.get("type")
    if given is not None and kind is not None:
        raise errors.ApiError(
            400,
            "You may not provide the `type` parameter and the `controller` parameter at the same time.",
            param="type",
        )
    if kind is not None:
        fees, losses, collection, dashboard = _TYPES[kind]
    else:
        given = given or {}
        fees = given.get("fees", {}).get("payer", "account")
        losses = given.get("losses", {}).get("payments", "stripe")
        collection = given.get("requirement_collection", "stripe")
        dashboard = given.get("stripe_dashboard", {}).get("type", "full")
        _check_controller(fees, losses, collection, dashboard)
        kind = "standard" if (fees, losses, collection, dashboard) == _TYPES["standard"] else "none"
    controller = {
        "type": "application", "is_controller": True, "fees": {"payer": fees}, "losses": {"payments": losses},
        "requirement_collection": collection, "stripe_dashboard": {"type": dashboard},
    }  # fmt: skip
    return controller, kind


def _check_controller(fees: str, losses: str, collection: str, dashboard: str) -> None:
    """Combinations that Stripe refuses; texts are unverified (MEM)."""
    if losses == "application" and fees != "application":
        message = "When `controller[losses][payments]=application`, `controller[fees][payer]` must be `application`."
        raise errors.ApiError(400, message, param="controller[fees][payer]")
    if collection == "application" and dashboard != "none":
        message = "When `controller[requirement_collection]=application`, `controller[stripe_dashboard][type]` must be `none`."
        raise errors.ApiError(400, message, param="controller[stripe_dashboard][type]")


def retrieve(act: Act, ids: dict[str, str], params: Json) -> Json:
    """One connected account, or the platform itself."""
    return render(act, connected(act, ids["account"]))


def own(act: Act, ids: dict[str, str], params: Json) -> Json:
    """`GET /v1/account`: the account that the key, or Stripe-Account, stands for."""
    if act.scope != act.home:
        return connected(act.within(act.home), act.scope).body
    return _platform_account(act)


def _platform_account(act: Act) -> Json:
    doc = Document({}, {"capabilities": {}}, act.platform, act.scope)
    doc.body = {
        "id": act.home, "object": "account", "business_profile": {**_PROFILE, "name": "Marketplace"},
        "business_type": "company", "capabilities": {"card_payments": "active", "transfers": "active"},
        "charges_enabled": True, "controller": {"type": "account"}, "country": "US", "created": 1_700_000_000,
        "default_currency": "usd", "details_submitted": True, "email": None,
        "external_accounts": {
            "object": "list", "data": [], "has_more": False, "url": f"/v1/accounts/{act.home}/external_accounts"
        },
        "future_requirements": dict(requirements.EMPTY), "metadata": {}, "payouts_enabled": True,
        "requirements": dict(requirements.EMPTY), "settings": merge(_SETTINGS, {}),
        "tos_acceptance": {"date": None, "ip": None, "user_agent": None}, "type": "standard",
    }  # fmt: skip
    return doc.body


def connected(act: Act, id: str) -> Document:
    """The connected account of this platform; a path that differs from Stripe-Account is refused (section 3)."""
    if act.scope != act.home and act.scope != id:
        message = (
            "The account specified in the path of /v1/accounts/:account does not match the account specified in the "
            "Stripe-Account header."
        )
        raise errors.ApiError(400, message)
    found = act.store.find(act.platform, id, scope=act.home, object="account")
    if found is None and id == act.home:
        return Document(_platform_account(act), {"capabilities": {}}, act.platform, act.home)
    if found is None:
        raise errors.foreign_account(f"sk_test_{act.platform}", id)
    return found


def update(act: Act, ids: dict[str, str], params: Json) -> Json:
    """Change what the platform may change, and say so on the connect endpoints."""
    doc = connected(act, ids["account"])
    before = snapshot(doc)
    _write(act, doc, params)
    requirements.settle(act, doc, before)
    return doc.body


def _write(act: Act, doc: Document, params: Json) -> None:
    body, hidden = doc.body, doc.hidden
    for name in _OPEN:
        if name in params:
            body[name] = params[name] or None
    for name in _NESTED:
        if name in params:
            body[name] = merge(body[name], params[name])
    for name in _PRIVATE:
        if name in params:
            hidden["people"][name] = merge(hidden["people"].get(name), params[name])
    if "default_currency" in params:
        body["default_currency"] = money.check_currency(params["default_currency"], "default_currency")
    if "metadata" in params:
        body["metadata"] = merge_metadata(body["metadata"], params["metadata"])
    if "external_account" in params:
        body["external_accounts"]["data"] = [requirements.bank_account(act, doc)]
    for name, entry in params.get("capabilities", {}).items():
        _request(act, doc, name, entry.get("requested", False))


def _request(act: Act, doc: Document, name: str, requested: bool) -> None:
    known = doc.hidden["capabilities"].get(name, {})
    at = known.get("requested_at") if known.get("requested") else act.now
    doc.hidden["capabilities"][name] = {"requested": requested, "requested_at": at if requested else None}


def index(act: Act, ids: dict[str, str], params: Json) -> Json:
    """Connected accounts, newest first."""
    return page(act, "account", "/v1/accounts", params)


def list_capabilities(act: Act, ids: dict[str, str], params: Json) -> Json:
    """All capabilities that were ever asked for."""
    doc = connected(act, ids["account"])
    data = [requirements.capability(doc, name) for name in sorted(doc.hidden["capabilities"])]
    return {"object": "list", "data": data, "has_more": False, "url": f"/v1/accounts/{doc.id}/capabilities"}


def retrieve_capability(act: Act, ids: dict[str, str], params: Json) -> Json:
    """One capability; a name that Stripe does not know is 404."""
    doc = connected(act, ids["account"])
    _known_capability(ids["capability"])
    return requirements.capability(doc, ids["capability"])


def update_capability(act: Act, ids: dict[str, str], params: Json) -> Json:
    """Request or drop one capability."""
    doc = connected(act, ids["account"])
    _known_capability(ids["capability"])
    before = snapshot(doc)
    if "requested" in params:
        _request(act, doc, ids["capability"], params["requested"])
    requirements.settle(act, doc, before)
    return requirements.capability(doc, ids["capability"])


def _known_capability(name: str) -> None:
    if name not in names_at("POST /v1/accounts", "capabilities"):
        raise errors.no_such("capability", name, "capability")


def create_link(act: Act, ids: dict[str, str], params: Json) -> Json:
    """A link to the hosted form: single use, five minutes (stripe.md section 10)."""
    doc = connected(act, params["account"])
    for name in ("refresh_url", "return_url"):
        _check_url(params.get(name), name)
    if params["type"] == "account_update" and doc.body["controller"]["stripe_dashboard"]["type"] != "none":
        message = "You cannot create `account_update` type Account Links for this account."
        raise errors.ApiError(400, message, param="type")
    doc.hidden["linked"] = True
    act.store.save(doc)
    data = {"refresh_url": params["refresh_url"], "return_url": params["return_url"]}
    token, expires = issue(act, "onboarding", doc.id, 300, data)
    return {
        "object": "account_link", "created": act.now, "expires_at": expires,
        "url": f"{act.world.config.base_url}/hosted/onboarding/{token}",
    }  # fmt: skip


def _check_url(url: Any, name: str) -> None:
    if not url:
        raise errors.missing_param(name)
    if not url.startswith(("http://", "https://")):
        raise errors.ApiError(400, "Not a valid URL", code="url_invalid", param=name)


def create_login_link(act: Act, ids: dict[str, str], params: Json) -> Json:
    """A link to the express dashboard, for accounts that have one and finished onboarding."""
    doc = connected(act, ids["account"])
    if doc.body["controller"]["stripe_dashboard"]["type"] != "express":
        raise errors.ApiError(400, f"{doc.id} does not have access to the Express Dashboard.")
    if not doc.body["details_submitted"]:
        raise errors.ApiError(400, "Cannot create a login link for an account that has not completed onboarding.")
    token, _ = issue(act, "express", doc.id, 300, {})
    return {"object": "login_link", "created": act.now, "url": f"{act.world.config.base_url}/hosted/express/{token}"}

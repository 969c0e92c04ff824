"""The ways into a connected account's own pages: links to onboarding and dashboard, and account
sessions (stripe-facts 10).
"""

from __future__ import annotations

from shared.sandbox import addresses, errors
from shared.sandbox.resources import requirements
from shared.sandbox.resources.connected import collected_by_stripe, connected, hides
from shared.sandbox.resources.tickets import issue
from shared.sandbox.shapes import names_at
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act

_LIFETIME = 300
_SESSION_LIFETIME = 3600  # unverified (MEM)
# Features of embedded components that are on unless they are turned off; the rest is off (SDK,
# account session).
_ON = frozenset(
    {
        "capture_payments",
        "dispute_management",
        "external_account_collection",
        "refund_management",
    }
)
# On where Stripe is liable for the account's losses.
_WITH_STRIPE = frozenset(
    {"edit_payout_schedule", "instant_payouts", "standard_payouts"}
)


def create_link(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """A link to the hosted form: single use, five minutes (stripe-facts 10.8)."""
    doc = connected(act, params["account"])
    for name in ("refresh_url", "return_url"):
        if not params.get(name):
            raise errors.missing_param(name)
        addresses.check(params[name], name)
    if (
        params["type"] == "account_update"
        and doc.body["controller"]["stripe_dashboard"]["type"] != "none"
    ):
        message = (
            "You cannot create `account_update` type Account Links for this account."
        )
        raise errors.ApiError(400, message, param="type")
    _begin(act, doc)
    options = params.get("collection_options", {})
    data = {
        "refresh_url": params["refresh_url"],
        "return_url": params["return_url"],
        "fields": options.get("fields") or params.get("collect") or "currently_due",
        "future": options.get("future_requirements") == "include",
    }
    token, expires = issue(
        act.within(act.home),
        "onboarding",
        doc.id,
        _LIFETIME,
        data,
    )
    return {
        "object": "account_link",
        "created": act.now,
        "expires_at": expires,
        "url": f"{act.world.config.base_url}/hosted/onboarding/{token}",
    }


def _begin(act: Act, doc: Document) -> None:
    """From the first link on the platform no longer sees what Stripe collects (stripe-facts 10);
    nobody is told.
    """
    doc.hidden["linked"] = True
    if hides(doc):
        requirements.apply(act, doc)
    act.store.save(doc)


def create_login_link(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """A link to the express dashboard, for accounts that have one and finished onboarding."""
    doc = connected(act, ids["account"])
    if doc.body["controller"]["stripe_dashboard"]["type"] != "express":
        raise errors.ApiError(
            400, f"{doc.id} does not have access to the Express Dashboard."
        )
    if not doc.body["details_submitted"]:
        raise errors.ApiError(
            400,
            "Cannot create a login link for an account that has not completed onboarding.",
        )
    token, _ = issue(
        act.within(act.home),
        "express",
        doc.id,
        _LIFETIME,
        {},
    )
    return {
        "object": "login_link",
        "created": act.now,
        "url": f"{act.world.config.base_url}/hosted/express/{token}",
    }


def create_session(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """The key to embedded components: which ones are enabled is echoed; the components themselves
    are not played.
    """
    doc = connected(act, params["account"])
    _begin(act, doc)
    route, given = "POST /v1/account_sessions", params["components"]
    components = {
        name: {
            "enabled": given.get(name, {}).get("enabled", False),
            "features": _features(
                doc,
                route,
                name,
                given.get(name, {}).get("features", {}),
            ),
        }
        for name in sorted(names_at(route, "components"))
    }
    return {
        "object": "account_session",
        "account": doc.id,
        "client_secret": f"accs_secret__{act.world.token(56)}",
        "components": components,
        "expires_at": act.now + _SESSION_LIFETIME,
        "livemode": False,
    }


def _features(
    doc: Document,
    route: str,
    component: str,
    given: Json,
) -> Json:
    known = names_at(route, "components", component, "features")
    own = doc.body["controller"]["losses"]["payments"] == "stripe"
    out = {
        name: name in _ON or (own and name in _WITH_STRIPE) for name in sorted(known)
    } | given
    if (
        "smart_disputes_management" in known
        and "smart_disputes_management" not in given
    ):
        out["smart_disputes_management"] = out["dispute_management"]
    if given.get("disable_stripe_user_authentication") and collected_by_stripe(doc):
        message = (
            "`disable_stripe_user_authentication` needs an account whose requirements your "
            "platform collects."
        )
        raise errors.ApiError(
            400,
            message,
            param=f"components[{component}][features][disable_stripe_user_authentication]",
        )
    if (
        given.get("external_account_collection") is False
        and not collected_by_stripe(doc)
        and "disable_stripe_user_authentication" in known
    ):
        out["disable_stripe_user_authentication"] = given.get(
            "disable_stripe_user_authentication", True
        )
    return out

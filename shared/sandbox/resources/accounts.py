"""Connected accounts: made, changed, listed, turned away and deleted (stripe-facts 10)."""

from __future__ import annotations

from shared.sandbox import currencies, errors, money
from shared.sandbox.events import emit
from shared.sandbox.objects import page
from shared.sandbox.resources import (
    balance_settings,
    banks,
    controllers,
    person_data,
    requirements,
)
from shared.sandbox.resources.connected import (
    collected_by_stripe,
    connected,
    hides,
    not_permitted,
    part,
    platform_account,
    reached,
    skeleton,
)
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, annotate, application_of, merge, snapshot

__all__ = [
    "connected",
    "create",
    "delete",
    "index",
    "own",
    "reject",
    "retrieve",
    "unreject",
    "update",
]

_OPEN = ("business_type", "default_currency", "email")
_NESTED = ("business_profile", "groups", "settings", "tos_acceptance")
# What the platform may not write any more once a first link was made, where Stripe collects (SDK,
# params of update).
_CLOSED = ("business_type", "company", "external_account", "individual")


def create(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """A new connected account; `controller` and `type` exclude each other, and connected accounts
    are no platforms (MEM).
    """
    if act.scope != act.home:
        message = (
            "You can only create new accounts if you've signed up for Connect, which you can do "
            "at https://dashboard.stripe.com/connect."
        )
        raise errors.ApiError(400, message)
    country = _country(params)
    controller, kind = controllers.controller_of(params)
    body = skeleton(f"acct_{act.world.token(16)}", country, act.now, kind, controller)
    doc = act.within(act.home).add(body, capabilities={}, forced={})
    application = {
        "id": application_of(act.platform),
        "object": "application",
        "name": "Marketplace",
    }
    emit(act.within(doc.id), "account.application.authorized", application)
    _write(act, doc, params)
    requirements.apply(act, doc)
    act.store.save(doc)
    return body


def _country(params: Json) -> str:
    country = str(params.get("country", "US"))
    if country not in currencies.COUNTRIES:
        message = (
            f"Country '{country}' is unknown. Try using a 2-character alphanumeric country code "
            "instead, such as 'US', 'EG', or 'GB'."
        )
        raise errors.ApiError(400, message, code="country_unsupported", param="country")
    return country


def retrieve(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """One connected account, or the platform itself."""
    return reached(act, ids["account"]).body


def own(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """`GET /v1/account`: the account that the key, or Stripe-Account, stands for."""
    if act.scope == act.home:
        return platform_account(act).body
    return reached(act, act.scope).body


def update(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Change what the platform may change, and say so on the connect endpoints."""
    doc = connected(act, ids["account"])
    if hides(doc) and (
        closed := next(
            (name for name in _CLOSED if name in params),
            None,
        )
    ):
        raise not_permitted(closed, doc)
    before = snapshot(doc)
    _write(act, doc, params)
    requirements.settle(act, doc, before)
    return doc.body


def _write(act: Act, doc: Document, params: Json) -> None:
    body, hidden = doc.body, doc.hidden
    if "account_token" in params:
        raise errors.no_such_reference(
            "token", params["account_token"], "account_token"
        )
    if collected_by_stripe(doc) and {"date", "ip"} & set(
        params.get("tos_acceptance", {})
    ):
        message = (
            "You cannot accept the Terms of Service on behalf of Standard and Express connected "
            "accounts."
        )
        raise errors.ApiError(400, message, param="tos_acceptance")
    for name in _OPEN:
        if name in params:
            body[name] = params[name] or None
    for name in _NESTED:
        if name in params:
            body[name] = merge(body.get(name), params[name])
    if "payouts" in params.get("settings", {}):
        balance_settings.from_account(act, doc, params["settings"]["payouts"])
    for name in ("company", "documents"):
        if name in params:
            hidden[name] = merge(hidden.get(name), params[name])
    if "individual" in params:
        _individual(act, doc, params["individual"])
    if "default_currency" in params:
        body["default_currency"] = money.check_currency(
            params["default_currency"], "default_currency"
        )
    annotate(body, params)
    if params.get("external_account"):
        banks.add(act, doc, params["external_account"], replace=True)
    for name, entry in params.get("capabilities", {}).items():
        request(act, doc, name, requested=entry.get("requested", False))


def _individual(act: Act, doc: Document, given: Json) -> None:
    """The person that the account is; kept as one of its people."""
    known = person_data.representative(person_data.everyone(act, doc))
    if known is None:
        person_data.create(act, doc, given, representative=True)
    else:
        person_data.change(act, doc, known, given)


def request(
    act: Act,
    doc: Document,
    name: str,
    *,
    requested: bool,
) -> None:
    """Ask for a capability, or do without it from now on."""
    known = doc.hidden["capabilities"].get(name, {})
    at = known.get("requested_at") if known.get("requested") else act.now
    doc.hidden["capabilities"][name] = {
        "requested": requested,
        "requested_at": at if requested else None,
    }


def index(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Connected accounts, newest first; a connected account has none of its own."""
    return page(act, "account", "/v1/accounts", params)


def delete(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Test accounts can be deleted at any time (SDK); their owner's tie to the platform ends with
    it.
    """
    doc = connected(act, ids["account"])
    part(act, doc)
    return {"id": doc.id, "object": "account", "deleted": True}


def reject(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """The platform turns an account away: nothing comes in any more, and nothing goes out unless
    that is asked for (SDK).
    """
    doc = connected(act, ids["account"])
    if doc.body["controller"]["losses"]["payments"] != "application":
        message = (
            "You can only reject accounts where your platform is liable for negative account "
            "balances."
        )
        raise errors.ApiError(400, message)
    before = snapshot(doc)
    doc.hidden.update(
        rejected=_rejection(params["reason"]),
        pays_out=params.get("payouts_action") == "none",
    )
    requirements.settle(act, doc, before)
    return doc.body


def _rejection(reason: str) -> str:
    """The `disabled_reason` that a reason leads to; which one goes with which is unverified
    (MEM).
    """
    if reason.startswith("fraud"):
        return "rejected.platform_fraud"
    return (
        "rejected.platform_terms_of_service"
        if reason == "terms_of_service"
        else "rejected.platform_other"
    )


def unreject(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Take a rejection back; other restrictions stay as they are, and only the platform's own can
    be taken back (SDK).
    """
    doc = connected(act, ids["account"])
    if not doc.hidden.get("rejected"):
        raise errors.ApiError(
            400, "Only accounts that were rejected by your platform can be unrejected."
        )
    before = snapshot(doc)
    doc.hidden.update(rejected=None, pays_out=False)
    requirements.settle(act, doc, before)
    return doc.body

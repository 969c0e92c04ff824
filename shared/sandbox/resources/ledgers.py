"""What tells of money: transfers, application fees, balance transactions, the balance, and its settings (sections 11, 14)."""

from __future__ import annotations

from typing import Any

from shared.sandbox import books, errors
from shared.sandbox.events import emit
from shared.sandbox.objects import page, render
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, merge, merge_metadata, snapshot


def retrieve_transfer(act: Act, ids: dict[str, str], params: Json) -> Json:
    """One transfer."""
    return act.get("transfer", ids["transfer"], param="transfer").body


def update_transfer(act: Act, ids: dict[str, str], params: Json) -> Json:
    """Annotate a transfer."""
    doc = act.get("transfer", ids["transfer"], param="transfer")
    before = snapshot(doc)
    if "description" in params:
        doc.body["description"] = params["description"] or None
    if "metadata" in params:
        doc.body["metadata"] = merge_metadata(doc.body["metadata"], params["metadata"])
    act.store.save(doc)
    emit(act, "transfer.updated", doc, before=before)
    return doc.body


def list_transfers(act: Act, ids: dict[str, str], params: Json) -> Json:
    """Transfers, newest first."""
    return page(act, "transfer", "/v1/transfers", params, facets=_given(params, "destination", "transfer_group"))


def retrieve_fee(act: Act, ids: dict[str, str], params: Json) -> Json:
    """One application fee."""
    return act.get("application_fee", ids["id"]).body


def list_fees(act: Act, ids: dict[str, str], params: Json) -> Json:
    """Application fees, newest first."""
    return page(act, "application_fee", "/v1/application_fees", params, facets=_given(params, "charge"))


def retrieve_transaction(act: Act, ids: dict[str, str], params: Json) -> Json:
    """One balance transaction."""
    return render(act, act.get("balance_transaction", ids["id"]))


def list_transactions(act: Act, ids: dict[str, str], params: Json) -> Json:
    """Balance transactions, newest first; those of a payout come with payouts."""
    if "payout" in params:
        raise errors.no_such_reference("payout", params["payout"], "payout")
    facets = _given(params, "currency", "source", "type")
    return page(act, "balance_transaction", "/v1/balance_transactions", params, facets=facets)


def _given(params: Json, *names: str) -> dict[str, Any]:
    return {name: params[name] for name in names if name in params}


def balance(act: Act, ids: dict[str, str], params: Json) -> Json:
    """What is available now and what is still pending, per currency."""
    sums = books.balances(act)
    if not sums:
        account = act.store.find(act.platform, act.scope, object="account")
        sums = {account.body["default_currency"] if account else "usd": (0, 0)}
    return {
        "object": "balance",
        "available": [_line(currency, both[0]) for currency, both in sums.items()],
        "connect_reserved": [{"amount": 0, "currency": currency} for currency in sums],
        "livemode": False,
        "pending": [_line(currency, both[1]) for currency, both in sums.items()],
    }


def _line(currency: str, amount: int) -> Json:
    return {"amount": amount, "currency": currency, "source_types": {"card": amount}}


_SETTINGS_ID = "balance_settings"


def _settings(act: Act) -> Document:
    found = act.find("balance_settings", _SETTINGS_ID)
    if found is not None:
        return found
    return Document({
        "id": _SETTINGS_ID, "object": "balance_settings", "payments": {
            "debit_negative_balances": True,
            "payouts": {
                "automatic_transfer_rules_by_currency": {}, "minimum_balance_by_currency": None,
                "schedule": {"interval": "daily", "monthly_payout_days": None, "weekly_payout_days": None},
                "statement_descriptor": None, "status": "enabled",
            },
            "settlement_timing": {
                "delay_days": 2, "delay_days_override": None,
                "start_of_day": {"hour": 0, "minutes": 0, "timezone": "Etc/UTC"},
            },
        },
    }, {}, act.platform, act.scope)  # fmt: skip


def _shown(doc: Document) -> Json:
    """The settings are the account's one and only; they carry no id."""
    body = {key: value for key, value in doc.body.items() if key != "id"}
    schedule = body["payments"]["payouts"]["schedule"]
    body["payments"]["payouts"]["schedule"] = {key: value for key, value in schedule.items() if value is not None}
    timing = body["payments"]["settlement_timing"]
    body["payments"]["settlement_timing"] = {key: value for key, value in timing.items() if value is not None}
    return body


def balance_settings(act: Act, ids: dict[str, str], params: Json) -> Json:
    """How and when this account is paid out."""
    return _shown(_settings(act))


def update_balance_settings(act: Act, ids: dict[str, str], params: Json) -> Json:
    """Change the payout schedule and its company; days only with the interval that they belong to (section 14)."""
    doc = _settings(act)
    before = snapshot(doc)
    given = params.get("payments", {})
    schedule = given.get("payouts", {}).get("schedule")
    payments = doc.body["payments"] = merge(doc.body["payments"], given)
    payouts = payments["payouts"]
    payouts["automatic_transfer_rules_by_currency"] = payouts["automatic_transfer_rules_by_currency"] or {}
    if schedule is not None:
        payouts["schedule"] = _schedule(schedule, before["payments"]["payouts"]["schedule"])
    override = payments["settlement_timing"].get("delay_days_override")
    if override is not None and not 0 <= override <= 31:
        param = "payments[settlement_timing][delay_days_override]"
        raise errors.ApiError(400, "Invalid delay_days_override: must be at most 31", param=param)
    payments["settlement_timing"]["delay_days"] = 2 if override is None else override
    payouts["minimum_balance_by_currency"] = {
        currency: least for currency, least in (payouts["minimum_balance_by_currency"] or {}).items() if least is not None
    } or None  # fmt: skip
    act.store.save(doc) if doc.seq else act.store.insert(doc)
    _mirror(act, payouts["schedule"], payments["settlement_timing"]["delay_days"])
    emit(act, "balance_settings.updated", _shown(doc), before=_shown(Document(before, {}, doc.platform, doc.scope)))
    return _shown(doc)


_DAYS = {"weekly": "weekly_payout_days", "monthly": "monthly_payout_days"}


def _schedule(given: Json, current: Json) -> Json:
    interval = given.get("interval", current["interval"])
    out = {"interval": interval, "monthly_payout_days": None, "weekly_payout_days": None}
    for kind, name in _DAYS.items():
        param = f"payments[payouts][schedule][{name}]"
        if given.get(name) and kind != interval:
            message = f"You may only specify `{name}` when the payout interval is `{kind}`."
            raise errors.ApiError(400, message, param=param)
        if kind == interval:
            out[name] = given.get(name) or current.get(name)
            if not out[name]:
                raise errors.missing_param(param)
    if any(not 1 <= day <= 31 for day in out["monthly_payout_days"] or []):
        raise errors.ApiError(
            400,
            "Invalid monthly_payout_days: must be between 1 and 31",
            param="payments[payouts][schedule][monthly_payout_days]",
        )
    return out


def _mirror(act: Act, schedule: Json, delay: int) -> None:
    """The account tells the same under `settings.payouts` (section 14)."""
    account = act.store.find(act.platform, act.scope, object="account")
    if account is None:
        return
    mirrored: Json = {"delay_days": delay, "interval": schedule["interval"]}
    if schedule["weekly_payout_days"]:
        mirrored.update(
            weekly_anchor=schedule["weekly_payout_days"][0], weekly_payout_days=schedule["weekly_payout_days"]
        )
    if schedule["monthly_payout_days"]:
        mirrored.update(
            monthly_anchor=schedule["monthly_payout_days"][0], monthly_payout_days=schedule["monthly_payout_days"]
        )
    account.body["settings"]["payouts"]["schedule"] = mirrored
    act.store.save(account)

"""Balance settings: how and when an account is paid out, and when its money settles (stripe-facts
14).

The account tells the same under `settings.payouts`, where it can be changed, too, in older words.
"""

from __future__ import annotations

import zoneinfo
from typing import Any

from shared.sandbox import errors, schedules
from shared.sandbox.events import emit
from shared.sandbox.resources import payouts
from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act, merge, snapshot

_DAYS = {"weekly": "weekly_payout_days", "monthly": "monthly_payout_days"}
_ANCHORS = {
    "weekly_anchor": "weekly_payout_days",
    "monthly_anchor": "monthly_payout_days",
}


def retrieve(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """How and when this account is paid out."""
    return _shown(act, schedules.settings(act).body)


def update(
    act: Act,
    ids: dict[str, str],
    params: Json,
) -> Json:
    """Change the payout schedule and its company; days only with the interval that they belong
    to.
    """
    account = act.store.find(
        act.platform,
        act.scope,
        scope=act.home,
        object="account",
    )
    doc = _change(act, account, params.get("payments", {}))
    if account is not None:
        act.store.save(account)
    return _shown(act, doc.body)


def from_account(act: Act, account: Document, given: Json) -> None:
    """Take over `settings[payouts]` of an account's own parameters; the account's body is changed,
    not saved.
    """
    schedule, timing = dict(given.get("schedule", {})), {}
    delay = schedule.pop("delay_days", None)
    if delay is not None:
        timing = {
            "settlement_timing": {
                "delay_days_override": "" if delay == "minimum" else int(delay)
            }
        }
    for anchor, days in _ANCHORS.items():
        if anchor in schedule:
            schedule.setdefault(days, [schedule[anchor]])
            del schedule[anchor]
    chosen: Json = {"schedule": schedule} if schedule else {}
    if "statement_descriptor" in given:
        chosen["statement_descriptor"] = given["statement_descriptor"]
    company = {
        name: given[name] for name in ("debit_negative_balances",) if name in given
    }
    _change(
        act.within(account.id),
        account,
        {
            **company,
            **timing,
            **({"payouts": chosen} if chosen else {}),
        },
    )


def mirror(account: Document, payments: Json) -> None:
    """What the account tells of its balance settings; its body is changed, not saved."""
    chosen = payments["payouts"]["schedule"]
    schedule: Json = {
        "delay_days": payments["settlement_timing"]["delay_days"],
        "interval": chosen["interval"],
    }
    for kind, name in _DAYS.items():
        if chosen[name]:
            schedule.update(
                {
                    f"{kind}_anchor": chosen[name][0],
                    name: chosen[name],
                }
            )
    account.body["settings"]["payouts"] = {
        "debit_negative_balances": payments["debit_negative_balances"],
        "schedule": schedule,
        "statement_descriptor": payments["payouts"]["statement_descriptor"],
    }


def _shown(act: Act, whole: Json) -> Json:
    """The settings are the account's one and only; they carry no id, and only the days of their own
    interval.
    """
    payments = merge(
        whole["payments"],
        {"payouts": {}, "settlement_timing": {}},
    )
    plan, timing = payments["payouts"], payments["settlement_timing"]
    plan["schedule"] = _told(plan["schedule"])
    plan["status"] = "enabled" if payouts.enabled(act) else "disabled"
    payments["settlement_timing"] = _told(timing)
    return {"object": "balance_settings", "payments": payments}


def _told(given: Json) -> Json:
    return {key: value for key, value in given.items() if value is not None}


def _change(act: Act, account: Document | None, given: Json) -> Document:
    doc = schedules.settings(act)
    before = snapshot(doc)
    payments = doc.body["payments"] = merge(doc.body["payments"], given)
    _check_payouts(
        payments["payouts"],
        given.get("payouts", {}),
        before["payments"]["payouts"]["schedule"],
    )
    _check_timing(payments["settlement_timing"])
    if doc.seq:
        act.store.save(doc)
    else:
        act.store.insert(doc)
    if account is not None:
        mirror(account, payments)
    emit(
        act,
        "balance_settings.updated",
        _shown(act, doc.body),
        before=_shown(act, before),
    )
    schedules.resume(act)
    return doc


def _refuse(message: str, param: str) -> errors.ApiError:
    return errors.ApiError(400, message, param=f"payments{param}")


def _check_payouts(plan: Json, given: Json, former: Json) -> None:
    for rules in (given.get("automatic_transfer_rules_by_currency") or {}).values():
        for rule in (
            rules or []
        ):  # money goes to banks alone; there are no FinancialAccounts here
            param = "payments[payouts][automatic_transfer_rules_by_currency]"
            raise errors.no_such_reference(
                "financial_account", rule["payout_method"], param
            )
    plan["automatic_transfer_rules_by_currency"] = {}
    if len(plan["statement_descriptor"] or "") > 22:
        message = "The statement descriptor must be at most 22 characters."
        raise _refuse(message, "[payouts][statement_descriptor]")
    least = {
        name: amount
        for name, amount in (plan["minimum_balance_by_currency"] or {}).items()
        if amount is not None
    }
    if any(amount < 0 for amount in least.values()):
        raise _refuse(
            "A minimum balance must not be negative.",
            "[payouts][minimum_balance_by_currency]",
        )
    plan["minimum_balance_by_currency"] = least or None
    if "schedule" in given:
        plan["schedule"] = _schedule(given["schedule"], former)


def _schedule(given: Json, former: Json) -> Json:
    interval = given.get("interval", former["interval"])
    out: Json = {
        "interval": interval,
        "monthly_payout_days": None,
        "weekly_payout_days": None,
    }
    for kind, name in _DAYS.items():
        where = f"[payouts][schedule][{name}]"
        if given.get(name) and kind != interval:
            raise _refuse(
                f"You may only specify `{name}` when the payout interval is `{kind}`.",
                where,
            )
        if kind == interval:
            out[name] = given.get(name) or former.get(name)
            if not out[name]:
                raise errors.missing_param(f"payments{where}")
    days = out["monthly_payout_days"] or []
    if not all(1 <= day <= 31 for day in days):
        message = "Invalid monthly_payout_days: must be between 1 and 31"
        raise _refuse(message, "[payouts][schedule][monthly_payout_days]")
    if set(out["weekly_payout_days"] or []) & {"saturday", "sunday"}:
        message = "Invalid weekly_payout_days: payouts on saturday and sunday are not supported"
        raise _refuse(message, "[payouts][schedule][weekly_payout_days]")
    return out


def _check_timing(timing: Json) -> None:
    override: Any = timing["delay_days_override"]
    if override is not None and not schedules.MINIMUM_DELAY <= override <= 31:
        message = f"Invalid delay_days_override: must be between {schedules.MINIMUM_DELAY} and 31"
        raise _refuse(message, "[settlement_timing][delay_days_override]")
    timing["delay_days"] = schedules.MINIMUM_DELAY if override is None else override
    begins = timing["start_of_day"] = {
        **schedules.MIDNIGHT,
        **(timing["start_of_day"] or {}),
    }
    hour, minutes = begins["hour"], begins["minutes"]
    if not 0 <= hour <= 23 or minutes not in (0, 30):
        message = "The day must start at an hour from 0 to 23 and at minute 0 or 30."
        raise _refuse(message, "[settlement_timing][start_of_day]")
    try:
        zoneinfo.ZoneInfo(begins["timezone"])
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        message = f"Invalid timezone: {begins['timezone']}"
        raise _refuse(message, "[settlement_timing][start_of_day][timezone]") from None

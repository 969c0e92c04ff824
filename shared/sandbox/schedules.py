"""When an account's money becomes available and when it is paid out: its balance settings, read
(stripe-facts 14).

Days are the account's own: they begin at midnight UTC unless its settings say otherwise. Connected
accounts are paid out daily unless told otherwise; the platform's own account is paid out by hand
(our choice, so that its money stays for refunds).
"""

from __future__ import annotations

import calendar
import datetime
import zoneinfo

from shared.sandbox.store import Document, Json
from shared.sandbox.world import Act

ID = "balance_settings"
MINIMUM_DELAY = 2  # days until money is available, the least that an account may have
DAY = 86400
WEEKDAYS = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)
MIDNIGHT: Json = {"hour": 0, "minutes": 0, "timezone": "Etc/UTC"}


def settings(act: Act) -> Document:
    """The account's balance settings; with `seq` 0 they are the defaults, never changed and not
    stored.
    """
    found = act.find("balance_settings", ID)
    return found or Document(
        _defaults(act),
        {},
        act.platform,
        act.scope,
    )


def _defaults(act: Act) -> Json:
    account = act.store.find(
        act.platform,
        act.scope,
        scope=act.home,
        object="account",
    )
    collects = (
        account.body["controller"].get("requirement_collection") if account else None
    )
    return {
        "id": ID,
        "object": "balance_settings",
        "payments": {
            "debit_negative_balances": collects
            != "application",  # the SDK names this default
            "payouts": {
                "automatic_transfer_rules_by_currency": {},
                "minimum_balance_by_currency": None,
                "schedule": {
                    "interval": _interval(act),
                    "monthly_payout_days": None,
                    "weekly_payout_days": None,
                },
                "statement_descriptor": None,
                "status": "enabled",
            },
            "settlement_timing": {
                "delay_days": MINIMUM_DELAY,
                "delay_days_override": None,
                "start_of_day": dict(MIDNIGHT),
            },
        },
    }


def _interval(act: Act) -> str:
    return "manual" if act.scope == act.home else "daily"


def settles_on(act: Act) -> int:
    """When money that comes in now becomes available: a start of day, as many days on as the
    account's settings say.
    """
    found = act.find("balance_settings", ID)
    if found is None:
        return (act.now // DAY + MINIMUM_DELAY) * DAY
    timing = found.body["payments"]["settlement_timing"]
    return start_of_day(timing, act.now, timing["delay_days"])


def today(act: Act) -> int:
    """When the account's present day began."""
    found = act.find("balance_settings", ID)
    timing = (
        found.body["payments"]["settlement_timing"]
        if found
        else {"start_of_day": MIDNIGHT}
    )
    return start_of_day(timing, act.now)


def start_of_day(timing: Json, moment: int, ahead: int = 0) -> int:
    """When the account's day that holds this moment begins, or another one so many days ahead."""
    begins = timing["start_of_day"]
    if begins == MIDNIGHT:
        return (moment // DAY + ahead) * DAY
    zone = zoneinfo.ZoneInfo(begins["timezone"])
    shift = datetime.timedelta(hours=begins["hour"], minutes=begins["minutes"])
    there = datetime.datetime.fromtimestamp(moment, zone)
    local = there.replace(tzinfo=None) - shift
    day = (
        datetime.datetime.combine(
            local.date() + datetime.timedelta(days=ahead),
            datetime.time(),
        )
        + shift
    )
    return int(day.replace(tzinfo=zone).timestamp())


def payday(payments: Json, moment: int) -> int | None:
    """The first payout day at or after this moment, as the start of that day; None when payouts are
    made by hand.
    """
    timing, schedule = payments["settlement_timing"], payments["payouts"]["schedule"]
    if schedule["interval"] == "manual":
        return None
    for ahead in range(63):
        start = start_of_day(timing, moment, ahead)
        if start >= moment and _pays_on(schedule, _date(timing, start)):
            return start
    return None


def _date(timing: Json, start: int) -> datetime.date:
    return datetime.datetime.fromtimestamp(
        start, zoneinfo.ZoneInfo(timing["start_of_day"]["timezone"])
    ).date()


def _pays_on(schedule: Json, day: datetime.date) -> bool:
    if schedule["interval"] == "weekly":
        return WEEKDAYS[day.weekday()] in schedule["weekly_payout_days"]
    if schedule["interval"] == "monthly":
        last = calendar.monthrange(day.year, day.month)[1]
        return any(
            min(wanted, last) == day.day for wanted in schedule["monthly_payout_days"]
        )
    return True


def plan(act: Act, currency: str, moment: int) -> None:
    """Put the account's first payday from this moment on the agenda, once; nothing where payouts
    are made by hand.
    """
    found = act.find("balance_settings", ID)
    if found is None and act.scope == act.home:
        return
    due = payday((found or settings(act)).body["payments"], moment)
    subject = f"{act.scope}:{currency}"
    sql = "SELECT 1 FROM agenda WHERE due = ? AND task = 'payday' AND platform = ? AND subject = ?"
    if due is not None and not act.store.rows(sql, due, act.platform, subject):
        act.store.schedule(due, "payday", act.platform, subject)


def resume(act: Act) -> None:
    """Plan paydays anew for all money of the account: its schedule, its bank or its standing has
    changed.
    """
    sql = (
        "SELECT currency, CASE WHEN available_on > :now THEN available_on ELSE 0 END AS day FROM "
        "balances "
        "WHERE platform = :platform AND scope = :scope GROUP BY 1, 2 HAVING sum(net) > 0"
    )
    tomorrow = start_of_day(
        settings(act).body["payments"]["settlement_timing"],
        act.now,
        1,
    )
    rows = act.store.db.execute(
        sql,
        {
            "now": act.now,
            "platform": act.platform,
            "scope": act.scope,
        },
    ).fetchall()
    for currency, day in rows:
        plan(act, currency, max(day, tomorrow))

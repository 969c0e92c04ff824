"""Days and deadlines in zones: in pages, mails and paydays, the day that is said is the day that is
meant.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.core import clock
from shared.core.formats import deadline
from shared.entrypoints.web.filters import day, exact, moment
from shared.finance.connect import requirements_due
from shared.finance.payouts.paydays import current_day
from shared.infra.mail.rendering import render

LUXEMBOURG, HAVANA, FAR_EAST = (
    ZoneInfo(name)
    for name in ("Europe/Luxembourg", "America/Havana", "Pacific/Kiritimati")
)
TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
LATE = datetime(2026, 11, 30, 23, 28, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "said", "title"),
    [
        (
            LUXEMBOURG,
            "1 Dec, 00:28",
            "Tuesday 1 December 2026, 00:28:11 Europe/Luxembourg",
        ),
        (HAVANA, "30 Nov, 18:28", "Monday 30 November 2026, 18:28:11 America/Havana"),
        (
            FAR_EAST,
            "1 Dec, 13:28",
            "Tuesday 1 December 2026, 13:28:11 Pacific/Kiritimati",
        ),
    ],
)
def test_a_time_of_accounts_is_the_same_for_every_reader(
    zone: ZoneInfo, said: str, title: str
) -> None:
    """It is written in its zone, and nothing lets the script say it in the reader's."""
    with clock.use(lambda: datetime(2026, 12, 20, tzinfo=UTC)):
        told, short = str(moment(LATE, zone)), str(day(LATE, zone))
    assert (
        told == f'<time datetime="2026-11-30T23:28:11Z" title="{title}">{said}</time>'
    )
    assert f">{said.split(',', maxsplit=1)[0]}<" in short
    assert exact(LATE, zone) == title


ACCOUNTS = (
    "portal/statements",
    "portal/payouts",
    "portal/transactions",
    "portal/operator/payouts.html",
)


@pytest.mark.parametrize(
    "path",
    sorted(TEMPLATES.rglob("*.html")),
    ids=lambda path: str(path.relative_to(TEMPLATES)),
)
def test_a_page_of_accounts_names_the_zone_of_its_days(path: Path) -> None:
    """Whoever fixes a zone names it, and no page of accounts leaves a day to the reader's own."""
    text, name = path.read_text(), str(path.relative_to(TEMPLATES))
    is_fixed = re.search(r"\| (?:moment|day)\((?:view\.)?zone\)", text)
    if is_fixed and not name.startswith("components/"):
        assert "ui.zone(" in text
    if name.startswith(ACCOUNTS):
        assert not re.search(r"\| (?:moment|day)\b(?!\()", text)


def test_today_is_the_zones_today() -> None:
    """Half past eleven in UTC is tomorrow in Luxembourg, and there it is today."""
    with clock.use(lambda: LATE):
        assert ">today, 00:28<" in str(moment(LATE, LUXEMBOURG))
        assert ">today, 18:28<" in str(moment(LATE, HAVANA))
        assert ">yesterday<" in str(day(LATE.replace(hour=20), LUXEMBOURG))


def test_a_time_of_its_own_is_the_readers() -> None:
    """In UTC, and says so, until the script has said it in the reader's zone."""
    assert 'data-time="moment"' in str(moment(LATE))
    assert '<span class="zone"> UTC</span>' in str(moment(LATE))


def test_a_dispute_is_answered_by_an_hour_of_a_zone_that_is_named() -> None:
    """23:59:59 in UTC is the seventh in Luxembourg, and six in the evening of the sixth in
    Havana.
    """
    due = datetime(2026, 12, 6, 23, 59, 59, tzinfo=UTC)
    assert deadline(due, UTC) == "6 December 2026, 23:59 (UTC)"
    assert deadline(due, LUXEMBOURG) == "7 December 2026, 00:59 (Europe/Luxembourg)"
    assert deadline(due, HAVANA) == "6 December 2026, 18:59 (America/Havana)"


@pytest.mark.parametrize(
    ("zone", "subject", "text"),
    [
        (UTC, "by 6 December", "by 6 December, 23:59 (UTC), today:"),
        (
            LUXEMBOURG,
            "by 7 December",
            "by 7 December, 00:59 (Europe/Luxembourg), tomorrow:",
        ),
    ],
)
def test_what_stripe_asks_for_is_due_at_an_hour_too(
    zone: ZoneInfo, subject: str, text: str
) -> None:
    """Day, hour, and how far that is off are of one zone."""
    items = requirements_due.items(("external_account",), (), ())
    now = datetime(2026, 12, 6, 12, tzinfo=UTC)
    due = now.replace(hour=23, minute=59)
    context = {
        "vendor_name": "V",
        "items": items,
        "needs": "a bank",
        "stops": "",
        "deadline": due,
        "now": now,
    }
    context |= {
        "zone": zone,
        "days": (due.astimezone(zone).date() - now.astimezone(zone).date()).days,
    }
    told = render("account_deadline", context)
    assert subject in told.subject
    assert text in told.text


@given(
    now=st.datetimes(
        datetime(2026, 1, 1),
        datetime(2027, 12, 31),
        timezones=st.just(UTC),
    ),
    zone=st.sampled_from([ZoneInfo("UTC"), LUXEMBOURG, HAVANA, FAR_EAST]),
)
def test_a_payday_has_begun_there_and_at_stripe(now: datetime, zone: ZoneInfo) -> None:
    """Money of a day leaves no earlier than Stripe's day begins, and never on a day that is yet to
    come where we are.
    """
    due = current_day(now, zone)
    begun = datetime(due.year, due.month, due.day, tzinfo=UTC)
    assert begun <= now
    assert due <= now.astimezone(zone).date()
    assert (now.astimezone(zone).date() - due).days <= 1


def test_each_calendar_day_is_a_payday_once() -> None:
    """An hour at a time through a week, where clocks change: no day is left out."""
    for zone in (LUXEMBOURG, HAVANA, FAR_EAST):
        hours = (
            datetime(2026, 10, 24, tzinfo=UTC).timestamp() + 3600 * n
            for n in range(24 * 10)
        )
        days = [current_day(datetime.fromtimestamp(hour, UTC), zone) for hour in hours]
        assert days == sorted(days)
        assert {date(2026, 10, n) for n in range(25, 32)} <= set(days)

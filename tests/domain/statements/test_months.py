"""Months of account in time zones: every moment is in exactly one of them, whatever the clocks
there do.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.finance.statements import months

# At home; far east and far west; clocks that go back at midnight of a month's first day (Havana, 1
# November 2026), or forward at it (Havana, 1 April 2012: there is no midnight).
ZONES = [
    ZoneInfo(name)
    for name in (
        "UTC",
        "Europe/Luxembourg",
        "Pacific/Kiritimati",
        "America/Havana",
        "Pacific/Niue",
    )
]
LUXEMBOURG, HAVANA = ZONES[1], ZONES[3]


def utc(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "month", "starts", "ends"),
    [
        ("UTC", "2026-12", "2026-12-01 00:00", "2027-01-01 00:00"),
        ("Europe/Luxembourg", "2026-12", "2026-11-30 23:00", "2026-12-31 23:00"),
        ("Europe/Luxembourg", "2026-10", "2026-09-30 22:00", "2026-10-31 23:00"),
        ("Europe/Luxembourg", "2026-03", "2026-02-28 23:00", "2026-03-31 22:00"),
        # Midnight comes twice: the first.
        (
            "America/Havana",
            "2026-11",
            "2026-11-01 04:00",
            "2026-12-01 05:00",
        ),
        # Midnight does not come.
        (
            "America/Havana",
            "2012-04",
            "2012-04-01 05:00",
            "2012-05-01 04:00",
        ),
        ("Pacific/Kiritimati", "2026-12", "2026-11-30 10:00", "2026-12-31 10:00"),
        ("Pacific/Niue", "2026-12", "2026-12-01 11:00", "2027-01-01 11:00"),
    ],
)
def test_a_month_begins_when_its_first_day_does_there(
    zone: str, month: str, starts: str, ends: str
) -> None:
    """With summer time or without, where a midnight comes twice or not at all."""
    place = ZoneInfo(zone)
    assert (
        months.starts(month, place),
        months.ends(month, place),
    ) == (utc(starts), utc(ends))
    assert months.month_of(utc(starts), place) == month
    assert months.month_of(utc(starts) - timedelta(microseconds=1), place) < month


@given(
    moment=st.datetimes(
        datetime(2001, 1, 1),
        datetime(2037, 12, 31),
        timezones=st.just(UTC),
    ),
    zone=st.sampled_from(ZONES),
)
def test_every_moment_is_in_exactly_one_month(moment: datetime, zone: ZoneInfo) -> None:
    """In the one that it begins before and ends after; months follow one another without a gap."""
    month = months.month_of(moment, zone)
    assert months.starts(month, zone) <= moment < months.ends(month, zone)
    assert months.starts(months.following(month), zone) == months.ends(month, zone)


@given(
    moment=st.datetimes(
        datetime(2026, 1, 1),
        datetime(2027, 12, 31),
        timezones=st.just(UTC),
    ),
    before=st.sampled_from(ZONES),
    after=st.sampled_from(ZONES),
)
def test_a_change_of_zone_loses_no_moment_and_counts_none_twice(
    moment: datetime, before: ZoneInfo, after: ZoneInfo
) -> None:
    """The first open month begins where the last closed one ended."""
    closed = "2026-10"
    end = months.ends(closed, before)
    first = months.opening_of(months.following(closed), after, (closed, end))
    assert first == end
    is_in_closed = moment < end
    is_in_open = first <= moment < months.ends(months.following(closed), after)
    is_later = moment >= months.starts("2026-12", after)
    assert [is_in_closed, is_in_open, is_later].count(True) == 1


def test_a_month_further_on_begins_with_its_own_first_day() -> None:
    """Only the one right behind the closed one begins elsewhere."""
    closed = ("2026-09", months.ends("2026-09", LUXEMBOURG))
    assert months.opening_of("2026-11", HAVANA, closed) == months.starts(
        "2026-11", HAVANA
    )
    assert months.opening_of("2026-11", HAVANA, None) == months.starts(
        "2026-11", HAVANA
    )


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_a_month_is_closed_an_hour_after_its_end(zone: ZoneInfo) -> None:
    """What was written in its last moment may still be on its way."""
    end = months.ends("2026-10", zone)
    assert not months.may_close("2026-10", end + timedelta(minutes=59), zone)
    assert months.may_close("2026-10", end + timedelta(hours=1), zone)


def test_moments_are_written_in_the_zone() -> None:
    """It is half past midnight in Luxembourg then; and each says by how much it is ahead."""
    moment = utc("2026-11-30 23:28:11")
    assert months.exact(moment, LUXEMBOURG) == "2026-12-01T00:28:11+01:00"
    assert months.exact(moment, ZoneInfo("UTC")) == "2026-11-30T23:28:11Z"
    assert months.last_day("2026-11").isoformat() == "2026-11-30"
    assert months.until("2026-11", "2027-02") == [
        "2026-11",
        "2026-12",
        "2027-01",
        "2027-02",
    ]

"""The light of a webhook endpoint: what it shows for what was seen within a day. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.finance.inbox.rules import Light, Tally, light, source_of

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
BEFORE, AFTER = NOON - timedelta(minutes=1), NOON + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("tally", "shown"),
    [
        (Tally(), Light.QUIET),
        (Tally(delivered=3, last_event_at=NOON), Light.OK),
        (Tally(last_event_at=NOON - timedelta(days=3)), Light.OK),
        (Tally(refused=1, last_refused_at=NOON), Light.BAD),
        (Tally(delivered=9, last_event_at=NOON, refused=1, last_refused_at=AFTER), Light.BAD),
        (Tally(delivered=9, last_event_at=NOON, refused=1, last_refused_at=BEFORE), Light.WARN),
        (Tally(misdirected=1, last_misdirected_at=NOON), Light.BAD),
        (
            Tally(delivered=9, last_event_at=AFTER, misdirected=1, last_misdirected_at=NOON),
            Light.WARN,
        ),
        (Tally(unheard=1), Light.BAD),
        (Tally(last_event_at=NOON - timedelta(days=3), unheard=1), Light.BAD),
        (Tally(delivered=9, last_event_at=NOON, unheard=1), Light.WARN),
    ],
)
def test_the_light_shows_whether_events_get_in(tally: Tally, shown: Light) -> None:
    """Red while what was sent last did not get in or nothing tells us; yellow when something was
    refused or missed; else green.
    """
    assert light(tally) is shown


def test_the_share_counts_what_was_refused_of_all_that_came() -> None:
    """Nothing came: nothing was refused."""
    assert Tally().share_refused == 0
    assert Tally(delivered=6, refused=1, misdirected=1).share_refused == 0.25


def test_an_event_belongs_to_the_endpoint_of_its_scope() -> None:
    """Those of connected accounts name their account."""
    assert (source_of(None), source_of("acct_1")) == ("platform", "connect")

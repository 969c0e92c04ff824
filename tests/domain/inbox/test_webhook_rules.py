"""The light of a webhook endpoint: what it shows for what was seen within a day. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from shared.finance.inbox.rules import DeliveryCounts, Light, light, source_of

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
BEFORE, AFTER = NOON - timedelta(minutes=1), NOON + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("tally", "shown"),
    [
        (DeliveryCounts(), Light.QUIET),
        (DeliveryCounts(delivered=3, last_event_at=NOON), Light.OK),
        (DeliveryCounts(last_event_at=NOON - timedelta(days=3)), Light.OK),
        (DeliveryCounts(refused=1, last_refused_at=NOON), Light.BAD),
        (
            DeliveryCounts(
                delivered=9, last_event_at=NOON, refused=1, last_refused_at=AFTER
            ),
            Light.BAD,
        ),
        (
            DeliveryCounts(
                delivered=9, last_event_at=NOON, refused=1, last_refused_at=BEFORE
            ),
            Light.WARN,
        ),
        (DeliveryCounts(misdirected=1, last_misdirected_at=NOON), Light.BAD),
        (
            DeliveryCounts(
                delivered=9,
                last_event_at=AFTER,
                misdirected=1,
                last_misdirected_at=NOON,
            ),
            Light.WARN,
        ),
        (DeliveryCounts(unheard=1), Light.BAD),
        (DeliveryCounts(last_event_at=NOON - timedelta(days=3), unheard=1), Light.BAD),
        (DeliveryCounts(delivered=9, last_event_at=NOON, unheard=1), Light.WARN),
    ],
)
def test_the_light_shows_whether_events_get_in(
    tally: DeliveryCounts, shown: Light
) -> None:
    """Red while what was sent last did not get in or nothing tells us; yellow when something was
    refused or missed; else green.
    """
    assert light(tally) is shown


def test_the_share_counts_what_was_refused_of_all_that_came() -> None:
    """Nothing came: nothing was refused."""
    assert DeliveryCounts().share_refused == 0
    assert DeliveryCounts(delivered=6, refused=1, misdirected=1).share_refused == 0.25


def test_an_event_belongs_to_the_endpoint_of_its_scope() -> None:
    """Those of connected accounts name their account."""
    assert (source_of(None), source_of("acct_1")) == ("platform", "connect")

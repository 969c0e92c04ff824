"""What an event changed: the difference of two pictures, and what is written down about attempts."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.finance.inbox.changes import Change, diff, read, stored, without
from shared.finance.inbox.rules import Decision, decide, retry_delay, standing

THINGS = st.sampled_from(["order:1", "payment:1", "payment:2", "refund:7"])
VALUES = st.none() | st.booleans() | st.integers() | st.sampled_from(["", "pending", "paid", "é"])
FIELDS = st.fixed_dictionaries({"status": VALUES, "amount": VALUES})
PICTURES = st.dictionaries(THINGS, FIELDS)


@given(PICTURES)
def test_nothing_differs_from_itself(picture: Any) -> None:
    """No change, no word."""
    assert diff(picture, picture) == ()


@given(PICTURES, PICTURES)
def test_a_difference_tells_everything_that_became_other(before: Any, after: Any) -> None:
    """Put onto the picture before, it makes the one after (nothing of ours is ever taken away)."""
    grown = {thing: dict(fields) for thing, fields in before.items() if thing in after}
    for change in diff(before, after):
        assert grown.get(change.thing, {}).get(change.field) == change.before
        grown.setdefault(change.thing, {})[change.field] = change.after
    for thing, fields in after.items():
        for name, value in fields.items():
            if thing in before or value not in (None, "", 0, False):
                assert grown[thing][name] == value


@given(PICTURES, PICTURES)
def test_changes_survive_the_row(before: Any, after: Any) -> None:
    """Stored as JSON and read again they are the same."""
    found = diff(before, after)
    assert read(json.loads(json.dumps(stored(found)))) == found


def test_a_new_thing_tells_what_it_holds_and_no_more() -> None:
    """Empty fields of a new row are no news."""
    found = diff({}, {"refund:1": {"status": "pending", "reason": None, "fee": 0, "amount": 500}})
    assert found == (Change("refund:1.status", None, "pending"), Change("refund:1.amount", None, 500))


def test_long_values_are_cut_where_they_are_kept() -> None:
    """A row's list of changes stays small."""
    assert len(str(stored([Change("a:1.b", "x" * 999, None)])[0][1])) == 200


def test_what_was_told_of_one_event_is_not_told_of_another() -> None:
    """Two events applied at the same moment see the same rows move."""
    one, two = Change("a:1.b", 1, 2), Change("a:1.c", 1, 2)
    assert without([one, two], [two]) == (one,)


@pytest.mark.parametrize(
    ("outcome", "changed", "decision"),
    [
        ("payment is succeeded", True, Decision.APPLIED),
        ("payment is succeeded", False, Decision.OLDER),
        ("not ours", False, Decision.IGNORED),
    ],
)
def test_decisions(outcome: str, changed: bool, decision: Decision) -> None:
    """One word for what an event meant."""
    assert decide(outcome=outcome, changed=changed) is decision


@pytest.mark.parametrize("later", list(Decision))
def test_that_an_event_changed_something_is_never_forgotten(later: Decision) -> None:
    """Whatever a replay comes to."""
    assert standing("applied", later) is Decision.APPLIED
    assert standing("", later) is later
    assert standing("failed", later) is later


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 5), (2, 20), (3, 80), (4, 320), (7, 20_480), (8, 6 * 3600), (12, 6 * 3600)]
)
def test_a_failed_event_is_tried_again_soon_and_then_ever_more_rarely(failures: int, seconds: int) -> None:
    """A paid order waits five seconds after a hiccup, and after a long outage six hours at most."""
    assert retry_delay(failures) == timedelta(seconds=seconds)

"""What changed of rows, as activity keeps it, and what is written down about attempts at events."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.finance.inbox.rules import Decision, decide, lasting_decision, retry_delay
from shared.infra.activity.changes import (
    FieldChange,
    difference,
    held,
    net,
    plain,
    read,
)

VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["", "pending", "paid", "é"])
)
FIELDS = st.fixed_dictionaries({"status": VALUES, "amount": VALUES})


@given(FIELDS)
def test_nothing_differs_from_itself(row: Any) -> None:
    """No change, no word."""
    assert not difference(row, row)


@given(st.lists(FIELDS, min_size=2, max_size=6))
def test_what_came_of_many_changes_is_first_and_last(states: list[Any]) -> None:
    """Each field once, from what it was first to what it was last; kept as JSON and read again they
    are the same.
    """
    steps = [difference(was, now) for was, now in pairwise(states)]
    kept = [json.loads(json.dumps([step.before, step.after])) for step in steps]
    found = net(
        change for before, after in kept for change in read("refund:7", before, after)
    )
    assert {c.field: (c.before, c.after) for c in found} == {
        name: (states[0][name], states[-1][name])
        for name in ("status", "amount")
        if states[0][name] != states[-1][name]
    }


def test_a_new_thing_tells_what_it_holds_and_no_more() -> None:
    """Empty fields of a new row are no news."""
    found = held({"status": "pending", "reason": None, "fee": 0, "amount": 500})
    assert read("refund:1", found.before, found.after) == (
        FieldChange("refund:1.status", None, "pending"),
        FieldChange("refund:1.amount", None, 500),
    )


def test_long_values_are_cut_where_they_are_kept() -> None:
    """A row of activity stays small, and what is different only further on is different all the
    same.
    """
    found = difference({"text": "x" * 998}, {"text": "x" * 999})
    assert len(str(found.after["text"])) == 200


@pytest.mark.parametrize(
    ("ours", "changed", "decision"),
    [
        (True, True, Decision.APPLIED),
        (True, False, Decision.OLDER),
        (False, False, Decision.IGNORED),
    ],
)
def test_decisions(ours: bool, changed: bool, decision: Decision) -> None:
    """One word for what an event meant."""
    assert decide(is_ours=ours, changed=changed) is decision


@pytest.mark.parametrize("later", list(Decision))
def test_that_an_event_changed_something_is_never_forgotten(later: Decision) -> None:
    """Whatever a replay comes to."""
    assert lasting_decision("applied", later) is Decision.APPLIED
    assert lasting_decision("", later) is later
    assert lasting_decision("failed", later) is later


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [
        (1, 5),
        (2, 20),
        (3, 80),
        (4, 320),
        (7, 20_480),
        (8, 6 * 3600),
        (12, 6 * 3600),
    ],
)
def test_a_failed_event_is_tried_again_soon_and_then_ever_more_rarely(
    failures: int, seconds: int
) -> None:
    """A paid order waits five seconds after a hiccup, and after a long outage six hours at most."""
    assert retry_delay(failures) == timedelta(seconds=seconds)


def test_a_list_reads_the_same_before_and_after_it_is_stored() -> None:
    """Rows that are read have lists where what sets them may have tuples."""
    stored = {"currently_due": ["person.dob", "external_account"], "past_due": []}
    given = {"currently_due": ("person.dob", "external_account"), "past_due": ()}
    assert plain(given) == plain(stored)
    assert plain(given) == "currently_due: person.dob, external_account"

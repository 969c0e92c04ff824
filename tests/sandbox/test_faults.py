"""Fault rules (docs/stand-in.md): which requests and deliveries they act on, in which order, how
often, and after a restart.
"""

from typing import Any

import pytest

from shared.sandbox.faults import API_EFFECTS, EVENT_EFFECTS, BadRule, Faults, parse
from shared.sandbox.store import Store


@pytest.fixture
def store(tmp_path):
    """Where rules are kept."""
    kept = Store(str(tmp_path / "stripe.sqlite3"))
    yield kept
    kept.close()


def faults(store, *rules: Any) -> Faults:
    """These rules and no others."""
    made = Faults(store)
    made.replace(list(rules))
    return made


def struck(made, method="GET", path="/v1/charges", times=1):
    """Which rule acts on each of so many requests, by its place."""
    found = (made.for_request(method, path) for _ in range(times))
    return [None if rule is None else made.rules.index(rule) for rule in found]


def test_a_path_is_a_prefix_and_a_method_is_exact(store):
    made = faults(
        store, {"match": {"method": "post", "path": "/v1/refunds"}, "effect": "status"}
    )
    assert struck(made, "POST", "/v1/refunds/re_1/cancel") == [0]
    assert struck(made, "GET", "/v1/refunds") == [None]
    assert struck(made, "POST", "/v1/charges") == [None]


def test_a_rule_that_matches_everything_acts_always(store):
    assert struck(
        faults(store, {"match": {}, "effect": "delay"}),
        times=3,
    ) == [0, 0, 0]


def test_times_and_nth_are_counted(store):
    made = faults(
        store,
        {"match": {"nth": 2}, "effect": "delay"},
        {"match": {}, "effect": "status", "times": 2},
    )
    assert struck(made, times=5) == [1, 0, 1, None, None]
    assert [rule["hits"] for rule in made.shown()] == [1, 2]


def test_the_first_rule_that_acts_is_the_one(store):
    made = faults(
        store,
        {"match": {}, "effect": "status", "times": 1},
        {"match": {}, "effect": "reset_before"},
    )
    assert struck(made, times=3) == [0, 1, 1]


def test_rules_for_webhooks_leave_requests_alone_and_the_other_way_round(store):
    made = faults(
        store,
        {"match": {"event": "*"}, "effect": "drop"},
        {"match": {}, "effect": "status"},
    )
    assert struck(made) == [1]
    assert made.for_event("charge.failed", ("delay",)) is None
    assert made.for_event("charge.failed", ("delay", "drop")) is made.rules[0]


@pytest.mark.parametrize(
    ("pattern", "hit", "missed"),
    [
        ("charge.*", "charge.dispute.created", "refund.created"),
        ("*.created", "refund.created", "charge.failed"),
        ("charge.faile[d]", None, "charge.failed"),
        ("charge.?ailed", None, "charge.failed"),
        ("*", "anything", None),
    ],
)
def test_an_event_is_named_with_stars_alone(store, pattern, hit, missed):
    made = faults(store, {"match": {"event": pattern}, "effect": "drop"})
    assert hit is None or made.for_event(hit, ("drop",))
    assert missed is None or made.for_event(missed, ("drop",)) is None


def test_events_are_counted_as_well(store):
    made = faults(
        store, {"match": {"event": "charge.*", "nth": 3}, "effect": "duplicate"}
    )
    acted = [
        made.for_event("charge.failed", EVENT_EFFECTS) is not None for _ in range(4)
    ]
    assert acted == [False, False, True, False]


def test_rules_and_what_they_have_counted_survive_a_restart(store):
    made = faults(
        store,
        {"match": {"nth": 3}, "effect": "delay"},
        {"match": {}, "effect": "status", "times": 1},
    )
    assert struck(made, times=2) == [1, None]
    again = Faults(store)
    assert again.shown() == made.shown()
    assert struck(again, times=2) == [0, None]
    again.replace([{"match": {}, "effect": "status", "times": 1}])
    assert struck(Faults(store), times=2) == [0, None]


def test_the_same_requests_meet_the_same_faults(store):
    rules = (
        {"match": {"nth": 3}, "effect": "delay"},
        {"match": {"path": "/v1/c"}, "effect": "status", "times": 4},
    )
    runs = [struck(faults(store, *rules), times=10) for _ in range(2)]
    assert runs[0] == runs[1]


@pytest.mark.parametrize("effect", API_EFFECTS)
def test_every_effect_on_requests_is_known(effect):
    assert parse({"match": {"path": "/v1/"}, "effect": effect}).effect == effect


@pytest.mark.parametrize(
    "given",
    [
        {"match": {"nth": 0}, "effect": "delay"},
        {"match": {"nth": "2"}, "effect": "delay"},
        {"match": {"path": 1}, "effect": "delay"},
        {"match": {"method": None}, "effect": "delay"},
        {"match": {"event": 1}, "effect": "drop"},
        {"match": [], "effect": "delay"},
        {"match": {}, "effect": "status", "status": "500"},
        {"match": {}, "effect": "status", "times": -1},
        {"match": {}, "effect": "status", "times": True},
        {"match": {}, "effect": "status", "code": 5},
        {"match": {}, "effect": "status", "stored": 1},
        {"match": {}, "effect": "status", "should_retry": "no"},
        {"match": {}, "effect": "drop"},
        {"match": {"event": "*"}, "effect": "status"},
        {"match": {}},
        None,
    ],
)
def test_a_rule_that_means_nothing_says_why(given):
    with pytest.raises(BadRule, match=r"\w"):
        parse(given)

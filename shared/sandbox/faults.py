"""Faults on purpose: rules that delay, cut, refuse, duplicate, reorder, drop or mis-sign
(docs/stand-in.md).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from shared.sandbox.events import matches
from shared.sandbox.store import Json, Store

API_EFFECTS = ("delay", "reset_before", "reset_after", "status")
EVENT_EFFECTS = ("delay", "duplicate", "reorder", "drop", "bad_signature")
_LONGEST = 10 * 366 * 86400
_SETTINGS = ("seconds", "status", "code", "times", "should_retry", "stored")
_FIELDS = {"match", "effect", *_SETTINGS}
_MATCHES = {"method", "path", "nth", "event"}
_NUMBERS: dict[str, tuple[type, ...]] = {
    "seconds": (int, float),
    "status": (int,),
    "times": (int,),
}
_NO_RULE = "a rule is an object with `match` and `effect`"


class BadRule(ValueError):
    """A rule that cannot mean anything."""


@dataclass
class Rule:
    """One rule and what it did so far: how often it matched, how often it struck."""

    match: Json
    effect: str
    seconds: float = 1.0
    status: int = 500
    code: str | None = None
    times: int | None = None
    # what the answer tells the SDK (stripe-facts 1.10)
    should_retry: bool | None = None
    # the answer stays under the request's idempotency key, as a failure in the middle would
    stored: bool = False
    seen: int = 0
    hits: int = 0
    given: Json = field(default_factory=dict)

    @property
    def for_events(self) -> bool:
        """Whether this is a rule for webhooks."""
        return "event" in self.match

    def strikes(self) -> bool:
        """Count one match; true when the rule acts on it."""
        self.seen += 1
        nth = self.match.get("nth")
        if (nth is not None and self.seen != nth) or (
            self.times is not None and self.hits >= self.times
        ):
            return False
        self.hits += 1
        return True

    def shown(self) -> Json:
        """The rule as it was given, with its hits."""
        return {**self.given, "hits": self.hits}


def parse(given: Any) -> Rule:
    """A rule, or a sentence about what is wrong with it."""
    if not isinstance(given, dict):
        raise BadRule(_NO_RULE)
    match: Json = given.get("match", {})
    if not isinstance(match, dict):
        raise BadRule(_NO_RULE)
    if unknown := set(given) - _FIELDS or set(match) - _MATCHES:
        raise BadRule(f"a rule has no {', '.join(sorted(unknown))}")
    allowed = EVENT_EFFECTS if "event" in match else API_EFFECTS
    effect = given.get("effect")
    if effect not in allowed:
        raise BadRule(f"effect must be one of {', '.join(allowed)}, not {effect!r}")
    settings = {name: given[name] for name in _SETTINGS if name in given}
    _check_settings(settings)
    _check_match(match)
    return Rule(match, str(effect), given=dict(given), **settings)


def _check_settings(given: Json) -> None:
    """What a rule says besides what it matches and what it does."""
    for name, kinds in _NUMBERS.items():
        if name in given and not _is_count(given[name], kinds):
            raise BadRule(f"{name} must be a number and not negative")
    if not 200 <= given.get("status", 500) <= 599:
        raise BadRule("status must be between 200 and 599")
    if given.get("seconds", 0) > _LONGEST:
        raise BadRule("seconds must be at most ten years")
    for name in ("should_retry", "stored"):
        if not isinstance(given.get(name, False), bool):
            raise BadRule(f"{name} must be true or false")
    if not isinstance(given.get("code"), str | None):
        raise BadRule("code must be a string")


def _check_match(match: Json) -> None:
    for name in ("method", "path", "event"):
        if not isinstance(match.get(name, ""), str):
            raise BadRule(f"match.{name} must be a string")
    nth = match.get("nth", 1)
    if not _is_count(nth, (int,)) or nth < 1:
        raise BadRule("match.nth counts from 1")


def _is_count(value: Any, kinds: tuple[type, ...]) -> bool:
    """Whether this is a number of one of these kinds (no truth value), and not negative."""
    return type(value) in kinds and bool(value >= 0)


class Faults:
    """The rules in force; they and what they have counted survive a restart."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.rules: list[Rule] = [
            parse(rule) for rule in json.loads(store.meta("faults", "[]"))
        ]
        for rule, counts in zip(
            self.rules,
            json.loads(store.meta("fault_counts", "[]")),
            strict=False,
        ):
            rule.seen, rule.hits = counts

    def replace(self, given: list[Any]) -> None:
        """Put these rules in place of all others."""
        self.rules = [parse(rule) for rule in given]
        self._keep()

    def add(self, given: Any) -> None:
        """One rule more; the others go on counting."""
        self.rules.append(parse(given))
        self._keep()

    def remove(self, place: int) -> None:
        """One rule less."""
        del self.rules[place]
        self._keep()

    def _keep(self) -> None:
        self._store.remember(
            "faults",
            json.dumps([rule.given for rule in self.rules]),
        )
        self._count()

    def _count(self) -> None:
        counts = [[rule.seen, rule.hits] for rule in self.rules]
        self._store.remember("fault_counts", json.dumps(counts))

    def clear(self) -> None:
        """No faults at all."""
        self.rules = []

    def for_request(self, method: str, path: str) -> Rule | None:
        """The first rule that acts on this request."""
        for rule in self.rules:
            if rule.for_events:
                continue
            wanted = rule.match.get("method", method).upper()
            start = rule.match.get("path", "")
            fits = wanted == method and path.startswith(start)
            if fits and self._strikes(rule):
                return rule
        return None

    def _strikes(self, rule: Rule) -> bool:
        struck = rule.strikes()
        self._count()
        return struck

    def for_event(
        self,
        type: str,
        effects: tuple[str, ...],
    ) -> Rule | None:
        """The first rule with one of these effects that acts on a delivery of this type."""
        for rule in self.rules:
            if (
                rule.for_events
                and rule.effect in effects
                and matches(type, rule.match["event"])
                and self._strikes(rule)
            ):
                return rule
        return None

    def shown(self) -> list[Json]:
        """All rules with their hits."""
        return [rule.shown() for rule in self.rules]

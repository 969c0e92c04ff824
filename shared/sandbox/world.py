"""What every handler works with: the world (store, clock, ids) and the act (who asks, on which
account, in which request).
"""

from __future__ import annotations

import copy
import hashlib
import random
import string
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from shared.sandbox import errors
from shared.sandbox.clock import Clock
from shared.sandbox.config import SandboxConfig
from shared.sandbox.shapes import MOST_METADATA
from shared.sandbox.store import Document, Json, Store

# In the order in which SQLite sorts.
_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_PAIR_COUNT = len(_PAIRS)


@dataclass
class World:
    """One stand-in: its memory, its time, and the bell that wakes the courier."""

    config: SandboxConfig
    store: Store
    clock: Clock
    ring: Callable[[], None] = lambda: None
    random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._counted(int(self.store.meta("starts", "-1")) + 1)

    def reset(self) -> None:
        """Count from the beginning again, in a store that was emptied: under a seed the same ids
        come back.
        """
        self._counted(0)

    def _counted(self, starts: int) -> None:
        # Neither the random stream nor the head of an id may come back after a restart on the same
        # store.
        self.store.remember("starts", str(starts))
        self.random = random.Random(
            None if self.config.seed is None else f"{self.config.seed}/{starts}"
        )
        self._run, self._made = (
            _PAIRS[starts // 62 % _PAIR_COUNT] + _ALPHABET[starts % 62],
            0,
        )

    def token(self, length: int) -> str:
        """Letters and digits that nobody has seen before."""
        pairs = self.random.choices(_PAIRS, k=(length + 1) // 2)
        return "".join(pairs)[:length]

    def id(self, prefix: str) -> str:
        """A fresh id; treat it as opaque (stripe-facts 2.1).

        Ids rise, so that indexes grow at their end alone.
        """
        self._made += 1
        high, low = divmod(self._made, _PAIR_COUNT)
        return f"{prefix}_{self._run}{_PAIRS[high % _PAIR_COUNT]}{_PAIRS[low]}{self.token(17)}"


def platform_of(key: str) -> str:
    """`sk_test_X` and `pk_test_X` belong to the same platform, X."""
    return key.split("_", 2)[2]


@lru_cache(maxsize=1024)
def home_of(platform: str) -> str:
    """The platform's own account id, the same after every restart and reset."""
    return f"acct_{_digest(platform)[:16]}"


@lru_cache(maxsize=1024)
def application_of(platform: str) -> str:
    """The platform's Connect application."""
    return f"ca_{_digest(platform)[16:40]}"


def _digest(platform: str) -> str:
    return hashlib.sha256(platform.encode()).hexdigest()


def configured_secret(platform: str, config: SandboxConfig) -> bool:
    """Whether this is the marketplace's own platform."""
    return platform == platform_of(config.secret_key)


@dataclass
class Act:
    """One request, or one thing that fell due, on one account."""

    world: World
    platform: str
    scope: str  # the account acted on: the platform's own, or a connected one
    request: str | None = None
    idempotency_key: str | None = None
    publishable: bool = False

    @property
    def home(self) -> str:
        """The platform's own account."""
        return home_of(self.platform)

    @property
    def store(self) -> Store:
        """The world's memory."""
        return self.world.store

    @property
    def now(self) -> int:
        """This moment in whole seconds."""
        return self.world.clock.seconds()

    def within(self, scope: str) -> Act:
        """The same act on another account."""
        return Act(
            self.world,
            self.platform,
            scope,
            self.request,
            self.idempotency_key,
            self.publishable,
        )

    def add(self, body: Json, **hidden: Any) -> Document:
        """A new object on this account."""
        return self.store.insert(
            Document(
                body,
                hidden,
                self.platform,
                self.scope,
            )
        )

    def find(self, object: str, id: str) -> Document | None:
        """The account's object of this kind, if there is one."""
        return self.store.find(
            self.platform,
            id,
            scope=self.scope,
            object=object,
        )

    def get(
        self,
        object: str,
        id: str,
        *,
        param: str = "id",
    ) -> Document:
        """The account's object named in the path; Stripe answers 404 where there is none
        (stripe-facts 3.12).
        """
        found = self.find(object, id)
        if found is None:
            raise errors.no_such(object, id, param)
        return found

    def referred(
        self,
        object: str,
        id: str,
        *,
        param: str,
        noun: str | None = None,
    ) -> Document:
        """The account's object named in a parameter."""
        found = self.find(object, id)
        if found is None:
            raise errors.no_such_reference(noun or object, id, param)
        return found


def snapshot(doc: Document) -> Json:
    """The body as it is now, untouched by what comes."""
    return _copied(doc.body)


def _copied(value: Json) -> Json:
    """A deep copy of JSON, several times as fast as one of anything."""
    out = dict(value)
    for key, inner in out.items():
        if type(inner) is dict:
            out[key] = _copied(inner)
        elif type(inner) is list:
            out[key] = copy.deepcopy(inner)
    return out


def differences(before: Json, after: Json) -> Json:
    """What `previous_attributes` shows: old values of changed keys, nested ones alone where both
    are objects.
    """
    found: Json = {}
    for key in {**after, **before}:
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        found[key] = (
            differences(old, new)
            if isinstance(old, dict) and isinstance(new, dict)
            else old
        )
    return found


def merge_metadata(
    current: dict[str, str],
    given: Any,
) -> dict[str, str]:
    """Stripe's rules (stripe-facts 2.7): merge, `metadata[k]=` removes one key, `metadata=` removes
    all.

    Keys and values were looked at when the parameters were read (`shapes.check_metadata`).
    """
    if given == "":
        return {}
    both = {**current, **given}
    merged = {key: both[key] for key in both if both[key] != ""}
    if len(merged) > MOST_METADATA:
        message = f"Metadata can have up to {MOST_METADATA} keys, but there would be {len(merged)}."
        raise errors.bad_metadata("metadata", message)
    return merged


def annotate(body: Json, params: Json) -> None:
    """Write the caller's metadata into an object, if any was given."""
    if "metadata" in params:
        body["metadata"] = merge_metadata(body["metadata"], params["metadata"])


def merge(current: Any, given: Json) -> Json:
    """Nested settings: given keys replace, an empty string clears, the rest stays."""
    out = dict(current or {})
    for key, value in given.items():
        if isinstance(value, dict):
            out[key] = merge(out.get(key), value)
        else:
            out[key] = None if value == "" else value
    return out

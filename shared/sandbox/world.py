"""What every handler works with: the world (store, clock, ids) and the act (who asks, on which account, in which request)."""

from __future__ import annotations

import copy
import hashlib
import random
import string
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from shared.sandbox import errors
from shared.sandbox.clock import Clock
from shared.sandbox.config import SandboxConfig
from shared.sandbox.store import Document, Json, Store

_ALPHABET = string.ascii_letters + string.digits


@dataclass
class World:
    """One stand-in: its memory, its time, and the bell that wakes the courier."""

    config: SandboxConfig
    store: Store
    clock: Clock
    random: random.Random = field(default_factory=random.Random)
    ring: Callable[[], None] = lambda: None

    def token(self, length: int) -> str:
        """Letters and digits that nobody has seen before."""
        return "".join(self.random.choices(_ALPHABET, k=length))

    def id(self, prefix: str) -> str:
        """A fresh id; treat it as opaque (stripe.md section 2)."""
        return f"{prefix}_{self.token(24)}"


def platform_of(key: str) -> str:
    """`sk_test_X` and `pk_test_X` belong to the same platform, X."""
    return key.split("_", 2)[2]


def home_of(platform: str) -> str:
    """The platform's own account id, the same after every restart and reset."""
    return "acct_" + hashlib.sha256(platform.encode()).hexdigest()[:16]


def application_of(platform: str) -> str:
    """The platform's Connect application."""
    return "ca_" + hashlib.sha256(platform.encode()).hexdigest()[16:40]


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
        return Act(self.world, self.platform, scope, self.request, self.idempotency_key, self.publishable)

    def add(self, body: Json, **hidden: Any) -> Document:
        """A new object on this account."""
        return self.store.insert(Document(body, hidden, self.platform, self.scope))

    def find(self, object: str, id: str) -> Document | None:
        """The account's object of this kind, if there is one."""
        return self.store.find(self.platform, id, scope=self.scope, object=object)

    def get(self, object: str, id: str, *, param: str = "id") -> Document:
        """The account's object named in the path; Stripe answers 404 where there is none (stripe.md section 3)."""
        found = self.find(object, id)
        if found is None:
            raise errors.no_such(object, id, param)
        return found

    def referred(self, object: str, id: str, *, param: str, noun: str | None = None) -> Document:
        """The account's object named in a parameter."""
        found = self.find(object, id)
        if found is None:
            raise errors.no_such_reference(noun or object, id, param)
        return found


def snapshot(doc: Document) -> Json:
    """The body as it is now, untouched by what comes."""
    return copy.deepcopy(doc.body)


def differences(before: Json, after: Json) -> Json:
    """What `previous_attributes` shows: old values of changed keys, nested ones alone where both are objects."""
    found: Json = {}
    for key in after.keys() | before.keys():
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        found[key] = differences(old, new) if isinstance(old, dict) and isinstance(new, dict) else old
    return found


def merge_metadata(current: dict[str, str], given: Any) -> dict[str, str]:
    """Stripe's rules (stripe.md section 2): merge, `metadata[k]=` removes one key, `metadata=` removes all."""
    if given == "":
        return {}
    merged = {**current, **given}
    merged = {key: value for key, value in merged.items() if value != ""}
    for key, value in given.items():
        if len(key) > 40:
            _refuse_metadata(f"Metadata keys must be at most 40 characters long; '{key[:60]}' is {len(key)}.")
        if "[" in key or "]" in key:
            _refuse_metadata("Metadata keys cannot contain square brackets.")
        if not isinstance(value, str):
            _refuse_metadata(f"Metadata values must be strings, but for key {key} you passed an object.")
        if len(value) > 500:
            _refuse_metadata(
                f"Metadata values can have up to 500 characters, but you passed in a value that is {len(value)} characters. Invalid value: {value[:40]}..."
            )
    if len(merged) > 50:
        _refuse_metadata(f"Metadata can have up to 50 keys; you passed {len(merged)}.")
    return merged


def _refuse_metadata(message: str) -> None:
    raise errors.ApiError(400, message, param="metadata", stored=False)


def merge(current: Any, given: Json) -> Json:
    """Nested settings: given keys replace, an empty string clears, the rest stays."""
    out = dict(current or {})
    for key, value in given.items():
        if isinstance(value, dict):
            out[key] = merge(out.get(key), value)
        else:
            out[key] = None if value == "" else value
    return out

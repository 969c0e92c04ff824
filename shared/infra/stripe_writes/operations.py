"""What a domain says of one kind of write to Stripe: how it is sent, how it is found again, and
what an answer means.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict
from typing import Any, ClassVar, Generic, Literal, Self, TypeVar

from shared.core import domains
from shared.infra.gateway.errors import StripeRefused
from shared.infra.gateway.gateway import Gateway
from shared.infra.stripe_writes.models import StripeWrite
from shared.infra.stripe_writes.rules import WriteState
from shared.infra.unit import Transaction

A = TypeVar("A")  # what Stripe answers
F = TypeVar("F")  # what `prepare` reads

REGISTRY: dict[str, type[Operation[Any, Any]]] = {}


class Operation(ABC, Generic[A, F]):
    """One kind of write.

    Subclasses are frozen dataclasses whose fields are plain JSON: they are stored with the write.

    The hooks run in this order, each attempt anew: `prepare`, `plan`, `send`, then `read` and
    `answered`, or `refused`. What takes the gateway runs outside a transaction, what takes `tx`
    inside one that also moves the write.
    """

    name: ClassVar[str]
    # Look through Stripe's list before every repetition, under any key, not only when the key is
    # old.
    looks_first: ClassVar[bool] = False
    # Look as well when Stripe refuses: perhaps because it is done already.
    looks_after_refusal: ClassVar[bool] = False
    # Whether there is something to look at before it is sent: so for each with a `plan` of its own.
    plans: ClassVar[bool] = False

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.plans = cls.plan is not Operation.plan
        if "name" in cls.__dict__:
            REGISTRY[cls.name] = cls

    @property
    @abstractmethod
    def key(self) -> str:
        """Name the write by ids of ours that never come again: the idempotency key of its first
        attempt.
        """

    @property
    @abstractmethod
    def subject(self) -> str:
        """Name the row that it is about: `payout:12`."""

    async def prepare(self, gateway: Gateway) -> F | None:
        """Read at Stripe what `plan` needs."""
        return None

    async def plan(
        self, tx: Transaction, facts: F | None
    ) -> Self | Literal[WriteState.SUPERSEDED] | None:
        """Look once more before it is sent: what is sent, or None when nothing is to be sent now.

        SUPERSEDED when nobody wants it any more: the write is over, whatever became of an earlier
        attempt.
        """
        return self

    @abstractmethod
    async def send(self, gateway: Gateway, key: str) -> A:
        """Ask Stripe, under `key`."""

    @abstractmethod
    async def find(self, gateway: Gateway) -> A | None:
        """Look for what an earlier attempt made, by our mark; None when there is nothing of the
        kind.
        """

    def anew(self) -> Self:
        """Say what is asked under the next key, after a failure that Stripe stored under this one:
        the same.
        """
        return self

    async def read(self, gateway: Gateway, answer: A) -> Any:
        """Read at Stripe what `answered` needs beside the answer."""
        return None

    async def lock(self, tx: Transaction, write_id: int) -> StripeWrite:
        """Lock the write, before `answered`; rows that it moves may be locked with it."""
        return await tx.lock(StripeWrite, id=write_id)

    @abstractmethod
    async def answered(
        self,
        tx: Transaction,
        answer: A,
        more: Any,
    ) -> Any:
        """Let our rows follow. What it returns, whoever performs the write gets.

        Raises a MarketError where they cannot: no repetition mends that, so a person must look.
        Raises TryLater: the same write goes on later.
        """

    @abstractmethod
    async def refused(self, tx: Transaction, refusal: StripeRefused) -> Self | None:
        """Let our rows follow a definite no; what is asked instead, under the next key, or None
        when that was it.
        """

    def id_of(self, answer: A) -> str:
        """Return Stripe's id of what was made or changed: of the object, or the answer itself."""
        return answer if isinstance(answer, str) else str(getattr(answer, "id"))  # noqa: B009

    def stored(self) -> dict[str, Any]:
        """Return the fields as they are stored."""
        return asdict(self)  # type: ignore[call-overload,no-any-return]


AnyOperation = Operation[Any, Any]


def loaded(
    name: str,
    params: dict[str, Any],
) -> Operation[Any, Any]:
    """Make the operation that was stored, in a process too that has imported no domain yet.

    Raises LookupError for an unknown name.
    """
    domains.manifests()
    return REGISTRY[name](**params)

"""What Stripe asks of an account, as it lies in `vendor_payment_configs.requirements`: there and
back. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, field
from datetime import datetime
from typing import Any

from shared.core.frozen import frozen
from shared.infra.gateway.accounts import (
    Alternative,
    Capability,
    ExternalAccount,
    FutureRequirements,
    RequirementError,
    StripeAccount,
)


@frozen
class StoredRequirements:
    """Everything that is due, announced or wrong, and where payouts go."""

    currently_due: tuple[str, ...] = ()
    past_due: tuple[str, ...] = ()
    pending_verification: tuple[str, ...] = ()
    errors: tuple[RequirementError, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    current_deadline: datetime | None = None
    future: FutureRequirements = field(default_factory=FutureRequirements)
    external_accounts: tuple[ExternalAccount, ...] = ()
    abilities: tuple[Capability, ...] = ()


def to_json(account: StripeAccount) -> dict[str, Any]:
    """What is stored of an account."""
    return {
        **_needs_to_json(account),
        "alternatives": [
            {"original": list(a.original), "alternative": list(a.alternative)}
            for a in account.alternatives
        ],
        "future": _needs_to_json(account.future_requirements),
        "external_accounts": [asdict(e) for e in account.external_accounts],
        "capabilities": [_ability_to_json(c) for c in account.abilities],
    }


def _needs_to_json(needs: StripeAccount | FutureRequirements) -> dict[str, Any]:
    return {
        "currently_due": list(needs.currently_due),
        "past_due": list(needs.past_due),
        "pending_verification": list(needs.pending_verification),
        "errors": [asdict(e) for e in needs.errors],
        "current_deadline": needs.current_deadline.isoformat()
        if needs.current_deadline
        else None,
    }


def from_json(stored: Mapping[str, Any] | None) -> StoredRequirements:
    """The same again; rows that were written before a part was kept simply lack it."""
    found = stored or {}
    return StoredRequirements(
        **_needs_from_json(found),
        alternatives=tuple(
            Alternative(tuple(a["original"]), tuple(a["alternative"]))
            for a in found.get("alternatives", ())
        ),
        future=FutureRequirements(**_needs_from_json(found.get("future") or {})),
        external_accounts=tuple(
            ExternalAccount(**e) for e in found.get("external_accounts", ())
        ),
        abilities=tuple(_ability_from_json(c) for c in found.get("capabilities", ())),
    )


def _ability_to_json(ability: Capability) -> dict[str, Any]:
    day = ability.current_deadline
    return {**asdict(ability), "current_deadline": day.isoformat() if day else None}


def _ability_from_json(found: Mapping[str, Any]) -> Capability:
    return Capability(
        found["name"],
        found["status"],
        found.get("disabled_reason"),
        tuple(found.get("currently_due", ())),
        _day(found.get("current_deadline")),
    )


def _day(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def _needs_from_json(found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "currently_due": tuple(found.get("currently_due", ())),
        "past_due": tuple(found.get("past_due", ())),
        "pending_verification": tuple(found.get("pending_verification", ())),
        "errors": tuple(RequirementError(**e) for e in found.get("errors", ())),
        "current_deadline": _day(found.get("current_deadline")),
    }

"""What a connected account's facts mean for a vendor: one status in words and whether it may sell. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AccountStatus(StrEnum):
    """Where a vendor stands with Stripe (features.md section 5, "Account -> our state")."""

    NOT_CONFIGURED = "not_configured"
    PENDING = "pending"
    UNDER_REVIEW = "under_review"
    RESTRICTED_SOON = "restricted_soon"
    ACTIVE = "active"
    RESTRICTED = "restricted"
    INACTIVE = "inactive"


class PayoutSchedule(StrEnum):
    """How often Stripe pays a vendor's balance out."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"


_CLOSED = ("platform_paused", "listed", "other")
_INCOMPLETE = ("requirements.past_due", "action_required.requested_capabilities")


@dataclass(frozen=True)
class AccountFacts:
    """What Stripe said of a connected account, reduced to what decides."""

    charges_enabled: bool
    payouts_enabled: bool
    details_submitted: bool
    transfers_active: bool
    disabled_reason: str | None
    currently_due: tuple[str, ...] = ()
    past_due: tuple[str, ...] = ()
    pending_verification: tuple[str, ...] = ()


def account_status(facts: AccountFacts | None) -> AccountStatus:
    """The one status that describes these facts best; None means no account yet."""
    if facts is None:
        return AccountStatus.NOT_CONFIGURED
    reason = facts.disabled_reason or ""
    if reason.startswith("rejected.") or reason in _CLOSED:
        return AccountStatus.INACTIVE
    if not facts.details_submitted:
        return AccountStatus.PENDING
    if accepts_payments(facts) and facts.payouts_enabled:
        return AccountStatus.RESTRICTED_SOON if facts.currently_due or facts.past_due else AccountStatus.ACTIVE
    if reason in ("under_review", "requirements.pending_verification"):
        return AccountStatus.UNDER_REVIEW
    if facts.past_due or facts.currently_due or reason in _INCOMPLETE:
        return AccountStatus.RESTRICTED if facts.transfers_active else AccountStatus.PENDING
    if facts.pending_verification or not facts.transfers_active:
        return AccountStatus.UNDER_REVIEW
    return AccountStatus.RESTRICTED


def accepts_payments(facts: AccountFacts | None) -> bool:
    """Whether a destination charge to this account can succeed: charges on, and the transfers capability active."""
    return facts is not None and facts.charges_enabled and facts.transfers_active

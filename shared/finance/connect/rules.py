"""What a connected account's facts mean for a vendor: one status in words and whether it may sell.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from enum import StrEnum

from shared.core.frozen import frozen


class AccountStatus(StrEnum):
    """Where a vendor stands with Stripe (stripe-facts 10.7)."""

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


# The states in which shoppers can pay: exactly these, so that no page says one thing and the
# checkout does another.
SELLING = frozenset(
    {AccountStatus.ACTIVE, AccountStatus.RESTRICTED_SOON, AccountStatus.RESTRICTED}
)
_CLOSED = ("platform_paused", "platform_disabled", "listed", "other")
_ENDED = ("rejected.", "paused.")
_REVIEW = ("under_review", "requirements.pending_verification", "pending.review")
_INCOMPLETE = ("requirements.", "action_required.", "pending.onboarding")
_BROKEN = ("errored", "verification_failed", "tokenized_account_number_deactivated")


@frozen
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
    external_account_errored: bool = False
    ability_reason: str | None = (
        None  # why Stripe keeps a capability off that selling needs
    )


def account_status(facts: AccountFacts | None) -> AccountStatus:
    """The one status that describes these facts; None means no account yet.

    Where two rows of stripe-facts 10.7 fit, what shoppers can do decides: an account whose payments
    go on while its payouts do not is "payouts blocked only", even if the reason that Stripe names
    is a requirement past due.
    """
    if facts is None:
        return AccountStatus.NOT_CONFIGURED
    reason = facts.disabled_reason or facts.ability_reason or ""
    if is_closed(reason):
        return AccountStatus.INACTIVE
    if not facts.details_submitted:
        return AccountStatus.PENDING
    if facts.charges_enabled and facts.transfers_active:
        return _selling(facts)
    if reason in _REVIEW:
        return AccountStatus.UNDER_REVIEW
    if facts.currently_due or facts.past_due or reason.startswith(_INCOMPLETE):
        return AccountStatus.PENDING
    # Switched off for a reason that is new to us: the vendor cannot do anything but ask us.
    return AccountStatus.INACTIVE if reason else AccountStatus.UNDER_REVIEW


def _selling(facts: AccountFacts) -> AccountStatus:
    if not facts.payouts_enabled or facts.external_account_errored:
        return AccountStatus.RESTRICTED
    return (
        AccountStatus.RESTRICTED_SOON
        if facts.currently_due or facts.past_due
        else AccountStatus.ACTIVE
    )


def is_closed(reason: str) -> bool:
    """Whether Stripe or the platform has paused or closed an account that is disabled for this
    reason.
    """
    return reason.startswith(_ENDED) or reason in _CLOSED


def accepts_payments(facts: AccountFacts | None) -> bool:
    """Whether a destination charge to this account can succeed: charges on, the transfers
    capability active, not closed.
    """
    return account_status(facts) in SELLING


def is_broken(status: str) -> bool:
    """Whether payouts to a bank account or card in this state come to nothing."""
    return status in _BROKEN


def payouts_have_nowhere_to_go(targets: Iterable[tuple[str, bool, str]]) -> bool:
    """Whether in some currency every account that payouts go to is broken; `targets` are (currency,
    is default, status).

    Where Stripe names no default of a currency, one good account is enough.
    """
    found = list(targets)
    for currency in {currency for currency, _, _ in found}:
        mine = [(default, status) for c, default, status in found if c == currency]
        used = [status for default, status in mine if default] or [
            status for _, status in mine
        ]
        if all(is_broken(status) for status in used):
            return True
    return False


REMINDERS = (1, 7, 14)


def reminder_due(deadline: datetime, now: datetime, zone: tzinfo) -> int | None:
    """Which reminder is due: 14, 7 or 1 days before the deadline, counted in days of `zone`, as the
    mail counts them.

    The nearest stage that was reached: a day without the job delays a reminder and loses none, and
    a deadline that comes at short notice begins with the stage it is in.
    """
    if deadline <= now:
        return None
    last, today = deadline.astimezone(zone).date(), now.astimezone(zone).date()
    left = (last - today).days
    return next((stage for stage in REMINDERS if left <= stage), None)


def new_banks(
    known: Mapping[str, str],
    found: Mapping[str, str],
) -> tuple[str, ...]:
    """The currencies whose money would go to a bank that is not the one of before, sorted.

    Both map a currency to a bank's id.

    The first bank of all is none that changed. A first one of a further currency is: that
    currency's money went elsewhere.
    """
    return (
        tuple(
            sorted(
                currency
                for currency, bank in found.items()
                if known.get(currency) != bank
            )
        )
        if known
        else ()
    )

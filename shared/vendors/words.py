"""A vendor's standing with Stripe in a shop owner's words. Pure: the page, the fragment and the operator say the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.vendors.requirements import as_sentences
from shared.vendors.rules import AccountStatus

if TYPE_CHECKING:
    from datetime import datetime

    from shared.vendors.queries import PaymentConfigView

CONNECT, CONTINUE = "connect", "continue"
_BADGES = {
    AccountStatus.NOT_CONFIGURED: ("plain", "Not connected"),
    AccountStatus.PENDING: ("warn", "Unfinished"),
    AccountStatus.UNDER_REVIEW: ("info", "Being checked"),
    AccountStatus.RESTRICTED_SOON: ("warn", "Needs details"),
    AccountStatus.ACTIVE: ("ok", "Can take payments"),
    AccountStatus.RESTRICTED: ("bad", "Restricted"),
    AccountStatus.INACTIVE: ("bad", "Closed"),
}


@dataclass(frozen=True)
class Standing:
    """What a page says of a vendor's account: a badge, a title, a sentence, what is missing, and the one next step."""

    kind: str
    badge: str
    title: str
    text: str
    missing: tuple[str, ...]
    next_step: str | None
    settled: bool
    deadline: datetime | None = None


def badge_of(status: AccountStatus) -> tuple[str, str]:
    """The kind and the word of a status, for lists."""
    return _BADGES[status]


def standing(config: PaymentConfigView) -> Standing:
    """How things stand. The title says "You can take payments" exactly when that is so."""
    kind, badge = badge_of(config.account_status)
    if config.accepts_payments and kind == "bad":
        kind = "warn"
    missing = as_sentences((*config.past_due, *config.currently_due))
    return Standing(
        kind=kind,
        badge=badge,
        title=_title(config),
        text=_text(config, something_missing=bool(missing)),
        missing=missing if config.account_status is not AccountStatus.INACTIVE else (),
        next_step=_next_step(config, something_missing=bool(missing)),
        settled=_settled(config),
        deadline=config.current_deadline,
    )


def _title(config: PaymentConfigView) -> str:
    if config.accepts_payments:
        return "You can take payments"
    return (
        "You cannot take payments"
        if config.account_status is AccountStatus.INACTIVE
        else "You cannot take payments yet"
    )


def _text(config: PaymentConfigView, *, something_missing: bool) -> str:
    match config.account_status:
        case AccountStatus.NOT_CONFIGURED:
            return "Connect with Stripe, who pays the money from your sales to your bank. Have your bank details and an identity card at hand."
        case AccountStatus.PENDING:
            return "Your Stripe account is made, but a few details are still missing."
        case AccountStatus.UNDER_REVIEW:
            return "Stripe is checking your details. This takes minutes, at times a day or two. There is nothing for you to do."
        case AccountStatus.RESTRICTED_SOON:
            return "Stripe needs a little more from you, or it will stop paying money to your bank."
        case AccountStatus.ACTIVE:
            return "Shoppers can pay you, and Stripe pays the money to your bank."
        case AccountStatus.RESTRICTED if config.accepts_payments:
            more = "Stripe needs the details below first." if something_missing else "Your Stripe dashboard says why."
            return f"Money from your sales is kept for you, but it does not go to your bank at the moment. {more}"
        case AccountStatus.RESTRICTED:
            return "Stripe has paused your account until it has the details below."
        case AccountStatus.INACTIVE:
            who = (
                "Markethall no longer has access to your Stripe account."
                if config.disconnected
                else "Stripe has closed this account."
            )
            return f"{who} Please write to us; we will sort it out with you."


def _next_step(config: PaymentConfigView, *, something_missing: bool) -> str | None:
    match config.account_status:
        case AccountStatus.NOT_CONFIGURED:
            return CONNECT
        case AccountStatus.PENDING:
            return CONTINUE
        case AccountStatus.RESTRICTED_SOON | AccountStatus.RESTRICTED if something_missing:
            return CONTINUE
        case _:
            return None


def _settled(config: PaymentConfigView) -> bool:
    """Whether asking Stripe again in a moment is pointless: all is well, or closed for good, or never begun."""
    done = (AccountStatus.ACTIVE, AccountStatus.INACTIVE, AccountStatus.NOT_CONFIGURED)
    return config.account_status in done

"""A vendor's standing with Stripe in a shop owner's words.

Pure: the pages, the mails and the operator say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.finance.connect import capabilities, requirements_due, verification
from shared.finance.connect.capabilities import CapabilityLine
from shared.finance.connect.requirements import requirement
from shared.finance.connect.requirements_due import Item, needs_of
from shared.finance.connect.rules import AccountStatus

if TYPE_CHECKING:
    from datetime import datetime

    from shared.finance.connect.queries import PaymentConfigView
    from shared.finance.connect.verification import Verdict
    from shared.infra.gateway.accounts import Capability

CONNECT, CONTINUE, DASHBOARD = "connect", "continue", "dashboard"
_BADGES = {
    AccountStatus.NOT_CONFIGURED: ("plain", "Not connected"),
    AccountStatus.PENDING: ("warn", "Unfinished"),
    AccountStatus.UNDER_REVIEW: ("info", "Being checked"),
    AccountStatus.RESTRICTED_SOON: ("warn", "Needs details"),
    AccountStatus.ACTIVE: ("ok", "Can take payments"),
    AccountStatus.RESTRICTED: ("bad", "Payouts stopped"),
    AccountStatus.INACTIVE: ("bad", "Closed"),
}
_PAUSED = (
    "platform_paused",
    "platform_disabled",
    "paused.inactivity",
    "listed",
    "other",
)
_KEPT = "The money from your sales is kept for you."


@dataclass(frozen=True)
class Sentence:
    """A sentence with a day in it, which each reader writes in its own way: `lead` by the day,
    `tail`.
    """

    lead: str
    day: datetime | None = None
    tail: str = ""

    def written(self, day: str = "") -> str:
        """The sentence as plain text; `day` is the deadline in words."""
        return f"{self.lead}{f' by {day}' if day else ''}{self.tail}"


@dataclass(frozen=True)
class Later:
    """What Stripe has announced that it will ask for, and until when nothing stops."""

    sentence: Sentence
    items: tuple[Item, ...]


@dataclass(frozen=True)
class AccountStatusWords:
    """What a page says of a vendor's account: a badge, a title, a sentence, a checklist, and the
    one next step.
    """

    kind: str
    badge: str
    title: str
    sentence: Sentence
    items: tuple[Item, ...]
    stops: str | None
    checking: str | None
    later: Later | None
    next_step: str | None
    settled: bool
    abilities: tuple[CapabilityLine, ...] = ()

    @property
    def text(self) -> str:
        """The sentence without its day."""
        return self.sentence.written()


def badge_of(status: AccountStatus) -> tuple[str, str]:
    """The kind and the word of a status, for lists."""
    return _BADGES[status]


def status_words(config: PaymentConfigView) -> AccountStatusWords:
    """How things stand. The title says "You can take payments" exactly when that is so."""
    closed = config.account_status is AccountStatus.INACTIVE
    found = () if closed else _checklist(config)
    kind, badge = _badge(config)
    return AccountStatusWords(
        kind=kind,
        badge=badge,
        title=_title(config),
        sentence=_sentence(config, found),
        items=found,
        stops=_stops(config, found),
        checking=None if closed else _checking(config),
        later=None if closed else _later(config, found),
        next_step=_next_step(config, found),
        settled=_settled(config),
        abilities=_abilities(config),
    )


def _checklist(config: PaymentConfigView) -> tuple[Item, ...]:
    found = requirements_due.items(
        (*config.past_due, *config.currently_due),
        config.errors,
        config.alternatives,
    )
    return (
        requirements_due.with_bank(found, config.external_accounts)
        if config.external_account_errored
        else found
    )


def _badge(config: PaymentConfigView) -> tuple[str, str]:
    kind, badge = badge_of(config.account_status)
    match config.account_status:
        case AccountStatus.RESTRICTED:
            return "warn", badge  # shoppers can pay
        case AccountStatus.PENDING if config.details_submitted:
            return "bad", "Payments stopped"
        case AccountStatus.INACTIVE if config.disconnected:
            return kind, "Disconnected"
        case AccountStatus.INACTIVE if _reason(config) in _PAUSED:
            return kind, "Paused"
        case _:
            return kind, badge


def _title(config: PaymentConfigView) -> str:
    if config.accepts_payments:
        return "You can take payments"
    closed = config.account_status is AccountStatus.INACTIVE
    stopped = closed or (
        config.account_status is AccountStatus.PENDING and config.details_submitted
    )
    return "You cannot take payments" if stopped else "You cannot take payments yet"


def _sentence(config: PaymentConfigView, found: tuple[Item, ...]) -> Sentence:
    needs = needs_of(found) if found else ""
    match config.account_status:
        case AccountStatus.NOT_CONFIGURED:
            return Sentence(
                "Connect with Stripe, who pays the money from your sales to your bank. Have "
                "your bank details and an identity card at hand."
            )
        case AccountStatus.PENDING if not config.details_submitted:
            return Sentence(
                "Your Stripe account is made, but a few details are still missing."
            )
        case AccountStatus.PENDING if found and not config.past_due:
            return Sentence(f"Stripe needs {needs} before shoppers can pay you.")
        case AccountStatus.UNDER_REVIEW if found:
            return Sentence(
                f"Stripe is checking your details, and needs {needs}", _day(config), "."
            )
        case AccountStatus.RESTRICTED_SOON:
            day = _day(config)
            return Sentence(
                f"Stripe needs {needs}",
                day,
                " or payouts stop." if day else ", or payouts stop.",
            )
        case AccountStatus.ACTIVE:
            return Sentence(
                "Shoppers can pay you, and Stripe pays the money to your bank."
            )
        case AccountStatus.RESTRICTED:
            return Sentence(_blocked(config, found))
        case _ if config.disconnected:
            return Sentence(
                "The marketplace no longer has access to your Stripe account. Please write to "
                "us; we will sort it out with you."
            )
        case status:
            verdict = _verdict(config, _usual(status))
            return Sentence(f"{verdict.what} {verdict.todo}")


def _held(config: PaymentConfigView) -> Capability | None:
    """The capability that is off and decides, where the account itself names no reason."""
    return (
        None
        if config.disabled_reason
        else capabilities.holding_back(config.abilities, config.charges_enabled)
    )


def _reason(config: PaymentConfigView) -> str | None:
    return config.disabled_reason or capabilities.reason(_held(config))


def _verdict(config: PaymentConfigView, usual: str) -> Verdict:
    """Why nothing can be sold: the account's own reason, or its capability's, or what usually is
    behind it.
    """
    if (held := _held(config)) is not None and (code := capabilities.reason(held)):
        return capabilities.verdict(held.name, code)
    return verification.disabled(config.disabled_reason or usual)


def _abilities(config: PaymentConfigView) -> tuple[CapabilityLine, ...]:
    """What is to be said of single capabilities beside the sentence of the whole account: nothing
    that it says already.
    """
    if config.disabled_reason or config.disconnected or not config.details_submitted:
        return ()
    held, day = _held(config), _day(config)
    lines = capabilities.shown(config.abilities, selling=config.accepts_payments)
    told = {held.name} if held else set()
    told |= {
        line.ability
        for line in lines
        if line.kind == "warn" and line.day and line.day == day
    }
    rest = tuple(line for line in lines if line.ability not in told)
    return rest if any(line.kind != "ok" for line in rest) else ()


def _usual(status: AccountStatus) -> str:
    """Why an account is off when Stripe gives no reason of its own."""
    reasons = {
        AccountStatus.UNDER_REVIEW: "under_review",
        AccountStatus.PENDING: "requirements.past_due",
    }
    return reasons.get(status, "other")


def _day(config: PaymentConfigView) -> datetime | None:
    return None if config.past_due else config.current_deadline


def _blocked(config: PaymentConfigView, found: tuple[Item, ...]) -> str:
    """Payments go on, payouts do not."""
    if config.external_account_errored and found[0].reason:
        return f"{found[0].reason} Until you change your bank details nothing is paid out. {_KEPT}"
    if found:
        return f"Nothing is paid out until Stripe has {needs_of(found)}. {_KEPT}"
    return f"Nothing is paid out at the moment; your Stripe dashboard says why. {_KEPT}"


def _stops(
    config: PaymentConfigView,
    found: tuple[Item, ...],
) -> str | None:
    match config.account_status:
        case AccountStatus.RESTRICTED_SOON if found and _day(config):
            return requirements_due.stops_of(found)
        case AccountStatus.PENDING if config.details_submitted:
            return "Until then shoppers cannot pay you" + (
                "." if config.payouts_enabled else ", and nothing is paid out."
            )
        case AccountStatus.INACTIVE if not config.disconnected:
            return _verdict(config, "other").stops
        case _:
            return None


def _checking(config: PaymentConfigView) -> str | None:
    """What Stripe is looking at, where it says so and the vendor has sent its form."""
    named = list(
        dict.fromkeys(requirement(key).needs for key in config.pending_verification)
    )
    if not named or not config.details_submitted:
        return None
    looking = config.account_status is AccountStatus.UNDER_REVIEW
    return (
        f"{'It looks at' if looking else 'Stripe is also checking'} "
        f"{requirements_due.listed(named)}."
    )


def _later(
    config: PaymentConfigView,
    found: tuple[Item, ...],
) -> Later | None:
    future = config.future
    known = {item.title for item in found}
    coming = requirements_due.items(
        (*future.past_due, *future.currently_due),
        future.errors,
    )
    coming = tuple(item for item in coming if item.title not in known)
    if not coming:
        return None
    needs = needs_of(coming)
    tail = (
        ". Nothing stops before that day."
        if future.current_deadline
        else " before long."
    )
    return Later(
        Sentence(f"Stripe will need {needs}", future.current_deadline, tail), coming
    )


def _next_step(
    config: PaymentConfigView,
    found: tuple[Item, ...],
) -> str | None:
    due = bool(config.past_due or config.currently_due)
    match config.account_status:
        case AccountStatus.NOT_CONFIGURED:
            return CONNECT
        case AccountStatus.PENDING:
            return CONTINUE
        case AccountStatus.INACTIVE:
            return None
        case AccountStatus.RESTRICTED if found and not due:
            # bank details are changed there when Stripe's form does not ask for them
            return DASHBOARD
        case _:
            return CONTINUE if due or _later(config, found) else None


def _settled(config: PaymentConfigView) -> bool:
    """Whether asking Stripe again in a moment is pointless: all is well, or closed for good, or
    never begun.
    """
    done = (AccountStatus.ACTIVE, AccountStatus.INACTIVE, AccountStatus.NOT_CONFIGURED)
    return config.account_status in done

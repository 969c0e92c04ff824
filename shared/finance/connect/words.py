"""A vendor's standing with Stripe in a shop owner's words.

Pure: the pages, the mails and the operator say the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core import words
from shared.core.formats import listed
from shared.core.frozen import frozen
from shared.core.words import word
from shared.finance.connect import capabilities, requirements_due, verification
from shared.finance.connect.capabilities import CapabilityLine
from shared.finance.connect.requirements import requirement
from shared.finance.connect.requirements_due import Item, needs_of
from shared.finance.connect.rules import AccountStatus
from shared.finance.connect.sentences import Sentence

if TYPE_CHECKING:
    from datetime import datetime

    from shared.finance.connect.queries import PaymentConfigView
    from shared.finance.connect.verification import Verdict
    from shared.infra.gateway.accounts import Capability

CONNECT, CONTINUE, DASHBOARD = "connect", "continue", "dashboard"
_ACCOUNTS, _STATES = "connect.accounts", "connect.states"
_PAUSED = (
    "platform_paused",
    "platform_disabled",
    "paused.inactivity",
    "listed",
    "other",
)


@frozen
class Later:
    """What Stripe has announced that it will ask for, and until when nothing stops."""

    sentence: Sentence
    items: tuple[Item, ...]


@frozen
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
    has_stopped: bool
    abilities: tuple[CapabilityLine, ...] = ()

    @property
    def text(self) -> str:
        """The sentence without its day."""
        return self.sentence.text


def badge_of(status: AccountStatus) -> tuple[str, str]:
    """The kind and the word of a status, for lists."""
    return words.badge(_STATES, status)


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
        has_stopped=_has_stopped(config),
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
    match config.account_status:
        case AccountStatus.RESTRICTED:
            return words.badge(_STATES, "payouts_stopped")  # shoppers can pay
        case AccountStatus.PENDING if config.details_submitted:
            return words.badge(_STATES, "payments_stopped")
        case AccountStatus.INACTIVE if config.disconnected:
            return words.badge(_STATES, "disconnected")
        case AccountStatus.INACTIVE if _reason(config) in _PAUSED:
            return words.badge(_STATES, "paused")
        case status:
            return badge_of(status)


def _has_stopped(config: PaymentConfigView) -> bool:
    """Whether it was connected, and takes no payments any more."""
    status = config.account_status
    return not config.accepts_payments and (
        status is AccountStatus.INACTIVE
        or (status is AccountStatus.PENDING and config.details_submitted)
    )


def _title(config: PaymentConfigView) -> str:
    if config.accepts_payments:
        return word("connect.titles", "selling")
    return word("connect.titles", "stopped" if _has_stopped(config) else "not_yet")


def _sentence(config: PaymentConfigView, found: tuple[Item, ...]) -> Sentence:
    match config.account_status:
        case AccountStatus.NOT_CONFIGURED | AccountStatus.ACTIVE as status:
            return Sentence.of(_ACCOUNTS, status)
        case AccountStatus.PENDING if not config.details_submitted:
            return Sentence.of(_ACCOUNTS, "unfinished")
        case AccountStatus.PENDING if found and not config.past_due:
            return Sentence.of(_ACCOUNTS, "pending", things=needs_of(found))
        case AccountStatus.UNDER_REVIEW as status if found:
            return _by_day(config, status, found)
        case AccountStatus.RESTRICTED_SOON as status:
            return _by_day(config, status, found)
        case AccountStatus.RESTRICTED:
            return _restricted(config, found)
        case _ if config.disconnected:
            return Sentence.of(_ACCOUNTS, "disconnected")
        case status:
            verdict = _verdict(config, _usual(status))
            return Sentence(f"{verdict.what} {verdict.todo}")


def _by_day(
    config: PaymentConfigView,
    status: AccountStatus,
    found: tuple[Item, ...],
) -> Sentence:
    """What Stripe needs, and by when where nothing is overdue."""
    things = needs_of(found) if found else ""
    return Sentence.of(_ACCOUNTS, status, _day(config), things=things)


def _restricted(config: PaymentConfigView, found: tuple[Item, ...]) -> Sentence:
    """Payments go on, payouts do not."""
    if config.external_account_errored and found[0].reason:
        return Sentence.of(_ACCOUNTS, "restricted_by_bank", reason=found[0].reason)
    if found:
        things = needs_of(found)
        return Sentence.of(_ACCOUNTS, "restricted_until_given", things=things)
    return Sentence.of(_ACCOUNTS, "restricted")


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
        if line.kind == "warn" and line.sentence.day and line.sentence.day == day
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


def _stops(
    config: PaymentConfigView,
    found: tuple[Item, ...],
) -> str | None:
    match config.account_status:
        case AccountStatus.RESTRICTED_SOON if found and _day(config):
            return requirements_due.stops_of(found)
        case AccountStatus.PENDING if config.details_submitted:
            what = "payments" if config.payouts_enabled else "everything"
            return word("connect.until_finished", what)
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
    code = "account" if looking else "things"
    return word("connect.checking", code, things=listed(named))


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
    sentence = Sentence.of(
        "connect.announced",
        None,
        future.current_deadline,
        things=needs_of(coming),
    )
    return Later(sentence, coming)


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

"""What waits for the marketplace's own staff: each thing that needs doing as one line of the
operator's home.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from shared.core import clock
from shared.core.money import Money
from shared.core.words import word
from shared.entrypoints.web.filters import day, moment, money, time_left
from shared.entrypoints.web.links import url_for
from shared.finance.connect.queries import VendorTrouble
from shared.finance.disputes.queries import DisputeView
from shared.finance.inbox import words as webhook_words
from shared.finance.inbox.rules import Light
from shared.finance.overview.dashboard import Dashboard
from shared.finance.payouts.queries import PayoutRow
from shared.finance.payouts.rules import PayoutState
from shared.finance.reconciliation.after_restore import Standstill
from shared.infra.stripe_writes.queries import UnexpectedAnswer
from shared.trade.vat.queries import MissingRate


@dataclass(frozen=True)
class Task:
    """One thing that needs doing: how loud, what with its number, the rest of it, and where it is
    done.
    """

    kind: str
    title: str
    text: str
    href: str
    label: str


def tasks(now: Dashboard) -> Iterator[Task]:
    """What waits, what has a deadline first; nothing that is zero."""
    if now.standstill is not None:
        yield _standstill(now.standstill)
    yield from _money_at_risk(now)
    yield from _decisions(now)
    yield from _books(now)
    yield from _payouts(now)
    yield from _vat(now)
    if now.owing.count:
        title = f"{counted(now.owing.count, 'vendor owes', 'vendors owe')} {_sums(now.owing.sums)}"
        since = (
            Markup(" The oldest debt is from {}.").format(day(now.owing.since))
            if now.owing.since
            else ""
        )
        yield Task(
            "warn",
            title,
            ("Its" if now.owing.count == 1 else "Their")
            + " next sales pay it back."
            + since,
            url_for("operator_receivables.index"),
            "See the debts",
        )
    if count := now.parked_events:
        title = counted(count, "webhook event is parked", "webhook events are parked")
        said = (
            "It failed too often and waits"
            if count == 1
            else "They failed too often and wait"
        )
        yield Task(
            "warn",
            title,
            f"{said} for a person.",
            url_for("operator.webhooks", status="parked"),
            "Open the inbox",
        )
    yield from _webhooks(now)
    yield from _mails(now)


def _standstill(found: Standstill) -> Task:
    """What comes next before money moves again."""
    title = Markup("No money moves: restored from a backup of {}").format(
        moment(found.backup_made_at)
    )
    if found.backfilled_at is None:
        said = "What Stripe did since then has to be fetched and compared first."
    elif found.compared_at is None:
        said = "Stripe’s events are here; now everything has to be compared."
    else:
        said = "Events and comparison are here. Look at what is left, and let money move again."
    return Task("bad", title, said, url_for("operator_restored.show"), "See what to do")


def _webhooks(now: Dashboard) -> Iterator[Task]:
    """An endpoint whose light is not green."""
    titles = {
        Light.BAD: "Webhooks do not work: {}",
        Light.WARN: "Webhooks, look at them: {}",
    }
    for found in now.webhooks:
        if found.light in titles:
            row = webhook_words.row(found)
            title = titles[found.light].format(row.name.lower())
            yield Task(
                row.badge[0],
                title,
                row.sentence,
                url_for("operator.webhooks"),
                "See the endpoints",
            )


def _mails(now: Dashboard) -> Iterator[Task]:
    if count := now.mails.count:
        title = counted(count, "mail does not go out", "mails do not go out")
        said = Markup("{}The oldest is from {}.").format(
            _spaced(now.mails.problem),
            moment(now.mails.since or clock.now()),
        )
        yield Task("bad", title, said, url_for("operator_mails.show"), "See what")


def _spaced(sentence: str) -> str:
    """The mail server's trouble, without the name of the error in front."""
    words = sentence.partition(": ")[2] or sentence
    return f"{words} " if words else ""


def _money_at_risk(now: Dashboard) -> Iterator[Task]:
    if count := now.parked_payments:
        title = counted(count, "payment is parked", "payments are parked")
        said = "Stripe took money that does not match the order. Nothing was marked as paid."
        yield Task(
            "bad",
            title,
            said,
            url_for("operator.payments"),
            "Look at it" if count == 1 else "Look at them",
        )
    if unexpected := now.unexpected_answers:
        yield _unexpected(len(unexpected), unexpected[0])
    if (count := now.disputes) and (first := now.next_dispute):
        yield _dispute(count, first)


def _unexpected(count: int, first: UnexpectedAnswer) -> Task:
    """What Stripe did instead of what was asked for."""
    title = counted(
        count,
        "answer of Stripe’s is not what was asked for",
        "answers of Stripe’s are not what was asked for",
    )
    said = f"Write {first.write_id} ({first.operation}, {first.subject}): {first.error}"
    return Task(
        "bad", title, said, url_for("operator_reconciliation.index"), "See what differs"
    )


def _dispute(count: int, first: DisputeView) -> Task:
    """The dispute with the least time left; an appeal is the staff's own to file."""
    title = counted(count, "dispute waits for an answer", "disputes wait for an answer")
    if count == 1 and first.is_appealable:
        title = "1 dispute can be appealed"
    left = f"{time_left(first.answer_by)}: " if first.answer_by else ""
    nearest = "The next one: " if count > 1 else ""
    reason = word("disputes.reasons", first.reason_code)
    what = (
        f"{nearest}{left}{money(first.amount)} on order {first.order_number} of "
        f"{first.vendor_name}. {reason}."
    )
    if first.is_appealable:
        what += " An appeal is filed by you, in Stripe’s dashboard."
    where = (
        url_for("operator_disputes.show", dispute_id=first.id)
        if count == 1
        else url_for("operator_disputes.index", status="answer")
    )
    return Task("warn", title, what, where, "See it" if count == 1 else "See them")


def _decisions(now: Dashboard) -> Iterator[Task]:
    if count := now.refunds.count:
        title = counted(
            count, "refund waits for your decision", "refunds wait for your decision"
        )
        before = (
            ", waiting since " if count == 1 else " in all; the oldest waits since "
        )
        said = Markup("{}{}{}.").format(
            _sums(now.refunds.sums),
            before,
            day(now.refunds.since or clock.now()),
        )
        yield Task("warn", title, said, url_for("operator_refunds.show"), "Decide")


def _books(now: Dashboard) -> Iterator[Task]:
    last, where = now.last_run, url_for("operator_reconciliation.index")
    if last is None:
        return
    if count := last.open:
        title = counted(
            count,
            "difference between the books and Stripe",
            "differences between the books and Stripe",
        )
        yield Task(
            "warn",
            title,
            Markup("Found by the comparison of {}.").format(moment(last.started_at)),
            where,
            "See what",
        )
    if last.status == "failed":
        said = Markup("It was started {}. {}").format(
            moment(last.started_at), last.error or "It was stopped."
        )
        yield Task(
            "warn", "The last comparison could not finish", said, where, "See why"
        )
    elif now.is_stale:
        said = Markup(
            "The last comparison with Stripe was {}; it should run every night."
        ).format(moment(last.started_at))
        yield Task(
            "warn", "The books were not compared last night", said, where, "Compare now"
        )


def _payouts(now: Dashboard) -> Iterator[Task]:
    if now.payouts:
        yield _lost_payouts(now.payouts)
    if now.banks:
        yield _banks(now.banks)
    if now.held:
        yield _holds(now.held)


def _lost_payouts(found: Sequence[PayoutRow]) -> Task:
    count, first = len(found), found[0]
    whose = first.vendor_name or "The marketplace itself"
    is_failed = first.state is PayoutState.FAILED
    why = word("payouts.failures", first.failure_code) if is_failed else first.refusal
    said = (
        f"{money(first.amount)} to {whose}: {why}"
        if count == 1
        else f"The latest: {money(first.amount)} to {whose}. {why}"
    )
    title = counted(count, "payout did not arrive", "payouts did not arrive")
    return Task(
        "bad", title, said, url_for("operator_payouts.index", state="failed"), "See why"
    )


def _banks(found: tuple[VendorTrouble, ...]) -> Task:
    """Vendors whose bank account takes no payouts."""
    title = counted(
        len(found), "bank account takes no payouts", "bank accounts take no payouts"
    )
    said = f"{_names(found)} got a mail; nothing is paid out until the bank details are changed."
    return Task("warn", title, said, _where(found, "bank"), _whose(found))


def _holds(found: tuple[VendorTrouble, ...]) -> Task:
    """Vendors whose payouts the staff holds."""
    title = counted(
        len(found), "vendor’s payouts are on hold", "vendors’ payouts are on hold"
    )
    only = found[0]
    said = (
        f"{only.name}: {only.held_reason}" if len(found) == 1 else f"{_names(found)}."
    )
    return Task("warn", title, said, _where(found, "held"), _whose(found))


def _whose(found: tuple[VendorTrouble, ...]) -> str:
    return "See whose" if len(found) > 1 else "See the vendor"


def _vat(now: Dashboard) -> Iterator[Task]:
    """Months that wait for a rate, which vendors wait for; and numbers to be looked up."""
    if missing := now.missing_rates:
        first, months = missing[0], sum(rate.vendors for rate in missing)
        title = counted(
            months, "month waits for an exchange rate", "months wait for exchange rates"
        )
        said = (
            f"{first.currency} in {first.into} of {first.day.day} {first.day:%B %Y}; until then "
            "no invoice is written."
        )
        many = f" And {len(missing) - 1} more." if len(missing) > 1 else ""
        yield Task(
            "warn",
            title,
            said + many,
            url_for("operator_vat_rates.show", **_pair(first)),
            "Enter it",
        )
    if found := now.vat_numbers:
        title = counted(
            found.count,
            "VAT number waits to be confirmed",
            "VAT numbers wait to be confirmed",
        )
        said = (
            f"{found.vendor_name}: {found.number}"
            if found.count == 1
            else f"{found.vendor_name} waits longest"
        )
        one = url_for("operator_vat.vendor", vendor_id=found.vendor_id)
        yield Task(
            "info",
            title,
            f"{said}. VAT is charged until then.",
            one if found.count == 1 else url_for("operator_vat.index"),
            "Look it up",
        )


def _pair(missing: MissingRate) -> dict[str, str]:
    """The pair and the day as the form of rates is asked for them: the euro's rates are published
    per euro.
    """
    one, other = sorted(
        (missing.currency, missing.into), key=lambda code: code != "EUR"
    )
    return {"base": one, "quote": other, "day": missing.day.isoformat()}


def _where(found: tuple[VendorTrouble, ...], only: str) -> str:
    return (
        url_for("operator.vendor", vendor_id=found[0].vendor_id)
        if len(found) == 1
        else url_for("operator.vendors", only=only)
    )


def _names(found: tuple[VendorTrouble, ...], most: int = 3) -> str:
    """`A`, `A and B`, `A, B, C and 4 more`."""
    names = [vendor.name for vendor in found[:most]]
    more = len(found) - len(names)
    tail = f"{more} more" if more else names.pop() if len(names) > 1 else ""
    return f"{', '.join(names)} and {tail}" if tail else names[0]


def counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"


def _sums(sums: tuple[Money, ...]) -> str:
    """`€35.00`, `DKK 120.00 and €35.00`."""
    texts = [money(amount) for amount in sums]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}"

"""From ledger, rows and Stripe to what differs, each told once: what a finding covers, later checks are silent about. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from shared.finance.reconciliation.explain import RESERVE_TYPES, Gap, Links, gaps, in_suspense, links_of
from shared.finance.reconciliation.facts import Facts, Finding, Kind, Repair
from shared.finance.reconciliation.matching import money, movements, payments, things
from shared.finance.reconciliation.saved import methods
from shared.finance.reconciliation.tallies import accounts, claims, earned, orders


def compare(facts: Facts) -> list[Finding]:
    """Everything that differs, causes before consequences; the comparison of whole balances comes last."""
    links = links_of(facts)
    found = [*payments(facts, links), *things(facts, links)]
    told = _covered(found)
    moved = [one for one in movements(facts, links) if one.stripe_id is None or one.stripe_id not in told]
    found += moved
    found += claims(facts, {one.arguments["payment_id"] for one in moved if one.kind is Kind.MOVEMENT_UNKNOWN})
    found += orders(facts)
    found += _ledger(facts)
    open_gaps = gaps(facts, links)
    told = _covered(found)
    found += _money([gap for gap in open_gaps if gap.key not in told], facts, links)
    found += _orphans(facts, found, told)
    found += _balances(facts, open_gaps)
    found += earned(facts, found)
    found += accounts(facts)
    found += methods(facts)
    found += _events(facts)
    return found


def _covered(found: Sequence[Finding]) -> frozenset[str]:
    return frozenset(key for finding in found for key in finding.covers)


def persisting(first: Sequence[Finding], second: Sequence[Finding]) -> list[Finding]:
    """What was found at both looks, as it was at the second: the rest was merely under way."""
    before = {finding.identity for finding in first}
    return [finding for finding in second if finding.identity in before]


def _money(open_gaps: Sequence[Gap], facts: Facts, links: Links) -> Iterator[Finding]:
    """Money that one side alone has, one finding a key."""
    by_key: dict[str, list[Gap]] = defaultdict(list)
    for gap in open_gaps:
        by_key[gap.key].append(gap)
    for key, mine in by_key.items():
        if all(not gap.transactions for gap in mine):
            yield _posting_alone(key, mine, facts, links)
        elif (known := _known_thing(key, mine, facts)) is not None:
            yield known
        elif all(gap.ours == 0 for gap in mine):  # never posted, or posted and taken back
            rows = [[t.id, t.vendor_id, t.net, t.currency] for gap in mine for t in gap.transactions]
            yield Finding(
                Kind.MONEY_UNEXPLAINED, f"money:{key}", f"Money moved at Stripe and nothing here explains it: {_story(mine)}",
                *_sides(mine), Repair.SUSPEND, key, _vendor(mine), {"transactions": rows, "stripe_id": key},
            )  # fmt: skip
        else:
            text = "Stripe moved another sum than the ledger says: " + _story(mine)
            yield Finding(
                Kind.MONEY_DIFFERS, f"money:{key}", text, *_sides(mine), stripe_id=key, vendor_id=_vendor(mine)
            )


def _sides(mine: Sequence[Gap]) -> tuple[str, str]:
    ours = ", ".join(f"{_where(gap)} {money(gap.ours, gap.currency)}" for gap in mine)
    theirs = ", ".join(f"{_where(gap)} {money(gap.theirs, gap.currency)}" for gap in mine)
    return ours[:250], theirs[:250]


def _where(gap: Gap) -> str:
    return "platform" if gap.vendor_id is None else f"vendor {gap.vendor_id}"


def _vendor(mine: Sequence[Gap]) -> int | None:
    return next((gap.vendor_id for gap in mine if gap.vendor_id is not None), None)


def _story(mine: Sequence[Gap]) -> str:
    types = dict.fromkeys(t.type.replace("_", " ") for gap in mine for t in gap.transactions)
    return ", ".join(types) + "."


def _posting_alone(key: str, mine: Sequence[Gap], facts: Facts, links: Links) -> Finding:
    """The ledger says that money moved, and Stripe has no such row."""
    suspended = [t for gap in mine for t in in_suspense(gap, facts, links)]
    keys = sorted({line.key for gap in mine for line in gap.lines})
    common: dict[str, Any] = {"stripe_id": key, "vendor_id": _vendor(mine)}
    ours, theirs = _sides(mine)
    if suspended:
        return Finding(
            Kind.SUSPENSE_EXPLAINED, f"money:{key}", "Money that was parked as unexplained has its posting now.", ours, theirs,
            Repair.CLEAR_SUSPENSE, arguments={"transactions": [t.id for t in suspended]}, **common,
        )  # fmt: skip
    orphans = [posting for posting in keys if posting in facts.orphans]
    return Finding(
        Kind.POSTING_UNEXPLAINED, f"posting:{keys[0]}", f"The ledger says that money moved ({', '.join(keys)[:120]}), and Stripe does not.",
        ours, theirs, Repair.REVERSE_POSTING if len(orphans) == len(keys) else Repair.NONE, arguments={"keys": keys}, **common,
    )  # fmt: skip


def _known_thing(key: str, mine: Sequence[Gap], facts: Facts) -> Finding | None:
    """Money of something of ours that the ledger does not have, or not all of it: it is followed, or posted, again."""
    sources = {key} | {t.source for gap in mine for t in gap.transactions}
    moved = next((row for row in facts.movements if row.stripe_id == key), None)
    if moved is not None:
        return _unposted(f"movement:{moved.id}", key, mine, Repair.POST_MOVEMENT, {"movement_id": moved.id})
    held = [t for gap in mine for t in gap.transactions if t.type in RESERVE_TYPES]
    if held:
        rows = [[t.id, t.vendor_id, -t.net, t.currency] for t in held]
        return _unposted(f"transaction:{key}", key, mine, Repair.POST_RESERVE, {"transactions": rows})
    row = next((row for row in facts.mirrors if row.stripe_id in sources), None)
    if row is None:
        return None
    arguments = {"stripe_id": row.stripe_id, "account": row.account}
    return _unposted(f"{row.what}:{row.id}", key, mine, Repair(f"follow_{row.what}"), arguments)


def _unposted(subject: str, key: str, mine: Sequence[Gap], repair: Repair, arguments: dict[str, Any]) -> Finding:
    return Finding(
        Kind.MONEY_UNPOSTED, subject, f"Money of {subject.replace(':', ' ')} moved at Stripe, and the ledger does not have it.",
        *_sides(mine), repair, key, _vendor(mine), arguments,
    )  # fmt: skip


def _orphans(facts: Facts, found: Sequence[Finding], told: frozenset[str]) -> Iterator[Finding]:
    """Postings whose row is not there; those whose money is not there either, or unknown, have been told."""
    said = {key for finding in found for key in finding.arguments.get("keys", ())}
    said |= {line.key for line in facts.lines if line.stripe_id in told}
    for key in sorted(facts.orphans - said):
        yield Finding(
            Kind.POSTING_ORPHANED,
            f"posting:{key}",
            f"The ledger has {key}, and the row that it is about is gone.",
            key,
            "none",
        )


def _ledger(facts: Facts) -> Iterator[Finding]:
    """The books themselves."""
    for currency, total in facts.ledger_sums.items():
        if total:
            yield Finding(
                Kind.LEDGER_UNBALANCED, f"ledger:{currency}", f"The ledger does not come to nought in {currency}.",
                money(total, currency), money(0, currency),
            )  # fmt: skip
    for row in facts.open_postings:
        sound = row.entries and not any(row.sums.values())
        yield Finding(
            Kind.POSTING_OPEN, f"posting:{row.key}", f"Posting {row.key} was never closed.", f"{row.entries} entries", "",
            Repair.CLOSE_POSTING if sound else Repair.NONE, arguments={"key": row.key},
        )  # fmt: skip
    for (vendor_id, currency), (ledger, claimed) in facts.receivables.items():
        if ledger != claimed:
            yield Finding(
                Kind.RECEIVABLE_DIFFERS, f"vendor:{vendor_id}:{currency}", "The ledger says another debt of this vendor than its claims do.",
                money(ledger, currency), money(claimed, currency), vendor_id=vendor_id,
            )  # fmt: skip


def _balances(facts: Facts, open_gaps: Sequence[Gap]) -> Iterator[Finding]:
    """The check of checks: what is left once everything that was found is taken out."""
    told: dict[tuple[int | None, str], int] = defaultdict(int)
    for gap in open_gaps:
        told[gap.vendor_id, gap.currency] += gap.theirs - gap.ours
    for (vendor_id, currency), (ours, theirs) in facts.balances.items():
        if theirs - ours != told[vendor_id, currency]:
            whose = "the platform" if vendor_id is None else f"vendor {vendor_id}"
            yield Finding(
                Kind.BALANCE_DIFFERS, f"balance:{vendor_id or 'platform'}:{currency}",
                f"Stripe says that {whose} holds another sum than the ledger does, and nothing found so far explains it.",
                money(ours, currency), money(theirs, currency), vendor_id=vendor_id,
            )  # fmt: skip


def _events(facts: Facts) -> Iterator[Finding]:
    """Events that never came, and events that came and could not be applied."""
    for event in facts.missed:
        yield Finding(
            Kind.EVENTS_MISSED, f"event:{event.id}", f"Stripe could not deliver {event.type} to us.", "not received", event.type,
            Repair.BACKFILL, event.id, event.vendor_id, {"event_id": event.id},
        )  # fmt: skip
    for event in facts.parked:
        yield Finding(
            Kind.EVENT_PARKED, f"event:{event.id}", f"Stripe's event {event.type} could not be applied and was given up on.", "parked", "",
            Repair.REPLAY, event.id, event.vendor_id, {"event_id": event.id},
        )  # fmt: skip

"""Sums and fields that are kept beside rows: claims, orders, what we keep of a vendor's account. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from shared.finance.reconciliation.facts import Facts, Finding, Kind, Repair
from shared.finance.reconciliation.matching import money

# What was told and explains why earnings and where they lie differ; those of the second kind name no vendor.
_OF_VENDORS = frozenset(
    {Kind.CLAIM_MISCOUNTED, Kind.CLAIM_UNSETTLED, Kind.MOVEMENT_OPEN, Kind.RECEIVABLE_DIFFERS, Kind.MONEY_UNPOSTED, Kind.MONEY_DIFFERS, Kind.POSTING_UNEXPLAINED}
)  # fmt: skip
_OF_BOOKS = frozenset(
    {Kind.MONEY_UNPOSTED, Kind.MONEY_DIFFERS, Kind.POSTING_UNEXPLAINED, Kind.POSTING_ORPHANED, Kind.POSTING_OPEN, Kind.LEDGER_UNBALANCED}
)  # fmt: skip


def claims(facts: Facts, unsure: Collection[int]) -> Iterator[Finding]:
    """A claim at rest: what was taken, what is owed and what was given up come to its amount.

    Nothing is said of one with a movement under way, or with one that we lack: those have been told.
    """
    open_ = {row.claim_id for row in facts.movements if row.state == "opening"}
    uneven = {(row.vendor_id, row.currency) for row in facts.earned if row.set_off}
    for vendor_id, currency in sorted(uneven):
        yield Finding(
            Kind.CLAIM_MISCOUNTED, f"vendor:{vendor_id}:{currency}", "What was set off between this vendor's claims does not come to nought.",
            vendor_id=vendor_id,
        )  # fmt: skip
    for row in facts.claims:
        if (row.vendor_id, row.currency) in uneven or row.id in open_ or row.payment_id in unsure:
            continue
        subject, about = f"claim:{row.id}", row.subject.replace(":", " ")
        if row.bears is not None and row.amount != row.bears:
            yield Finding(
                Kind.CLAIM_MISCOUNTED, subject, f"What is claimed from the vendor is not what it bears of {about}.",
                money(row.amount, row.currency), money(row.bears, row.currency), Repair.RECOUNT_CLAIM, None, row.vendor_id,
                {"claim_id": row.id, "subject": row.subject},
            )  # fmt: skip
        elif row.taken != row.moved:
            yield Finding(
                Kind.CLAIM_MISCOUNTED, subject, f"What was taken from the vendor for {about} is not what its movements come to.",
                money(row.taken, row.currency), money(row.moved, row.currency), Repair.RECOUNT_CLAIM, None, row.vendor_id,
                {"claim_id": row.id, "subject": row.subject},
            )  # fmt: skip
        elif row.taken + row.netted + row.receivable + row.written_off != row.amount:
            if row.taken + row.netted > row.amount and row.cannot_be_sent:
                continue  # the operator's page about what vendors owe shows it
            yield Finding(
                Kind.CLAIM_UNSETTLED, subject, f"What the vendor bears for {about} is neither taken nor owed.",
                f"taken {money(row.taken + row.netted, row.currency)}, owed {money(row.receivable + row.written_off, row.currency)}",
                money(row.amount, row.currency), Repair.SETTLE_CLAIM, None, row.vendor_id, {"subject": row.subject},
            )  # fmt: skip


def orders(facts: Facts) -> Iterator[Finding]:
    """What an order says went back, and what banks hold or took of it, is what its refunds and disputes come to."""
    for row in facts.orders:
        sums = {"went back": (row.refunded, row.counted), **row.others}
        wrong = next(((name, *pair) for name, pair in sums.items() if pair[0] != pair[1]), None)
        if wrong is None:
            continue
        name, ours, counted = wrong
        yield Finding(
            Kind.REFUNDED_MISCOUNTED, f"order:{row.id}", f"Order {row.number} says another sum {name} than its rows do.",
            money(ours, row.currency), money(counted, row.currency), Repair.RECOUNT_REFUNDED, None, row.vendor_id,
            {"order_id": row.id},
        )  # fmt: skip


def accounts(facts: Facts) -> Iterator[Finding]:
    """What we keep of each vendor's account is what Stripe says."""
    for row in facts.accounts:
        wrong = [name for name in row.theirs if row.ours.get(name) != row.theirs[name]]
        if wrong:
            yield Finding(
                Kind.ACCOUNT_DIFFERS, f"vendor:{row.vendor_id}", "What we keep of the vendor's Stripe account is out of date.",
                ", ".join(f"{name} {row.ours.get(name)}" for name in wrong)[:250],
                ", ".join(f"{name} {row.theirs[name]}" for name in wrong)[:250],
                Repair.SYNC_ACCOUNT, row.account, row.vendor_id, {"vendor_id": row.vendor_id},
            )  # fmt: skip


def earned(facts: Facts, found: Sequence[Finding]) -> Iterator[Finding]:
    """What each vendor has earned lies in its balance or is on its way to its bank, but for claims not at rest and suspense.

    Claims and postings change in one transaction, so it holds at every moment. Nothing is said where what was `found` tells why.
    """
    told = {finding.vendor_id for finding in found if finding.kind in _OF_VENDORS and finding.vendor_id is not None}
    if any(finding.vendor_id is None and finding.kind in _OF_BOOKS for finding in found):
        return
    for row in facts.earned:
        if not row.off or row.vendor_id in told:
            continue
        safe = bool(row.unposted) and sum(row.unposted.values()) == row.off
        number = ", ".join(map(str, row.unposted))
        why = f"the ledger lacks postings of refund {number}" if safe else "nothing found so far explains it"
        yield Finding(
            Kind.EARNED_DIFFERS, f"vendor:{row.vendor_id}:{row.currency}",
            f"What this vendor has earned is not what lies in its balance or is on its way to its bank, and {why}.",
            f"earned {money(row.earned, row.currency)}", f"lies {money(row.lies + row.waits, row.currency)}",
            Repair.POST_REFUNDS if safe else Repair.NONE, None, row.vendor_id,
            {"refund_ids": list(row.unposted), "refunds": number} if safe else {},
        )  # fmt: skip

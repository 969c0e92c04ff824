"""Sums and fields that are kept beside rows: claims, orders, what we keep of a vendor's account. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from shared.reporting.facts import Facts, Finding, Kind, Repair
from shared.reporting.matching import money


def claims(facts: Facts, unsure: Collection[int]) -> Iterator[Finding]:
    """A claim at rest: what was taken, what is owed and what was given up come to its amount.

    Nothing is said of one with a movement under way, or with one that we lack: those have been told.
    """
    open_ = {row.claim_id for row in facts.movements if row.state == "opening"}
    for row in facts.claims:
        if row.id in open_ or row.payment_id in unsure:
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
        elif row.taken + row.receivable + row.written_off != row.amount:
            yield Finding(
                Kind.CLAIM_UNSETTLED, subject, f"What the vendor bears for {about} is neither taken nor owed.",
                f"taken {money(row.taken, row.currency)}, owed {money(row.receivable + row.written_off, row.currency)}",
                money(row.amount, row.currency), Repair.SETTLE_CLAIM, None, row.vendor_id, {"subject": row.subject},
            )  # fmt: skip


def orders(facts: Facts) -> Iterator[Finding]:
    """What an order says went back is what its refunds come to."""
    for row in facts.orders:
        if row.refunded != row.counted:
            yield Finding(
                Kind.REFUNDED_MISCOUNTED, f"order:{row.id}", f"Order {row.number} says another sum went back than its refunds do.",
                money(row.refunded, row.currency), money(row.counted, row.currency), Repair.RECOUNT_REFUNDED, None, row.vendor_id,
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

"""From a fact about money to its posting. Pure. What each account means stands in chart.py.

Two kinds of facts are told apart: who owes whom (a sale, a refund, a dispute), and where the money lies at Stripe (a
reversal, a payout). Each is posted when it becomes known, under a key that names it.
"""

from shared.ledger.postings.corrections import explained, opposite
from shared.ledger.postings.payouts import (
    PaidOut,
    Reserved,
    payout_arrived,
    payout_reopened,
    payout_returned,
    payout_sent,
    released,
    reserved,
)
from shared.ledger.postings.returns import (
    DisputedMoney,
    Moved,
    Receivable,
    Refund,
    Taken,
    commission_returned,
    dispute_reinstated,
    dispute_withdrawn,
    moved,
    receivable,
    refund,
    refund_paid,
    refund_returned,
    refund_undone,
    taken,
    written_off,
)
from shared.ledger.postings.sales import (
    Parked,
    Sale,
    StripeFee,
    Unexplained,
    parked,
    sale,
    stripe_fee,
    unexplained,
    unparked,
)

__all__ = [
    "DisputedMoney",
    "Moved",
    "PaidOut",
    "Parked",
    "Receivable",
    "Refund",
    "Reserved",
    "Sale",
    "StripeFee",
    "Taken",
    "Unexplained",
    "commission_returned",
    "dispute_reinstated",
    "dispute_withdrawn",
    "explained",
    "moved",
    "opposite",
    "parked",
    "payout_arrived",
    "payout_reopened",
    "payout_returned",
    "payout_sent",
    "receivable",
    "refund",
    "refund_paid",
    "refund_returned",
    "refund_undone",
    "released",
    "reserved",
    "sale",
    "stripe_fee",
    "taken",
    "unexplained",
    "unparked",
    "written_off",
]

"""An order's waterfall in words: one column for the vendor, two sides with Stripe's ids for the
operator.
"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from shared.core.frozen import frozen
from shared.core.money import Money
from shared.entrypoints.web.filters import day
from shared.finance.order_money.flows import FlowKind
from shared.finance.order_money.waterfall import Waterfall, WaterLine

VENDOR = {
    FlowKind.PAID: "Shopper paid",
    FlowKind.COMMISSION: "Platform fee",
    FlowKind.SHARE: "Your share",
    FlowKind.REFUND: "Refund",
    FlowKind.REFUND_UNDONE: "Refund did not arrive",
    FlowKind.COMMISSION_BACK: "Platform fee given back",
    FlowKind.COMMISSION_AGAIN: "Platform fee charged again",
    FlowKind.DISPUTE: "Disputed",
    FlowKind.DISPUTE_WON: "Dispute won",
    FlowKind.LET_GO: "Debt let go",
    FlowKind.TAKEN: "Taken back by the marketplace",
    FlowKind.OTHER: "Correction",
    FlowKind.LEFT: "Yours after that",
    FlowKind.PAYOUT: "Paid out to your bank",
    FlowKind.PAYOUT_FAILED: "Payout that came back",
    FlowKind.NOT_PAID_OUT: "Not paid out yet",
    FlowKind.OWED: "Covered by your other sales",
}
OPERATOR = {
    **VENDOR,
    FlowKind.STRIPE_FEE: "Stripe’s fee",
    FlowKind.COMMISSION: "Commission",
    FlowKind.SHARE: "Vendor’s share",
    FlowKind.COMMISSION_BACK: "Commission given back",
    FlowKind.COMMISSION_AGAIN: "Commission charged again",
    FlowKind.DISPUTE_COST: "Cost of the dispute",
    FlowKind.DISPUTE_COST_BACK: "Cost of the dispute, given back",
    FlowKind.LEFT: "The vendor’s after that",
    FlowKind.PAYOUT: "Paid out to the vendor’s bank",
    FlowKind.OWED: "Covered by the vendor’s other sales",
    FlowKind.KEPT: "Kept by the marketplace",
    FlowKind.BORNE: "Borne by the marketplace",
}
RESULTS = (FlowKind.NOT_PAID_OUT, FlowKind.KEPT, FlowKind.BORNE)
PLACES = {
    "moved": "Between the vendor’s balance and the platform’s",
    "refund_paid": "Refund left the platform’s balance",
    "refund_returned": "Refund came back to the platform’s balance",
    "receivable": "Noted as owed by the vendor",
    "reserved": "Held back as a reserve",
    "released": "Reserve released",
    "parked": "Parked: matches no order",
    "unparked": "No longer parked",
}


@frozen
class OperatorLine:
    """A line with its two sides; a sum is set apart."""

    text: str
    note: Any
    whole: Money
    vendor: Money
    market: Money
    stripe_id: str
    is_sum: bool


def vendor_lines(found: Waterfall) -> list[tuple[Any, ...]]:
    """What `money.waterfall` takes; nothing before the order was paid.

    What is left over in the end is what is still to come.
    """
    return [
        (
            _words(line, VENDOR),
            line.vendor * -1,
            _note(line),
            None,
            "sum",
        )
        if line.kind is FlowKind.NOT_PAID_OUT
        else (
            _words(line, VENDOR),
            line.vendor,
            _note(line),
            None,
            "sum" if line.is_sum else "",
        )
        for line in found.vendor_lines
    ]


def operator_lines(found: Waterfall) -> list[OperatorLine]:
    """Every line with both sides."""
    return [
        _result(line)
        if line.kind in RESULTS
        else OperatorLine(
            _words(line, OPERATOR),
            _note(line),
            line.whole,
            line.vendor,
            line.market,
            line.stripe_id,
            line.is_sum,
        )
        for line in found.lines
        if line.whole
        or line.vendor
        or line.market
        or line.is_sum
        or line.kind is FlowKind.PAYOUT_FAILED
    ]


def _result(line: WaterLine) -> OperatorLine:
    """What is left over in the end, as what it is: still to come for the vendor, kept or borne by
    the marketplace.
    """
    return OperatorLine(
        _words(line, OPERATOR),
        None,
        line.whole,
        _size(line.vendor),
        _size(line.market),
        "",
        is_sum=True,
    )


def _size(amount: Money) -> Money:
    return amount if amount.amount >= 0 else amount * -1


def _words(line: WaterLine, words: dict[FlowKind, str]) -> str:
    text = words[line.kind]
    if line.kind in (FlowKind.REFUND, FlowKind.REFUND_UNDONE) and line.detail:
        return text.replace("Refund", f"Refund {line.detail}", 1)
    return text


def _note(line: WaterLine) -> Any:
    """When; of a payout the day at the bank."""
    if line.kind is FlowKind.PAYOUT:
        if line.at is None:
            return "on its way"
        return Markup("{} {}").format(
            "arrived" if line.arrived else "expected",
            day(line.at),
        )
    if line.at is None or line.kind in (FlowKind.PAID, FlowKind.COMMISSION):
        return None
    return day(line.at)

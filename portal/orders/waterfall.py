"""An order's waterfall in words: one column for the vendor, two sides with Stripe's ids for the
operator.
"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.core.locales.lazy import lazy_gettext as _l
from shared.core.money import Money
from shared.entrypoints.web.filters import day, money
from shared.finance.order_money.flows import FlowKind
from shared.finance.order_money.waterfall import Waterfall, WaterLine

VENDOR = {
    FlowKind.PAID: _n("Shopper paid"),
    FlowKind.DISCOUNT: _n("Paid by the marketplace"),
    FlowKind.COMMISSION: _n("Platform fee"),
    FlowKind.SHARE: _n("Your share"),
    FlowKind.REFUND: _n("Refund"),
    FlowKind.REFUND_UNDONE: _n("Refund did not arrive"),
    FlowKind.COMMISSION_BACK: _n("Platform fee given back"),
    FlowKind.COMMISSION_AGAIN: _n("Platform fee charged again"),
    FlowKind.DISCOUNT_BACK: _n("The marketplace’s part, given back"),
    FlowKind.DISCOUNT_AGAIN: _n("The marketplace’s part, paid again"),
    FlowKind.DISPUTE: _n("Disputed"),
    FlowKind.DISPUTE_WON: _n("Dispute won"),
    FlowKind.LET_GO: _n("Debt let go"),
    FlowKind.TAKEN: _n("Taken back by the marketplace"),
    FlowKind.OTHER: _n("Correction"),
    FlowKind.LEFT: _n("Yours after that"),
    FlowKind.PAYOUT: _n("Paid out to your bank"),
    FlowKind.PAYOUT_FAILED: _n("Payout that came back"),
    FlowKind.NOT_PAID_OUT: _n("Not paid out yet"),
    FlowKind.OWED: _n("Covered by your other sales"),
}
OPERATOR = {
    **VENDOR,
    FlowKind.STRIPE_FEE: _n("Stripe’s fee"),
    FlowKind.COMMISSION: _n("Commission"),
    FlowKind.SHARE: _n("Vendor’s share"),
    FlowKind.COMMISSION_BACK: _n("Commission given back"),
    FlowKind.COMMISSION_AGAIN: _n("Commission charged again"),
    FlowKind.DISPUTE_COST: _n("Cost of the dispute"),
    FlowKind.DISPUTE_COST_BACK: _n("Cost of the dispute, given back"),
    FlowKind.LEFT: _n("The vendor’s after that"),
    FlowKind.PAYOUT: _n("Paid out to the vendor’s bank"),
    FlowKind.OWED: _n("Covered by the vendor’s other sales"),
    FlowKind.KEPT: _n("Kept by the marketplace"),
    FlowKind.BORNE: _n("Borne by the marketplace"),
}
_NUMBERED = {
    FlowKind.REFUND: _n("Refund %(number)s"),
    FlowKind.REFUND_UNDONE: _n("Refund %(number)s did not arrive"),
}
RESULTS = (FlowKind.NOT_PAID_OUT, FlowKind.KEPT, FlowKind.BORNE)
PLACES = {
    "moved": _l("Between the vendor’s balance and the platform’s"),
    "transferred": _l("The vendor’s share went on to its balance"),
    "refund_paid": _l("Refund left the platform’s balance"),
    "refund_returned": _l("Refund came back to the platform’s balance"),
    "receivable": _l("Noted as owed by the vendor"),
    "reserved": _l("Held back as a reserve"),
    "released": _l("Reserve released"),
    "parked": _l("Parked: matches no order"),
    "unparked": _l("No longer parked"),
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
            _note(line, found),
            None,
            "sum",
        )
        if line.kind is FlowKind.NOT_PAID_OUT
        else (
            _words(line, VENDOR),
            line.vendor,
            _note(line, found),
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
            _note(line, found),
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
    if line.kind in _NUMBERED and line.detail:
        return _(_NUMBERED[line.kind], number=line.detail)
    return _(words[line.kind])


def _of_price(found: Waterfall) -> str:
    """What of the payment was for sending, and what it would have been without a code."""
    notes = []
    if found.shipping:
        notes.append(_("of which delivery %(amount)s", amount=money(found.shipping)))
    if found.discount is not None:
        said = _(
            "%(amount)s off with %(code)s",
            amount=money(found.discount.goods + found.discount.shipping),
            code=found.discount.code,
        )
        notes.append(said)
    return " · ".join(notes)


def of_delivery(fee: Money) -> str | None:
    """What of a commission is of delivery; None where it is of the goods alone."""
    return _("%(amount)s of it on delivery", amount=money(fee)) if fee else None


def _note(line: WaterLine, found: Waterfall) -> Any:
    """When; of a payout the day at the bank, of what was paid and of the commission how much was
    for sending, and what a code had taken off.
    """
    if line.kind is FlowKind.PAID:
        return _of_price(found) or None
    if line.kind is FlowKind.COMMISSION:
        return of_delivery(found.shipping_commission)
    if line.kind is FlowKind.DISCOUNT:
        of = found.discount
        return _("for %(code)s", code=of.code) if of is not None else None
    if line.kind is FlowKind.PAYOUT:
        if line.at is None:
            return _("on its way")
        said = _("arrived %(day)s") if line.arrived else _("expected %(day)s")
        return Markup(said) % {"day": day(line.at)}  # noqa: S704 - a sentence of ours
    if line.at is None:
        return None
    return day(line.at)

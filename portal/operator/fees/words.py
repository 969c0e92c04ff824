"""Commission in an operator's words: the rows of the list, what a try came to, what the refund
policies do, what was changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from portal.audit.words import short
from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.core.money import Money
from shared.entrypoints.web.filters import money
from shared.infra.audit.queries import EntryView
from shared.trade.commission import words
from shared.trade.commission.basis import CommissionBasis, Tariff, charge_order
from shared.trade.commission.queries import RuleView
from shared.trade.commission.rules import (
    RefundPolicy,
    Rule,
    Sold,
    commission_back,
    covers,
)

POLICIES = {
    RefundPolicy.PROPORTIONAL: (
        _n("Share it"),
        _n("Each refund gives back the same part of the commission as of the price."),
    ),
    RefundPolicy.RETURN: (
        _n("Give it back first"),
        _n("The marketplace pays refunds until its commission is used up."),
    ),
    RefundPolicy.KEEP: (
        _n("Keep it"),
        _n("The marketplace keeps its commission; the vendor bears the whole refund."),
    ),
}
_TOTAL, _COMMISSION, _REFUND = 10000, 1000, 4000
BASES = {
    CommissionBasis.GOODS: (
        _n("The goods alone"),
        _n("What shoppers pay for delivery is the vendor’s."),
    ),
    CommissionBasis.GOODS_AND_SHIPPING: (
        _n("The goods and delivery"),
        _n(
            "Delivery pays the percentage of the goods; fixed parts, minimums and maximums are for"
            " goods."
        ),
    ),
}
_DELIVERY, _RATE = 500, Decimal(10)


@frozen
class RuleRow:
    """A rule in the operator's list."""

    id: int
    place: int
    about: str
    vendor: str
    charge: str
    is_active: bool
    is_reached: bool
    is_first: bool
    is_last: bool


@frozen
class Choice:
    """A refund policy: its name, what it means, and the same in numbers."""

    name: str
    text: str
    example: str


@frozen
class FeeChange:
    """One thing that was changed."""

    text: str
    detail: str
    at: datetime


def rows(views: tuple[RuleView, ...]) -> list[RuleRow]:
    """The list, with what never comes to bear because a rule above it always does."""
    found = []
    for place, view in enumerate(views, start=1):
        above = [earlier.rule for earlier in views[: place - 1] if earlier.is_active]
        found.append(
            RuleRow(
                view.id,
                place,
                about(view),
                view.vendor_name or _("Every vendor"),
                words.charge(view.rule, money),
                view.is_active,
                not any(covers(rule, view.reach) for rule in above),
                place == 1,
                place == len(views),
            )
        )
    return found


def about(view: RuleView) -> str:
    """What a rule is about, without its vendor: `Bags`, `Everything`."""
    text = words.subject(view.rule, view.product_name)
    return text[:1].upper() + text[1:]


def policies() -> dict[str, Choice]:
    """Each refund policy with an example that is worked out by the rule that refunds use."""
    return {
        policy.value: Choice(_(name), _(text), _example(policy))
        for policy, (name, text) in POLICIES.items()
    }


def _example(policy: RefundPolicy) -> str:
    total, fee, refund = (Money(n, "EUR") for n in (_TOTAL, _COMMISSION, _REFUND))
    back = Money(
        commission_back(
            policy,
            total.amount,
            fee.amount,
            0,
            0,
            refund.amount,
        ),
        "EUR",
    )
    return _(
        "Of a refund of %(refund)s on a sale of %(total)s with %(fee)s commission, the marketplace "
        "bears %(back)s and the vendor %(rest)s.",
        refund=money(refund),
        total=money(total),
        fee=money(fee),
        back=money(back),
        rest=money(refund - back),
    )


def bases() -> dict[str, Choice]:
    """What the commission can be of, each with an example worked out by the rule for orders."""
    return {
        basis.value: Choice(_(name), _(text), _basis_example(basis))
        for basis, (name, text) in BASES.items()
    }


def _basis_example(basis: CommissionBasis) -> str:
    goods = [Sold(0, None, "", _TOTAL)]
    charged = charge_order(
        goods,
        _DELIVERY,
        Tariff(basis=basis),
        "EUR",
        otherwise=Rule(_RATE),
    )
    return _(
        "Goods for %(goods)s with delivery for %(delivery)s at %(rate)s pay %(fee)s.",
        goods=money(Money(_TOTAL, "EUR")),
        delivery=money(Money(_DELIVERY, "EUR")),
        rate=words.percent(_RATE),
        fee=money(Money(charged.total, "EUR")),
    )


def change(entry: EntryView) -> FeeChange:
    """An entry of the audit trail."""
    return FeeChange(
        short(entry),
        _told(entry.details),
        entry.at,
    )


def _told(details: Mapping[str, Any]) -> str:
    parts = [_part(details[name]) for name in ("before", "after") if name in details]
    return " → ".join(parts)


def _part(value: Any) -> str:
    if isinstance(value, str):
        return _(BASES[CommissionBasis(value)][0])
    if not isinstance(value, dict):
        return _("place %(place)s", place=value)
    if "refund_policy" in value:
        limits = value.get("refund_approval_limits") or {}
        name = _(POLICIES[RefundPolicy(value["refund_policy"])][0])
        return ", ".join(
            [
                name,
                *(
                    _("limit %(amount)s", amount=money(Money(amount, code)))
                    for code, amount in limits.items()
                ),
            ]
        )
    return words.sentence(_rule(value), money)


def _rule(value: Mapping[str, Any]) -> Rule:
    return Rule(
        percentage=Decimal(value["percentage"]),
        fixed=value["fixed_amount"],
        minimum=value["minimum_amount"],
        maximum=value["maximum_amount"],
        currency=value["currency"],
        category=value["category"] or (_("one product") if value["product_id"] else ""),
    )

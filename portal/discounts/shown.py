"""A discount in its owner's words: what it takes off, when, how it stands, what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from portal.discounts.moments import DayAndTime, as_begin, as_end
from shared.core import clock
from shared.core.formats import day, listed
from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.core.money import Money
from shared.core.words import word
from shared.entrypoints.web.filters import money, percent
from shared.trade.discounts.queries import DiscountView
from shared.trade.discounts.rules import Discount, DiscountKind, DiscountState, state_of

_LOOKS = {
    DiscountState.ON: "ok",
    DiscountState.NOT_YET: "info",
    DiscountState.USED_UP: "warn",
    DiscountState.OVER: "plain",
    DiscountState.OFF: "plain",
}


@frozen
class DiscountRow:
    """A discount as a list shows it; `bearer` is who does without the money."""

    id: int
    code: str
    takes: str
    notes: tuple[str, ...]
    when: str
    badge: tuple[str, str]
    uses: str
    cost: str
    bearer: str
    is_marketplace: bool


def rows(
    views: Sequence[DiscountView],
    zone: ZoneInfo,
) -> list[DiscountRow]:
    """The rows of a list."""
    return [row(view, zone) for view in views]


def row(view: DiscountView, zone: ZoneInfo) -> DiscountRow:
    """A discount as a list shows it."""
    discount = view.discount
    state = state_of(discount, clock.now())
    return DiscountRow(
        id=discount.id,
        code=discount.code,
        takes=_takes(discount),
        notes=tuple(_notes(discount)),
        when=_when(discount, zone),
        badge=(_LOOKS[state], word("discounts.states", state)),
        uses=_uses(discount),
        cost=" + ".join(map(money, view.cost)) or "–",
        bearer=view.vendor_name or _("The marketplace"),
        is_marketplace=discount.is_marketplace,
    )


def _takes(discount: Discount) -> str:
    value = ""
    if discount.kind is DiscountKind.PERCENT and discount.percentage is not None:
        value = percent(discount.percentage)
    if discount.kind is DiscountKind.AMOUNT:
        value = money(Money(discount.amount, discount.currency))
    return word("discounts.takes", discount.kind, value=value)


def _notes(discount: Discount) -> list[str]:
    """What it is for, if not for everything."""
    found = []
    if discount.least:
        least = money(Money(discount.least, discount.currency))
        found.append(_("from %(amount)s", amount=least))
    if discount.most_per_shopper is not None:
        most = discount.most_per_shopper
        found.append(_("%(number)s per shopper", number=most))
    if discount.vendor_ids:
        found.append(_("some vendors"))
    if discount.categories:
        found.append(listed(sorted(discount.categories)))
    return found


def _when(discount: Discount, zone: ZoneInfo) -> str:
    """From its first day or minute to its last one."""
    first = as_begin(discount.starts_at, zone)
    last = as_end(discount.ends_at, zone)
    if first.day and last.day:
        return _("%(first)s to %(last)s", first=_said(first), last=_said(last))
    if first.day:
        return _("From %(first)s", first=_said(first))
    if last.day:
        return _("Until %(last)s", last=_said(last))
    return _("Always")


def _said(shown: DayAndTime) -> str:
    assert shown.day is not None
    this_year = clock.now().year
    said = day(shown.day, with_year=shown.day.year != this_year)
    return f"{said}, {shown.time:%H:%M}" if shown.time else said


def _uses(discount: Discount) -> str:
    if discount.most_uses is None:
        return str(discount.uses)
    return _("%(uses)s of %(most)s", uses=discount.uses, most=discount.most_uses)

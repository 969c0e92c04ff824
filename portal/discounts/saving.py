"""Reading and saving the form of a discount: the same for a vendor and for the marketplace."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from zoneinfo import ZoneInfo

from quart import Response

from portal.discounts.forms import DiscountForm, from_discount
from shared.core.editing import Look
from shared.core.errors import MarketError, NotFound
from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.entrypoints.web.editing import Trail
from shared.entrypoints.web.pages import see_other
from shared.trade.discounts import service
from shared.trade.discounts.queries import DiscountView
from shared.trade.discounts.rules import DiscountKind
from shared.trade.discounts.service import DiscountOwner

ACTS = (service.ADDED, service.CHANGED)


@frozen
class DiscountPages:
    """Whose discounts these are, and where their pages are."""

    owner: DiscountOwner
    home: str
    page_of: Callable[[int], str]
    zone: ZoneInfo
    slugs: Callable[[DiscountView], Awaitable[Sequence[str]]]
    answer: Callable[[DiscountForm, DiscountView | None, int], Awaitable[Response]]


async def create(
    pages: DiscountPages,
    form: DiscountForm,
    vendor_ids: Sequence[int] = (),
) -> Response:
    """Make a discount of a form that was found right, or show it again with what is wrong."""
    kind = DiscountKind(form["kind"].data)
    code = form["discount_code"].data or ""
    values = form.values(kind, pages.zone, vendor_ids)
    try:
        await service.add_discount(pages.owner, code, values)
    except MarketError as error:
        form.blame(error)
        return await pages.answer(form, None, error.status)
    return see_other(pages.home, ("ok", _("The discount is saved.")))


async def change(
    pages: DiscountPages,
    form: DiscountForm,
    view: DiscountView,
    vendor_ids: Sequence[int] = (),
) -> Response:
    """Save what was said of a discount in a form that was found right, or show it again."""
    values = form.values(view.discount.kind, pages.zone, vendor_ids)
    look = await _look(pages, form, view)
    try:
        await service.change_discount(pages.owner, view.discount.id, values, look)
    except MarketError as error:
        if isinstance(error, NotFound):
            raise
        form.blame(error)
        return await pages.answer(form, view, error.status)
    return see_other(pages.home, ("ok", _("The discount is saved.")))


async def _look(
    pages: DiscountPages,
    form: DiscountForm,
    view: DiscountView,
) -> Look[DiscountView]:
    here = pages.page_of(view.discount.id)
    trail = Trail(f"discount:{view.discount.id}", ACTS)

    async def looking(now: DiscountView) -> None:
        slugs = await pages.slugs(now)
        shown = from_discount(now, pages.zone, slugs)
        look = form.look(
            lambda _now: shown,
            page=here,
            trail=trail,
        )
        await look(now)

    return looking


async def switch(
    pages: DiscountPages,
    discount_id: int,
    *,
    on: bool,
) -> Response:
    """Let a code be used, or not."""
    await service.switch_discount(pages.owner, discount_id, on=on)
    said = (
        _("The code can be used.")
        if on
        else _(
            "The code cannot be used any more. Orders that were placed with it keep it."
        )
    )
    return see_other(pages.page_of(discount_id), ("ok", said))

"""Entries of the trail ready to be read: who, what, about what, with links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from portal.audit.details import in_detail
from portal.audit.words import noun, short, told
from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.entrypoints.web.links import url_for
from shared.infra.audit.queries import EntryView
from shared.trade.orders.order_numbers import numbers_of
from shared.trade.people.queries import called
from shared.trade.vendors.search import vendor_names


@frozen
class ShownAct:
    """One act. `about` may be empty; `link` leads to the thing where there is a page for it."""

    at: datetime
    who: str
    what: str
    about: str
    link: str
    detail: str
    address: str


@frozen
class _Names:
    """What is called how: people by label, orders and vendors by id."""

    people: Mapping[str, str]
    orders: Mapping[int, str]
    vendors: Mapping[int, str]


async def for_staff(rows: Sequence[EntryView]) -> list[ShownAct]:
    """Everything that was kept, with links into the operator's pages."""
    names = await _names(rows)
    return [_shown(row, names, is_staff=True) for row in rows]


async def on_its_page(rows: Sequence[EntryView]) -> list[ShownAct]:
    """The same on the page of the thing itself, which need not be named."""
    acts = await for_staff(rows)
    both = zip(acts, rows, strict=True)
    return [replace(act, what=short(row)) for act, row in both]


async def for_vendor(
    rows: Sequence[EntryView],
    own: frozenset[str],
) -> list[ShownAct]:
    """The same for the vendor's people: `own` are their labels and their tokens'.

    Of others they read that it was done, not by whom of the staff, from where, or with which inner
    details.
    """
    names = await _names(rows)
    return [
        _shown(row, names, is_staff=False)
        if row.actor in own
        else _of_others(row, names)
        for row in rows
    ]


async def _names(rows: Sequence[EntryView]) -> _Names:
    labels = {row.actor for row in rows} | {row.subject for row in rows}
    vendors = {row.vendor_id for row in rows if row.vendor_id is not None}
    vendors |= _ids(labels, "vendor") | _named_in(rows, "vendor_id")
    return _Names(
        await called(labels),
        await numbers_of(_ids(labels, "order") | _named_in(rows, "order")),
        await vendor_names(vendors),
    )


def _shown(
    row: EntryView,
    names: _Names,
    *,
    is_staff: bool,
) -> ShownAct:
    about, link = _about(row, names, is_staff=is_staff)
    return ShownAct(
        at=row.at,
        who=names.people.get(
            row.actor,
            row.actor.replace(":", " ").capitalize(),
        ),
        what=told(row.action),
        about=about,
        link=link,
        detail=in_detail(_with_names(row.details, names)),
        address=row.address,
    )


def _named_in(rows: Sequence[EntryView], name: str) -> set[int]:
    """The ids that entries keep under a name, also of before and after."""
    found: set[int] = set()
    for row in rows:
        details = row.details
        for kept in (details, details.get("before"), details.get("after")):
            id_ = kept.get(name) if isinstance(kept, dict) else None
            found |= {id_} if isinstance(id_, int) else set()
    return found


def _with_names(details: Mapping[str, Any], names: _Names) -> dict[str, Any]:
    """Orders by their number and shops by their name, not by our rows'."""
    known = {"order": names.orders, "vendor_id": names.vendors}
    return {
        name: _with_names(value, names)
        if name in ("before", "after") and isinstance(value, dict)
        else known[name].get(value, value)
        if name in known
        else value
        for name, value in details.items()
    }


def _of_others(row: EntryView, names: _Names) -> ShownAct:
    about, link = _about(row, names, is_staff=False)
    who = (
        names.people[row.actor]
        if row.actor in ("stripe", "nobody", "shopper")
        else _("The marketplace")
    )
    if row.actor.startswith("customer:"):
        who = _("A shopper")
    return ShownAct(
        row.at,
        who,
        told(row.action),
        about,
        link,
        "",
        "",
    )


def _about(
    row: EntryView,
    names: _Names,
    *,
    is_staff: bool,
) -> tuple[str, str]:
    """What an act is about, and where that stands."""
    kind, _colon, number = row.subject.partition(":")
    id_ = int(number) if number.isdigit() else 0
    if kind == "order" and id_ in names.orders:
        said = names.orders[id_]
        return _("Order %(number)s", number=said), url_for(
            "operator_orders.show" if is_staff else "orders.show", number=said
        )
    if kind == "vendor" and id_ in names.vendors:
        return names.vendors[id_], url_for(
            "operator.vendor", vendor_id=id_
        ) if is_staff else ""
    if row.subject in names.people:
        return names.people[row.subject], ""
    shop = names.vendors.get(row.vendor_id or 0, "")
    thing = f"{noun(kind)} {number}".strip()
    return (f"{thing}, {shop}" if shop and is_staff else thing), ""


def _ids(
    labels: set[str],
    kind: str,
) -> set[int]:
    found = (label.partition(":") for label in labels)
    return {
        int(number) for name, _, number in found if name == kind and number.isdigit()
    }

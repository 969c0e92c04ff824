"""`/operator/audit` and `/vendor/admin/audit`: who did what, by person, kind, thing and day."""

from __future__ import annotations

from datetime import date
from typing import Any

from quart import Blueprint, Response, request

from portal.audit import shown
from portal.audit.forms import begin_of, day_of, end_of
from portal.frame import vendor_page
from portal.operator.frame import page as operator_page
from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.core.words import word
from shared.entrypoints.web.access import operator, owner
from shared.entrypoints.web.identity import vendor_id
from shared.entrypoints.web.kit import page_number
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.paging import address, pager
from shared.infra.audit.kinds import KINDS
from shared.infra.audit.queries import About, EntryPage, Wanted, entry_page
from shared.trade.catalogue.queries import clean_search
from shared.trade.marketplace.queries import marketplace
from shared.trade.orders.order_numbers import ids_by_number
from shared.trade.people.queries import found_people, labels_of_vendor
from shared.trade.vendors.search import found_vendors

blueprint = Blueprint("audit", __name__)
EVERYTHING = "all"  # what Stripe and the marketplace itself did, too; a kind shows theirs as well


@frozen
class Asked:
    """What the address asks for; what cannot be read asks for nothing."""

    search: str
    kind: str
    since: date | None
    until: date | None

    @property
    def query(self) -> dict[str, str]:
        """The same as an address says it."""
        days = {"since": self.since, "until": self.until}
        return {
            "q": self.search,
            "kind": self.kind,
            **{name: day.isoformat() for name, day in days.items() if day},
        }


def _asked() -> Asked:
    kind = request.args.get("kind", "")
    return Asked(
        search=clean_search(request.args.get("q")),
        kind=kind if kind in (*KINDS, EVERYTHING) else "",
        since=day_of(request.args.get("since")),
        until=day_of(request.args.get("until")),
    )


async def _wanted(
    asked: Asked,
    about: About | None,
    vendor: int | None = None,
) -> Wanted:
    zone = (await marketplace()).zone
    return Wanted(
        vendor_id=vendor,
        kind=asked.kind if asked.kind in KINDS else None,
        by_people=not asked.kind,
        about=about,
        since=begin_of(asked.since, zone),
        before=end_of(asked.until, zone),
    )


@blueprint.get("/operator/audit")
@operator
async def trail() -> Response:
    """Everything that was done, newest first: by whom, from where, about what."""
    asked = _asked()
    about = None
    if asked.search:
        labels = (
            *await found_people(asked.search),
            *await ids_by_number(asked.search),
        )
        about = About(labels, await found_vendors(asked.search))
    found = await entry_page(await _wanted(asked, about), page=page_number())
    return await operator_page(
        "portal/audit/operator.html",
        nav_active="audit",
        rows=await shown.for_staff(found.rows),
        **_list(asked, found, url_for("audit.trail")),
    )


@blueprint.get("/vendor/admin/audit")
@owner
async def own_trail() -> Response:
    """What was done in and to this shop, newest first."""
    asked, mine = _asked(), vendor_id()
    about = None
    if asked.search:
        labels = (
            *await found_people(asked.search, vendor_id=mine),
            *await ids_by_number(asked.search, vendor_id=mine),
        )
        about = About(labels)
    found = await entry_page(
        await _wanted(asked, about, mine),
        page=page_number(),
    )
    rows = await shown.for_vendor(found.rows, await labels_of_vendor(mine))
    return await vendor_page(
        "portal/audit/vendor.html",
        nav="audit",
        rows=rows,
        **_list(asked, found, url_for("audit.own_trail")),
    )


def _list(
    asked: Asked,
    found: EntryPage,
    path: str,
) -> dict[str, Any]:
    """What both pages show around the rows."""
    query = asked.query
    others = {name: value for name, value in query.items() if name != "kind"}
    chips = [
        (_("By people"), address(path, **others), not asked.kind),
        (
            _("Everything"),
            address(path, **others, kind=EVERYTHING),
            asked.kind == EVERYTHING,
        ),
    ]
    chips += [
        (
            word("audit.kinds", name),
            address(path, **others, kind=name),
            name == asked.kind,
        )
        for name in KINDS
    ]
    searched = {name: value for name, value in query.items() if name != "q"}
    return {
        "asked": asked,
        "found": found,
        "chips": chips,
        "path": path,
        "list_address": address(path, **searched),
        "pager": pager(path, found, **query),
        "is_narrowed": bool(query),
    }

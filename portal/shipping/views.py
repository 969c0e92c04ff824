"""`/vendor/admin/shipping`: where a vendor sends to, how, for how much and how fast."""

from __future__ import annotations

from functools import partial

from quart import Blueprint, Response

from portal.frame import vendor_page
from portal.shipping.forms import (
    HandlingForm,
    MethodForm,
    ZoneForm,
    from_method,
    from_plan,
    from_zone,
)
from portal.shipping.shown import shown_zones, zone_title
from shared.core.errors import Conflict, Invalid, MarketError, NotFound
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import owner
from shared.entrypoints.web.editing import Trail
from shared.entrypoints.web.identity import actor, actor_label, vendor_id
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.finance.connect.queries import get_vendor_payment_config
from shared.trade.shipping import service
from shared.trade.shipping.errors import MethodNotFound, ZoneNotFound
from shared.trade.shipping.queries import plan_of_vendor
from shared.trade.shipping.rules import ShippingMethod, ShippingPlan, ShippingZone
from shared.trade.shipping.service import CHANGED, Editor

blueprint = Blueprint("shipping", __name__, url_prefix="/vendor/admin/shipping")


@blueprint.get("")
@owner
async def show() -> Response:
    """Days, and the zones with what each offers."""
    plan = await _plan()
    return await _overview(
        plan, await HandlingForm.from_request(data=dict(from_plan(plan)))
    )


@blueprint.post("")
@owner
async def handling() -> Response:
    """Save after how many days orders are handed over."""
    form = await HandlingForm.from_request()
    if not form.ok():
        return await _overview(await _plan(), form, status=422)
    here = url_for("shipping.show")
    look = form.look(from_plan, page=here, trail=_trail("handling_days"))
    try:
        await service.save_handling(
            _editor(),
            form.handling_days.data or 0,
            look,
            asks_phone=bool(form.asks_phone.data),
        )
    except (Conflict, Invalid) as error:
        form.blame(error)
        return await _overview(await _plan(), form, status=error.status)
    return see_other(here, ("ok", _("Saved.")))


@blueprint.get("/zones/new")
@owner
async def new_zone() -> Response:
    """An empty zone."""
    form = await ZoneForm.from_request(data={"places": []})
    return await _zone_page(form, None)


@blueprint.post("/zones/new")
@owner
async def create_zone() -> Response:
    """Make a zone; what is sent there comes next."""
    return await _save_zone(None)


@blueprint.get("/zones/<zone>")
@owner
async def zone(zone: str) -> Response:
    """The countries of a zone."""
    found = await _zone(zone)
    form = await ZoneForm.from_request(data=dict(from_zone(found)))
    return await _zone_page(form, found)


@blueprint.post("/zones/<zone>")
@owner
async def change_zone(zone: str) -> Response:
    """Save the countries of a zone."""
    return await _save_zone(await _zone(zone))


@blueprint.post("/zones/<zone>/remove")
@owner
async def remove_zone(zone: str) -> Response:
    """Send nothing there any more."""
    found = await _zone(zone)
    await service.remove_zone(_editor(), zone)
    said = _("%(places)s: nothing is sent there any more.", places=zone_title(found))
    return see_other(url_for("shipping.show"), ("ok", said))


@blueprint.get("/zones/<zone>/methods/new")
@owner
async def new_method(zone: str) -> Response:
    """An empty form for a way of sending."""
    form = await _method_form(data={})
    return await _method_page(form, await _zone(zone), None)


@blueprint.post("/zones/<zone>/methods/new")
@owner
async def create_method(zone: str) -> Response:
    """Make a way of sending."""
    return await _save_method(await _zone(zone), None)


@blueprint.get("/zones/<zone>/methods/<method>")
@owner
async def method(zone: str, method: str) -> Response:
    """The form of a way of sending that is there."""
    plan = await _plan()
    place = await _zone(zone)
    found = _method(place, method)
    form = await _method_form(data=dict(from_method(found, plan.currency)))
    return await _method_page(form, place, found)


@blueprint.post("/zones/<zone>/methods/<method>")
@owner
async def change_method(zone: str, method: str) -> Response:
    """Save a way of sending."""
    place = await _zone(zone)
    return await _save_method(place, _method(place, method))


@blueprint.post("/zones/<zone>/methods/<method>/remove")
@owner
async def remove_method(zone: str, method: str) -> Response:
    """Offer it no more."""
    found = _method(await _zone(zone), method)
    await service.remove_method(_editor(), zone, method)
    said = _("%(name)s is not offered any more.", name=found.name)
    return see_other(url_for("shipping.show"), ("ok", said))


def _editor() -> Editor:
    return Editor(vendor_id(), actor_label(actor()))


def _trail(*belongs: str, **about: str) -> Trail:
    """What the trail has of one part of the plan: entries with these details."""

    def is_of_it(details: object) -> bool:
        kept = details if isinstance(details, dict) else {}
        return all(name in kept for name in belongs) and all(
            kept.get(name) == value for name, value in about.items()
        )

    return Trail(f"shipping:{vendor_id()}", (CHANGED,), is_of_it)


async def _plan() -> ShippingPlan:
    found = await plan_of_vendor(vendor_id())
    if found is not None:
        return found
    config = await get_vendor_payment_config(vendor_id())
    return ShippingPlan(config.currency, handling_days=1)


async def _zone(key: str) -> ShippingZone:
    found = (await _plan()).zone(key)
    if found is None:
        raise ZoneNotFound
    return found


def _method(zone: ShippingZone, key: str) -> ShippingMethod:
    found = zone.method(key)
    if found is None:
        raise MethodNotFound
    return found


async def _save_zone(zone: ShippingZone | None) -> Response:
    form = await ZoneForm.from_request()
    if not form.ok():
        return await _zone_page(form, zone, status=422)
    key = zone.key if zone else None
    places = form.places.data or []
    trail = _trail(zone=key or "")
    look = form.look(from_zone, page=_zone_address(zone), trail=trail)
    try:
        made = await service.save_zone(_editor(), key, places, look)
    except MarketError as error:
        if isinstance(error, NotFound):
            raise
        form.blame(error)
        return await _zone_page(form, zone, status=error.status)
    if zone is None:
        return see_other(
            url_for("shipping.new_method", zone=made),
            ("ok", _("Saved. Now say how you send there.")),
        )
    return see_other(url_for("shipping.show"), ("ok", _("Saved.")))


async def _save_method(zone: ShippingZone, method: ShippingMethod | None) -> Response:
    form = await _method_form()
    if not form.ok():
        return await _method_page(form, zone, method, status=422)
    currency = (await _plan()).currency
    key = method.key if method else ""
    look = form.look(
        partial(from_method, currency=currency),
        page=_method_address(zone, method),
        trail=_trail(zone=zone.key, method=key),
    )
    try:
        await service.save_method(_editor(), zone.key, form.method(key), look)
    except MarketError as error:
        if isinstance(error, NotFound):
            raise
        form.blame(error)
        return await _method_page(form, zone, method, status=error.status)
    said = _("%(name)s is saved.", name=form.name.data)
    return see_other(url_for("shipping.show"), ("ok", said))


async def _method_form(data: dict[str, object] | None = None) -> MethodForm:
    config = await get_vendor_payment_config(vendor_id())
    return await MethodForm.from_request(currency=config.currency, data=data)


def _zone_address(zone: ShippingZone | None) -> str:
    if zone is None:
        return url_for("shipping.new_zone")
    return url_for("shipping.zone", zone=zone.key)


def _method_address(zone: ShippingZone, method: ShippingMethod | None) -> str:
    if method is None:
        return url_for("shipping.new_method", zone=zone.key)
    return url_for("shipping.method", zone=zone.key, method=method.key)


async def _overview(
    plan: ShippingPlan,
    form: HandlingForm,
    *,
    status: int = 200,
) -> Response:
    return await vendor_page(
        "portal/shipping/overview.html",
        status=status,
        nav="shipping",
        form=form,
        zones=shown_zones(plan),
    )


async def _zone_page(
    form: ZoneForm,
    zone: ShippingZone | None,
    *,
    status: int = 200,
) -> Response:
    return await vendor_page(
        "portal/shipping/zone.html",
        status=status,
        nav="shipping",
        form=form,
        zone=zone,
        title=zone_title(zone) if zone else _("New zone"),
        action=_zone_address(zone),
    )


async def _method_page(
    form: MethodForm,
    zone: ShippingZone,
    method: ShippingMethod | None,
    *,
    status: int = 200,
) -> Response:
    return await vendor_page(
        "portal/shipping/method.html",
        status=status,
        nav="shipping",
        form=form,
        zone=zone,
        zone_title=zone_title(zone),
        method=method,
        currency=form.price.currency,
        action=_method_address(zone, method),
    )

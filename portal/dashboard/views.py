"""`/vendor/admin`: a checklist for who begins, today's work and sales for who sells."""

from __future__ import annotations

from datetime import date, timedelta

from quart import Blueprint, Response, request

from portal.dashboard.forms import CloseForm
from portal.frame import vendor_page
from portal.orders.words import goods_badge, money_badge
from portal.payouts.sentences import next_sentence
from shared.core.editing import ChangedMeanwhile
from shared.core.errors import Invalid
from shared.core.frozen import frozen
from shared.core.locales import gettext as _
from shared.core.locales import ngettext
from shared.entrypoints.web.access import owner
from shared.entrypoints.web.editing import Trail, as_it_is
from shared.entrypoints.web.filters import counted
from shared.entrypoints.web.identity import actor, actor_label, vendor_id
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.finance.connect.words import AccountStatusWords, status_words
from shared.finance.overview.vendor_dashboard import vendor_dashboard
from shared.trade.marketplace.queries import today
from shared.trade.orders.order_lists import count_to_ship
from shared.trade.people.errors import EmailNotConfirmed
from shared.trade.vendors import service as vendors
from shared.trade.vendors.closures import sentence, spelled
from shared.trade.vendors.queries import VendorView, vendor_by_id

blueprint = Blueprint("dashboard", __name__, url_prefix="/vendor/admin")


@frozen
class ChecklistStep:
    """One line of the checklist."""

    title: str
    done: bool
    text: str
    href: str
    label: str


@blueprint.get("")
@owner
async def home() -> Response:
    """The vendor's own first page."""
    found = await vendor_dashboard(vendor_id())
    now = status_words(found.config)
    accepts = found.config.accepts_payments
    steps = _steps(found.vendor, now, accepts=accepts, products=found.products)
    if not actor().email_confirmed:
        steps.insert(0, _to_confirm())
    beginning = not all(step.done for step in steps)
    return await vendor_page(
        "portal/dashboard/home.html",
        nav="home",
        first_name=actor().full_name.split(" ")[0],
        vendor=found.vendor,
        account_status=now,
        summary=found.orders,
        next_dispute=found.next_dispute,
        recent=found.recent,
        has_orders=found.orders.orders > 0,
        steps=[*steps, _to_say_who_sells(found.vendor)],
        next_payout=found.next_payout,
        next_sentence=next_sentence,
        closed=sentence(found.vendor.name, found.vendor.closed_until),
        beginning=beginning,
        goods_badge=goods_badge,
        money_badge=money_badge,
    )


def _to_confirm() -> ChecklistStep:
    return ChecklistStep(
        _("Confirm your email address"),
        False,
        _(
            "We have sent you a link. After that you can connect with Stripe, sell, and open your "
            "shop."
        ),
        url_for("vendor_account.page"),
        _("See how it stands"),
    )


def _steps(
    vendor: VendorView,
    now: AccountStatusWords,
    *,
    accepts: bool,
    products: int,
) -> list[ChecklistStep]:
    return [
        _to_connect(now, accepts=accepts),
        _to_add_products(products),
        _to_open(vendor),
    ]


def _to_connect(now: AccountStatusWords, *, accepts: bool) -> ChecklistStep:
    title = _("Your Stripe account") if now.has_stopped else _("Connect with Stripe")
    is_first = now.next_step == "connect"
    text = _("So that shoppers can pay you.") if accepts or is_first else now.text
    label = _("Continue") if now.next_step else _("See how it stands")
    return ChecklistStep(
        title,
        accepts,
        text,
        url_for("payment_settings.show"),
        _("Connect") if is_first else label,
    )


def _to_add_products(products: int) -> ChecklistStep:
    text = _("A name, a price and a picture are enough.")
    if products:
        text = _counted(products)
    href = url_for("products.new")
    title, label = _("Add a product"), _("Add")
    return ChecklistStep(title, products > 0, text, href, label)


def _to_say_who_sells(vendor: VendorView) -> ChecklistStep:
    text = _("Shoppers and invoices lack the name and address of your business.")
    if vendor.legal_name:
        text = vendor.legal_name
    title, label = _("Say who sells"), _("Say it")
    is_said = bool(vendor.legal_name)
    return ChecklistStep(title, is_said, text, url_for("seller.show"), label)


def _to_open(vendor: VendorView) -> ChecklistStep:
    text = _("Shoppers cannot see it at the moment.")
    if vendor.is_open:
        text = _("Shoppers can see it.")
    title, label = _("Open your shop"), _("Open")
    return ChecklistStep(title, vendor.is_open, text, "#shop", label)


def _counted(products: int) -> str:
    return ngettext(
        "You have 1 product.",
        "You have %(count)s products.",
        products,
        count=counted(products),
    )


@blueprint.post("/shop")
@owner
async def open_or_close() -> Response:
    """Open or close the vendor's shop."""
    if (await request.form).get("is_open") == "yes":
        try:
            await vendors.open_shop(vendor_id=vendor_id(), actor=actor_label(actor()))
        except EmailNotConfirmed as error:
            return see_other(url_for("vendor_account.page"), ("warn", error.message))
        return see_other(url_for("dashboard.home"), ("ok", _("Your shop is open.")))
    form = await CloseForm.from_request()
    if not form.ok():
        return await _close_page(form, status=422)
    until = form.until.data
    trail = Trail(f"vendor:{vendor_id()}", ("vendor.shop_closed", "vendor.shop_opened"))
    look = form.look(as_it_is, page=url_for("dashboard.close"), trail=trail)
    try:
        await vendors.close_shop(
            vendor_id=vendor_id(),
            until=until,
            actor=actor_label(actor()),
            look=look,
        )
    except (ChangedMeanwhile, Invalid) as error:
        form.blame(error)
        return await _close_page(form, status=error.status)
    return see_other(url_for("dashboard.home"), ("ok", _closed(until)))


def _closed(until: date | None) -> str:
    if until is None:
        return _("Your shop is closed. Orders already placed go on.")
    return _(
        "Your shop is closed. It opens again by itself on %(day)s. Orders already placed "
        "go on.",
        day=spelled(until),
    )


@blueprint.get("/shop/close")
@owner
async def close() -> Response:
    """Ask until when, before the shop is closed; or name another day."""
    vendor = await vendor_by_id(vendor_id())
    form = await CloseForm.from_request(data={"until": vendor.closed_until})
    return await _close_page(form)


async def _close_page(form: CloseForm, *, status: int = 200) -> Response:
    vendor = await vendor_by_id(vendor_id())
    return await vendor_page(
        "portal/dashboard/close.html",
        status=status,
        nav="home",
        form=form,
        vendor=vendor,
        to_ship=await count_to_ship(vendor.id),
        tomorrow=await today() + timedelta(days=1),
    )

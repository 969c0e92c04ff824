"""`/operator/vendors` and each vendor's page, the webhook inbox, and parked payments, which are
loud.
"""

from __future__ import annotations

from typing import Any

from quart import Blueprint, Response, request

from portal.audit import shown
from portal.operator import ledger
from portal.operator.badges import spoken
from portal.operator.forms import FeeForm
from portal.operator.frame import page
from portal.operator.payouts.forms import PayoutForms, payout_forms
from portal.operator.timeline import again, change_lines, decisions
from portal.statements import vat_words
from portal.transactions.views import states
from shared.core.editing import ChangedMeanwhile
from shared.core.errors import Invalid, TryLater
from shared.core.locales import gettext as _
from shared.core.locales import gettext_noop as _n
from shared.entrypoints.web.access import operator
from shared.entrypoints.web.editing import Trail, as_it_is
from shared.entrypoints.web.filters import percent
from shared.entrypoints.web.identity import actor, actor_label
from shared.entrypoints.web.kit import kit, page_number
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.entrypoints.web.paging import address, pager
from shared.entrypoints.web.stepup import fresh_sign_in
from shared.finance.connect import capabilities, payment_configs
from shared.finance.connect.queries import (
    get_vendor_payment_config,
    vendor_row,
    vendor_rows,
)
from shared.finance.connect.words import badge_of, status_words
from shared.finance.inbox import outcomes
from shared.finance.inbox import words as webhook_words
from shared.finance.inbox.dispatch import replay
from shared.finance.inbox.endpoint_health import endpoints
from shared.finance.inbox.errors import BodyForgotten
from shared.finance.inbox.queries import (
    EventView,
    count_troubled,
    event_page,
    stored_event,
)
from shared.finance.inbox.rules import EventStatus
from shared.finance.ledger.queries import trial_balance
from shared.finance.payments.queries import parked_payments
from shared.infra.audit.queries import entries_about
from shared.trade.catalogue.queries import clean_search
from shared.trade.orders.decline_statements import PER_BROWSER, PER_NETWORK
from shared.trade.orders.declines import trying
from shared.trade.vat.queries import registration_of

blueprint = Blueprint("operator", __name__, url_prefix="/operator")
CHIPS = {"bank": _n("Bank takes no payouts"), "held": _n("Payouts on hold")}
EVENT_STATES = {
    EventStatus.RECEIVED: ("info", _n("Received")),
    EventStatus.HANDLED: ("ok", _n("Handled")),
    EventStatus.IGNORED: ("plain", _n("Ignored")),
    EventStatus.FAILED: ("warn", _n("Will be tried again")),
    EventStatus.PARKED: ("bad", _n("Parked")),
}


@blueprint.get("/vendors")
@operator
async def vendors() -> Response:
    """All vendors with their standing and commission; a search, and whose payouts do not go."""
    search = clean_search(request.args.get("q"))
    only = request.args.get("only", "")
    only = only if only in CHIPS else ""
    found = await vendor_rows(
        page=page_number(),
        search=search,
        only=only or None,
    )
    here = url_for("operator.vendors")
    chips = [(_("All"), address(here, q=search), not only)]
    chips += [
        (_(text), address(here, q=search, only=name), name == only)
        for name, text in CHIPS.items()
    ]
    counts = await count_troubled()
    return await page(
        "portal/operator/vendors.html",
        nav_active="vendors",
        found=found,
        search=search,
        chips=chips,
        list_address=address(here, only=only or None),
        pager=pager(here, found, q=search, only=only or None),
        badge_of=badge_of,
        parked=await parked_payments(),
        parked_events=counts[EventStatus.PARKED],
    )


@blueprint.get("/vendors/<int:vendor_id>")
@operator
async def vendor(vendor_id: int) -> Response:
    """One vendor: how it stands, what it pays, what was changed."""
    return await vendor_page(vendor_id)


@blueprint.post("/vendors/<int:vendor_id>/fee")
@operator
@fresh_sign_in("change this vendor's commission", form=FeeForm)
async def set_fee(vendor_id: int) -> Response:
    """Set a vendor's commission; orders already placed keep theirs."""
    row = await vendor_row(_sane(vendor_id))
    form = await FeeForm.from_request()
    percentage = form.platform_fee_percentage.data
    if not form.ok() or percentage is None:
        return await vendor_page(row.id, form=form, status=422)
    trail = Trail(f"vendor:{row.id}", ("vendor.platform_fee_changed",))
    look = form.look(
        as_it_is,
        page=url_for("operator.vendor", vendor_id=row.id),
        trail=trail,
    )
    try:
        await payment_configs.set_platform_fee(
            vendor_id=row.id,
            percentage=percentage,
            actor=actor_label(actor()),
            look=look,
        )
    except (ChangedMeanwhile, Invalid) as error:
        form.blame(error)
        return await vendor_page(row.id, form=form, status=error.status)
    return see_other(
        url_for("operator.vendor", vendor_id=row.id),
        (
            "ok",
            _(
                "%(vendor)s pays %(share)s from now on.",
                vendor=row.name,
                share=percent(percentage),
            ),
        ),
    )


async def vendor_page(
    vendor_id: int,
    *,
    form: FeeForm | None = None,
    payouts: PayoutForms | None = None,
    status: int = 200,
) -> Response:
    """A vendor's page, with forms as they were sent where something is wrong in them."""
    row = await vendor_row(_sane(vendor_id))
    config = await get_vendor_payment_config(row.id)
    known = {"platform_fee_percentage": row.platform_fee_percentage}
    registration = await registration_of(row.id)
    done = await entries_about(f"vendor:{row.id}", limit=12)
    return await page(
        "portal/operator/vendor.html",
        status=status,
        nav_active="vendors",
        vendor=row,
        config=config,
        account_status=status_words(config),
        abilities=capabilities.shown(config.abilities, selling=config.accepts_payments),
        form=form or FeeForm(data=known, meta={"currency": None}),
        acts=await shown.on_its_page(done),
        payouts=payouts or await payout_forms(row.id),
        vat_number=vat_words.number_and_state(registration),
        vat_badge=vat_words.badge_of(registration.status)
        if registration
        else ("plain", _("Nothing stated")),
    )


def _sane(number: int) -> int:
    """An id that a database can be asked for; anything larger is nobody's."""
    return number if number < 2**63 else 0


@blueprint.get("/webhooks")
@operator
async def webhooks() -> Response:
    """What Stripe told us and what became of it."""
    wanted = request.args.get("status", "")
    status = EventStatus(wanted) if wanted in set(EventStatus) else None
    search = clean_search(request.args.get("q"))
    found = await event_page(page=page_number(), status=status, search=search)
    chips = [
        (
            _("All"),
            address(url_for("operator.webhooks"), q=search),
            status is None,
            found.counts["all"],
        )
    ]
    chips += [
        (
            _(EVENT_STATES[s][1]),
            address(url_for("operator.webhooks"), status=s.value, q=search),
            s is status,
            found.counts[s],
        )
        for s in EventStatus
    ]
    told = status.value if status else None
    return await page(
        "portal/operator/webhooks.html",
        nav_active="webhooks",
        found=found,
        search=search,
        list_address=address(url_for("operator.webhooks"), status=told),
        chips=chips,
        pager=pager(url_for("operator.webhooks"), found, status=told, q=search),
        states=spoken(EVENT_STATES),
        decisions=decisions(),
        in_words=outcomes.in_words,
        parked=await parked_payments(),
        endpoints=[
            webhook_words.row(endpoint) for endpoint in await endpoints(kit().settings)
        ],
    )


@blueprint.get("/webhooks/<event_id>")
@operator
async def webhook(event_id: str) -> Response:
    """One stored event; with `preview`, Stripe is asked what a replay would change."""
    event = await stored_event(event_id[:255])
    return await page(
        "portal/operator/webhook.html",
        nav_active="webhooks",
        event=event,
        state=spoken(EVENT_STATES)[event.status],
        decision=decisions()[event.decision],
        again=again(event),
        decided=outcomes.in_words(event.outcome),
        changed=change_lines(event.changes, event.currency),
        **(
            await _preview(event)
            if "preview" in request.args
            else {"preview": None, "would": ()}
        ),
    )


async def _preview(event: EventView) -> dict[str, Any]:
    """What a replay would do, in a sentence and field by field."""
    try:
        done = await replay(kit(), event.stripe_event_id, dry_run=True)
    except (TryLater, BodyForgotten) as error:
        return {"preview": error.message, "would": ()}
    text = outcomes.in_words(done.outcome)
    said = f"{text[:1].upper()}{text[1:]}".removesuffix(".")
    return {
        "preview": f"{said}{':' if done.changes else '.'}",
        "would": change_lines(done.changes, event.currency),
    }


@blueprint.post("/webhooks/<event_id>/replay")
@operator
@limit("30/minute")
async def replay_event(event_id: str) -> Response:
    """Apply a stored event again: what it names is read anew from Stripe."""
    event = await stored_event(event_id[:255])
    name = event.stripe_event_id
    try:
        done = await replay(kit(), name, actor=actor_label(actor()))
    except BodyForgotten as error:
        here = url_for("operator.webhook", event_id=name)
        return see_other(here, ("warn", error.message))
    well = done.status in (EventStatus.HANDLED, EventStatus.IGNORED)
    word = decisions()[done.decision][1]
    said = f"{word}: {outcomes.in_words(done.outcome)}" if done.outcome else word
    return see_other(
        url_for("operator.webhook", event_id=event.stripe_event_id),
        ("ok" if well else "error", said[:300]),
    )


@blueprint.get("/payments")
@operator
async def payments() -> Response:
    """Payments that Stripe took but that do not match their order; where cards are tried out."""
    return await page(
        "portal/operator/payments.html",
        nav_active="payments",
        parked=await parked_payments(),
        trying=await trying(),
        bounds=(PER_BROWSER, PER_NETWORK),
        states=states(),
    )


@blueprint.get("/ledger", endpoint="ledger")
@operator
async def books() -> Response:
    """What the ledger comes to, per account and currency."""
    return await page(
        "portal/operator/ledger.html",
        nav_active="ledger",
        sheets=ledger.sheets(await trial_balance()),
    )

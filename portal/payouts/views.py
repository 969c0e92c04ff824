"""`/vendor/admin/payouts`: what the vendor has, what comes next, its payouts, and what each
consists of.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from zoneinfo import ZoneInfo

from quart import Blueprint, Response, request

from portal.frame import vendor_page
from portal.payouts import sentences
from portal.payouts.forms import InstantForm
from shared.core.errors import MarketError
from shared.core.formats import day_of_week, paydays
from shared.core.locales import gettext as _
from shared.core.money import Money
from shared.core.words import word
from shared.entrypoints.web.access import owner
from shared.entrypoints.web.identity import actor, actor_label, vendor_id
from shared.entrypoints.web.kit import kit, page_number
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.entrypoints.web.paging import pager
from shared.entrypoints.web.stepup import fresh_sign_in
from shared.finance.payouts import instant_payouts, service
from shared.finance.payouts.breakdown import PayoutView, payout_of
from shared.finance.payouts.rules import PayoutState
from shared.finance.payouts.terms import terms_of
from shared.finance.payouts.vendor_page import vendor_payouts
from shared.finance.statements import months
from shared.infra.gateway.errors import StandsStill, StripeRefused, StripeUnavailable
from shared.trade.marketplace.queries import marketplace

blueprint = Blueprint("payouts", __name__, url_prefix="/vendor/admin/payouts")


@blueprint.get("")
@owner
async def index() -> Response:
    """The vendor's balance beside Stripe's own figure, the next payout, and a page of payouts.

    `?anew=1`: with what Stripe says now.
    """
    return await _home(anew="anew" in request.args)


async def _home(
    *,
    status: int = 200,
    problem: str | None = None,
    anew: bool = False,
) -> Response:
    seen = await vendor_payouts(
        kit().gateway, vendor_id(), page=page_number(), anew=anew
    )
    terms, coming = seen.terms, seen.coming
    return await vendor_page(
        "portal/payouts/list.html",
        status=status,
        nav="payouts",
        found=seen.payouts,
        pager=pager(url_for("payouts.index"), seen.payouts),
        balances=seen.overview.balances,
        offer=seen.overview.instant,
        stripe_read_at=seen.stripe_read_at,
        stripe_is_asked=seen.stripe_is_asked,
        stripe_failed=seen.stripe_failed,
        anew=url_for("payouts.index", page=seen.payouts.number, anew=1),
        coming=coming,
        next_sentence=sentences.next_sentence(coming) if coming else "",
        terms=terms,
        bank_sentence=sentences.bank_waits(terms.bank_hold_until),
        schedule=paydays(terms.plan.schedule.value, terms.plan.day),
        holds=seen.holds,
        debts=seen.debts,
        states=sentences.states(still=terms.still),
        expected=sentences.expected,
        price=sentences.price,
        no_instant=sentences.no_instant,
        weekday=day_of_week,
        held_note=sentences.held_note,
        problem=problem,
        zone=seen.zone,
    )


@blueprint.post("/instant")
@owner
@fresh_sign_in("be paid out at once", form=InstantForm)
@limit("10/minute")
async def pay_instantly() -> Response:
    """Send what the preview showed to the vendor's bank at once."""
    form = await InstantForm.from_request()
    if not form.ok():
        return await _home(
            status=422,
            problem=_(
                "That amount was not understood. Nothing was sent; please look again."
            ),
        )
    amount = Money(
        int(form.amount.data or 0),
        str(form.currency.data),
    )
    seen, by = int(form.fee.data or 0), actor_label(actor())
    try:
        row = await instant_payouts.pay(
            kit().gateway,
            vendor_id=vendor_id(),
            amount=amount,
            actor=by,
            fee=seen,
        )
    except MarketError as error:
        return await _home(status=error.status, problem=_sentence(error))
    return see_other(
        url_for("payouts.show", payout_id=row.id),
        ("ok", _("On its way. It is at your bank within minutes.")),
    )


@blueprint.get("/<int:payout_id>")
@owner
async def show(payout_id: int) -> Response:
    """One payout: where it stands, and the orders that it consists of."""
    return await _payout_page(await payout_of(_sane(payout_id), vendor_id=vendor_id()))


async def _payout_page(
    view: PayoutView, *, status: int = 200, problem: str | None = None
) -> Response:
    shown, terms = view.payout, await terms_of(vendor_id())
    waits = (
        sentences.why_still(terms.bank_hold_until, terms.held_reason)
        if terms.still
        else ""
    )
    return await vendor_page(
        "portal/payouts/payout.html",
        status=status,
        nav="payouts",
        view=view,
        payout=shown,
        state=sentences.states(still=terms.still)[shown.state],
        path=sentences.path(shown, waits),
        expected=sentences.expected(shown),
        gross=sentences.gross(shown),
        came_back=shown.state in (PayoutState.FAILED, PayoutState.CANCELED),
        failed=shown.state is PayoutState.FAILED,
        problem=problem,
        zone=(await marketplace()).zone,
    )


@blueprint.post("/<int:payout_id>/cancel")
@owner
@limit("20/minute")
async def cancel(payout_id: int) -> Response:
    """Call a payout back that has not left yet."""
    mine, number = vendor_id(), _sane(payout_id)
    view = await payout_of(number, vendor_id=mine)
    try:
        await service.cancel(
            kit().gateway,
            vendor_id=mine,
            payout_id=number,
            actor=actor_label(actor()),
        )
    except MarketError as error:
        view = await payout_of(number, vendor_id=mine)
        return await _payout_page(view, status=error.status, problem=_sentence(error))
    return see_other(
        url_for("payouts.show", payout_id=view.payout.id),
        ("ok", _("Called back. The money is in your balance again.")),
    )


@blueprint.get("/<int:payout_id>/items.csv")
@owner
async def items_csv(payout_id: int) -> Response:
    """What a payout consists of, as a table for a spreadsheet; moments are those of the
    marketplace's zone, with its offset.
    """
    zone = (await marketplace()).zone
    view = await payout_of(_sane(payout_id), vendor_id=vendor_id())
    out = io.StringIO()
    sheet = csv.writer(out, lineterminator="\r\n")
    sheet.writerow(["order", "date", "what", "amount", "currency"])
    sheet.writerows(_rows(view, zone))
    headers = {
        "Content-Disposition": f'attachment; filename="payout-{view.payout.id}.csv"'
    }
    return Response(
        out.getvalue(), content_type="text/csv; charset=utf-8", headers=headers
    )


def _rows(
    view: PayoutView, zone: ZoneInfo
) -> Iterator[tuple[str, str, str, Decimal, str]]:
    """Order, moment, what, amount in major units, currency: the items, then what makes up the
    rest.
    """
    payout = view.payout
    currency = payout.amount.currency
    for item in view.items:
        at = months.exact(item.at, zone)
        yield item.order_number or "", at, item.what, item.amount.to_decimal(), currency
    if view.rest:
        yield "", "", "Other", view.rest.to_decimal(), currency
    if payout.fee:
        yield "", "", "Fee", -payout.fee.to_decimal(), currency
    made = months.exact(payout.created_at, zone)
    yield "", made, "Payout", payout.amount.to_decimal(), currency


def _sane(number: int) -> int:
    """An id that a database can be asked for; anything larger is nobody's."""
    return number if number < 2**63 else 0


def _sentence(error: MarketError) -> str:
    """What to say on these pages; Stripe's own words stay in the log."""
    if isinstance(error, StripeUnavailable) and not isinstance(error, StandsStill):
        return _(
            "Stripe is not answering right now. If it took the payout, it shows here in a moment; "
            "it is never sent twice."
        )
    if isinstance(error, StripeRefused):
        return word("payouts.refusals", None)
    if isinstance(error, instant_payouts.NothingToSend):
        return sentences.no_instant(error.offer)
    return error.message

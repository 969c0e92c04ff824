"""`/vendor/admin/payments`: connect Stripe, finish what it asks for, and choose when the money
comes.
"""

from __future__ import annotations

from functools import partial

from quart import Blueprint, Response, request

from portal.frame import vendor_page
from portal.payment_settings.forms import ConnectForm, PayoutForm, plan_values
from shared.core.editing import ChangedMeanwhile
from shared.core.errors import MarketError
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import owner
from shared.entrypoints.web.editing import Trail
from shared.entrypoints.web.filters import money, percent
from shared.entrypoints.web.identity import actor, actor_label, vendor_id
from shared.entrypoints.web.kit import kit, shielded
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import public_url_for, url_for
from shared.entrypoints.web.pages import see_other
from shared.entrypoints.web.stepup import fresh_sign_in
from shared.finance.connect import payment_configs, service
from shared.finance.connect.queries import PaymentConfigView, get_vendor_payment_config
from shared.finance.connect.words import status_words
from shared.finance.payouts import stripe_schedule
from shared.finance.payouts.terms import terms_of
from shared.infra.gateway.errors import StripeRefused, StripeUnavailable
from shared.trade.catalogue import service as catalogue
from shared.trade.commission import words
from shared.trade.commission.queries import get_policy, vendor_rules
from shared.trade.vendors.countries import currency_name
from shared.trade.vendors.errors import PaymentNotConfigured
from shared.trade.vendors.queries import vendor_contact

blueprint = Blueprint("payment_settings", __name__, url_prefix="/vendor/admin/payments")
MAX_ASKED = 40


@blueprint.get("")
@owner
async def show() -> Response:
    """The vendor's standing with Stripe and what can be set."""
    return await _settings()


async def _settings(
    *,
    status: int = 200,
    connect: ConnectForm | None = None,
    payout: PayoutForm | None = None,
    problem: str | None = None,
) -> Response:
    config = await get_vendor_payment_config(vendor_id())
    if config.stripe_account_id is None and connect is None:
        connect = await _prefilled(config)
    if config.stripe_account_id is not None and payout is None:
        terms = await terms_of(config.vendor_id)
        payout = PayoutForm(
            data=plan_values(terms.plan, terms.currency),
            meta={"currency": terms.currency},
        )
    return await vendor_page(
        "portal/payment_settings/settings.html",
        status=status,
        nav="payments",
        config=config,
        account_status=status_words(config),
        connect_form=connect,
        payout_form=payout,
        currency_name=currency_name(config.currency),
        may_choose_currency=await catalogue.may_choose_currency(config.vendor_id),
        fees=await _fees(config),
        fee_basis=words.basis_sentence((await get_policy()).commission_basis),
        problem=problem,
    )


async def _fees(config: PaymentConfigView) -> list[str]:
    """What this vendor pays, rule by rule in words; its own percentage last, where a sale can still
    come to it.
    """
    rules = await vendor_rules(config.vendor_id, config.currency)
    told = [words.sentence(view.rule, money, view.product_name) for view in rules]
    own = percent(config.platform_fee_percentage)
    if not rules:
        return [_("%(percentage)s of each sale", percentage=own)]
    return (
        told
        if rules[-1].rule.is_general
        else [*told, _("%(percentage)s on everything else", percentage=own)]
    )


async def _prefilled(config: PaymentConfigView) -> ConnectForm:
    contact = await vendor_contact(config.vendor_id)
    known = {
        "country": contact.country,
        "business_name": contact.name,
        "email": contact.email,
        "phone": contact.phone,
    }
    return ConnectForm(data=known, meta={"currency": None})


@blueprint.post("/connect")
@owner
@fresh_sign_in("connect Stripe", form=ConnectForm)
@limit("20/minute")
async def connect() -> Response:
    """Make the vendor's Stripe account, once, and send its owner to Stripe's own pages."""
    config = await get_vendor_payment_config(vendor_id())
    form = await ConnectForm.from_request()
    may_choose = await catalogue.may_choose_currency(config.vendor_id)
    if not may_choose:
        del form.currency
    if config.stripe_account_id is None and not form.ok():
        return await _settings(status=422, connect=form)
    who = actor_label(actor())
    try:
        if config.stripe_account_id is None:
            if may_choose:
                await payment_configs.choose_currency(
                    vendor_id=config.vendor_id,
                    currency=form.chosen_currency(),
                    actor=who,
                )
            await service.setup_payments(
                kit().gateway,
                vendor_id=config.vendor_id,
                details=form.details(),
                actor=who,
            )
        return see_other(await _fresh_link(config.vendor_id))
    except MarketError as error:
        return await _settings(
            status=error.status,
            connect=form,
            problem=_sentence(error),
        )


@blueprint.post("/onboarding")
@owner
@fresh_sign_in("open Stripe's pages")
@limit("20/minute")
async def onboarding() -> Response:
    """Go on where the vendor left off: a fresh link, straight away."""
    return await _to_onboarding()


@blueprint.get("/refresh")
@owner
@fresh_sign_in("open Stripe's pages")
@limit("10/minute")
async def refresh() -> Response:
    """Where Stripe sends a vendor whose link was used or too old: a fresh one takes its place."""
    return await _to_onboarding()


async def _to_onboarding() -> Response:
    try:
        return see_other(await _fresh_link(vendor_id()))
    except PaymentNotConfigured as error:
        return see_other(url_for("payment_settings.show"), ("warn", error.message))
    except MarketError as error:
        return await _settings(status=error.status, problem=_sentence(error))


async def _fresh_link(vendor: int) -> str:
    return await service.create_onboarding_link(
        kit().gateway,
        vendor_id=vendor,
        refresh_url=public_url_for("payment_settings.refresh"),
        return_url=public_url_for("payment_settings.success"),
        actor=actor_label(actor()),
    )


@blueprint.post("/dashboard")
@owner
@fresh_sign_in("open your Stripe dashboard")
@limit("20/minute")
async def dashboard() -> Response:
    """Open the vendor's own Stripe dashboard by a link made for this click."""
    try:
        return see_other(
            await service.create_dashboard_link(
                kit().gateway, vendor_id=vendor_id(), actor=actor_label(actor())
            )
        )
    except PaymentNotConfigured as error:
        return see_other(url_for("payment_settings.show"), ("warn", error.message))
    except MarketError as error:
        return await _settings(status=error.status, problem=_sentence(error))


@blueprint.get("/success")
@owner
async def success() -> Response:
    """Where Stripe sends a vendor back. That address proves nothing: the account itself is read."""
    asked = _asked()
    answered = True
    try:
        config = await shielded(
            service.sync_account(
                kit().gateway,
                vendor_id=vendor_id(),
            )
        )
    except (StripeUnavailable, StripeRefused):
        config, answered = await get_vendor_payment_config(vendor_id()), False
    now = status_words(config)
    return await vendor_page(
        "portal/payment_settings/success.html",
        fragments={"account-state": "account_state"},
        nav="payments",
        config=config,
        account_status=now,
        answered=answered,
        again=url_for("payment_settings.success", asked=asked + 1)
        if not now.settled and asked < MAX_ASKED
        else None,
        every=_patience(asked),
    )


def _asked() -> int:
    """How often this page has asked already; whatever else the address says counts as never."""
    text = request.args.get("asked", "0")
    return (
        min(int(text), MAX_ASKED)
        if text.isascii() and text.isdigit() and len(text) < 4
        else 0
    )


def _patience(asked: int) -> str:
    """How long to wait before asking again: often at first, then more slowly."""
    return "2s" if asked < 10 else "5s" if asked < 20 else "15s"


@blueprint.post("/schedule")
@owner
@fresh_sign_in("change how you are paid out", form=PayoutForm)
@limit("20/minute")
async def schedule() -> Response:
    """Say when and from which amount to pay out; what is shown afterwards is what Stripe
    answered.
    """
    config = await get_vendor_payment_config(vendor_id())
    form = await PayoutForm.from_request(currency=config.currency)
    if not form.ok():
        return await _settings(status=422, payout=form)
    look = form.look(
        partial(plan_values, currency=config.currency),
        page=url_for("payment_settings.show"),
        trail=Trail(f"vendor:{config.vendor_id}", (stripe_schedule.CHANGED,)),
    )
    try:
        await stripe_schedule.choose(
            kit().gateway,
            vendor_id=config.vendor_id,
            plan=form.plan(),
            actor=actor_label(actor()),
            look=look,
        )
    except PaymentNotConfigured as error:
        return see_other(url_for("payment_settings.show"), ("warn", error.message))
    except ChangedMeanwhile as error:
        return await _settings(status=error.status, payout=form)
    except MarketError as error:
        return await _settings(
            status=error.status,
            payout=form,
            problem=_sentence(error),
        )
    return see_other(
        url_for("payment_settings.show"),
        ("ok", _("Saved. Your balance is paid out as you chose.")),
    )


def _sentence(error: MarketError) -> str:
    """What to say on this page; Stripe's own words stay in the log."""
    if isinstance(error, StripeUnavailable):
        return _(
            "Stripe is not answering right now. Nothing is lost: please try the same button again "
            "in a moment."
        )
    if isinstance(error, StripeRefused):
        return _(
            "Stripe did not accept this. Check what you entered, or write to us if it happens "
            "again."
        )
    return error.message

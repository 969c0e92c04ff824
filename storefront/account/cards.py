"""`/shop/account/payment-methods`: a shopper's saved cards.

Their owner's alone; everything here asks by who is signed in.
"""

from __future__ import annotations

from quart import Blueprint, Response

from shared.core.errors import Conflict, TryLater
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import shopper
from shared.entrypoints.web.declines import said
from shared.entrypoints.web.identity import actor, person_id
from shared.entrypoints.web.kit import kit, shielded
from shared.entrypoints.web.limits import limit
from shared.entrypoints.web.links import public_url_for, url_for
from shared.entrypoints.web.pages import page, see_other
from shared.finance.payment_methods import queries, service, setup_intents
from shared.finance.payment_methods.rules import MOST, SetupState
from shared.finance.payment_methods.setup_intents import SetupEnd
from shared.infra.gateway.errors import StripeRefused

cards = Blueprint("cards", __name__, url_prefix="/shop/account/payment-methods")

# Whoever tries out stolen card numbers wants thousands.
MAX_BEGUN = "20/minute"


@cards.get("")
@shopper
async def show() -> Response:
    """What the signed-in shopper has saved."""
    saved = await queries.saved_methods(person_id())
    lost = not saved and await queries.lost_all(person_id())
    return await page(
        "storefront/account/cards.html",
        shopper=actor(),
        saved=saved,
        lost=lost,
        is_full=len(saved) >= MOST,
        most=MOST,
    )


@cards.get("/add")
@limit(MAX_BEGUN)
@shopper
async def add() -> Response:
    """Type a card into Stripe's own form.

    The setup is made or read here; coming again gives the same one.
    """
    try:
        begun = await shielded(setup_intents.begin(kit().gateway, person_id()))
    except (TryLater, Conflict) as problem:
        return await page(
            "storefront/account/add_card.html",
            status=problem.status,
            setup=None,
            problem=problem.message,
            here=url_for("cards.add"),
        )
    response = await page(
        "storefront/account/add_card.html",
        stripe=True,
        setup=begun,
        problem=None,
        return_url=public_url_for("cards.added"),
    )
    response.headers["Cache-Control"] = "no-store"  # holds the setup's client secret
    return response


@cards.get("/added")
@shopper
async def added() -> Response:
    """Back from the form, or from the bank: what became of it is asked of Stripe, whatever the
    address says.
    """
    try:
        end = await shielded(setup_intents.end(kit().gateway, person_id()))
    except (TryLater, Conflict, StripeRefused) as problem:
        return see_other(
            url_for("cards.show"),
            (
                "warn",
                _(
                    "We do not know yet whether your card was saved. %(message)s",
                    message=problem.message,
                ),
            ),
        )
    return see_other(url_for("cards.show"), await _told(end))


async def _told(end: SetupEnd) -> tuple[str, str]:
    if end.state is SetupState.SUCCEEDED:
        saved = (
            await queries.saved_method(person_id(), end.method_id)
            if end.method_id
            else None
        )
        if saved is None:
            return "info", _("That card was saved, and is removed again.")
        return "ok", _("%(card)s is saved.", card=saved.label)
    if end.waits_for_bank:
        return "warn", _(
            "Your bank has not heard from you, so nothing was saved. Add the card again to finish."
        )
    if end.is_under_way:
        return "info", _(
            "Your bank is still looking at it. The card is listed here as soon as it is saved."
        )
    reason = said(end.message, otherwise=_("Your bank did not accept the card."))
    return "error", _("%(reason)s Nothing was saved.", reason=reason)


@cards.post("/<int:method_id>/default")
@shopper
async def make_default(method_id: int) -> Response:
    """Offer this card first from now on."""
    try:
        await service.make_default(shopper_id=person_id(), method_id=method_id)
    except Conflict as problem:
        return see_other(url_for("cards.show"), ("warn", problem.message))
    return see_other(
        url_for("cards.show"), ("ok", _("That card is offered first from now on."))
    )


@cards.post("/<int:method_id>/remove")
@shopper
async def remove(method_id: int) -> Response:
    """Take this card off, here and at Stripe."""
    await service.remove(
        kit().gateway,
        shopper_id=person_id(),
        method_id=method_id,
    )
    return see_other(
        url_for("cards.show"),
        ("ok", _("The card is removed. It cannot be used here any more.")),
    )

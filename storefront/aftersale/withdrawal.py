"""Withdrawing from a contract without a link and without an account: what the law wants to be on
every page from 19 June 2026 on (Directive 2011/83/EU, article 11a).
"""

from __future__ import annotations

from quart import Blueprint, Response

from shared.core.locales import current
from shared.entrypoints.web.access import public
from shared.entrypoints.web.limits import limit_door
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import page, see_other
from shared.infra import unit
from shared.trade.returns.declaration import declared
from storefront.aftersale.forms import WithdrawForm

withdrawal = Blueprint("withdrawal", __name__)


@withdrawal.get("/shop/withdraw")
@public
async def withdraw() -> Response:
    """Withdraw without a link and without an account."""
    return await _withdraw_page(await WithdrawForm.from_request())


@withdrawal.post("/shop/withdraw")
@public
@limit_door("shopper.withdraw")
async def confirm_withdrawal() -> Response:
    """Take the declaration in, whatever order it names: neither page nor mail tells whether there
    is one.
    """
    form = await WithdrawForm.from_request()
    if not form.ok():
        return await _withdraw_page(form, status=422)
    async with unit.transaction() as tx:
        declared(
            tx,
            full_name=form.full_name.data or "",
            number=form.number.data or "",
            email=form.email.data or "",
            language=current(),
        )
    return see_other(url_for("withdrawal.withdrawn"))


@withdrawal.get("/shop/withdraw/received")
@public
async def withdrawn() -> Response:
    """It is received, and a mail says so."""
    return await page("storefront/aftersale/withdrawn.html")


async def _withdraw_page(form: WithdrawForm, status: int = 200) -> Response:
    return await page("storefront/aftersale/withdraw.html", form=form, status=status)

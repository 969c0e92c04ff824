"""`/operator/fees/basis`: what of an order the commission is taken of."""

from __future__ import annotations

from quart import Blueprint, Response

from portal.operator.fees.forms import BasisForm
from portal.operator.fees.views import fees_page
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import operator
from shared.entrypoints.web.identity import actor, actor_label
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.entrypoints.web.stepup import fresh_sign_in
from shared.trade.commission import service
from shared.trade.commission.basis import CommissionBasis

blueprint = Blueprint("operator_fee_basis", __name__, url_prefix="/operator/fees")


@blueprint.post("/basis")
@operator
@fresh_sign_in("change what the commission is taken of")
async def change() -> Response:
    """Take the commission of the goods alone, or of what delivery costs as well."""
    form = await BasisForm.from_request()
    if not form.ok():
        return await fees_page(basis=form, status=422)
    basis = CommissionBasis(form.commission_basis.data)
    await service.set_basis(basis, actor=actor_label(actor()))
    said = _("Saved. It holds for orders from now on.")
    return see_other(url_for("operator_fees.show"), ("ok", said))

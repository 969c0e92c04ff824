"""`/operator/fees`: the commission rules in their order, a box to try them, and what refunds do to
the commission.
"""

from __future__ import annotations

from typing import Any

from quart import Blueprint, Response, request

from portal.operator.fees import words as fee_words
from portal.operator.fees.forms import (
    BasisForm,
    PolicyForm,
    RuleForm,
    basis_values,
    policy_form,
    policy_values,
    rule_values,
)
from portal.operator.fees.lookup import subject_of
from portal.operator.fees.trying import try_sale
from portal.operator.frame import page
from shared.core.editing import ChangedMeanwhile, Look
from shared.core.errors import Invalid
from shared.core.locales import gettext as _
from shared.entrypoints.web.access import operator
from shared.entrypoints.web.editing import Trail
from shared.entrypoints.web.identity import actor, actor_label
from shared.entrypoints.web.links import url_for
from shared.entrypoints.web.pages import see_other
from shared.entrypoints.web.stepup import fresh_sign_in
from shared.finance.connect.queries import currencies_in_use
from shared.infra.audit.queries import entries_about
from shared.trade.catalogue.queries import all_categories
from shared.trade.commission import service
from shared.trade.commission.queries import (
    RuleView,
    all_rules,
    get_policy,
    rule_view,
)
from shared.trade.commission.rules import RefundPolicy
from shared.trade.vendors.search import first_shops

blueprint = Blueprint("operator_fees", __name__, url_prefix="/operator/fees")


@blueprint.get("")
@operator
async def show() -> Response:
    """The commission rules in their order, a box to try them, what it is of, and what refunds do to
    it.
    """
    return await fees_page()


async def fees_page(
    *,
    form: PolicyForm | None = None,
    basis: BasisForm | None = None,
    status: int = 200,
) -> Response:
    """All of it; a form that could not be taken keeps what stands in it."""
    views, policy = await all_rules(), await get_policy()
    trying, tried = await try_sale(views, policy.commission_basis)
    entries = await entries_about(service.SUBJECT, limit=8)
    return await page(
        "portal/operator/fees.html",
        status=status,
        nav_active="fees",
        rows=fee_words.rows(views),
        trying=trying,
        tried=tried,
        form=form or await policy_form(policy, await currencies_in_use()),
        basis=basis or BasisForm(data=basis_values(policy), meta={"currency": None}),
        bases=fee_words.bases(),
        policies=fee_words.policies(),
        changes=[fee_words.change(entry) for entry in entries],
        **await _suggestions(),
    )


async def _suggestions() -> dict[str, Any]:
    return {
        "vendors": await first_shops(),
        "vendor_list": {
            "list": "known-vendors",
            "autocomplete": "off",
            "hx-get": url_for("operator_fee_vendors.offered"),
            "hx-target": "#known-vendors",
            "hx-swap": "innerHTML",
            "hx-trigger": "input delay:250ms",
        },
        "categories": await all_categories(),
    }


@blueprint.get("/new")
@operator
async def new() -> Response:
    """An empty rule."""
    return await _rule_page(await RuleForm.read(), None)


@blueprint.post("/new")
@operator
@fresh_sign_in("add a commission rule")
async def create() -> Response:
    """Put a rule at the end of the list."""
    return await _save(None)


@blueprint.get("/<int:rule_id>")
@operator
async def edit(rule_id: int) -> Response:
    """One rule, to be changed or switched off."""
    view = await rule_view(rule_id)
    return await _rule_page(await RuleForm.read(view), view)


@blueprint.post("/<int:rule_id>")
@operator
@fresh_sign_in("change a commission rule")
async def change(rule_id: int) -> Response:
    """Change a rule; orders already placed keep what they were charged."""
    return await _save(await rule_view(rule_id))


async def _save(view: RuleView | None) -> Response:
    form = await RuleForm.read(view)
    if not form.ok():
        return await _rule_page(form, view, status=422)
    try:
        vendor_id, product_id = await subject_of(form)
        rule = form.rule(vendor_id=vendor_id, product_id=product_id)
        if view is None:
            await service.add_rule(rule, actor=actor_label(actor()))
        else:
            await service.change_rule(
                view.id,
                rule,
                actor=actor_label(actor()),
                look=_look(form, view.id),
            )
    except (ChangedMeanwhile, Invalid) as error:
        form.blame(error)
        return await _rule_page(form, view, status=error.status)
    said = (
        _("The rule is saved. It comes last; move it up to where it belongs.")
        if view is None
        else _("The rule is saved. It holds for orders from now on.")
    )
    return see_other(url_for("operator_fees.show"), ("ok", said))


def _look(form: RuleForm, rule_id: int) -> Look[RuleView]:
    trail = Trail(
        service.SUBJECT,
        ("fees.rule_added", "fees.rule_changed"),
        lambda told: told.get("rule") == rule_id,
    )
    return form.look(
        rule_values,
        page=url_for("operator_fees.edit", rule_id=rule_id),
        trail=trail,
    )


async def _rule_page(
    form: RuleForm,
    view: RuleView | None,
    *,
    status: int = 200,
) -> Response:
    return await page(
        "portal/operator/fee_rule.html",
        status=status,
        nav_active="fees",
        form=form,
        rule=view,
        about=fee_words.about(view) if view else "",
        action=url_for("operator_fees.edit", rule_id=view.id)
        if view
        else url_for("operator_fees.new"),
        **await _suggestions(),
    )


@blueprint.post("/<int:rule_id>/move")
@operator
@fresh_sign_in("change the order of the rules")
async def move(rule_id: int) -> Response:
    """Let a rule change places with the one above or below it."""
    up = (await request.form).get("direction") != "down"
    await service.move_rule(rule_id, up=up, actor=actor_label(actor()))
    return see_other(url_for("operator_fees.show"))


@blueprint.post("/<int:rule_id>/switch")
@operator
@fresh_sign_in("switch a commission rule")
async def switch(rule_id: int) -> Response:
    """Switch a rule off, or on again; it keeps its place."""
    on = (await request.form).get("is_active") == "yes"
    await service.switch_rule(rule_id, on=on, actor=actor_label(actor()))
    return see_other(
        url_for("operator_fees.show"),
        ("ok", _("The rule holds again.") if on else _("The rule is switched off.")),
    )


@blueprint.post("/refunds")
@operator
@fresh_sign_in("change what holds for refunds")
async def refunds() -> Response:
    """Set what refunds do to the commission, and above which amount they need the operator."""
    form = await policy_form(await get_policy(), await currencies_in_use())
    if not form.ok():
        return await fees_page(form=form, status=422)
    try:
        await service.set_policy(
            refund_policy=RefundPolicy(form.refund_policy.data),
            refund_approval_limits=form.limits(),
            actor=actor_label(actor()),
            look=form.look(
                policy_values,
                page=url_for("operator_fees.show"),
                trail=Trail(service.SUBJECT, ("fees.policy_changed",)),
            ),
        )
    except (ChangedMeanwhile, Invalid) as error:
        form.blame(error)
        return await fees_page(form=form, status=error.status)
    return see_other(
        url_for("operator_fees.show"),
        ("ok", _("Saved. It holds for refunds from now on.")),
    )
